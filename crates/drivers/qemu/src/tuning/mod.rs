//! Processors and memory of a domain: how many, how much, where.

mod block_io;
mod cpu_map;
mod cpu_stats;
mod interface;
mod iothreads;
mod memory;
mod memory_limits;
mod memory_stats;
mod numa;
pub(crate) mod parameters;
mod pinning;
mod scheduler;
mod threads;
pub(crate) mod vcpu;
mod vcpu_hotplug;
mod vcpu_info;
mod vcpus;

use config::domain::memory::{Balloon, BalloonModel};

pub(crate) use memory_stats::{BALLOON_FIGURES, BEFORE_LAST_UPDATE, BalloonFigure};
pub(crate) use pinning::apply_pins;
pub(crate) use vcpu_hotplug::{describe_at_start, is_vcpu_alias};
pub(crate) use vcpu_info::VcpuTimes;

/// `LIVE`, `CONFIG`, and that the client takes strings.
const KNOWN: u32 = 0x1 | 0x2 | STRINGS;
/// That the client takes strings. **Source**: `VIR_TYPED_PARAM_STRING_OKAY`.
const STRINGS: u32 = 0x4;

/// How much of the host a document gives its guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allotment {
    /// **Units**: KiB.
    pub memory_kib: u64,
    /// **Units**: KiB.
    pub maximum_memory_kib: u64,
    /// Virtual CPUs that there are.
    pub vcpus: u32,
    /// Virtual CPUs that there may be.
    pub maximum_vcpus: u32,
}

impl Allotment {
    /// What `document` says.
    pub(crate) fn of(document: &config::Domain) -> Self {
        Self {
            memory_kib: current_memory_kib(document),
            maximum_memory_kib: maximum_memory_kib(document),
            vcpus: current_vcpus(document),
            maximum_vcpus: maximum_vcpus(document),
        }
    }
}

/// How many virtual CPUs there can be.
pub(crate) fn maximum_vcpus(document: &config::Domain) -> u32 {
    document.vcpu.as_ref().map_or(1, |vcpu| vcpu.count)
}

/// How many virtual CPUs there are, or are at start.
pub(crate) fn current_vcpus(document: &config::Domain) -> u32 {
    let current = document.vcpu.as_ref().and_then(|vcpu| vcpu.current);
    current.unwrap_or_else(|| maximum_vcpus(document))
}

/// All of the memory. **Units**: KiB.
pub(crate) fn maximum_memory_kib(document: &config::Domain) -> u64 {
    document.memory.map_or(0, |memory| memory.size.0)
}

/// What the balloon leaves of it. **Units**: KiB.
pub(crate) fn current_memory_kib(document: &config::Domain) -> u64 {
    let has_balloon = balloon(document).is_some();
    let current = document.current_memory.filter(|_| has_balloon || document.id.is_none());
    current.map_or_else(|| maximum_memory_kib(document), |current| current.0)
}

/// The balloon, unless the document wants none.
pub(crate) fn balloon(document: &config::Domain) -> Option<&Balloon> {
    let balloon = document.devices.memballoon.as_deref();
    balloon.filter(|balloon| balloon.model != BalloonModel::None)
}

/// Where QEMU's object model has a balloon.
pub(crate) fn balloon_path(balloon: &Balloon) -> Option<String> {
    let alias = balloon.info.alias.name().filter(|_| balloon.model != BalloonModel::None)?;
    Some(format!("/machine/peripheral/{alias}"))
}
