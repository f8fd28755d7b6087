//! Statistics of many guests in one call.
//!
//! ```text
//!  call ──> one task a guest ──> everything its monitor is asked for, in one burst
//!   │ │         │                and what the kernel knows of its process
//!   │ │         └── its own deadline: then without what the monitor would have said, and marked
//!   │ └────> those that are off, together
//!   └── records in the order of the domains
//! ```
//!
//! A group a file; each writes what libvirt calls its fields, in libvirt's order. Two groups have
//! none here: `perf` (no event is ever enabled) and `memory` (no bandwidth monitor is).

mod answers;
mod balloon;
mod block;
mod cpu;
mod dirty_rate;
mod guest;
mod interface;
mod iothread;
mod kvm;
mod off;
mod record;
mod state;
mod vcpu;

use std::sync::Arc;

use api::remote::{
    ConnectGetAllDomainStats, ConnectGetAllDomainStatsArgs, ConnectGetAllDomainStatsRet,
    DomainStatsRecord,
};
use api::xdr::List;
use api::{
    ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Error, ErrorCode, Result,
};
use driver::{CallContext, Handler};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::off::Off;
use crate::domain::{Domain, Published};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::lookup::Filter;

/// How many guests are looked at at the same time.
const AT_ONCE: usize = 64;

/// Every group.
const ALL: Group = Group(0x7ff);
/// Groups that are only there while a guest runs.
const RUNNING_ONLY: Group = Group(Group::IOTHREAD.0 | Group::DIRTYRATE.0 | Group::VM.0);
/// Every way to narrow the list of domains.
const FILTERS: u32 = 0xff;

/// What a call wants to know.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    groups: Group,
    flags: Flag,
}

impl Wanted {
    fn group(self, group: Group) -> bool {
        self.groups.contains(group)
    }

    fn flag(self, flag: Flag) -> bool {
        self.flags.contains(flag)
    }

    /// The same, as far as a domain has it.
    ///
    /// # Errors
    /// `ARGUMENT_UNSUPPORTED` when the call insists on a group that the domain does not have.
    fn of(self, view: &Published) -> Result<Self> {
        let supported = if view.is_active() { ALL } else { ALL.without(RUNNING_ONLY) };
        if self.groups.is_empty() {
            return Ok(Self { groups: supported, ..self });
        }
        let unsupported = self.groups.without(supported);
        if self.flag(Flag::ENFORCE_STATS) && !unsupported.is_empty() {
            let bits = unsupported.0;
            let detail =
                format!("Stats types bits 0x{bits:x} are not supported by this daemon or QEMU");
            return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, QEMU, detail));
        }
        Ok(Self { groups: self.groups.without(unsupported), ..self })
    }
}

impl Handler<ConnectGetAllDomainStats> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectGetAllDomainStatsArgs,
    ) -> Result<ConnectGetAllDomainStatsRet> {
        let known = Flag::NOWAIT | Flag::BACKING | Flag::ENFORCE_STATS;
        flags::only(args.flags, known.0 | FILTERS, "qemuConnectGetAllDomainStats")?;
        let wanted = Wanted { groups: Group(args.stats), flags: Flag(args.flags) };
        let domains: Vec<Arc<Domain>> = match args.doms.0.as_slice() {
            [] => self.registry.all(),
            // One that is gone meanwhile is left out.
            listed => listed.iter().filter_map(|dom| self.registry.by_uuid(dom.uuid)).collect(),
        };
        let domains = cx.visible(domains, |domain| domain.identity()).await;
        let filter = Filter::new(args.flags & FILTERS);
        let records = self.shared()?.all_stats(domains, filter, wanted).await?;
        Ok(ConnectGetAllDomainStatsRet { ret_stats: List(records) })
    }
}

impl QemuDriver {
    async fn all_stats(
        self: Arc<Self>,
        domains: Vec<Arc<Domain>>,
        filter: Filter,
        wanted: Wanted,
    ) -> Result<Vec<DomainStatsRecord>> {
        let traffic = Arc::new(interface::HostTraffic::read(wanted));
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut guests = JoinSet::new();
        let mut off = Vec::new();
        let admitted = domains.into_iter().filter(|domain| filter.admits(&domain.published()));
        for (number, domain) in admitted.enumerate() {
            if let Some(domain) = Off::of(number, &domain, wanted) {
                off.push(domain);
                continue;
            }
            let (driver, traffic) = (Arc::clone(&self), Arc::clone(&traffic));
            let places = Arc::clone(&places);
            guests.spawn(async move {
                // It is never closed, so there is always a place some time.
                let _place = places.acquire().await;
                (number, driver.stats_of(&domain, wanted, &traffic).await)
            });
        }
        let deadline = Instant::now() + self.settings.deadlines.stats;
        let mut records = off::records(&off, wanted, &traffic, deadline).await?;
        while let Some(finished) = guests.join_next().await {
            let (number, record) =
                finished.map_err(|fault| Error::internal(QEMU, fault.to_string()))?;
            records.push((number, record?));
        }
        records.sort_unstable_by_key(|(number, _)| *number);
        Ok(records.into_iter().map(|(_, record)| record).collect())
    }
}

#[cfg(test)]
mod tests {
    use api::{ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group};

    use super::Wanted;
    use crate::domain::{Definition, Published};

    #[test]
    fn a_group_that_is_not_there_is_refused_only_if_the_call_insists() {
        let xml = "<domain type='qemu'><name>a</name><os><type>hvm</type></os></domain>";
        let document = config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        let off = Published::defined("a", Definition::new(&document).unwrap());
        let wanted = |groups, flags| Wanted { groups: Group(groups), flags }.of(&off);
        assert_eq!(wanted(0, Flag::ENFORCE_STATS).unwrap().groups, Group(0x17f));
        assert_eq!(wanted(0x7ff, Flag(0)).unwrap().groups, Group(0x17f));
        assert_eq!(wanted(1 << 20, Flag(0)).unwrap().groups, Group(0));
        let error = wanted(0x7ff, Flag::ENFORCE_STATS).unwrap_err();
        let message =
            "argument unsupported: Stats types bits 0x680 are not supported by this daemon or QEMU";
        assert_eq!(error.message, message);
    }
}
