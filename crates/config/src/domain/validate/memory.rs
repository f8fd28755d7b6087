//! Rules of memory: huge pages, memory devices.

use crate::Error;
use crate::domain::memory::MemoryModel;
use crate::domain::{Domain, VirtType};

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
    for memory in &domain.devices.memories {
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
        if let Some(node) = memory.target.node.filter(|node| *node >= cells) {
            return Err(Error::detail(format!(
                "can't add memory backend for guest node '{node}' as the guest has only '{cells}' NUMA nodes configured"
            )));
        }
    }
    Ok(())
}
