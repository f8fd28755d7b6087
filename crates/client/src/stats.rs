//! Statistics of many domains in one call.

use api::remote::{self, NonnullDomain};
use api::{
    ConnectGetAllDomainStatsFlags, DomainState, DomainStatsTypes, TypedParam, TypedParamValue,
};

use crate::connection::Connection;
use crate::domain::Domain;
use crate::error::Result;

/// Figures of one domain: named values as the server sent them, and methods for the usual ones.
///
/// The names are libvirt's, such as `block.0.capacity`; a newer server may send more.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainStats {
    /// The domain.
    pub domain: NonnullDomain,
    /// The values, in the server's order.
    pub params: Vec<TypedParam>,
}

impl DomainStats {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&TypedParamValue> {
        self.params.iter().find(|param| param.field == name).map(|param| &param.value)
    }

    /// The value of that name as a number; none when it is missing, negative or no number.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            TypedParamValue::Int(value) => u64::try_from(*value).ok(),
            TypedParamValue::UInt(value) => Some(u64::from(*value)),
            TypedParamValue::LLong(value) => u64::try_from(*value).ok(),
            TypedParamValue::ULLong(value) => Some(*value),
            TypedParamValue::Boolean(value) => Some(u64::from(*value)),
            TypedParamValue::Double(_) | TypedParamValue::String(_) => None,
        }
    }

    /// The value of that name as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            TypedParamValue::String(value) => Some(value),
            _ => None,
        }
    }

    /// State of the domain; from the group `STATE`.
    pub fn state(&self) -> Option<DomainState> {
        match self.get("state.state")? {
            TypedParamValue::Int(value) => Some(DomainState(*value)),
            _ => None,
        }
    }

    /// CPU time used so far. **Units**: ns. From the group `CPU_TOTAL`.
    pub fn cpu_time_ns(&self) -> Option<u64> {
        self.number("cpu.time")
    }

    /// Memory that the balloon leaves the guest. **Units**: KiB. From the group `BALLOON`.
    pub fn memory_kib(&self) -> Option<u64> {
        self.number("balloon.current")
    }

    /// How many entries a list has: `block`, `net`, `vcpu` (the current ones), `iothread`.
    pub fn count(&self, list: &str) -> u64 {
        self.number(&format!("{list}.count"))
            .or_else(|| self.number(&format!("{list}.current")))
            .unwrap_or(0)
    }
}

impl Connection {
    /// Figures of the given domains, or of all that match the filter bits of `flags` when none is
    /// given. No group means all that the server has.
    ///
    /// # Errors
    /// With [`ConnectGetAllDomainStatsFlags::ENFORCE_STATS`], code 84 (or 8) for a group that the
    /// server lacks.
    pub async fn stats(
        &self,
        groups: DomainStatsTypes,
        flags: ConnectGetAllDomainStatsFlags,
        domains: &[Domain],
    ) -> Result<Vec<DomainStats>> {
        let args = remote::ConnectGetAllDomainStatsArgs {
            doms: domains.iter().map(Domain::reference).collect(),
            stats: groups.0,
            flags: flags.0,
        };
        let ret = self.call::<remote::ConnectGetAllDomainStats>(args).await?;
        let records = ret.ret_stats.into_iter();
        Ok(records.map(|one| DomainStats { domain: one.dom, params: one.params.0 }).collect())
    }
}
