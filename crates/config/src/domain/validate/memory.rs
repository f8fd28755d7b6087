//! Rules of memory: huge pages, memory devices.

use std::collections::HashSet;

use super::refuse;
use crate::domain::address::Address;
use crate::domain::memory::{MemoryDevice, MemoryModel};
use crate::domain::{Domain, VirtType};
use crate::{Error, Kib};

/// Least label of an NVDIMM.
const LEAST_LABEL: Kib = Kib(128);
/// Least block of memory that comes and goes: a huge page.
const LEAST_BLOCK: Kib = Kib(2048);

/// Refuses what cannot be backed.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    check_hugepages(domain)?;
    check_devices(domain, has)
}

fn cells(domain: &Domain) -> u32 {
    domain.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref()).map_or(0, |numa| numa.cells.len() as u32)
}

fn check_hugepages(domain: &Domain) -> Result<(), Error> {
    let Some(hugepages) =
        domain.memory_backing.as_ref().and_then(|backing| backing.hugepages.as_ref())
    else {
        return Ok(());
    };
    let cells = cells(domain);
    let mut master = None;
    for page in &hugepages.pages {
        let nodes = page.nodeset.as_ref();
        // Without nodes, node 0 is all there is.
        let whole = nodes.is_none_or(|nodes| cells == 0 && nodes.last() == Some(0));
        if whole {
            if let Some(other) = master.replace(page.size) {
                return Err(Error::detail(format!(
                    "two master hugepages detected: {} and {other}",
                    page.size
                )));
            }
        } else if let Some(node) = nodes.and_then(|nodes| nodes.iter().find(|node| *node >= cells))
        {
            return Err(Error::detail(format!("hugepages: node {node} not found")));
        }
    }
    for (at, page) in hugepages.pages.iter().enumerate() {
        let Some(nodes) = &page.nodeset else { continue };
        let others = hugepages.pages[..at].iter().filter_map(|other| other.nodeset.as_ref());
        if let Some(node) =
            others.flat_map(|other| nodes.iter().find(|node| other.contains(*node))).next()
        {
            return Err(Error::detail(format!("nodeset: page sizes overlap at node {node}")));
        }
    }
    Ok(())
}

fn check_devices(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let cells = cells(domain);
    let mut slots = HashSet::new();
    for memory in &domain.devices.memories {
        if let Some(Address::Dimm(place)) = &memory.info.address
            && !slots.insert(place.slot)
        {
            return Err(Error::unsupported(format!(
                "memory device slot '{}' is already being used by another memory device",
                place.slot
            )));
        }
        if memory.model == MemoryModel::SgxEpc {
            // Enclaves are KVM's to give.
            if !has("sgx-epc") || domain.virt_type != VirtType::Kvm {
                return Err(Error::unsupported("sgx epc isn't supported by this QEMU binary"));
            }
            continue;
        }
        if domain.max_memory.is_none() {
            return Err(Error::unsupported(
                "cannot use/hotplug a memory device when domain 'maxMemory' is not defined",
            ));
        }
        if cells == 0 {
            return Err(Error::unsupported(
                "At least one numa node has to be configured when enabling memory hotplug",
            ));
        }
        check_place(domain, memory)?;
        check_sizes(memory)?;
        if let Some(node) = memory.target.node.filter(|node| *node >= cells) {
            return Err(Error::detail(format!(
                "can't add memory backend for guest node '{node}' as the guest has only '{cells}' NUMA nodes configured"
            )));
        }
    }
    Ok(())
}

fn check_place(domain: &Domain, memory: &MemoryDevice) -> Result<(), Error> {
    let slots = domain.max_memory.map_or(0, |most| most.slots);
    match &memory.info.address {
        Some(Address::Dimm(_))
            if matches!(memory.model, MemoryModel::VirtioPmem | MemoryModel::VirtioMem) =>
        {
            Err(Error::unsupported(format!(
                "only 'pci' addresses are supported for the {} device",
                memory.model
            )))
        }
        // Slots that nobody chose are given out in order: then there is none left.
        Some(Address::Dimm(place)) if place.slot >= slots => {
            let chosen = domain.devices.memories.len() <= slots as usize;
            Err(if chosen {
                Error::unsupported(format!(
                    "memory device slot '{}' exceeds slots count '{slots}'",
                    place.slot
                ))
            } else {
                Error::internal("failed to find an empty memory slot")
            })
        }
        _ => Ok(()),
    }
}

fn check_sizes(memory: &MemoryDevice) -> Result<(), Error> {
    let target = &memory.target;
    match memory.model {
        MemoryModel::Nvdimm => {
            let Some(label) = target.label else { return Ok(()) };
            refuse(label.size < LEAST_LABEL, || {
                Error::xml("nvdimm label must be at least 128KiB")
            })?;
            refuse(label.size >= target.size, || {
                Error::xml("label size must be smaller than NVDIMM size")
            })
        }
        MemoryModel::VirtioPmem => refuse(target.node.is_some(), || {
            Error::unsupported("virtio-pmem does not support NUMA nodes")
        }),
        MemoryModel::VirtioMem => {
            let (block, requested) =
                (target.block.unwrap_or_default(), target.requested.unwrap_or_default());
            refuse(requested > target.size, || {
                Error::detail(format!(
                    "requested size must be smaller than or equal to @size ({}KiB)",
                    target.size.0
                ))
            })?;
            refuse(block.0.is_power_of_two() && block < LEAST_BLOCK, || {
                Error::detail(format!(
                    "block size too small, must be at least {}KiB",
                    LEAST_BLOCK.0
                ))
            })?;
            refuse(block.0 > 0 && requested.0 % block.0 != 0, || {
                Error::detail("requested size must be an integer multiple of block size")
            })
        }
        MemoryModel::Dimm | MemoryModel::SgxEpc => Ok(()),
    }
}
