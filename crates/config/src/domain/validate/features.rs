//! Rules of features, of processors' identities and of the firmware's tables.

use super::refuse;
use crate::domain::complete::Chipset;
use crate::domain::cpu::{AddressBitsMode, CpuMode, Numa};
use crate::domain::os::Firmware;
use crate::domain::sysinfo::{Sysinfo, SysinfoType};
use crate::domain::{Domain, VirtType};
use crate::{Error, OnOff, Uuid, YesNo};

/// Most characters of a vendor that Hyper-V is shown, and as many as a processor's has.
const VENDOR: usize = 12;
/// A node's distance to itself.
const LOCAL: u32 = 10;

/// Refuses what is no feature of such a machine.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    check_hyperv(domain)?;
    check_machine(domain)?;
    check_cpu(domain)?;
    check_distances(domain)?;
    domain.sysinfo.iter().try_for_each(|sysinfo| check_sysinfo(domain, sysinfo))
}

fn check_hyperv(domain: &Domain) -> Result<(), Error> {
    let Some(hyperv) = &domain.features.hyperv else { return Ok(()) };
    let spinlocks = hyperv.spinlocks.as_ref();
    refuse(spinlocks.is_some_and(|s| s.state == OnOff::On && s.retries.is_none()), || {
        Error::xml("Missing required attribute 'retries' in element 'spinlocks'")
    })?;
    let shown = hyperv.vendor_id.as_ref().filter(|vendor| vendor.state == OnOff::On);
    refuse(shown.is_some_and(|vendor| vendor.value.is_none()), || {
        Error::xml("missing 'value' attribute for HyperV feature 'vendor_id'")
    })?;
    let vendor = shown.and_then(|vendor| vendor.value.as_deref());
    refuse(vendor.is_some_and(|vendor| vendor.contains(',')), || {
        Error::xml("HyperV vendor_id value is invalid")
    })?;
    refuse(vendor.is_some_and(|vendor| vendor.len() > VENDOR), || {
        Error::xml("HyperV vendor_id value must not be more than 12 characters.")
    })
}

fn check_machine(domain: &Domain) -> Result<(), Error> {
    let features = &domain.features;
    let x86 = Chipset::of(domain) != Chipset::Other;
    let tseg = features.smm.as_ref().is_some_and(|smm| smm.tseg.is_some());
    refuse(tseg && Chipset::of(domain) != Chipset::Q35, || {
        Error::unsupported("SMM TSEG is only supported with q35 machine type")
    })?;
    refuse(features.gic.is_some() && Chipset::of(domain) != Chipset::Other, || {
        Error::unsupported(format!(
            "The 'gic' feature is not supported for architecture '{}' or machine type '{}'",
            domain.os.machine.arch.as_deref().unwrap_or_default(),
            domain.os.machine.machine.as_deref().unwrap_or_default(),
        ))
    })?;
    if let Some(msrs) = &features.msrs
        && !matches!(&*msrs.unknown, "ignore" | "fault")
    {
        return Err(Error::xml(format!(
            "Invalid value for attribute 'unknown' in element 'msrs': '{}'.",
            msrs.unknown
        )));
    }
    let pseries = [
        (features.hpt.is_some(), "hpt"),
        (features.htm.is_some(), "htm"),
        (features.nested_hv.is_some(), "nested-hv"),
        (features.ccf_assist.is_some(), "ccf-assist"),
        (features.cfpc.is_some(), "cfpc"),
        (features.sbbc.is_some(), "sbbc"),
        (features.ibs.is_some(), "ibs"),
    ];
    if let Some((_, name)) = pseries.into_iter().find(|(there, _)| *there && x86) {
        return Err(Error::unsupported(format!(
            "The '{name}' feature is not supported for architecture '{}' or machine type '{}'",
            domain.os.machine.arch.as_deref().unwrap_or_default(),
            domain.os.machine.machine.as_deref().unwrap_or_default(),
        )));
    }
    let cache = features.tcg.tb_cache;
    refuse(cache.is_some() && domain.virt_type == VirtType::Kvm, || {
        Error::unsupported("TCG features are incompatible with domain type 'kvm'")
    })?;
    refuse(cache.is_some_and(|cache| cache.0 % 1024 != 0), || {
        Error::unsupported("tb-cache size must be an integer multiple of MiB")
    })?;
    let ring = features.kvm.as_ref().and_then(|kvm| kvm.dirty_ring.as_ref());
    let wrong = |size: u32| !size.is_power_of_two() || !(1024..=65536).contains(&size);
    refuse(ring.is_some_and(|r| r.state == OnOff::On && r.size.is_none()), || {
        Error::xml("Missing required attribute 'size' in element 'dirty-ring'")
    })?;
    let wrong = ring.is_some_and(|r| r.state == OnOff::On && r.size.is_some_and(wrong));
    refuse(wrong, || Error::xml("dirty ring must be power of 2 and ranges [1024, 65536]"))?;
    let serial = domain.os.bios.as_ref().is_some_and(|b| b.useserial == Some(YesNo::Yes));
    refuse(serial && domain.devices.serials.is_empty(), || {
        Error::xml("need at least one serial port to use BIOS serial output")
    })
}

/// Refuses firmware that talks to its guest through ACPI where there is none.
pub(super) fn check_uefi(domain: &Domain) -> Result<(), Error> {
    let x86 = Chipset::of(domain) != Chipset::Other;
    refuse(domain.os.firmware == Some(Firmware::Efi) && x86 && !domain.features.acpi, || {
        Error::unsupported("UEFI requires ACPI on this architecture")
    })
}

fn check_cpu(domain: &Domain) -> Result<(), Error> {
    let Some(cpu) = &domain.cpu else { return Ok(()) };
    let id = cpu.model.as_ref().and_then(|model| model.vendor_id.as_deref());
    refuse(id.is_some_and(|id| id.len() != VENDOR), || {
        Error::xml("vendor_id must be exactly 12 characters long")
    })?;
    let hosts = matches!(cpu.mode, Some(CpuMode::HostPassthrough | CpuMode::Maximum));
    refuse(cpu.migratable.is_some() && !hosts, || {
        Error::unsupported(
            "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode",
        )
    })?;
    let bits = cpu.maxphysaddr.as_ref();
    refuse(
        bits.is_some_and(|bits| bits.mode == AddressBitsMode::Emulate && bits.bits.is_none()),
        || {
            Error::unsupported(
                "if using CPU maximum physical address mode='emulate', bits= must be specified too",
            )
        },
    )
}

fn check_distances(domain: &Domain) -> Result<(), Error> {
    let Some(numa) = domain.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref()) else { return Ok(()) };
    refuse(numa.cells.is_empty(), || Error::xml("NUMA topology defined without NUMA cells"))?;
    check_caches(numa)?;
    let count = numa.cells.len() as u64;
    for (at, cell) in numa.cells.iter().enumerate() {
        for sibling in cell.distances.iter().flat_map(|distances| &distances.siblings) {
            let (id, value) = (sibling.id, sibling.value);
            refuse(u64::from(id) >= count, || {
                Error::xml(format!(
                    "'sibling_id {id}' does not refer to a valid cell within NUMA 'cell id {at}'"
                ))
            })?;
            let own = id as usize == at;
            refuse((own && value != LOCAL) || !(LOCAL..=255).contains(&value), || {
                Error::xml(format!(
                    "'value {value}' is invalid for 'sibling id {id}' under NUMA 'cell id {at}'"
                ))
            })?;
        }
    }
    let beyond = domain.numatune.nodes.iter().any(|node| u64::from(node.cellid) >= count);
    refuse(beyond, || {
        Error::xml(
            "Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell",
        )
    })
}

/// The highest level of a node's caches.
const DEEPEST_CACHE: u32 = 3;

/// Caches have levels, and figures are about nodes and caches that there are.
fn check_caches(numa: &Numa) -> Result<(), Error> {
    for (at, cell) in numa.cells.iter().enumerate() {
        refuse(cell.caches.iter().any(|cache| cache.level == 0), || {
            Error::xml(format!("Invalid 'level' attribute in cache element for NUMA node {at}"))
        })?;
    }
    let mut caches = numa.cells.iter().flat_map(|cell| &cell.caches);
    refuse(caches.any(|cache| cache.level > DEEPEST_CACHE), || {
        Error::xml(format!("a cache of a NUMA node has a level above {DEEPEST_CACHE}"))
    })?;
    let Some(figures) = &numa.interconnects else { return Ok(()) };
    let latencies = figures.latencies.iter().map(|it| (it.initiator, it.target, it.cache));
    let bandwidths = figures.bandwidths.iter().map(|it| (it.initiator, it.target, it.cache));
    for (initiator, target, cache) in latencies.chain(bandwidths) {
        for (node, name) in [(initiator, "initiator"), (target, "target")] {
            refuse(node as usize >= numa.cells.len(), || {
                Error::xml(format!("'{name}' refers to a non-existent NUMA node"))
            })?;
        }
        let has = |level| {
            let cell = numa.cells.get(target as usize);
            cell.is_some_and(|cell| cell.caches.iter().any(|cache| cache.level == level))
        };
        refuse(cache.is_some_and(|level| level != 0 && !has(level)), || {
            Error::xml("'cache' refers to a non-existent NUMA node cache")
        })?;
    }
    Ok(())
}

fn check_sysinfo(domain: &Domain, sysinfo: &Sysinfo) -> Result<(), Error> {
    if sysinfo.kind == SysinfoType::Fwcfg {
        for entry in &sysinfo.entries {
            refuse(entry.value.is_empty() && entry.file.is_none(), || {
                Error::xml("Firmware entry must have either value or 'file' attribute")
            })?;
            refuse(!entry.name.starts_with("opt/"), || {
                Error::unsupported("Invalid firmware name")
            })?;
        }
    }
    let system = sysinfo.system.iter().flat_map(|table| &table.entries);
    let Some(entry) = system.into_iter().find(|entry| &*entry.name == "uuid") else {
        return Ok(());
    };
    match entry.value.parse::<Uuid>() {
        Err(_) => Err(Error::detail("malformed <sysinfo> uuid element")),
        Ok(uuid) if domain.uuid.is_some_and(|own| own != uuid) => {
            Err(Error::detail("UUID mismatch between <uuid> and <sysinfo>"))
        }
        Ok(_) => Ok(()),
    }
}
