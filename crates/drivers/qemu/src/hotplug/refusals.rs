//! What cannot be attached or detached, in libvirt's words.

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::address::Address;
use config::domain::controller::{Controller, ControllerType};
use config::domain::disk::{Disk, DiskBus, DiskDevice};
use config::domain::interface::InterfaceSource;
use config::domain::memory::MemoryDevice;
use config::domain::peripheral::{FilesystemDriverType, Input, InputBus};
use config::domain::plug::{Device, DeviceKind};

use super::Side;
use crate::errors::QEMU;

/// Kinds that come and go while a guest runs.
const LIVE: [DeviceKind; 17] = [
    DeviceKind::Disk,
    DeviceKind::Lease,
    DeviceKind::Filesystem,
    DeviceKind::Interface,
    DeviceKind::Input,
    DeviceKind::Hostdev,
    DeviceKind::Watchdog,
    DeviceKind::Controller,
    DeviceKind::Redirdev,
    DeviceKind::Serial,
    DeviceKind::Parallel,
    DeviceKind::Channel,
    DeviceKind::Console,
    DeviceKind::Rng,
    DeviceKind::Shmem,
    DeviceKind::Memory,
    DeviceKind::Vsock,
];

fn supported(kind: DeviceKind, side: Side) -> bool {
    LIVE.contains(&kind) || (side == Side::Config && kind == DeviceKind::Sound)
}

/// Refuses a kind that a definition cannot be given: asked once the device is complete, as a wrong one is
/// refused as wrong.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(super) fn attach_kind(kind: DeviceKind) -> Result<()> {
    match supported(kind, Side::Config) {
        true => Ok(()),
        false => Err(unsupported(format!(
            "persistent attach of device '{}' is not supported",
            kind.word()
        ))),
    }
}

/// Refuses a device that `document` cannot have besides what it has.
///
/// # Errors
/// `OPERATION_INVALID` or `OPERATION_FAILED` for one that is there.
pub(super) fn attach(document: &config::Domain, device: &Device, side: Side) -> Result<()> {
    let devices = &document.devices;
    let exists = |what: String| Err(Error::operation_invalid(QEMU, what));
    match device {
        Device::Disk(disk) if side == Side::Config => {
            let dev = &disk.target.dev;
            if devices.disks.iter().any(|known| known.target.dev == *dev) {
                return exists(format!("target {dev} already exists"));
            }
        }
        Device::Controller(controller) => check_controller(document, controller, side)?,
        Device::Watchdog(_) if devices.watchdog.is_some() => {
            return exists("domain already has a watchdog".to_owned());
        }
        Device::Vsock(_) if devices.vsock.is_some() => {
            return exists("domain already has a vsock device".to_owned());
        }
        Device::Channel(channel) => {
            let name = channel.target.name.as_deref();
            let known =
                |name| devices.channels.iter().any(|c| c.target.name.as_deref() == Some(name));
            if name.is_some_and(known) {
                return exists("chardev already exists".to_owned());
            }
        }
        Device::Console(console)
            if console.target.port.is_some()
                && devices.consoles.iter().any(|known| known.target == console.target) =>
        {
            return exists("chardev already exists".to_owned());
        }
        Device::Shmem(shmem) if devices.shmems.iter().any(|known| known.name == shmem.name) => {
            return exists("device is already in the domain configuration".to_owned());
        }
        Device::Hostdev(hostdev)
            if devices.hostdevs.iter().any(|known| known.source == hostdev.source) =>
        {
            return exists("device is already in the domain configuration".to_owned());
        }
        Device::Filesystem(filesystem)
            if devices.filesystems.iter().any(|known| known.target == filesystem.target) =>
        {
            return exists("Target already exists".to_owned());
        }
        Device::Lease(lease) => {
            let same = |known: &&config::domain::peripheral::Lease| {
                known.key == lease.key && known.lockspace == lease.lockspace
            };
            if devices.leases.iter().find(same).is_some() {
                let space = lease.lockspace.as_deref().unwrap_or("");
                return exists(format!("Lease {} in lockspace {space} already exists", lease.key));
            }
        }
        Device::Memory(memory) => check_room(document, memory)?,
        _ => {}
    }
    Ok(())
}

/// Refuses what cannot be plugged: asked once the device is complete, as a wrong one is refused as wrong.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(super) fn attach_completed(document: &config::Domain, device: &Device) -> Result<()> {
    let kind = device.kind();
    if !supported(kind, Side::Live) {
        let what = format!("live attach of device '{}' is not supported", kind.word());
        return Err(unsupported(what));
    }
    match device {
        Device::Disk(disk) if disk.device == DiskDevice::Floppy => {
            Err(unsupported("floppy device hotplug isn't supported"))
        }
        Device::Disk(disk) => check_bus(document, disk),
        Device::Controller(controller) if controller.kind != ControllerType::Scsi => {
            let kind = controller.kind;
            Err(unsupported(format!("'{kind}' controller cannot be hot plugged.")))
        }
        Device::Input(input) if !is_pluggable(input) => {
            let bus = bus_word(input);
            Err(unsupported(format!("input device on bus '{bus}' cannot be hot plugged.")))
        }
        Device::Interface(interface) if !is_pluggable_kind(&interface.source.source) => {
            let kind = interface.source.source.word();
            let what = format!("hotplug of interface type of {kind} is not implemented yet");
            Err(unsupported(what))
        }
        Device::Filesystem(filesystem)
            if filesystem.driver.kind != Some(FilesystemDriverType::Virtiofs) =>
        {
            Err(unsupported("only virtiofs filesystems can be hotplugged"))
        }
        Device::Filesystem(_) => Err(unsupported("virtiofs filesystems cannot be hotplugged yet")),
        _ => Ok(()),
    }
}

/// Whether libvirt plugs interfaces of this kind.
fn is_pluggable_kind(source: &InterfaceSource) -> bool {
    !matches!(
        source,
        InterfaceSource::Server(_)
            | InterfaceSource::Client(_)
            | InterfaceSource::Mcast(_)
            | InterfaceSource::Udp(_)
            | InterfaceSource::Internal(_)
            | InterfaceSource::Null
    )
}

/// A disk that is not plugged has no bus to go to.
fn check_bus(document: &config::Domain, disk: &Disk) -> Result<()> {
    let (kind, bus) = match disk.target.bus {
        Some(DiskBus::Ide) => (ControllerType::Ide, "ide"),
        Some(DiskBus::Sata) => (ControllerType::Sata, "sata"),
        Some(DiskBus::Virtio | DiskBus::Scsi | DiskBus::Usb) => return Ok(()),
        other => {
            let bus = other.map_or("none", DiskBus::word);
            return Err(unsupported(format!("disk device bus '{bus}' cannot be hotplugged.")));
        }
    };
    let index = match disk.info.address {
        Some(Address::Drive(place)) => place.controller,
        _ => 0,
    };
    let mut controllers = document.devices.controllers.iter();
    if controllers.any(|known| known.kind == kind && known.index == Some(index)) {
        return Ok(());
    }
    let what = format!("Could not find {bus} controller with index {index} required for device");
    Err(Error::internal(QEMU, what))
}

/// Refuses a controller that would have to come with a device, unless it can.
///
/// # Errors
/// `INTERNAL_ERROR`, naming it.
pub(super) fn implicit(controller: &Controller) -> Result<()> {
    if controller.kind == ControllerType::Scsi {
        return Ok(());
    }
    let (kind, index) = (controller.kind, controller.index.unwrap_or_default());
    let what = format!("Could not find {kind} controller with index {index} required for device");
    Err(Error::internal(QEMU, what))
}

fn check_controller(document: &config::Domain, new: &Controller, side: Side) -> Result<()> {
    let Some(index) = new.index else { return Ok(()) };
    let mut controllers = document.devices.controllers.iter();
    if !controllers.any(|known| known.kind == new.kind && known.index == Some(index)) {
        return Ok(());
    }
    Err(match side {
        Side::Config => {
            Error::operation_invalid(QEMU, format!("controller index='{index}' already exists"))
        }
        Side::Live => {
            let kind = new.kind;
            Error::operation_failed(QEMU, format!("target {kind}:{index} already exists"))
        }
    })
}

fn check_room(document: &config::Domain, memory: &MemoryDevice) -> Result<()> {
    let Some(most) = &document.max_memory else { return Ok(()) };
    let size = memory.target.size.0;
    let total = crate::tuning::maximum_memory_kib(document).saturating_add(size);
    if total <= most.size.0 {
        return Ok(());
    }
    let most = most.size.0;
    Err(Error::config_unsupported(
        QEMU,
        format!(
            "Attaching memory device with size '{size}' would exceed domain's maxMemory config size '{most}'"
        ),
    ))
}

/// Refuses to take out what cannot go.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(super) fn detach(kind: DeviceKind, side: Side) -> Result<()> {
    if supported(kind, side) {
        return Ok(());
    }
    let word = match side {
        Side::Live => "live",
        Side::Config => "persistent",
    };
    Err(unsupported(format!("{word} detach of device '{}' is not supported", kind.word())))
}

/// Refuses to unplug what a guest cannot let go of, or what another device needs.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`; `OPERATION_FAILED` for what is in use.
pub(super) fn unplug(document: &config::Domain, device: &Device) -> Result<()> {
    detach(device.kind(), Side::Live)?;
    match device {
        Device::Disk(disk) => check_unplug(disk),
        Device::Controller(controller) => {
            check_unplugged_kind(controller)?;
            if is_busy(document, controller) {
                let what = "device cannot be detached: device is busy";
                return Err(Error::operation_failed(QEMU, what));
            }
            Ok(())
        }
        Device::Input(input) if !is_pluggable(input) => {
            let bus = bus_word(input);
            Err(unsupported(format!("input device on bus '{bus}' cannot be detached")))
        }
        _ => Ok(()),
    }
}

/// Refuses to look for a controller of a kind that cannot go.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(super) fn check_unplugged_kind(controller: &Controller) -> Result<()> {
    if controller.kind == ControllerType::Scsi {
        return Ok(());
    }
    Err(unsupported(format!("'{}' controller cannot be hot unplugged.", controller.kind)))
}

fn check_unplug(disk: &Disk) -> Result<()> {
    let on = |buses: &[DiskBus]| disk.target.bus.is_some_and(|bus| buses.contains(&bus));
    match disk.device {
        DiskDevice::Disk | DiskDevice::Lun
            if on(&[DiskBus::Virtio, DiskBus::Scsi, DiskBus::Usb]) =>
        {
            Ok(())
        }
        DiskDevice::Cdrom if on(&[DiskBus::Scsi, DiskBus::Usb]) => Ok(()),
        DiskDevice::Disk | DiskDevice::Lun => {
            Err(unsupported("This type of disk cannot be hot unplugged"))
        }
        device => Err(unsupported(format!("disk device type '{device}' cannot be detached"))),
    }
}

/// Whether any device is on a SCSI controller.
fn is_busy(document: &config::Domain, controller: &Controller) -> bool {
    let devices = &document.devices;
    let on_it = |address: &Option<Address>| match address {
        Some(Address::Drive(place)) => Some(place.controller) == controller.index,
        _ => false,
    };
    let mut disks = devices.disks.iter();
    disks.any(|disk| disk.target.bus == Some(DiskBus::Scsi) && on_it(&disk.info.address))
        || devices.hostdevs.iter().any(|hostdev| on_it(&hostdev.info.address))
}

fn is_pluggable(input: &Input) -> bool {
    matches!(input.bus, Some(InputBus::Usb | InputBus::Virtio))
}

fn bus_word(input: &Input) -> &'static str {
    input.bus.map_or("none", InputBus::word)
}

/// What libvirt does not do either.
pub(super) fn unsupported(detail: impl Into<String>) -> Error {
    Error::operation_unsupported(QEMU, detail)
}

/// A device that is not there.
pub(super) fn missing(detail: impl Into<String>) -> Error {
    Error::new(ErrorCode::DEVICE_MISSING, ErrorDomain::QEMU, detail)
}
