//! Which kind of place a device can be at.

use super::refuse;
use crate::Error;
use crate::YesNo;
use crate::domain::Domain;
use crate::domain::address::Address;
use crate::domain::chardev::SerialType;
use crate::domain::complete::Chipset;
use crate::domain::device::DeviceInfo;
use crate::domain::peripheral::{InputBus, IommuModel, PanicModel, WatchdogModel};

/// Refuses a place that the user chose and that is none for such a device, before places are given out.
pub(super) fn check_written(domain: &Domain) -> Result<(), Error> {
    let devices = &domain.devices;
    let usb = devices.inputs.iter().filter(|i| i.bus == Some(InputBus::Usb)).map(|i| &i.info);
    let usb = usb.chain(devices.redirdevs.iter().map(|redirdev| &redirdev.info));
    for info in usb {
        refuse(!at(info, |address| matches!(address, Address::Usb(_))), || {
            Error::xml("Invalid address for a USB device")
        })?;
    }
    let nowhere = |info: &&DeviceInfo| info.address == Some(Address::Unassigned);
    let assigned = devices.hostdevs.iter().map(|hostdev| &hostdev.info).filter(nowhere);
    refuse(devices.infos().into_iter().filter(nowhere).count() > assigned.count(), || {
        Error::unsupported("address of type 'unassigned' is supported only for hostdevs")
    })?;
    for card in &devices.smartcards {
        refuse(!at(&card.info, |address| matches!(address, Address::Ccid(_))), || {
            Error::unsupported("Controllers must use the 'ccid' address type")
        })?;
    }
    match &devices.iommu {
        Some(iommu) if iommu.model != IommuModel::Virtio && iommu.info.address.is_some() => {
            Err(Error::xml(format!("iommu model '{}' can't have address", iommu.model)))
        }
        _ => Ok(()),
    }
}

/// The same of the completed domain.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    let devices = &domain.devices;
    if let Some(watchdog) = &devices.watchdog {
        refuse(watchdog.model == WatchdogModel::Ib700 && watchdog.info.address.is_some(), || {
            Error::unsupported("ib700 model of watchdog does not support configuring the address")
        })?;
        let pci = at(&watchdog.info, |address| matches!(address, Address::Pci(_)));
        refuse(watchdog.model == WatchdogModel::I6300esb && !pci, || {
            Error::unsupported("i6300esb model of watchdog can go only on PCI bus")
        })?;
    }
    for panic in &devices.panics {
        let isa = at(&panic.info, |address| matches!(address, Address::Isa(_)));
        refuse(panic.model == Some(PanicModel::Isa) && !isa, || {
            Error::unsupported("panic is supported only with ISA address type")
        })?;
        refuse(panic.model == Some(PanicModel::Hyperv) && panic.info.address.is_some(), || {
            Error::unsupported(
                "setting the panic device address is not supported for model 'hyperv'",
            )
        })?;
    }
    for card in &devices.smartcards {
        let first = |address: &Address| matches!(address, Address::Ccid(place) if place.controller == 0 && place.slot == 0);
        refuse(!at(&card.info, first), || {
            Error::unsupported("this QEMU binary lacks multiple smartcard support")
        })?;
    }
    for serial in &devices.serials {
        let (needed, suits): (_, fn(&Address) -> bool) = match serial.target.kind {
            Some(SerialType::Isa) => ("isa", |address| matches!(address, Address::Isa(_))),
            Some(SerialType::Usb) => ("usb", |address| matches!(address, Address::Usb(_))),
            Some(SerialType::Pci) => ("pci", |address| matches!(address, Address::Pci(_))),
            _ => continue,
        };
        refuse(!at(&serial.info, suits), || {
            Error::unsupported(format!(
                "Target type '{needed}-serial' requires address type '{needed}'"
            ))
        })?;
    }
    devices.infos().into_iter().try_for_each(|info| check_info(domain, info))
}

/// Whether a device is at such a place, or may still get one.
fn at(info: &DeviceInfo, such: impl Fn(&Address) -> bool) -> bool {
    info.address.as_ref().is_none_or(such)
}

fn check_info(domain: &Domain, info: &DeviceInfo) -> Result<(), Error> {
    let x86 = Chipset::of(domain) != Chipset::Other;
    refuse(x86 && matches!(info.address, Some(Address::Ccw(_))), || {
        let machine = domain.os.machine.machine.as_deref().unwrap_or_default();
        Error::unsupported(format!(
            "cannot use CCW address type for device '<null>' using machine type '{machine}'"
        ))
    })?;
    refuse(info.acpi.is_some_and(|acpi| acpi.index == 0), || {
        Error::xml("Invalid value for attribute 'index' in element 'acpi': Zero is not permitted")
    })?;
    let pci = at(info, |address| matches!(address, Address::Pci(_)));
    refuse(info.acpi.is_some() && !pci, || {
        Error::unsupported("ACPI index is only supported for PCI devices")
    })?;
    let tuned = info.rom.as_deref().is_some_and(|rom| {
        rom.enabled == Some(YesNo::No) && (rom.bar.is_some() || rom.file.is_some())
    });
    refuse(tuned, || Error::unsupported("ROM tuning is not supported when ROM is disabled"))
}
