//! The places that the chipsets of pc and q35 have for their own devices.

use super::buses::Buses;
use super::connect::Connect;
use super::devices::{PciDevice, Role, Root};
use super::{put, wanted};
use crate::domain::address::PciAddress;
use crate::{Error, OnOff};

/// Of the PIIX3: ISA bridge, IDE, USB; then the first graphics card.
const PIIX_SLOT: u8 = 1;
const PIIX_IDE: PciAddress = PciAddress::slot(0, PIIX_SLOT).with_function(1);
const PIIX_USB: PciAddress = PciAddress::slot(0, PIIX_SLOT).with_function(2);
const PC_VIDEO: PciAddress = PciAddress::slot(0, 2);

/// Of the ICH9: LPC bridge, SATA, SMBus; USB, sound and the bridge to PCI where the real one has them.
const ICH9_SLOT: u8 = 0x1f;
const ICH9_SATA: PciAddress = PciAddress::slot(0, ICH9_SLOT).with_function(2);
const ICH9_SMBUS: PciAddress = PciAddress::slot(0, ICH9_SLOT).with_function(3);
const ICH9_USB: [PciAddress; 2] = [PciAddress::slot(0, 0x1d), PciAddress::slot(0, 0x1a)];
const ICH9_SOUND: PciAddress = PciAddress::slot(0, 0x1b);
const ICH9_BRIDGE: PciAddress = PciAddress::slot(0, 0x1e);
const Q35_VIDEO: PciAddress = PciAddress::slot(0, 1);

/// Gives the chipset's own devices their places and keeps those of its other parts free.
///
/// # Errors
/// A device of the chipset that the user put elsewhere, or another in its place.
pub(super) fn reserve(
    devices: &mut [PciDevice<'_>],
    buses: &mut Buses,
    root: Root,
) -> Result<(), Error> {
    match root {
        Root::Pci => reserve_piix(devices, buses),
        Root::Pcie => reserve_ich9(devices, buses),
    }
}

fn reserve_piix(devices: &mut [PciDevice<'_>], buses: &mut Buses) -> Result<(), Error> {
    fixed(
        devices,
        buses,
        Role::Ide,
        PIIX_IDE,
        "Primary IDE controller must have PCI address 0:0:1.1",
    )?;
    fixed(
        devices,
        buses,
        Role::PiixUsb,
        PIIX_USB,
        "PIIX3 USB controller at index 0 must have PCI address 0:0:1.2",
    )?;
    buses.reserve(&PciAddress::slot(0, PIIX_SLOT), Connect::PCI)?;
    video(devices, buses, PC_VIDEO)
}

fn reserve_ich9(devices: &mut [PciDevice<'_>], buses: &mut Buses) -> Result<(), Error> {
    fixed(
        devices,
        buses,
        Role::Sata,
        ICH9_SATA,
        "Primary SATA controller must have PCI address 0:0:1f.2",
    )?;
    buses.reserve(&PciAddress::slot(0, ICH9_SLOT), Connect::PCI)?;
    buses.reserve(&ICH9_SMBUS, Connect::PCI)?;
    for device in devices.iter_mut().filter(|device| wanted(device)) {
        let places: &[PciAddress] = match device.role {
            Role::UsbFunction(_, 0) => &ICH9_USB,
            Role::Ich9Sound => &[ICH9_SOUND],
            Role::DmiBridge => &[ICH9_BRIDGE],
            _ => continue,
        };
        let Some(place) = places.iter().find(|place| !buses.in_use(place)) else { continue };
        let multifunction = matches!(device.role, Role::UsbFunction(..)).then_some(OnOff::On);
        buses.reserve(place, device.connect)?;
        put(device, PciAddress { multifunction, ..*place });
    }
    video(devices, buses, Q35_VIDEO)
}

/// A device that can only be at `place`.
fn fixed(
    devices: &mut [PciDevice<'_>],
    buses: &mut Buses,
    role: Role,
    place: PciAddress,
    elsewhere: &str,
) -> Result<(), Error> {
    for device in devices.iter_mut().filter(|device| device.role == role) {
        if wanted(device) {
            buses.reserve(&place, device.connect)?;
            put(device, place);
        } else if !device.info.pci().is_some_and(|given| given.same_place(&place)) {
            return Err(Error::internal(elsewhere));
        }
    }
    Ok(())
}

/// The first graphics card: where firmware looks for it, or else wherever there is room.
fn video(devices: &mut [PciDevice<'_>], buses: &mut Buses, place: PciAddress) -> Result<(), Error> {
    let primary = devices.iter_mut().find(|device| device.role == Role::PrimaryVideo);
    let Some(device) = primary.filter(|device| wanted(device)) else { return Ok(()) };
    let place = if buses.in_use(&place) {
        buses.reserve_next(device.connect)?
    } else {
        buses.reserve(&place, device.connect)?;
        place
    };
    put(device, place);
    Ok(())
}
