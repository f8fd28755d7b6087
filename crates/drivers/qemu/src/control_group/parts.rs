//! The threads of a guest: where each runs, how long, and how it is scheduled.

use api::{Error, ErrorDomain, Result};
use config::domain::tuning::{NumaMode, Scheduler};
use config::{Domain, RangeSet};
use host::Root;
use host::cgroup::{Controller, Group, GroupError};
use host::cpu::Topology;
use host::proc::{Scheduling, set_scheduling};

use super::GuestGroup;
use crate::errors;

/// Threads of a guest that have a group together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Those that are neither of the others.
    Emulator,
    /// The one of a virtual CPU.
    Vcpu(u32),
    /// One that does I/O.
    IoThread(u32),
}

/// What a document says of a part.
struct Share<'d> {
    cpus: Option<&'d RangeSet>,
    nodes: Option<&'d RangeSet>,
    period: Option<u64>,
    quota: Option<i64>,
    scheduling: Option<Scheduling>,
}

impl Part {
    fn directory(self) -> String {
        match self {
            Self::Emulator => "emulator".to_owned(),
            Self::Vcpu(number) => format!("vcpu{number}"),
            Self::IoThread(number) => format!("iothread{number}"),
        }
    }

    fn share(self, document: &Domain) -> Share<'_> {
        let tune = &document.cputune;
        let (pinned, period, quota, scheduler) = match self {
            Self::Emulator => (
                tune.emulatorpin.as_ref().map(|pin| &pin.cpuset),
                tune.emulator_period,
                tune.emulator_quota,
                tune.emulatorsched.as_ref().map(|sched| (sched.scheduler, sched.priority)),
            ),
            Self::Vcpu(number) => (
                tune.vcpupins.iter().find(|pin| pin.vcpu == number).map(|pin| &pin.cpuset),
                tune.period,
                tune.quota,
                tune.vcpuscheds
                    .iter()
                    .find(|sched| sched.vcpus.contains(number))
                    .map(|sched| (sched.scheduler, sched.priority)),
            ),
            Self::IoThread(number) => (
                tune.iothreadpins.iter().find(|pin| pin.iothread == number).map(|pin| &pin.cpuset),
                tune.iothread_period,
                tune.iothread_quota,
                tune.iothreadscheds
                    .iter()
                    .find(|sched| sched.iothreads.contains(number))
                    .map(|sched| (sched.scheduler, sched.priority)),
            ),
        };
        let of_guest = || document.vcpu.as_ref().and_then(|vcpu| vcpu.cpuset.as_ref());
        Share {
            cpus: pinned.or_else(of_guest),
            nodes: self.nodes(document),
            period: period.filter(|period| *period != 0),
            quota: quota.filter(|quota| *quota != 0),
            scheduling: scheduler.map(|(scheduler, priority)| scheduling(scheduler, priority)),
        }
    }

    /// The nodes that its memory must come from. Other modes are for QEMU to ask the kernel for.
    fn nodes(self, document: &Domain) -> Option<&RangeSet> {
        let tune = &document.numatune;
        let of_cell = |number: u32| {
            let cells = document.cpu.as_ref()?.numa.as_ref()?.cells.iter().zip(0..);
            let mut with_it = cells.filter_map(|(cell, at)| {
                let is_in = cell.cpus.as_ref().is_some_and(|cpus| cpus.contains(number));
                is_in.then(|| cell.id.unwrap_or(at))
            });
            let cell = with_it.next()?;
            let node = tune.nodes.iter().find(|node| node.cellid == cell)?;
            (node.mode == Some(NumaMode::Restrictive)).then_some(&node.nodeset)
        };
        let of_all = || {
            let memory = tune.memory.as_ref()?;
            let mode = memory.mode.unwrap_or(NumaMode::Strict);
            let holds = matches!(mode, NumaMode::Strict | NumaMode::Restrictive);
            memory.nodeset.as_ref().filter(|_| holds)
        };
        match self {
            Self::Vcpu(number) => of_cell(number).or_else(of_all),
            Self::Emulator | Self::IoThread(_) => of_all(),
        }
    }
}

fn scheduling(scheduler: Scheduler, priority: Option<i32>) -> Scheduling {
    let priority = priority.unwrap_or(0);
    match scheduler {
        Scheduler::Batch => Scheduling::Batch,
        Scheduler::Idle => Scheduling::Idle,
        Scheduler::Fifo => Scheduling::Fifo(priority),
        Scheduler::Rr => Scheduling::RoundRobin(priority),
    }
}

/// Puts a process that has yet to become QEMU where the emulator belongs; threads that it makes are there too.
pub(super) fn place_process(guest: &GuestGroup, document: &Domain, pid: i32) -> Result<()> {
    let share = Part::Emulator.share(document);
    guest.settle(Part::Emulator, &share, &[pid])
}

impl GuestGroup {
    /// Makes the group of a part as the document says, and puts its threads there.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(crate) fn place_part(&self, part: Part, document: &Domain, threads: &[i32]) -> Result<()> {
        self.settle(part, &part.share(document), threads)
    }

    fn settle(&self, part: Part, share: &Share<'_>, threads: &[i32]) -> Result<()> {
        if !self.has(Controller::Cpu) && !self.has(Controller::CpuSet) {
            return Ok(());
        }
        let settle = || -> Result<(), GroupError> {
            let group = self.group.threads(&part.directory())?;
            if self.has(Controller::CpuSet) {
                if let Some(cpus) = share.cpus.and_then(present) {
                    group.set_cpus(&cpus.to_string())?;
                }
                if let Some(nodes) = share.nodes {
                    group.set_nodes(&nodes.to_string())?;
                }
            }
            set_bandwidth(&group, share.period, share.quota)?;
            threads.iter().try_for_each(|thread| group.add_thread(*thread))
        };
        settle().map_err(|error| errors::group(&error))
    }

    /// The group of a part.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when it is not there and cannot be made.
    pub(crate) fn part(&self, part: Part) -> Result<Group> {
        self.group.threads(&part.directory()).map_err(|error| errors::group(&error))
    }

    /// Sets the CPUs of a part.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses.
    pub(crate) fn pin(&self, part: Part, cpus: &RangeSet) -> Result<()> {
        match present(cpus).filter(|_| self.has(Controller::CpuSet)) {
            Some(cpus) => {
                let set = self.part(part)?.set_cpus(&cpus.to_string());
                set.map_err(|error| errors::group(&error))
            }
            None => Ok(()),
        }
    }

    /// Removes the group of a part whose thread is gone.
    pub(crate) fn remove_part(&self, part: Part) {
        if let Err(error) = self.group.below(&part.directory()).remove(super::REMOVAL) {
            tracing::warn!(%error, "control group of a thread not removed");
        }
    }
}

/// Those of the CPUs that there are: the kernel refuses a group any other. `None` if there are none of them.
fn present(cpus: &RangeSet) -> Option<RangeSet> {
    let topology = Topology::read(&Root::default()).ok()?;
    let present: RangeSet = topology.online.into_iter().filter(|cpu| cpus.contains(*cpu)).collect();
    (!present.is_empty()).then_some(present)
}

/// Sets how much a group may run. A period stays as it was if the quota is refused.
///
/// # Errors
/// What the kernel refuses.
pub(crate) fn set_bandwidth(
    group: &Group,
    period_us: Option<u64>,
    quota_us: Option<i64>,
) -> Result<(), GroupError> {
    let before = match period_us {
        Some(_) => Some(group.bandwidth()?.period_us),
        None => None,
    };
    if let Some(period) = period_us {
        group.set_cpu_period(period)?;
    }
    let Some(quota) = quota_us else { return Ok(()) };
    // Whatever is below zero is no limit.
    let set = group.set_cpu_quota(u64::try_from(quota).ok());
    if let (Err(_), Some(before)) = (&set, before) {
        group.set_cpu_period(before)?;
    }
    set
}

/// Has the threads of a part scheduled as the document says.
///
/// # Errors
/// `SYSTEM_ERROR` when the kernel refuses.
pub(crate) fn schedule(part: Part, document: &Domain, threads: &[i32]) -> Result<()> {
    let Some(scheduling) = part.share(document).scheduling else { return Ok(()) };
    for thread in threads {
        match set_scheduling(*thread, scheduling) {
            // A thread that has ended is not scheduled.
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::SRCH.raw_os_error()) => {
                let what = format_args!("Cannot set scheduler parameters for pid {thread}");
                return Err(Error::io(ErrorDomain::NONE, &error, what));
            }
            _ => {}
        }
    }
    Ok(())
}
