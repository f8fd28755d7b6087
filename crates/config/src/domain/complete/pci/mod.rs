//! Places on PCI, exactly libvirt's: they are what the guest's operating system remembers its devices by.
//!
//! ```text
//! plan:  the user's places, the chipset's, then every other device in order; buses are added where room
//!        is missing, and become controllers
//! place: the same again with the new controllers, which now take places of their own; this time for good
//! ```
//!
//! Invariant: a place that the user wrote is kept or refused. It moves by one bus, as libvirt has it, if that bus
//! had to be added and with it another to carry it.

mod buses;
mod chipset;
mod connect;
mod devices;
mod options;

use self::buses::{Bridging, Buses, Growth, MOST};
use self::connect::Connect;
use self::devices::{PciDevice, Role, Root};
use super::{Chipset, Qemu, controllers};
use crate::domain::Domain;
use crate::domain::address::{Address, PciAddress};
use crate::domain::complete::{Decider, Trail};
use crate::domain::controller::{ControllerModel, ControllerType};
use crate::{Error, OnOff};

/// Gives every PCI device without one its place, adding the controllers that this needs.
///
/// # Errors
/// A place that is taken, does not exist or does not suit; no room left.
pub(super) fn assign(
    domain: &mut Domain,
    chipset: Chipset,
    qemu: &dyn Qemu,
    trail: &mut Trail<'_>,
) -> Result<(), Error> {
    let root = match chipset {
        Chipset::I440fx => Root::Pci,
        Chipset::Q35 => Root::Pcie,
        Chipset::Other => return without_pci(domain),
    };
    let bridging = if qemu.has_device("pcie-pci-bridge") { Bridging::Pcie } else { Bridging::Dmi };
    for (index, model) in plan(domain, root, bridging)?.models().enumerate().skip(1) {
        controllers::ensure(domain, ControllerType::Pci, index as u32, Some(model));
    }
    trail.step(domain, Decider::Daemon, "for devices to plug into");
    let mut buses = Buses::new(bus_models(domain, root)?, Growth::Fixed);
    take_known(&mut devices::devices(&mut domain.devices, root), &mut buses, root)?;
    trail.step(domain, Decider::Machine, "where its chipset has it");
    let mut devices = devices::devices(&mut domain.devices, root);
    place(&mut devices, &mut buses)?;
    mark_multifunction(&mut devices);
    trail.step(domain, Decider::Daemon, "the first place that is free");
    options::complete(domain);
    trail.step(domain, Decider::Daemon, "from its number and its place");
    Ok(())
}

/// The buses there have to be for every device to find a place.
fn plan(domain: &mut Domain, root: Root, bridging: Bridging) -> Result<Buses, Error> {
    let models = bus_models(domain, root)?;
    let only_root = models.len() == 1;
    let mut buses = Buses::new(models, Growth::Adds(bridging));
    let mut devices = devices::devices(&mut domain.devices, root);
    // What was found out for a device is found out again; where a user's place moved to is known now.
    let unplaced = |device: &PciDevice<'_>| wanted(device).then(|| device.info.address.clone());
    let written: Vec<_> = devices.iter().map(unplaced).collect();
    let placed =
        take_known(&mut devices, &mut buses, root).and_then(|()| place(&mut devices, &mut buses));
    for (device, address) in devices.into_iter().zip(written) {
        if let Some(address) = address {
            device.info.address = address;
        }
    }
    placed?;
    match root {
        // Where a further bridge would go.
        Root::Pci if !buses.are_full() => buses.reserve_next(Connect::PCI_DEVICE).map(drop)?,
        // A domain that left everything to us gets one port more, so that a device can be plugged in.
        Root::Pcie if only_root && buses.len() > 1 => {
            buses.reserve_next(Connect::PCIE_DEVICE).map(drop)?
        }
        Root::Pci | Root::Pcie => {}
    }
    Ok(buses)
}

/// A machine without PCI can have no device on it; what another machine has on it stays as it is.
fn without_pci(domain: &mut Domain) -> Result<(), Error> {
    let buses = domain.devices.controllers.iter().any(|c| c.kind == ControllerType::Pci);
    let devices = devices::devices(&mut domain.devices, Root::Pci);
    let mut unplaced = devices.iter().filter(|device| device.role != Role::Ide && wanted(device));
    if !buses && unplaced.next().is_some() {
        return Err(Error::xml("No PCI buses available"));
    }
    Ok(())
}

/// The model of each bus there has to be: one that no controller names is a bridge or a root port.
fn bus_models(domain: &Domain, root: Root) -> Result<Vec<ControllerModel>, Error> {
    let missing = match root {
        Root::Pci => ControllerModel::PciBridge,
        Root::Pcie => ControllerModel::PcieRootPort,
    };
    let mut models = Vec::new();
    for controller in domain.devices.controllers.iter().filter(|c| c.kind == ControllerType::Pci) {
        let index = controller.index.unwrap_or(0) as usize;
        if index >= MOST {
            return Err(Error::unsupported(format!(
                "PCI controller index {index} too high, maximum is {}",
                MOST - 1
            )));
        }
        if index >= models.len() {
            models.resize(index + 1, missing);
        }
        models[index] = controller.model.unwrap_or(missing);
    }
    Ok(models)
}

/// Takes the places that the user wrote and the chipset has.
fn take_known(devices: &mut [PciDevice<'_>], buses: &mut Buses, root: Root) -> Result<(), Error> {
    for device in devices.iter_mut().filter(|device| !wanted(device)) {
        let Some(place) = device.info.pci().copied() else { continue };
        let bus = buses.reserve(&place, device.connect)?;
        device.info.address = Some(Address::Pci(PciAddress { bus, ..place }));
    }
    chipset::reserve(devices, buses, root)
}

/// Gives each device without a place the next free one.
fn place(devices: &mut [PciDevice<'_>], buses: &mut Buses) -> Result<(), Error> {
    let mut shared = shared_slots(devices);
    for device in devices.iter_mut().filter(|device| wanted(device)) {
        let place = match device.role {
            Role::UsbFunction(index, function) => {
                let known = shared.iter().find(|(bus, _)| *bus == index).map(|(_, slot)| *slot);
                let slot = known.map_or_else(|| buses.next(device.connect), Ok)?;
                shared.push((index, slot));
                let place = slot.with_function(function);
                buses.reserve(&place, device.connect)?;
                PciAddress { multifunction: (function == 0).then_some(OnOff::On), ..place }
            }
            _ => buses.reserve_next(device.connect)?,
        };
        put(device, place);
    }
    Ok(())
}

/// The slots in which parts of a USB 2.0 controller already are, by the index of the bus.
fn shared_slots(devices: &[PciDevice<'_>]) -> Vec<(u32, PciAddress)> {
    let slot = |device: &PciDevice<'_>| match (device.role, device.info.pci()) {
        (Role::UsbFunction(index, _), Some(place)) if !place.is_unset() => {
            Some((index, PciAddress::slot(place.bus, place.slot)))
        }
        _ => None,
    };
    devices.iter().filter_map(slot).collect()
}

/// Whether a place has to be found for a device.
fn wanted(device: &PciDevice<'_>) -> bool {
    match &device.info.address {
        None => true,
        Some(Address::Pci(place)) => place.is_unset(),
        Some(_) => false,
    }
}

/// Puts a device in its place; what else the user wrote of the place stays.
fn put(device: &mut PciDevice<'_>, place: PciAddress) {
    let written = device.info.pci().copied().unwrap_or_default();
    device.info.address = Some(Address::Pci(PciAddress {
        multifunction: place.multifunction.or(written.multifunction),
        zpci: written.zpci,
        ..place
    }));
}

/// Function 0 of a slot with more functions says so.
fn mark_multifunction(devices: &mut [PciDevice<'_>]) {
    let busy: Vec<PciAddress> = devices
        .iter()
        .filter_map(|d| d.info.pci())
        .filter(|place| place.function != 0)
        .copied()
        .collect();
    for device in devices {
        let Some(Address::Pci(place)) = &mut device.info.address else { continue };
        let shares = |other: &PciAddress| other.bus == place.bus && other.slot == place.slot;
        if place.function == 0 && place.multifunction.is_none() && busy.iter().any(shares) {
            place.multifunction = Some(OnOff::On);
        }
    }
}
