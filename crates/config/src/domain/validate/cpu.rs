//! Rules of processors and their nodes.

use crate::Error;
use crate::domain::Domain;
use std::collections::HashSet;

use crate::domain::cpu::{AddressBitsMode, Cpu, CpuCacheMode, CpuMode, NumaCell};

/// Refuses what no machine has.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    let Some(cpu) = &domain.cpu else { return Ok(()) };
    check_features(cpu)?;
    check_cache(cpu)?;
    check_address_bits(cpu)?;
    check_topology(domain, cpu)?;
    check_cells(domain, cpu)
}

fn check_features(cpu: &Cpu) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match cpu.features.iter().find(|feature| !seen.insert(&*feature.name)) {
        Some(twice) => {
            Err(Error::xml(format!("CPU feature '{}' specified more than once", twice.name)))
        }
        None => Ok(()),
    }
}

/// The level of the last cache.
const DEEPEST_CACHE: u32 = 3;

fn is_hosts(cpu: &Cpu) -> bool {
    matches!(cpu.mode, Some(CpuMode::HostPassthrough | CpuMode::Maximum))
}

fn check_cache(cpu: &Cpu) -> Result<(), Error> {
    let Some(cache) = cpu.cache else { return Ok(()) };
    if cache.level.is_some_and(|level| !(1..=DEEPEST_CACHE).contains(&level)) {
        return Err(Error::xml(format!(
            "invalid CPU cache level, must be in range [1,{DEEPEST_CACHE}]"
        )));
    }
    let right_level = match cache.mode {
        CpuCacheMode::Emulate => cache.level == Some(3),
        CpuCacheMode::Passthrough | CpuCacheMode::Disable => cache.level.is_none(),
    };
    if cache.mode == CpuCacheMode::Passthrough && !is_hosts(cpu) {
        return Err(Error::unsupported(
            "CPU cache mode 'passthrough' can only be used with 'host-passthrough' / 'maximum' CPUs",
        ));
    }
    if right_level {
        Ok(())
    } else {
        Err(Error::unsupported(format!("unsupported CPU cache level for mode '{}'", cache.mode)))
    }
}

fn check_address_bits(cpu: &Cpu) -> Result<(), Error> {
    let Some(bits) = cpu.maxphysaddr else { return Ok(()) };
    match bits.mode {
        AddressBitsMode::Passthrough if bits.bits.is_some() => Err(Error::unsupported(
            "CPU maximum physical address bits number specification cannot be used with mode='passthrough'",
        )),
        AddressBitsMode::Passthrough if !is_hosts(cpu) => Err(Error::unsupported(
            "CPU maximum physical address bits mode 'passthrough' can only be used with 'host-passthrough' CPUs",
        )),
        AddressBitsMode::Emulate if bits.limit.is_some() => Err(Error::unsupported(
            "CPU maximum physical address bits limit specification cannot be used with mode='emulate'",
        )),
        AddressBitsMode::Passthrough | AddressBitsMode::Emulate => Ok(()),
    }
}

fn check_topology(domain: &Domain, cpu: &Cpu) -> Result<(), Error> {
    let Some(topology) = cpu.topology else { return Ok(()) };
    let dies = topology.dies.unwrap_or(1);
    let count = [topology.sockets, dies, topology.cores, topology.threads]
        .map(u64::from)
        .into_iter()
        .product::<u64>();
    match &domain.vcpu {
        Some(vcpu) if u64::from(vcpu.count) != count => {
            Err(Error::unsupported("CPU topology doesn't match maximum vcpu count"))
        }
        _ => Ok(()),
    }
}

fn check_cells(domain: &Domain, cpu: &Cpu) -> Result<(), Error> {
    let Some(numa) = &cpu.numa else { return Ok(()) };
    let in_order = numa.cells.iter().enumerate().all(|(at, cell)| cell.id == Some(at as u32));
    if !in_order {
        return Err(Error::xml(
            "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not starting from 0 are not allowed",
        ));
    }
    let mut named = 0u32;
    for (at, cell) in numa.cells.iter().enumerate() {
        if cell.memory.is_none() {
            return Err(Error::xml("missing element or attribute './@memory'"));
        }
        let Some(cpus) = &cell.cpus else { continue };
        named = named.saturating_add(cpus.len());
        let overlaps =
            |other: &NumaCell| other.cpus.as_ref().is_some_and(|other| other.overlaps(cpus));
        if let Some(other) = numa.cells[..at].iter().position(overlaps) {
            return Err(Error::unsupported(format!(
                "NUMA cells {at} and {other} have overlapping vCPU ids"
            )));
        }
    }
    let count = domain.vcpu.as_ref().map_or(0, |vcpu| vcpu.count);
    if named > count {
        return Err(Error::internal("Number of CPUs in <numa> exceeds the <vcpu> count"));
    }
    if numa.cells.iter().filter_map(|cell| cell.cpus.as_ref()?.last()).any(|last| last >= count) {
        return Err(Error::internal("CPU IDs in <numa> exceed the <vcpu> count"));
    }
    Ok(())
}
