//! Refuses limits that nobody would hold a guest to.
//!
//! Shares, quotas and limits of memory and disks are the business of control groups, and schedulers
//! that of each thread. Neither is set up yet; a guest that relies on them must not run without.

use api::{Error, Result};

use crate::errors::QEMU;

/// Checks that `document` asks for no limit that would not hold.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` naming the first element that does.
pub(super) fn refuse(document: &config::Domain) -> Result<()> {
    let (cpu, memory, io) = (&document.cputune, &document.memtune, &document.blkiotune);
    let partition = document.resource.as_ref().and_then(|resource| resource.partition.as_ref());
    let asked = [
        ("cputune/shares", cpu.shares.is_some()),
        ("cputune/period", cpu.period.is_some()),
        ("cputune/quota", cpu.quota.is_some()),
        ("cputune/global_period", cpu.global_period.is_some()),
        ("cputune/global_quota", cpu.global_quota.is_some()),
        ("cputune/emulator_period", cpu.emulator_period.is_some()),
        ("cputune/emulator_quota", cpu.emulator_quota.is_some()),
        ("cputune/iothread_period", cpu.iothread_period.is_some()),
        ("cputune/iothread_quota", cpu.iothread_quota.is_some()),
        ("cputune/vcpusched", !cpu.vcpuscheds.is_empty()),
        ("cputune/iothreadsched", !cpu.iothreadscheds.is_empty()),
        ("cputune/emulatorsched", cpu.emulatorsched.is_some()),
        ("memtune/hard_limit", memory.hard_limit.is_some()),
        ("memtune/soft_limit", memory.soft_limit.is_some()),
        ("memtune/swap_hard_limit", memory.swap_hard_limit.is_some()),
        ("memtune/min_guarantee", memory.min_guarantee.is_some()),
        ("blkiotune/weight", io.weight.is_some()),
        ("blkiotune/device", !io.devices.is_empty()),
        ("resource/partition", partition.is_some()),
    ];
    match asked.into_iter().find(|(_, asked)| *asked) {
        None => Ok(()),
        Some((element, _)) => {
            let detail = format!("a guest with <{element}> cannot be started yet");
            Err(Error::config_unsupported(QEMU, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn outcome(tuning: &str) -> Result<()> {
        let xml =
            format!("<domain type='qemu'><name>a</name>{tuning}<os><type>hvm</type></os></domain>");
        refuse(&config::Domain::parse(&xml, ParseFlags::Inactive).unwrap())
    }

    #[test]
    fn a_limit_that_would_not_hold_is_named() {
        let cases = [
            ("<cputune><shares>512</shares></cputune>", "<cputune/shares>"),
            ("<memtune><hard_limit>1</hard_limit></memtune>", "<memtune/hard_limit>"),
            ("<blkiotune><weight>200</weight></blkiotune>", "<blkiotune/weight>"),
            ("<resource><partition>/a</partition></resource>", "<resource/partition>"),
        ];
        for (tuning, named) in cases {
            let error = outcome(tuning).unwrap_err();
            assert_eq!(error.code, api::ErrorCode::CONFIG_UNSUPPORTED);
            assert!(error.message.contains(named), "{}", error.message);
        }
    }

    #[test]
    fn pins_hold() {
        let pins = "<vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='0'/>\
                    <iothreadpin iothread='1' cpuset='0'/>";
        outcome(&format!("<cputune>{pins}</cputune>")).unwrap();
    }
}
