//! Rules of the domain itself: CPU time, memory, threads, actions, labels, clock.

use std::collections::HashSet;

use super::refuse;
use crate::domain::clock::{TickPolicy, TimerName};
use crate::domain::memory::MemorySourceType;
use crate::domain::security::LabelType;
use crate::domain::tuning::{CacheMonitor, Scheduler};
use crate::domain::{Domain, LifecycleAction, VirtType};
use crate::{Code, Error, RangeSet, YesNo};

/// Range of shares, in version 1 of control groups; 0 is for the host to refuse.
const SHARES: std::ops::RangeInclusive<u64> = 2..=262_144;
/// Range of a period, in microseconds.
const PERIOD: std::ops::RangeInclusive<u64> = 1000..=1_000_000;
/// Range of a quota, in microseconds; a negative one is none.
const QUOTA: std::ops::RangeInclusive<i64> = 1000..=17_592_186_044_415;

/// The level of the cache whose use can be counted.
const MONITORED_LEVEL: u32 = 3;

/// Refuses what cannot be tuned so.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    check_cpu_time(domain)?;
    check_pins(domain)?;
    check_memory(domain)?;
    check_vcpus(domain)?;
    domain.check_lifecycle_actions()?;
    check_clock(domain)?;
    check_labels(domain)?;
    check_cache_tuning(domain)?;
    let tuned = !domain.cputune.cachetunes.is_empty() || !domain.cputune.memorytunes.is_empty();
    refuse(tuned && domain.virt_type != VirtType::Kvm, || {
        Error::unsupported("cachetune is only supported for KVM domains")
    })?;
    let mut events = HashSet::new();
    let twice = domain.perf.iter().flat_map(|perf| &perf.events).find(|e| !events.insert(e.name));
    if let Some(twice) = twice {
        return Err(Error::xml(format!("perf event '{}' was already specified", twice.name)));
    }
    let says = |text: &Option<Box<str>>| text.as_deref().is_some_and(|text| !text.is_empty());
    refuse(says(&domain.bootloader) || says(&domain.bootloader_args), || {
        Error::unsupported("bootloader is not supported by QEMU")
    })
}

fn check_cpu_time(domain: &Domain) -> Result<(), Error> {
    let tune = &domain.cputune;
    refuse(tune.shares.is_some_and(|shares| shares != 0 && !SHARES.contains(&shares)), || {
        let (least, most) = (SHARES.start(), SHARES.end());
        let what = format!("Value of cputune 'shares' must be in range [{least}, {most}]");
        Error::unsupported(what)
    })?;
    for (period, name) in [
        (tune.period, "period"),
        (tune.global_period, "global_period"),
        (tune.emulator_period, "emulator_period"),
        (tune.iothread_period, "iothread_period"),
    ] {
        refuse(period.is_some_and(|period| period != 0 && !PERIOD.contains(&period)), || {
            let (least, most) = (PERIOD.start(), PERIOD.end());
            let what = format!("Value of cputune '{name}' must be in range [{least}, {most}]");
            Error::unsupported(what)
        })?;
    }
    for (quota, name) in [
        (tune.quota, "quota"),
        (tune.global_quota, "global_quota"),
        (tune.emulator_quota, "emulator_quota"),
        (tune.iothread_quota, "iothread_quota"),
    ] {
        refuse(quota.is_some_and(|quota| quota > 0 && !QUOTA.contains(&quota)), || {
            let (least, most) = (QUOTA.start(), QUOTA.end());
            let what = format!("Value of cputune '{name}' must be in range [{least}, {most}]");
            Error::unsupported(what)
        })?;
    }
    let real_time = |scheduler| matches!(scheduler, Scheduler::Fifo | Scheduler::Rr);
    let without = [
        (
            tune.vcpuscheds.iter().any(|s| real_time(s.scheduler) && s.priority.is_none()),
            "vcpusched",
        ),
        (
            tune.iothreadscheds.iter().any(|s| real_time(s.scheduler) && s.priority.is_none()),
            "iothreadsched",
        ),
        (
            tune.emulatorsched.iter().any(|s| real_time(s.scheduler) && s.priority.is_none()),
            "emulatorsched",
        ),
    ];
    match without.into_iter().find(|(without, _)| *without) {
        Some((_, element)) => {
            Err(Error::xml(format!("Missing required attribute 'priority' in element '{element}'")))
        }
        None => Ok(()),
    }
}

fn check_cache_tuning(domain: &Domain) -> Result<(), Error> {
    for part in &domain.cputune.cachetunes {
        let mut parts = HashSet::new();
        for cache in &part.caches {
            refuse(!parts.insert((cache.id, cache.level, cache.kind)), || {
                Error::xml(format!(
                    "Colliding cache allocations for cache level '{}' id '{}', type '{}'",
                    cache.level, cache.id, cache.kind
                ))
            })?;
        }
    }
    for part in &domain.cputune.cachetunes {
        check_monitors(domain, &part.monitors)?;
    }
    let tune = &domain.cputune;
    let of_caches = tune.cachetunes.iter().map(|part| &part.vcpus);
    let sets: Vec<&RangeSet> =
        of_caches.chain(tune.memorytunes.iter().map(|part| &part.vcpus)).collect();
    for (at, set) in sets.iter().enumerate() {
        let crosses = |other: &&RangeSet| other.overlaps(set) && *other != *set;
        refuse(sets[..at].iter().any(crosses), || Error::xml("Overlapping vcpus in resctrls"))?;
    }
    for part in &domain.cputune.memorytunes {
        let mut nodes = HashSet::new();
        for node in &part.nodes {
            refuse(node.bandwidth > 100, || {
                Error::xml("Memory Bandwidth value exceeding 100 is invalid.")
            })?;
            refuse(!nodes.insert(node.id), || {
                Error::xml(format!("Memory Bandwidth already defined for node {}", node.id))
            })?;
        }
    }
    Ok(())
}

/// What is counted is the last level's, of vCPUs that there are, and of each once.
fn check_monitors(domain: &Domain, monitors: &[CacheMonitor]) -> Result<(), Error> {
    let count = domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.count);
    for (at, monitor) in monitors.iter().enumerate() {
        refuse(monitor.level != MONITORED_LEVEL, || {
            Error::xml(format!("Invalid monitor cache level '{}'", monitor.level))
        })?;
        refuse(!monitor.vcpus.iter().any(|vcpu| vcpu < count), || {
            Error::new(Code::InvalidArg, "vcpus is empty")
        })?;
        let crosses = |other: &CacheMonitor| {
            other.vcpus.overlaps(&monitor.vcpus) && other.vcpus != monitor.vcpus
        };
        refuse(monitors[..at].iter().any(crosses), || {
            Error::new(Code::InvalidArg, "vcpus overlaps in resctrl groups")
        })?;
    }
    Ok(())
}

fn check_pins(domain: &Domain) -> Result<(), Error> {
    let tune = &domain.cputune;
    let mut vcpus = HashSet::new();
    if let Some(twice) = tune.vcpupins.iter().find(|pin| !vcpus.insert(pin.vcpu)) {
        return Err(Error::internal(format!("duplicate vcpupin for vcpu '{}'", twice.vcpu)));
    }
    let sets = tune.vcpupins.iter().map(|pin| &pin.cpuset);
    let sets = sets.chain(tune.emulatorpin.iter().map(|pin| &pin.cpuset));
    let mut sets = sets.chain(domain.vcpu.iter().filter_map(|vcpu| vcpu.cpuset.as_ref()));
    refuse(sets.any(crate::RangeSet::is_empty), || {
        Error::unsupported("Invalid value of 'cpuset': no CPU is left in it")
    })?;
    let mut threads = HashSet::new();
    for thread in domain.iothread_ids.iter().flat_map(|ids| &ids.iothreads) {
        refuse(thread.id == 0, || {
            Error::xml(
                "Invalid value for attribute 'id' in element 'iothread': Zero is not permitted",
            )
        })?;
        refuse(!threads.insert(thread.id), || {
            Error::xml(format!("duplicate iothread id '{}' found", thread.id))
        })?;
    }
    Ok(())
}

fn check_memory(domain: &Domain) -> Result<(), Error> {
    refuse(domain.memtune.min_guarantee.is_some_and(|least| least.0 > 0), || {
        Error::unsupported("Parameter 'min_guarantee' not supported by QEMU.")
    })?;
    if let Some(backing) = &domain.memory_backing
        && let Some(hugepages) = &backing.hugepages
    {
        refuse(hugepages.pages.iter().any(|page| page.size == 0), || {
            Error::detail("hugepage size can't be zero")
        })?;
        let anonymous = backing.source.is_some_and(|s| s.kind == MemorySourceType::Anonymous);
        refuse(anonymous, || {
            Error::unsupported("hugepages are not allowed with anonymous memory source")
        })?;
    }
    let Some(most) = domain.max_memory else { return Ok(()) };
    refuse(most.slots == 0, || {
        Error::xml("both maximum memory size and memory slot count must be specified")
    })?;
    let cells =
        domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cells.len()).sum::<usize>();
    refuse(domain.memory.is_some_and(|memory| memory.size > most.size), || {
        Error::xml("maximum memory size must be equal or greater than the actual memory size")
    })?;
    refuse(cells == 0, || {
        Error::unsupported(
            "At least one numa node has to be configured when enabling memory hotplug",
        )
    })
}

fn check_vcpus(domain: &Domain) -> Result<(), Error> {
    let count = domain.vcpu.as_ref().map_or(0, |vcpu| vcpu.count);
    for vcpu in domain.vcpus.iter().flat_map(|vcpus| &vcpus.vcpus) {
        refuse(vcpu.id >= count, || {
            let id = vcpu.id;
            Error::xml(format!("vcpu id '{id}' is out of range of maximum vcpu count"))
        })?;
        refuse(vcpu.id == 0 && vcpu.enabled == YesNo::No, || {
            Error::unsupported("vcpu 0 can't be offline")
        })?;
    }
    let first = domain.vcpus.iter().flat_map(|vcpus| &vcpus.vcpus).find(|vcpu| vcpu.id == 0);
    refuse(first.is_some_and(|vcpu| vcpu.hotpluggable == Some(YesNo::Yes)), || {
        Error::unsupported("vcpu0 can't be hotpluggable")
    })?;
    let pools = domain.iothread_ids.iter().flat_map(|ids| &ids.iothreads);
    let pools = pools.map(|thread| (thread.thread_pool_min, thread.thread_pool_max));
    let shared =
        domain.default_iothread.iter().map(|all| (all.thread_pool_min, all.thread_pool_max));
    let mut pools = pools.chain(shared);
    // One that is not said is taken for less than any.
    refuse(pools.clone().any(|(_, most)| most == Some(0)), || {
        Error::unsupported("thread_pool_max must be a positive integer")
    })?;
    refuse(
        pools.any(|(least, most)| least.is_some_and(|least| most.is_none_or(|m| least > m))),
        || Error::unsupported("thread_pool_min must be smaller or equal to thread_pool_max"),
    )?;
    let none = domain.vcpus.is_none() && domain.vcpu.as_ref().is_some_and(|v| v.current == Some(0));
    refuse(none, || Error::unsupported("vcpu 0 can't be offline"))
}

impl Domain {
    /// Checks what becomes of the guest when it powers off, reboots or crashes.
    ///
    /// # Errors
    /// For actions that QEMU's driver does not have, alone or together, as libvirt words them.
    pub fn check_lifecycle_actions(&self) -> Result<(), Error> {
        let all = [self.on_poweroff, self.on_reboot, self.on_crash];
        refuse(all.contains(&Some(LifecycleAction::RenameRestart)), || {
            Error::unsupported(
                "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'",
            )
        })?;
        for (action, event) in [(self.on_poweroff, "poweroff"), (self.on_reboot, "reboot")] {
            let dumps = [LifecycleAction::CoredumpDestroy, LifecycleAction::CoredumpRestart];
            if let Some(action) = action.filter(|action| dumps.contains(action)) {
                return Err(Error::unsupported(format!(
                    "Lifecycle event '{event}' doesn't support '{action}' action"
                )));
            }
        }
        let swapped = self.on_reboot == Some(LifecycleAction::Destroy)
            && self.on_poweroff == Some(LifecycleAction::Restart);
        refuse(swapped, || {
            Error::unsupported(
                "qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'",
            )
        })?;
        refuse(all[..2].contains(&Some(LifecycleAction::Preserve)), || {
            Error::unsupported(
                "qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'",
            )
        })
    }
}

fn check_clock(domain: &Domain) -> Result<(), Error> {
    let Some(clock) = &domain.clock else { return Ok(()) };
    for timer in &clock.timers {
        let policy = timer.tickpolicy;
        match (timer.name, policy) {
            (TimerName::Platform, _) => {
                return Err(Error::unsupported("unsupported timer type (name) 'platform'"));
            }
            (TimerName::Pit, Some(TickPolicy::Merge)) => {
                return Err(Error::unsupported("unsupported pit tickpolicy 'merge'"));
            }
            (TimerName::Rtc, Some(policy @ (TickPolicy::Merge | TickPolicy::Discard))) => {
                let what = format!("unsupported rtc timer tickpolicy '{policy}'");
                return Err(Error::unsupported(what));
            }
            (TimerName::Armvtimer, _) if !domain.is_arm() => {
                return Err(Error::unsupported(format!(
                    "Configuring the 'armvtimer' timer is not supported for virtType={} arch={} machine={} guests",
                    domain.virt_type,
                    domain.os.machine.arch.as_deref().unwrap_or_default(),
                    domain.os.machine.machine.as_deref().unwrap_or_default(),
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_labels(domain: &Domain) -> Result<(), Error> {
    let mut models = HashSet::new();
    for label in &domain.seclabels {
        let relabel = label.relabel;
        match label.kind {
            Some(LabelType::Static) if label.label.is_none() => {
                return Err(Error::xml("security label is missing"));
            }
            Some(LabelType::Dynamic) if relabel == Some(YesNo::No) => {
                return Err(Error::unsupported("dynamic label type must use resource relabeling"));
            }
            Some(LabelType::None) if relabel == Some(YesNo::Yes) => {
                return Err(Error::unsupported(
                    "resource relabeling is not compatible with 'none' label type",
                ));
            }
            _ => {}
        }
        if let Some(model) = label.model.as_deref().filter(|model| !models.insert(*model)) {
            return Err(Error::detail(format!("seclabel for model {model} is already provided")));
        }
    }
    Ok(())
}

impl Domain {
    fn is_arm(&self) -> bool {
        let arch = self.os.machine.arch.as_deref().unwrap_or_default();
        arch.starts_with("arm") || arch.starts_with("aarch64")
    }
}
