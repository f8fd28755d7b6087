//! What limits the whole of a guest, as its document says.

use api::{Error, ErrorDomain, Result};
use config::Domain;
use config::domain::tuning::BlkioDevice;
use host::cgroup::{Controller, DeviceLimit, Group, GroupError, MemoryLimit};

use super::{GuestGroup, Weight, machined};
use crate::errors;

/// Limits of a document by the controller that holds a guest to them, with what is said where there is none.
fn asked(document: &Domain) -> [(bool, Controller, &'static str); 4] {
    let (cpu, memory, block) = (&document.cputune, &document.memtune, &document.blkiotune);
    let limits = [memory.hard_limit, memory.soft_limit, memory.swap_hard_limit];
    let periods = [cpu.period, cpu.global_period, cpu.emulator_period, cpu.iothread_period];
    let quotas = [cpu.quota, cpu.global_quota, cpu.emulator_quota, cpu.iothread_quota];
    let bandwidth = periods.into_iter().flatten().any(|us| us != 0)
        || quotas.into_iter().flatten().any(|us| us != 0);
    [
        (
            block.weight.is_some() || !block.devices.is_empty(),
            Controller::Block,
            "Block I/O tuning is not available on this host",
        ),
        (
            limits.iter().any(Option::is_some),
            Controller::Memory,
            "Memory cgroup is not available on this host",
        ),
        (cpu.shares.is_some(), Controller::Cpu, "CPU tuning is not available on this host"),
        (bandwidth, Controller::Cpu, "cgroup cpu is required for scheduler tuning"),
    ]
}

/// Refuses a guest with limits where there are no groups.
pub(super) fn none_is_asked_for(document: &Domain) -> Result<()> {
    refuse(document, |_| false)
}

fn refuse(document: &Domain, has: impl Fn(Controller) -> bool) -> Result<()> {
    let missing = asked(document).into_iter().find(|(asked, by, _)| *asked && !has(*by));
    match missing {
        Some((_, _, what)) => Err(Error::config_unsupported(ErrorDomain::CGROUP, what)),
        None => Ok(()),
    }
}

/// Limits a group that was just made.
pub(super) fn apply(guest: &GuestGroup, document: &Domain) -> Result<()> {
    refuse(document, |controller| guest.has(controller))?;
    document.cputune.shares.map_or(Ok(()), |shares| guest.check_shares(shares))?;
    limit(guest, document).map_err(|error| errors::group(&error))
}

fn limit(guest: &GuestGroup, document: &Domain) -> Result<(), GroupError> {
    let group = guest.whole();
    if guest.unit.is_none() {
        weights(document).iter().try_for_each(|weight| weight.set(group))?;
    }
    for device in &document.blkiotune.devices {
        throttle(group, device)?;
    }
    let tune = &document.memtune;
    let limits = [
        (MemoryLimit::Hard, tune.hard_limit),
        (MemoryLimit::Soft, tune.soft_limit),
        (MemoryLimit::Swap, tune.swap_hard_limit),
    ];
    for (limit, kib) in limits {
        if let Some(kib) = kib {
            group.set_memory_limit_kib(limit, Some(kib.0))?;
        }
    }
    if guest.has(Controller::CpuSet) {
        group.migrate_memory()?;
    }
    Ok(())
}

/// What the service manager is to do about a group that is in a unit of its.
pub(super) fn of_unit(guest: &GuestGroup, document: &Domain) -> Vec<machined::Limit> {
    let Some((unit, _)) = &guest.unit else { return Vec::new() };
    let limit = |weight| machined::Limit { unit: unit.clone(), weight };
    weights(document).into_iter().map(limit).collect()
}

fn weights(document: &Domain) -> Vec<Weight> {
    let tune = &document.blkiotune;
    let of_device = |device: &BlkioDevice| {
        let weight = device.weight.filter(|weight| *weight != 0)?;
        Some(Weight::BlockDevice { path: (*device.path).to_owned(), weight })
    };
    let block = tune.weight.map(Weight::Block).into_iter();
    let shares = document.cputune.shares.map(Weight::CpuShares);
    block.chain(tune.devices.iter().filter_map(of_device)).chain(shares).collect()
}

/// Limits traffic with one device; a figure of 0 is no limit.
fn throttle(group: &Group, device: &BlkioDevice) -> Result<(), GroupError> {
    let limits = [
        (DeviceLimit::ReadOps, device.read_iops_sec.map(u64::from)),
        (DeviceLimit::WriteOps, device.write_iops_sec.map(u64::from)),
        (DeviceLimit::ReadBytes, device.read_bytes_sec),
        (DeviceLimit::WriteBytes, device.write_bytes_sec),
    ];
    for (limit, value) in limits {
        if let Some(value) = value.filter(|value| *value != 0) {
            group.set_device_limit(&device.path, limit, Some(value))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn outcome(tuning: &str) -> Result<()> {
        let xml =
            format!("<domain type='qemu'><name>a</name>{tuning}<os><type>hvm</type></os></domain>");
        none_is_asked_for(&Domain::parse(&xml, ParseFlags::Inactive).unwrap())
    }

    #[test]
    fn a_limit_that_would_not_hold_is_refused() {
        for (tuning, said) in [
            ("<cputune><shares>512</shares></cputune>", "CPU tuning is not available"),
            ("<cputune><quota>-1</quota></cputune>", "cgroup cpu is required"),
            (
                "<cputune><iothread_period>5000</iothread_period></cputune>",
                "cgroup cpu is required",
            ),
            ("<memtune><hard_limit>1</hard_limit></memtune>", "Memory cgroup is not available"),
            ("<blkiotune><weight>200</weight></blkiotune>", "Block I/O tuning is not available"),
        ] {
            let error = outcome(tuning).unwrap_err();
            assert_eq!(error.code, api::ErrorCode::CONFIG_UNSUPPORTED);
            assert!(error.message.contains(said), "{}", error.message);
        }
    }

    #[test]
    fn what_holds_without_groups_is_not() {
        let pins = "<vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='0'/>\
                    <vcpusched vcpus='0' scheduler='batch'/>";
        outcome(&format!("<cputune>{pins}</cputune>")).unwrap();
        outcome("<resource><partition>/a</partition></resource>").unwrap();
        outcome("<numatune><memory mode='strict' nodeset='0'/></numatune>").unwrap();
    }
}
