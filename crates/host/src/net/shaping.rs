//! Limits of what a device of the host carries, set by `tc`.
//!
//! What goes out of a device is queued (`htb`, one class, `sfq` behind it); what comes in is dropped above the
//! limit (`police`). Setting replaces all that there was.

use super::index;
use super::netlink::Request;
use crate::program::{self, ProgramError};
use std::io;
use std::time::Duration;

/// A device's packets are this long where nothing is known. **Units**: bytes.
const PACKET: u64 = 1500;
/// How long `tc` may take; it only talks to the kernel.
const DEADLINE: Duration = Duration::from_secs(10);

const ROOT: u32 = u32::MAX;
const KIND: u16 = 1;

/// How much may go one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run. **Units**: kibibytes a second.
    pub average: u64,
    /// For as long as the burst lasts. **Units**: kibibytes a second.
    pub peak: Option<u64>,
    /// How much at once. **Units**: kibibytes.
    pub burst: Option<u64>,
}

/// How much a device may carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// What the host sends through it.
    pub out: Option<Rate>,
    /// What the host receives through it.
    pub received: Option<Rate>,
}

impl Limits {
    /// Has a device keep to these limits; none of them lifts what there was. Blocks for as long as `tc` runs.
    ///
    /// **Errors**: [`ProgramError`]; the device then has no limits.
    pub fn apply(&self, device: &str) -> Result<(), ProgramError> {
        lift(device);
        let tc = |arguments: &String| {
            let words: Vec<&str> = arguments.split(' ').collect();
            program::run("tc", &words, DEADLINE).map(drop)
        };
        let done = self.commands(device).iter().try_for_each(tc);
        if done.is_err() {
            lift(device);
        }
        if done.is_err() || self.out.is_none() {
            set_no_queue(device);
        }
        done
    }

    fn commands(&self, device: &str) -> Vec<String> {
        let mut commands = Vec::new();
        if let Some(Rate { average, peak, burst }) = self.out {
            let ceil = peak.map(|peak| format!(" ceil {peak}kbps")).unwrap_or_default();
            let burst = burst.map(|burst| format!(" burst {burst}kb")).unwrap_or_default();
            let quantum = quantum(average);
            commands.extend([
                format!("qdisc add dev {device} root handle 1: htb default 1"),
                format!(
                    "class add dev {device} parent 1: classid 1:1 htb rate {average}kbps{ceil}{burst} quantum {quantum}"
                ),
                format!("qdisc add dev {device} parent 1:1 handle 2: sfq perturb 10"),
                format!(
                    "filter add dev {device} parent 1:0 protocol all prio 1 handle 1 fw flowid 1"
                ),
            ]);
        }
        if let Some(Rate { average, burst, .. }) = self.received {
            let burst = burst.unwrap_or(average);
            commands.extend([
                format!("qdisc add dev {device} ingress"),
                format!(
                    "filter add dev {device} parent ffff: protocol all u32 match u32 0 0 police \
                     rate {average}kbps burst {burst}kb mtu 64kb drop flowid :1"
                ),
            ]);
        }
        commands
    }
}

/// How much a queue sends in one turn. **Source**: what libvirt 9.0 tells `tc`.
fn quantum(average: u64) -> u64 {
    (average.saturating_mul(1024 / 8) / PACKET).max(1)
}

/// Takes away all limits of a device. One that has none is as good.
fn lift(device: &str) {
    for place in ["root", "ingress"] {
        if let Err(error) = program::run("tc", &["qdisc", "del", "dev", device, place], DEADLINE) {
            tracing::trace!(%error, "nothing lifted");
        }
    }
}

/// Has a device pass packets on at once: whoever holds its other end has a queue. A kernel that refuses
/// leaves the one that there was, which is slower and not wrong.
pub fn set_no_queue(device: &str) {
    let set = || -> io::Result<()> {
        let mut subject = [0; 20];
        subject[4..8].copy_from_slice(&index(device)?.to_ne_bytes());
        subject[12..16].copy_from_slice(&ROOT.to_ne_bytes());
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let request = Request::new(libc::RTM_NEWQDISC, flags, &subject);
        request.with_text(KIND, "noqueue").carry_out()
    };
    if let Err(error) = set() {
        tracing::debug!(device, %error, "keeps its queue");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_become_commands() {
        let rate = |average, peak, burst| Some(Rate { average, peak, burst });
        let commands = |out, received| Limits { out, received }.commands("vnet0").join("\n");
        assert_eq!(commands(None, None), "");
        assert_eq!(
            commands(rate(1000, Some(5000), Some(1024)), rate(128, Some(256), None)),
            "qdisc add dev vnet0 root handle 1: htb default 1\n\
             class add dev vnet0 parent 1: classid 1:1 htb rate 1000kbps ceil 5000kbps burst 1024kb quantum 85\n\
             qdisc add dev vnet0 parent 1:1 handle 2: sfq perturb 10\n\
             filter add dev vnet0 parent 1:0 protocol all prio 1 handle 1 fw flowid 1\n\
             qdisc add dev vnet0 ingress\n\
             filter add dev vnet0 parent ffff: protocol all u32 match u32 0 0 police rate 128kbps burst 128kb \
             mtu 64kb drop flowid :1"
        );
        assert!(commands(rate(1, None, None), None).contains("htb rate 1kbps quantum 1\n"));
        assert!(commands(None, rate(7, None, Some(9))).contains("rate 7kbps burst 9kb"));
    }
}
