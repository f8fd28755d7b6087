//! Controllers that nobody wrote: those of the machine, and those that devices need.

use xml::Base16;

use super::{Chipset, Qemu};
use crate::Error;
use crate::domain::Domain;
use crate::domain::address::{Address, SpaprVioAddress};
use crate::domain::chardev::{ChannelType, ConsoleType};
use crate::domain::controller::{Controller, ControllerModel, ControllerType, PciTarget};
use crate::domain::device::{DeviceInfo, Master};
use crate::domain::disk::DiskBus;
use crate::domain::hostdev::HostdevSource;

/// The first register of IBM's virtual SCSI.
const IBMVSCSI_REGISTER: u32 = 0x2000;
/// Most ports of an xHCI controller.
const XHCI_PORTS: u32 = 15;

/// A controller with nothing but its kind and model.
fn bare(kind: ControllerType, index: u32, model: Option<ControllerModel>) -> Controller {
    Controller {
        kind,
        index: Some(index),
        model,
        ports: None,
        vectors: None,
        max_grant_frames: None,
        max_event_channels: None,
        pci_model: None,
        target: PciTarget::default(),
        driver: Default::default(),
        info: DeviceInfo::default(),
        pcihole64: None,
    }
}

fn of(domain: &Domain, kind: ControllerType) -> impl Iterator<Item = &Controller> {
    domain.devices.controllers.iter().filter(move |controller| controller.kind == kind)
}

/// Adds a controller unless there is one of its kind with this index.
pub(super) fn ensure(
    domain: &mut Domain,
    kind: ControllerType,
    index: u32,
    model: Option<ControllerModel>,
) {
    if !of(domain, kind).any(|controller| controller.index == Some(index)) {
        domain.devices.controllers.push(bare(kind, index, model));
    }
}

/// Adds what the machine always has: USB, SATA on q35, the root of PCI.
///
/// # Errors
/// Another root than the machine's.
pub(super) fn add_machines(
    domain: &mut Domain,
    chipset: Chipset,
    qemu: &dyn Qemu,
) -> Result<(), Error> {
    let isa_only = domain.os.machine.machine.as_deref() == Some("isapc");
    let first_usb = of(domain, ControllerType::Usb).any(|usb| usb.index == Some(0));
    if !isa_only && !first_usb {
        match chipset {
            Chipset::Q35 => add_q35_usb(domain, qemu),
            Chipset::I440fx | Chipset::Other => ensure(domain, ControllerType::Usb, 0, None),
        }
    }
    let root = match chipset {
        Chipset::Q35 => {
            ensure(domain, ControllerType::Sata, 0, None);
            ControllerModel::PcieRoot
        }
        Chipset::I440fx => ControllerModel::PciRoot,
        Chipset::Other => return Ok(()),
    };
    ensure(domain, ControllerType::Pci, 0, Some(root));
    let first = of(domain, ControllerType::Pci).find(|controller| controller.index == Some(0));
    match first.map(|controller| controller.model) {
        Some(other) if other != Some(root) => {
            let found = other.map_or("(null)", ControllerModel::word);
            Err(Error::xml(format!(
                "The PCI controller with index='0' must be model='{root}' for this machine type, but model='{found}' was found instead"
            )))
        }
        _ => Ok(()),
    }
}

fn add_q35_usb(domain: &mut Domain, qemu: &dyn Qemu) {
    let models = [
        ("qemu-xhci", ControllerModel::QemuXhci),
        ("nec-usb-xhci", ControllerModel::NecXhci),
        ("ich9-usb-ehci1", ControllerModel::Ich9Ehci1),
    ];
    let Some((_, model)) = models.into_iter().find(|(device, _)| qemu.has_device(device)) else {
        return;
    };
    ensure(domain, ControllerType::Usb, 0, Some(model));
    if model != ControllerModel::Ich9Ehci1 {
        return;
    }
    for model in
        [ControllerModel::Ich9Uhci1, ControllerModel::Ich9Uhci2, ControllerModel::Ich9Uhci3]
    {
        let mut companion = bare(ControllerType::Usb, 0, Some(model));
        companion.info.master = first_port(model).map(|startport| Master { startport });
        domain.devices.controllers.push(companion);
    }
}

/// Numbers the controllers that the user did not.
pub(super) fn number(domain: &mut Domain) {
    for at in 0..domain.devices.controllers.len() {
        if domain.devices.controllers[at].index.is_none() {
            let index = free_index(domain, at);
            let controller = &mut domain.devices.controllers[at];
            controller.index = Some(index);
            if let Some(startport) = controller.model.and_then(first_port) {
                controller.info.master.get_or_insert(Master { startport });
            }
        }
    }
}

/// The first of its master's ports that a companion serves.
const fn first_port(companion: ControllerModel) -> Option<u32> {
    match companion {
        ControllerModel::Ich9Uhci1 => Some(0),
        ControllerModel::Ich9Uhci2 => Some(2),
        ControllerModel::Ich9Uhci3 => Some(4),
        _ => None,
    }
}

/// Chooses models.
///
/// # Errors
/// A model or a number of ports that there is not.
pub(super) fn complete_written(domain: &mut Domain, qemu: &dyn Qemu) -> Result<(), Error> {
    check_expanders(domain)?;
    for controller in &mut domain.devices.controllers {
        match controller.kind {
            ControllerType::Usb => complete_usb(controller, qemu)?,
            ControllerType::Scsi
                if matches!(controller.model, None | Some(ControllerModel::Auto)) =>
            {
                controller.model = Some(scsi_model(qemu));
            }
            ControllerType::Scsi if controller.model == Some(ControllerModel::Ibmvscsi) => {
                let place = SpaprVioAddress { reg: Some(Base16(IBMVSCSI_REGISTER)) };
                controller.info.address.get_or_insert(Address::SpaprVio(place));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A further root is one of the machine's own kind.
fn check_expanders(domain: &Domain) -> Result<(), Error> {
    let chipset = Chipset::of(domain);
    for (model, needed, family) in [
        (ControllerModel::PciExpanderBus, Chipset::I440fx, "440fx"),
        (ControllerModel::PcieExpanderBus, Chipset::Q35, "q35"),
    ] {
        if chipset != needed && of(domain, ControllerType::Pci).any(|c| c.model == Some(model)) {
            return Err(Error::unsupported(format!(
                "{model} controllers are only supported on {family}-based machinetypes"
            )));
        }
    }
    Ok(())
}

fn scsi_model(qemu: &dyn Qemu) -> ControllerModel {
    if qemu.has_device("lsi53c895a") {
        ControllerModel::Lsilogic
    } else {
        ControllerModel::VirtioScsi
    }
}

fn complete_usb(controller: &mut Controller, qemu: &dyn Qemu) -> Result<(), Error> {
    if controller.model.is_none() {
        let models = [
            ("piix3-usb-uhci", ControllerModel::Piix3Uhci),
            ("pci-ohci", ControllerModel::PciOhci),
        ];
        let found = models.into_iter().find(|(device, _)| qemu.has_device(device));
        controller.model = found.map(|(_, model)| model);
    }
    match controller.model {
        Some(model @ (ControllerModel::Qusb1 | ControllerModel::Qusb2)) => {
            Err(Error::unsupported(format!(
                "USB controller model type 'qusb1' or 'qusb2' is not supported in {}: '{model}'",
                "qemu"
            )))
        }
        Some(model @ (ControllerModel::NecXhci | ControllerModel::QemuXhci))
            if controller.ports.is_some_and(|ports| ports > XHCI_PORTS) =>
        {
            Err(Error::unsupported(format!(
                "'{model}' controller only supports up to '{XHCI_PORTS}' ports"
            )))
        }
        _ => Ok(()),
    }
}

/// The index of a controller that has none: the parts of a USB 2.0 controller share that of the part before,
/// every other gets the first that its kind has free.
fn free_index(domain: &Domain, at: usize) -> u32 {
    let controllers = &domain.devices.controllers;
    let kind = controllers[at].kind;
    if let Some(function) = companion_function(&controllers[at]) {
        let before = controllers[..at].iter().rev().find(|other| other.kind == kind);
        let whole = |index: u32| {
            let mut parts = of(domain, kind).filter(|other| other.index == Some(index));
            parts.all(|part| companion_function(part).is_some_and(|taken| taken != function))
        };
        if let Some(index) = before.and_then(|before| before.index).filter(|index| whole(*index)) {
            return index;
        }
    }
    (0..).find(|index| !of(domain, kind).any(|other| other.index == Some(*index))).unwrap_or(0)
}

/// The function of a part of a USB 2.0 controller.
fn companion_function(controller: &Controller) -> Option<u8> {
    controller
        .model
        .filter(|_| controller.kind == ControllerType::Usb)
        .and_then(ControllerModel::usb_function)
}

/// Adds the controllers that disks, consoles, channels and smartcards need.
pub(super) fn add_needed(domain: &mut Domain, qemu: &dyn Qemu) {
    for (kind, bus, model) in [
        (ControllerType::Scsi, DiskBus::Scsi, Some(scsi_model(qemu))),
        (ControllerType::Fdc, DiskBus::Fdc, None),
        (ControllerType::Ide, DiskBus::Ide, None),
        (ControllerType::Sata, DiskBus::Sata, None),
    ] {
        let on_bus = domain.devices.disks.iter().filter(|disk| disk.target.bus == Some(bus));
        let last = on_bus.filter_map(|disk| drive_controller(&disk.info)).max();
        last.into_iter()
            .flat_map(|last| 0..=last)
            .for_each(|index| ensure(domain, kind, index, model));
    }
    for index in serial_controllers(domain) {
        ensure(domain, ControllerType::VirtioSerial, index, None);
    }
    let readers: Vec<u32> = domain
        .devices
        .smartcards
        .iter()
        .map(|card| match card.info.address {
            Some(Address::Ccid(place)) => place.controller,
            _ => 0,
        })
        .collect();
    readers.into_iter().for_each(|index| ensure(domain, ControllerType::Ccid, index, None));
}

/// Adds the SCSI controllers that devices of the host need, like the first there is.
pub(super) fn add_for_hostdevs(domain: &mut Domain, qemu: &dyn Qemu) {
    let first = of(domain, ControllerType::Scsi).next().and_then(|first| first.model);
    let model = first.unwrap_or_else(|| scsi_model(qemu));
    let scsi =
        domain.devices.hostdevs.iter().filter(|h| matches!(h.source, HostdevSource::Scsi(_)));
    let last = scsi.filter_map(|hostdev| drive_controller(&hostdev.info)).max();
    for index in last.into_iter().flat_map(|last| 0..=last) {
        ensure(domain, ControllerType::Scsi, index, Some(model));
    }
}

/// Most controllers of one kind that an address may call into being.
const MOST_IMPLIED: u32 = 255;

fn drive_controller(info: &DeviceInfo) -> Option<u32> {
    match &info.address {
        Some(Address::Drive(place)) => Some(place.controller.min(MOST_IMPLIED)),
        _ => None,
    }
}

/// The virtio-serial controllers that consoles and channels name; 0 for one that names none.
fn serial_controllers(domain: &Domain) -> Vec<u32> {
    let devices = &domain.devices;
    let channels =
        devices.channels.iter().filter(|c| c.target.kind == ChannelType::Virtio).map(|c| &c.info);
    let consoles = devices
        .consoles
        .iter()
        .filter(|c| c.target.kind == Some(ConsoleType::Virtio))
        .map(|c| &c.info);
    let index = |info: &DeviceInfo| match &info.address {
        Some(Address::VirtioSerial(place)) => place.controller.min(MOST_IMPLIED),
        _ => 0,
    };
    channels.chain(consoles).map(index).collect()
}
