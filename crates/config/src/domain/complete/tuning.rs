//! Shares, limits and schedulers: each thread's own, without what says nothing.

use crate::RangeSet;
use crate::domain::Domain;
use crate::domain::tuning::{IoThreadSched, Scheduler, VcpuSched};

/// Most threads of which each gets a line of its own.
const MOST_THREADS: usize = 16384;

/// Completes them.
pub(super) fn complete(domain: &mut Domain) {
    let tune = &mut domain.cputune;
    for period in [
        &mut tune.period,
        &mut tune.global_period,
        &mut tune.emulator_period,
        &mut tune.iothread_period,
    ] {
        *period = period.filter(|period| *period > 0);
    }
    for quota in [
        &mut tune.quota,
        &mut tune.global_quota,
        &mut tune.emulator_quota,
        &mut tune.iothread_quota,
    ] {
        *quota = quota.filter(|quota| *quota != 0);
    }
    let vcpus = tune.vcpuscheds.iter().flat_map(|of| {
        of.vcpus.iter().map(|vcpu| VcpuSched {
            vcpus: RangeSet::from_iter([vcpu]),
            priority: priority(of.scheduler, of.priority),
            ..of.clone()
        })
    });
    tune.vcpuscheds = vcpus.take(MOST_THREADS).collect();
    tune.vcpuscheds.sort_by_key(|of| of.vcpus.last());
    let threads = tune.iothreadscheds.iter().flat_map(|of| {
        of.iothreads.iter().map(|thread| IoThreadSched {
            iothreads: RangeSet::from_iter([thread]),
            priority: priority(of.scheduler, of.priority),
            ..of.clone()
        })
    });
    tune.iothreadscheds = threads.take(MOST_THREADS).collect();
    tune.iothreadscheds.sort_by_key(|of| of.iothreads.last());
    let block = &mut domain.blkiotune;
    block.weight = block.weight.filter(|weight| *weight > 0);
    block.devices.retain(|device| {
        let figures = [device.weight, device.read_iops_sec, device.write_iops_sec];
        figures.iter().flatten().any(|figure| *figure > 0)
            || device.read_bytes_sec.is_some_and(|bytes| bytes > 0)
            || device.write_bytes_sec.is_some_and(|bytes| bytes > 0)
    });
    for device in &mut block.devices {
        for figure in [&mut device.weight, &mut device.read_iops_sec, &mut device.write_iops_sec] {
            *figure = figure.filter(|figure| *figure > 0);
        }
        for figure in [&mut device.read_bytes_sec, &mut device.write_bytes_sec] {
            *figure = figure.filter(|figure| *figure > 0);
        }
    }
    domain.iothread_ids = domain.iothread_ids.take().filter(|ids| !ids.iothreads.is_empty());
    domain.default_iothread = domain
        .default_iothread
        .filter(|all| all.thread_pool_min.is_some() || all.thread_pool_max.is_some());
}

/// Only schedulers for real time have priorities.
fn priority(scheduler: Scheduler, priority: Option<i32>) -> Option<i32> {
    priority.filter(|_| matches!(scheduler, Scheduler::Fifo | Scheduler::Rr))
}
