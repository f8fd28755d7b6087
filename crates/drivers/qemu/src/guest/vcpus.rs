//! The guest's own view of its virtual CPUs: which of those it has are in use.
//!
//! The guest agent tells and switches them. Nothing is plugged: a CPU that is switched off stays.

use api::remote::{
    DomainGetGuestVcpus, DomainGetGuestVcpusArgs, DomainGetGuestVcpusRet, DomainSetGuestVcpus,
    DomainSetGuestVcpusArgs,
};
use api::{Error, Params, Result};
use config::RangeSet;
use driver::{CallContext, Handler};
use qmp::Command;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::tuning::vcpu::{Switch as Wanted, selected};

/// Most CPUs that an answer may tell of: more than any QEMU gives a guest.
const MAX_VCPUS: usize = 16_384;

/// A CPU as the guest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct GuestVcpu {
    logical_id: u64,
    online: bool,
    #[serde(default)]
    can_offline: bool,
}

/// What is asked of one CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Switch {
    logical_id: u64,
    online: bool,
}

/// Which CPUs are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// Those in use.
    Online,
    /// All.
    Present,
}

impl Handler<DomainGetGuestVcpus> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetGuestVcpusArgs,
    ) -> Result<DomainGetGuestVcpusRet> {
        flags::only(args.flags, 0, "qemuDomainGetGuestVcpus")?;
        let domain = self.registry.find(&args.dom)?;
        let vcpus = self.guest_vcpus(&domain, &*domain.running()?).await?;
        let set = |is_in: fn(&GuestVcpu) -> bool| {
            let numbers = vcpus.iter().filter(|vcpu| is_in(vcpu));
            let set: RangeSet =
                numbers.filter_map(|vcpu| u32::try_from(vcpu.logical_id).ok()).collect();
            set.to_string()
        };
        let mut params = Params::default();
        params
            .string("vcpus", set(|_| true))
            .string("online", set(|vcpu| vcpu.online))
            .string("offlinable", set(|vcpu| vcpu.can_offline));
        Ok(DomainGetGuestVcpusRet { params: params.into() })
    }
}

impl Handler<DomainSetGuestVcpus> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetGuestVcpusArgs) -> Result<()> {
        flags::only(args.flags, 0, "qemuDomainSetGuestVcpus")?;
        let wanted = Wanted::read(args.state)?;
        let chosen = selected(&args.cpumap)?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let switches = pick(&self.guest_vcpus(&domain, &live).await?, &chosen, wanted)?;
        self.carry_out_switches(&domain, &live, switches).await
    }
}

impl QemuDriver {
    /// Counts the CPUs that a guest says it has.
    ///
    /// # Errors
    /// As for [`QemuDriver::ask_agent`].
    pub(crate) async fn count_guest_vcpus(
        &self,
        domain: &Domain,
        live: &Live,
        count: Count,
    ) -> Result<usize> {
        let vcpus = self.guest_vcpus(domain, live).await?;
        Ok(vcpus.iter().filter(|vcpu| count == Count::Present || vcpu.online).count())
    }

    /// Has a guest use `wanted` of its CPUs.
    ///
    /// # Errors
    /// `INVALID_ARG` when it has fewer, or cannot do without more; as for [`QemuDriver::ask_agent`].
    pub(crate) async fn switch_guest_vcpus(
        &self,
        domain: &Domain,
        live: &Live,
        wanted: usize,
    ) -> Result<()> {
        let switches = plan(&self.guest_vcpus(domain, live).await?, wanted)?;
        self.carry_out_switches(domain, live, switches).await
    }

    async fn carry_out_switches(
        &self,
        domain: &Domain,
        live: &Live,
        mut switches: Vec<Switch>,
    ) -> Result<()> {
        // An agent that fails in the middle says how many it has done; the rest is asked for again.
        while !switches.is_empty() {
            let command = Command::with("guest-set-vcpus", json!({ "vcpus": switches }));
            let done: usize = self.ask_agent(domain, live, &command).await?;
            if done == 0 || done > switches.len() {
                let detail = format!("guest agent switched {done} of {} vCPUs", switches.len());
                return Err(Error::internal(QEMU, detail));
            }
            switches.drain(..done);
        }
        Ok(())
    }

    async fn guest_vcpus(&self, domain: &Domain, live: &Live) -> Result<Vec<GuestVcpu>> {
        let command = Command::new("guest-get-vcpus");
        let vcpus: Vec<GuestVcpu> = self.ask_agent(domain, live, &command).await?;
        if vcpus.len() > MAX_VCPUS {
            let detail = format!("guest agent tells of {} vCPUs", vcpus.len());
            return Err(Error::internal(QEMU, detail));
        }
        Ok(vcpus)
    }
}

/// What has to be switched for the chosen ones to be as wanted.
fn pick(vcpus: &[GuestVcpu], chosen: &RangeSet, wanted: Wanted) -> Result<Vec<Switch>> {
    let find = |id: u32| vcpus.iter().find(|vcpu| vcpu.logical_id == u64::from(id));
    let missing: RangeSet = chosen.iter().filter(|id| find(*id).is_none()).collect();
    if !missing.is_empty() {
        return Err(Error::invalid_arg(QEMU, format!("guest is missing vCPUs '{missing}'")));
    }
    let found: Vec<&GuestVcpu> = chosen.iter().filter_map(find).collect();
    let fixed = found.iter().find(|vcpu| wanted == Wanted::Off && !vcpu.can_offline);
    if let Some(GuestVcpu { logical_id, .. }) = fixed {
        let what = format!("vCPU '{logical_id}' is not offlinable");
        return Err(Error::operation_unsupported(QEMU, what));
    }
    let online = wanted == Wanted::On;
    let changes = found.into_iter().filter(|vcpu| vcpu.online != online);
    Ok(changes.map(|vcpu| Switch { logical_id: vcpu.logical_id, online }).collect())
}

/// What has to be switched: on from the first, off from the last.
fn plan(vcpus: &[GuestVcpu], wanted: usize) -> Result<Vec<Switch>> {
    let refused = |detail: &str| Err(Error::invalid_arg(QEMU, detail));
    if wanted > vcpus.len() {
        return refused("the guest has fewer vcpus than requested");
    }
    let online = vcpus.iter().filter(|vcpu| vcpu.online).count();
    let switch = |vcpu: &GuestVcpu| Switch { logical_id: vcpu.logical_id, online: !vcpu.online };
    if wanted >= online {
        let off = vcpus.iter().filter(|vcpu| !vcpu.online);
        return Ok(off.take(wanted - online).map(switch).collect());
    }
    let removable = vcpus.iter().rev().filter(|vcpu| vcpu.online && vcpu.can_offline);
    let switches: Vec<_> = removable.take(online - wanted).map(switch).collect();
    if switches.len() < online - wanted {
        return refused("the guest cannot do without so many of its vcpus");
    }
    Ok(switches)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One character a CPU: on, off, on for good.
    fn vcpus(states: &str) -> Vec<GuestVcpu> {
        let vcpu = |(id, state)| GuestVcpu {
            logical_id: id,
            online: state != '-',
            can_offline: state != '!',
        };
        (0..).zip(states.chars()).map(vcpu).collect()
    }

    fn picked(states: &str, chosen: &[u32], wanted: Wanted) -> Result<Vec<(u64, bool)>, String> {
        let chosen = chosen.iter().copied().collect();
        let picked = pick(&vcpus(states), &chosen, wanted).map_err(|error| error.detail.unwrap());
        Ok(picked?.iter().map(|switch| (switch.logical_id, switch.online)).collect())
    }

    #[test]
    fn chosen_ones_are_switched_if_they_can_be() {
        assert_eq!(picked("!o-", &[1, 2], Wanted::On), Ok(vec![(2, true)]));
        assert_eq!(picked("!o-", &[1, 2], Wanted::Off), Ok(vec![(1, false)]));
        let fixed = "vCPU '0' is not offlinable".to_owned();
        assert_eq!(picked("!o-", &[0], Wanted::Off), Err(fixed));
        let missing = "guest is missing vCPUs '5,9'".to_owned();
        assert_eq!(picked("!o-", &[1, 5, 9], Wanted::On), Err(missing));
    }

    fn switched(states: &str, wanted: usize) -> Vec<(u64, bool)> {
        let plan = plan(&vcpus(states), wanted).unwrap();
        plan.iter().map(|switch| (switch.logical_id, switch.online)).collect()
    }

    #[test]
    fn on_from_the_first_and_off_from_the_last() {
        assert_eq!(switched("!+--", 3), [(2, true)]);
        assert_eq!(switched("!++-", 1), [(2, false), (1, false)]);
        assert_eq!(switched("!+", 2), []);
    }

    #[test]
    fn a_guest_is_not_asked_for_what_it_cannot_do() {
        assert_eq!(plan(&vcpus("!+"), 3).unwrap_err().code, api::ErrorCode::INVALID_ARG);
        assert_eq!(plan(&vcpus("!!"), 1).unwrap_err().code, api::ErrorCode::INVALID_ARG);
    }
}
