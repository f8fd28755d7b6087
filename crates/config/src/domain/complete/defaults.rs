//! Defaults of the domain itself: identity, memory, vCPUs, boot, clock, actions.

use super::{Host, disks, security, sysinfo, tuning};
use crate::domain::clock::{Clock, ClockBasis, ClockOffset};
use crate::domain::cpu::{Distances, NumaCell, Sibling};
use crate::domain::features::{HypervMode, Smm};
use crate::domain::os::{
    Boot, BootDevice, FirmwareFeature, FirmwareFeatureName, FirmwareFeatures, LoaderType,
    NvramPlace,
};
use crate::domain::tuning::{CpuTune, NumaMemory, NumaMode, NumaTune, Placement};
use crate::domain::{Domain, GenerationId, IoThread, LifecycleAction, Memory, Vcpu};
use crate::{Entropy, Error, Kib, OnOff, RangeSet, Uuid, YesNo, scale};

/// Most I/O threads that get numbers here.
const MOST_IOTHREADS: u32 = 4096;
/// Most vCPUs that are looked at one by one.
const MOST_VCPUS: u32 = 16384;
/// Most nodes whose distances are completed: their number is its square.
const MOST_DISTANT: usize = 128;
/// A limit as good as none.
const MEMORY_UNLIMITED: Kib = Kib((1 << 53) - 1);

/// Draws the identities that are to be drawn.
pub(super) fn identify(domain: &mut Domain, entropy: &mut dyn Entropy) {
    domain.uuid.get_or_insert_with(|| Uuid::random(entropy));
    if let Some(GenerationId(id @ None)) = &mut domain.genid {
        *id = Some(Uuid::random(entropy));
    }
}

/// Completes the others.
///
/// # Errors
/// No memory at all.
pub(super) fn complete(domain: &mut Domain) -> Result<(), Error> {
    let vcpu =
        domain.vcpu.get_or_insert(Vcpu { placement: None, cpuset: None, current: None, count: 1 });
    complete_placement(vcpu, &mut domain.numatune, is_pinned(&domain.cputune));
    let count = vcpu.count;
    complete_states(domain);
    if let Some(vcpu) = domain.vcpu.as_mut().filter(|vcpu| vcpu.current == Some(count)) {
        vcpu.current = None;
    }
    complete_numa(domain)?;
    complete_memory(domain)?;
    complete_firmware(domain);
    security::complete(&mut domain.seclabels)?;
    sysinfo::complete(&mut domain.sysinfo);
    complete_cache_tuning(domain)?;
    complete_iothreads(domain);
    tuning::complete(domain);
    complete_backing(domain);
    drop_unlimited(domain);
    complete_boot(domain);
    complete_clock(domain);
    domain.on_poweroff.get_or_insert(LifecycleAction::Destroy);
    domain.on_reboot.get_or_insert(LifecycleAction::Restart);
    domain.on_crash.get_or_insert(LifecycleAction::Destroy);
    if let Some(hyperv) = &mut domain.features.hyperv {
        hyperv.mode.get_or_insert(HypervMode::Custom);
    }
    if let Some(Smm { state, tseg }) = &mut domain.features.smm {
        state.get_or_insert(OnOff::On);
        *tseg = tseg.take().filter(|_| *state == Some(OnOff::On));
        if let Some(tseg) = tseg {
            let bytes = in_unit(tseg.size, tseg.unit.as_deref().unwrap_or("MiB"))?;
            (tseg.size, tseg.unit) = human(bytes);
        }
    }
    Ok(())
}

/// Which vCPUs are there, if it is said of each: then so many, and the first that is not there may come.
fn complete_states(domain: &mut Domain) {
    domain.vcpus = domain.vcpus.take().filter(|states| !states.vcpus.is_empty());
    let Some(states) = &mut domain.vcpus else { return };
    for state in &mut states.vcpus {
        state.hotpluggable.get_or_insert(YesNo::from(state.enabled == YesNo::No));
    }
    let there = states.vcpus.iter().filter(|state| state.enabled == YesNo::Yes).count() as u32;
    if let Some(vcpu) = &mut domain.vcpu {
        vcpu.current = Some(there.min(vcpu.count));
    }
}

/// What is said of memory's backing without saying anything.
fn complete_backing(domain: &mut Domain) {
    let nodes =
        domain.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref()).map_or(0, |numa| numa.cells.len());
    let Some(backing) = &mut domain.memory_backing else { return };
    if let Some(allocation) = &mut backing.allocation {
        allocation.threads = allocation.threads.filter(|threads| *threads > 0);
    }
    backing.allocation = backing.allocation.filter(|a| a.mode.is_some() || a.threads.is_some());
    for page in backing.hugepages.iter_mut().flat_map(|hugepages| &mut hugepages.pages) {
        // Without nodes, node 0 is all there is.
        page.nodeset = page.nodeset.take().filter(|set| nodes > 0 || set.last() != Some(0));
    }
}

/// Who places vCPUs and memory: each follows the other where it does not say.
fn complete_placement(vcpu: &mut Vcpu, numatune: &mut NumaTune, pinned: bool) {
    let automatic = vcpu.placement == Some(Placement::Auto);
    numatune.memory = numatune.memory.take().filter(|memory| {
        automatic || memory.mode.is_some() || memory.placement.is_some() || memory.nodeset.is_some()
    });
    if let Some(memory) = &mut numatune.memory {
        let placement = match (&memory.nodeset, automatic) {
            (Some(_), _) | (None, false) => Placement::Static,
            (None, true) => Placement::Auto,
        };
        memory.mode.get_or_insert(NumaMode::Strict);
        if *memory.placement.get_or_insert(placement) == Placement::Auto
            && vcpu.cpuset.is_none()
            && !pinned
        {
            vcpu.placement = Some(Placement::Auto);
        } else if memory.nodeset.is_some() && memory.placement == Some(Placement::Static) {
            memory.placement = None;
        }
        memory.nodeset =
            memory.nodeset.take().filter(|_| memory.placement != Some(Placement::Auto));
    }
    if automatic && numatune.memory.is_none() && numatune.nodes.is_empty() {
        numatune.memory = Some(NumaMemory {
            mode: Some(NumaMode::Strict),
            placement: Some(Placement::Auto),
            nodeset: None,
        });
    }
    for node in &mut numatune.nodes {
        node.mode.get_or_insert(NumaMode::Strict);
    }
    numatune.nodes.sort_by_key(|node| node.cellid);
    vcpu.placement.get_or_insert(Placement::Static);
    vcpu.cpuset = vcpu.cpuset.take().filter(|_| vcpu.placement == Some(Placement::Static));
}

/// An image is a ROM unless it says otherwise; keys that are enrolled are of no use without secure boot.
fn complete_firmware(domain: &mut Domain) {
    if let Some(loader) = domain.os.loader.as_mut().filter(|loader| !loader.path.is_empty()) {
        loader.kind.get_or_insert(LoaderType::Rom);
    }
    let Some(FirmwareFeatures { features }) = domain.os.firmware_features.as_deref_mut() else {
        return;
    };
    let says =
        |name| features.iter().find(|feature| feature.name == name).map(|feature| feature.enabled);
    let keys = says(FirmwareFeatureName::EnrolledKeys) == Some(YesNo::Yes);
    if keys && says(FirmwareFeatureName::SecureBoot).is_none() {
        features
            .push(FirmwareFeature { enabled: YesNo::Yes, name: FirmwareFeatureName::SecureBoot });
    }
    features.sort_by_key(|feature| feature.name);
    features.dedup_by_key(|feature| feature.name);
    domain.os.firmware_features =
        domain.os.firmware_features.take().filter(|all| !all.features.is_empty());
}

/// Flash that a guest may write has a file of its own.
pub(super) fn complete_nvram(domain: &mut Domain, host: &dyn Host) {
    if let Some(NvramPlace::Source(source)) = domain.os.nvram.as_mut().map(|nvram| &mut nvram.place)
    {
        disks::complete_storage(source);
    }
    let flash = domain.os.loader.as_deref().is_some_and(|loader| {
        loader.kind == Some(LoaderType::Pflash)
            && loader.readonly == Some(YesNo::Yes)
            && loader.stateless != Some(YesNo::Yes)
            && !loader.path.is_empty()
    });
    if !flash || domain.os.firmware.is_some() {
        return;
    }
    let nvram = domain.os.nvram.get_or_insert_default();
    if nvram.place == NvramPlace::Default {
        let path = format!("{}/{}_VARS.fd", host.nvram_directory(), domain.name);
        nvram.place = NvramPlace::Path(path.into());
    }
}

/// Whether any thread has its CPUs said.
fn is_pinned(tune: &CpuTune) -> bool {
    tune.emulatorpin.is_some() || !tune.vcpupins.is_empty() || !tune.iothreadpins.is_empty()
}

/// Every I/O thread has a number, the lowest that is free if none is said.
fn complete_iothreads(domain: &mut Domain) {
    let written = domain.iothread_ids.as_ref().map_or(0, |ids| ids.iothreads.len()) as u32;
    let count = domain.iothreads.unwrap_or(0).max(written).min(MOST_IOTHREADS);
    if count > 0 {
        domain.iothreads = Some(count);
    }
    if let Some(ids) = &mut domain.iothread_ids {
        while (ids.iothreads.len() as u32) < count {
            let free =
                (1..).find(|id| ids.iothreads.iter().all(|thread| thread.id != *id)).unwrap_or(1);
            ids.iothreads.push(IoThread { id: free, thread_pool_min: None, thread_pool_max: None });
        }
    }
    let count = domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.count);
    domain.cputune.vcpupins.retain(|pin| pin.vcpu < count);
    domain.cputune.vcpupins.sort_by_key(|pin| pin.vcpu);
    domain.cputune.iothreadpins.sort_by_key(|pin| pin.iothread);
}

/// Limits of memory that are none are not said.
fn drop_unlimited(domain: &mut Domain) {
    let tune = &mut domain.memtune;
    tune.min_guarantee = tune.min_guarantee.filter(|least| least.0 > 0);
    for limit in [
        &mut tune.hard_limit,
        &mut tune.soft_limit,
        &mut tune.min_guarantee,
        &mut tune.swap_hard_limit,
    ] {
        *limit = limit.filter(|limit| limit.0 < MEMORY_UNLIMITED.0);
    }
}

/// Parts of caches are of vCPUs that there are, and in the largest unit.
fn complete_cache_tuning(domain: &mut Domain) -> Result<(), Error> {
    let count = domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.count);
    let there = |vcpus: &RangeSet| vcpus.iter().any(|vcpu| vcpu < count);
    let tune = &mut domain.cputune;
    tune.cachetunes
        .retain(|part| there(&part.vcpus) && !(part.caches.is_empty() && part.monitors.is_empty()));
    tune.memorytunes.retain(|part| there(&part.vcpus) && !part.nodes.is_empty());
    for cache in tune.cachetunes.iter_mut().flat_map(|part| &mut part.caches) {
        let bytes = in_unit(cache.size, cache.unit.as_deref().unwrap_or("KiB"))?;
        (cache.size, cache.unit) = human(bytes);
    }
    Ok(())
}

/// A number of bytes in the largest unit that divides it.
fn human(bytes: u64) -> (u64, Option<Box<str>>) {
    if bytes == 0 {
        return (0, Some("B".into()));
    }
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let (unit, factor) =
        units.into_iter().find(|(_, factor)| bytes.is_multiple_of(*factor)).unwrap_or(("B", 1));
    (bytes / factor, Some(unit.into()))
}

/// A size in a unit, in bytes.
///
/// # Errors
/// An unknown unit, or too much.
pub(super) fn in_unit(size: u64, unit: &str) -> Result<u64, Error> {
    let factor = scale(unit)
        .ok_or_else(|| Error::new(crate::Code::InvalidArg, format!("unknown suffix '{unit}'")))?;
    size.checked_mul(factor)
        .ok_or_else(|| Error::new(crate::Code::Overflow, format!("value too large: {size}{unit}")))
}

/// Sizes of pages and nodes in KiB; numbers of nodes that have none.
fn complete_numa(domain: &mut Domain) -> Result<(), Error> {
    let pages = domain.memory_backing.as_mut().and_then(|backing| backing.hugepages.as_mut());
    for page in pages.into_iter().flat_map(|hugepages| &mut hugepages.pages) {
        page.size = in_unit(page.size, page.unit.as_deref().unwrap_or("KiB"))?.div_ceil(1024);
        page.unit = Some("KiB".into());
    }
    let Some(numa) = domain.cpu.as_mut().and_then(|cpu| cpu.numa.as_mut()) else { return Ok(()) };
    for (at, cell) in numa.cells.iter_mut().enumerate() {
        cell.id.get_or_insert(at as u32);
        if let Some(memory) = &mut cell.memory {
            *memory = in_unit(*memory, cell.unit.as_deref().unwrap_or("KiB"))?.div_ceil(1024);
            cell.unit = Some("KiB".into());
        }
    }
    numa.cells.sort_by_key(|cell| cell.id);
    mirror_distances(&mut numa.cells);
    // vCPUs of no node belong to the first.
    let of_nodes =
        |id| numa.cells.iter().filter_map(|cell| cell.cpus.as_ref()).any(|cpus| cpus.contains(id));
    let count = domain.vcpu.as_ref().map_or(0, |vcpu| vcpu.count).min(MOST_VCPUS);
    let homeless: Vec<u32> = (0..count).filter(|id| !of_nodes(*id)).collect();
    if let Some(first) = numa.cells.first_mut().filter(|_| !homeless.is_empty()) {
        let own = first.cpus.iter().flat_map(RangeSet::iter);
        first.cpus = Some(own.chain(homeless).collect());
    }
    Ok(())
}

/// Distance of a node to itself, and to another one if nobody says.
const LOCAL_DISTANCE: u32 = 10;
const REMOTE_DISTANCE: u32 = 20;

/// Once any node says a distance all have all: as far as the other says, or else the usual.
fn mirror_distances(cells: &mut [NumaCell]) {
    let said = |cells: &[NumaCell], from: usize, to: usize| {
        let siblings = &cells.get(from)?.distances.as_ref()?.siblings;
        siblings.iter().find(|sibling| sibling.id as usize == to).map(|sibling| sibling.value)
    };
    if cells.len() > MOST_DISTANT || cells.iter().all(|cell| cell.distances.is_none()) {
        return;
    }
    let distance = |from: usize, to: usize| {
        let usual = if from == to { LOCAL_DISTANCE } else { REMOTE_DISTANCE };
        said(cells, from, to).or_else(|| said(cells, to, from)).unwrap_or(usual)
    };
    let all: Vec<Distances> = (0..cells.len())
        .map(|from| Distances {
            siblings: (0..cells.len())
                .map(|to| Sibling { id: to as u32, value: distance(from, to) })
                .collect(),
        })
        .collect();
    for (cell, distances) in cells.iter_mut().zip(all) {
        cell.distances = Some(distances);
    }
}

/// Memory at start is that of the NUMA nodes, if there are any; a balloon can only take away.
fn complete_memory(domain: &mut Domain) -> Result<(), Error> {
    let cells = domain.cpu.iter().filter_map(|cpu| cpu.numa.as_ref()).flat_map(|numa| &numa.cells);
    let of_nodes: u64 = cells.filter_map(|cell| cell.memory).fold(0, u64::saturating_add);
    let of_devices: u64 = domain
        .devices
        .memories
        .iter()
        .map(|memory| memory.target.size.0)
        .fold(0, u64::saturating_add);
    let total = match (of_nodes, &domain.memory) {
        (0, None) => 0,
        (0, Some(memory)) => memory.size.0,
        (nodes, _) => nodes.saturating_add(of_devices),
    };
    if total <= of_devices {
        return Err(Error::xml(
            "Memory size must be specified via <memory> or in the <numa> configuration",
        ));
    }
    let dump_core = domain.memory.and_then(|memory| memory.dump_core);
    domain.memory = Some(Memory { dump_core, size: Kib(total) });
    let current = domain.current_memory.filter(|current| current.0 != 0 && current.0 <= total);
    domain.current_memory = Some(current.unwrap_or(Kib(total)));
    Ok(())
}

/// The hard disk, unless anything else says what to boot from.
fn complete_boot(domain: &mut Domain) {
    let ordered = domain.devices.infos().iter().any(|info| info.boot.is_some());
    if domain.os.boot.is_empty() && !ordered {
        domain.os.boot.push(Boot { dev: BootDevice::Hd });
    }
}

fn complete_clock(domain: &mut Domain) {
    let clock = domain.clock.get_or_insert(Clock {
        offset: None,
        adjustment: None,
        basis: None,
        timezone: None,
        start: None,
        timers: Vec::new(),
    });
    match *clock.offset.get_or_insert(ClockOffset::Utc) {
        ClockOffset::Variable => {
            let seconds = clock.adjustment.as_deref().and_then(|text| text.parse::<i64>().ok());
            clock.adjustment = Some(seconds.unwrap_or(0).to_string().into());
            clock.basis.get_or_insert(ClockBasis::Utc);
        }
        // An adjustment makes a clock that drifts with the guest out of one that does not.
        offset @ (ClockOffset::Utc | ClockOffset::Localtime) => {
            if clock.adjustment.as_deref().is_some_and(|text| text != "reset") {
                clock.offset = Some(ClockOffset::Variable);
                clock.basis = Some(match offset {
                    ClockOffset::Localtime => ClockBasis::Localtime,
                    _ => ClockBasis::Utc,
                });
            }
        }
        ClockOffset::Timezone | ClockOffset::Absolute => clock.adjustment = None,
    }
    let offset = clock.offset;
    clock.basis = clock.basis.filter(|_| offset == Some(ClockOffset::Variable));
    clock.timezone = clock.timezone.take().filter(|_| offset == Some(ClockOffset::Timezone));
    clock.start = clock.start.filter(|_| offset == Some(ClockOffset::Absolute));
}
