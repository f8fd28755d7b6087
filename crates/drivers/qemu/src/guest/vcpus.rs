//! The guest's own view of its virtual CPUs: which of those it has are in use.
//!
//! The guest agent tells and switches them. Nothing is plugged: a CPU that is switched off stays.

use api::{Error, Result};
use qmp::Command;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;

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
        let mut switches = plan(&self.guest_vcpus(domain, live).await?, wanted)?;
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
