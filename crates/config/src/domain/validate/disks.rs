//! Rules of disks.

use std::collections::{HashMap, HashSet};

use super::refuse;
use crate::domain::Domain;
use crate::domain::address::{Address, DriveAddress};
use crate::domain::complete::{Chipset, drive};
use crate::domain::controller::{ControllerModel, ControllerType};
use crate::domain::disk::{Disk, DiskBus, DiskDevice};
use crate::domain::storage::{StorageFormat, StorageSource};
use crate::{Code, Error};

/// Refuses disks that cannot be, alone or together.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    domain.devices.disks.iter().try_for_each(check_disk)?;
    domain.devices.disks.iter().try_for_each(|disk| check_iothread(domain, disk))?;
    check_names(domain)?;
    check_places(domain)?;
    check_targets(domain)?;
    check_controllers(domain)
}

fn check_disk(disk: &Disk) -> Result<(), Error> {
    let name = &disk.target.dev;
    let bus = disk.target.bus;
    if drive::split(name).is_some_and(|(_, partition)| !partition.is_empty()) {
        return Err(Error::unsupported(format!(
            "invalid disk target '{name}', partitions can't appear in disk targets"
        )));
    }
    if drive::index_of(name).is_none() && !matches!(disk.info.address, Some(Address::Drive(_))) {
        return Err(Error::xml(format!("Unknown disk name '{name}' and no address specified")));
    }
    refuse(drive::split(name).is_none(), || {
        Error::unsupported(format!("invalid disk target '{name}'"))
    })?;
    if let Some(wrong) = wrong_bus(disk) {
        return Err(wrong);
    }
    let hard = ["hd", "sd", "vd", "xvd", "ubd"];
    let misnamed = !hard.iter().any(|prefix| name.starts_with(prefix));
    refuse(disk.device == DiskDevice::Disk && misnamed, || {
        Error::internal(format!("Invalid harddisk device name: {name}"))
    })?;
    refuse(disk.device == DiskDevice::Floppy && !name.starts_with("fd"), || {
        Error::internal(format!("Invalid floppy device name: {name}"))
    })?;
    refuse(disk.device == DiskDevice::Cdrom && bus == Some(DiskBus::Virtio), || {
        Error::unsupported(format!("disk type of '{name}' does not support ejectable media"))
    })?;
    check_source(disk)?;
    check_strings(disk)?;
    if matches!(disk.source, StorageSource::Dir(_))
        && disk.driver.format != Some(StorageFormat::Fat)
    {
        return Err(Error::unsupported("storage type 'dir' requires use of storage format 'fat'"));
    }
    if disk.driver.format == Some(StorageFormat::Dir) {
        return Err(Error::unsupported(
            "'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead",
        ));
    }
    if disk.shareable && !matches!(disk.driver.format, None | Some(StorageFormat::Raw)) {
        return Err(Error::unsupported(format!(
            "shared access for disk '{name}' requires use of supported storage format"
        )));
    }
    check_address(disk)
}

/// Each bus has its own kind of place, and not all of it.
fn check_address(disk: &Disk) -> Result<(), Error> {
    let (Some(bus), Some(address)) = (disk.target.bus, &disk.info.address) else { return Ok(()) };
    match (bus, address) {
        (DiskBus::Ide | DiskBus::Scsi | DiskBus::Sata | DiskBus::Fdc, Address::Drive(place)) => {
            check_drive(bus, place)
        }
        (DiskBus::Ide | DiskBus::Scsi | DiskBus::Sata | DiskBus::Fdc, Address::Ccw(_)) => Ok(()),
        (DiskBus::Ide | DiskBus::Scsi | DiskBus::Sata | DiskBus::Fdc, other) => {
            Err(Error::unsupported(format!(
                "Invalid address type '{}' for the disk '{}' with the bus type '{bus}'",
                other.word(),
                disk.target.dev
            )))
        }
        (DiskBus::Usb, Address::Usb(_)) => Ok(()),
        (DiskBus::Usb, _) => Err(Error::internal("unexpected address type for usb disk")),
        (DiskBus::Virtio, Address::Pci(_) | Address::Ccw(_) | Address::VirtioMmio) => Ok(()),
        (DiskBus::Virtio, other) => Err(Error::unsupported(format!(
            "virtio disk cannot have an address of type '{}'",
            other.word()
        ))),
        _ => Ok(()),
    }
}

fn check_drive(bus: DiskBus, place: &DriveAddress) -> Result<(), Error> {
    let (first, several) = match bus {
        DiskBus::Fdc => ("Only 1 fdc controller is supported", "Only 1 fdc bus is supported"),
        DiskBus::Ide => ("Only 1 IDE controller is supported", ""),
        _ => ("", "SCSI controller only supports 1 bus"),
    };
    refuse(place.controller > 0 && !first.is_empty(), || Error::internal(first))?;
    refuse(place.bus > 0 && bus == DiskBus::Sata, || {
        Error::unsupported("bus must be 0 for sata controller")
    })?;
    refuse(place.bus > 0 && !several.is_empty(), || Error::internal(several))?;
    refuse(place.target > 0 && bus != DiskBus::Scsi, || {
        Error::unsupported(format!("target must be 0 for {bus} controller"))
    })
}

/// Only a drive with a medium that can be taken out can be without one.
fn check_source(disk: &Disk) -> Result<(), Error> {
    let removable = matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy);
    let empty = match &disk.source {
        StorageSource::File(file) => file.source.file.is_none() && file.source.fdgroup.is_none(),
        StorageSource::Block(block) => block.source.dev.is_none(),
        StorageSource::Dir(dir) => dir.source.dir.is_none(),
        _ => false,
    };
    if empty && !removable {
        return Err(Error::new(
            Code::NoSource,
            format!("missing source information for device {}", disk.target.dev),
        ));
    }
    match disk.driver.name.as_deref() {
        None | Some("qemu") => Ok(()),
        Some(name) => Err(Error::unsupported(format!(
            "unsupported driver name '{name}' for disk '{}'",
            disk.target.dev
        ))),
    }
}

/// Digits of a World Wide Name.
const WWN_DIGITS: usize = 16;

/// What is handed on to the guest must be harmless; limits must not contradict each other.
fn check_strings(disk: &Disk) -> Result<(), Error> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-_ .+".contains(&b);
    if let Some(serial) = disk.serial.as_deref().filter(|serial| !serial.bytes().all(safe)) {
        return Err(Error::internal(format!(
            "driver serial '{serial}' contains unsafe characters"
        )));
    }
    let is_wwn = |wwn: &str| wwn.len() == WWN_DIGITS && wwn.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(wwn) =
        disk.wwn.as_deref().filter(|wwn| !is_wwn(wwn.strip_prefix("0x").unwrap_or(wwn)))
    {
        return Err(Error::internal(format!("Malformed wwn: {wwn}")));
    }
    let tune = &disk.iotune;
    let set = |limit: Option<u64>| limit.is_some_and(|limit| limit != 0);
    for (total, read, write, what) in [
        (tune.total_bytes_sec, tune.read_bytes_sec, tune.write_bytes_sec, "bytes_sec"),
        (tune.total_iops_sec, tune.read_iops_sec, tune.write_iops_sec, "iops_sec"),
        (
            tune.total_bytes_sec_max,
            tune.read_bytes_sec_max,
            tune.write_bytes_sec_max,
            "bytes_sec_max",
        ),
        (tune.total_iops_sec_max, tune.read_iops_sec_max, tune.write_iops_sec_max, "iops_sec_max"),
    ] {
        if set(total) && (set(read) || set(write)) {
            return Err(Error::xml(format!(
                "total and read/write {what} cannot be set at the same time"
            )));
        }
    }
    Ok(())
}

/// The I/O thread of a disk must be there.
fn check_iothread(domain: &Domain, disk: &Disk) -> Result<(), Error> {
    let Some(id) = disk.driver.iothread else { return Ok(()) };
    let known = match &domain.iothread_ids {
        Some(ids) => ids.iothreads.iter().any(|thread| thread.id == id),
        None => (1..=domain.iothreads.unwrap_or(0)).contains(&id),
    };
    if known {
        Ok(())
    } else {
        Err(Error::unsupported(format!("Disk iothread '{id}' not defined in iothreadid")))
    }
}

/// A device that cannot be on its bus.
fn wrong_bus(disk: &Disk) -> Option<Error> {
    let bus = disk.target.bus?;
    let wrong = match disk.device {
        DiskDevice::Floppy => bus != DiskBus::Fdc,
        DiskDevice::Cdrom => bus == DiskBus::Fdc,
        DiskDevice::Disk => bus == DiskBus::Fdc,
        DiskDevice::Lun => !matches!(bus, DiskBus::Virtio | DiskBus::Scsi),
    };
    match disk.device {
        DiskDevice::Lun if wrong => {
            Some(Error::unsupported(format!("disk device='lun' is not supported for bus='{bus}'")))
        }
        device if wrong => Some(Error::internal(format!(
            "Invalid bus type '{bus}' for {}",
            if device == DiskDevice::Floppy {
                "floppy disk".to_owned()
            } else {
                device.to_string()
            }
        ))),
        _ => None,
    }
}

/// What a disk's storage is called in an error.
fn source(disk: &Disk) -> &str {
    match &disk.source {
        StorageSource::File(file) => file.source.file.as_deref(),
        StorageSource::Block(block) => block.source.dev.as_deref(),
        StorageSource::Dir(dir) => dir.source.dir.as_deref(),
        StorageSource::Network(network) => network.source.name.as_deref(),
        StorageSource::Volume(_)
        | StorageSource::Nvme(_)
        | StorageSource::VhostUser(_)
        | StorageSource::VhostVdpa(_) => None,
    }
    .unwrap_or("(null)")
}

fn check_names(domain: &Domain) -> Result<(), Error> {
    let mut names: HashMap<&str, &Disk> = HashMap::new();
    for disk in &domain.devices.disks {
        if let Some(other) = names.insert(&disk.target.dev, disk) {
            return Err(Error::xml(format!(
                "target '{}' duplicated for disk sources '{}' and '{}'",
                disk.target.dev,
                source(other),
                source(disk)
            )));
        }
    }
    Ok(())
}

fn check_places(domain: &Domain) -> Result<(), Error> {
    let mut taken: HashSet<(DiskBus, DriveAddress)> = HashSet::new();
    for disk in &domain.devices.disks {
        let (Some(bus), Some(Address::Drive(place))) = (disk.target.bus, &disk.info.address) else {
            continue;
        };
        if !taken.insert((bus, *place)) {
            return Err(Error::unsupported(format!(
                "Found duplicate drive address for disk with target name '{}' controller='{}' bus='{}' target='{}' unit='{}'",
                disk.target.dev, place.controller, place.bus, place.target, place.unit
            )));
        }
    }
    Ok(())
}

/// An old SCSI controller has units but no targets.
fn check_targets(domain: &Domain) -> Result<(), Error> {
    let lsilogic = |index: u32| {
        domain.devices.controllers.iter().any(|controller| {
            controller.kind == ControllerType::Scsi
                && controller.index == Some(index)
                && controller.model == Some(ControllerModel::Lsilogic)
        })
    };
    let mut scsi =
        domain.devices.disks.iter().filter(|disk| disk.target.bus == Some(DiskBus::Scsi));
    let beyond = scsi.any(|disk| match &disk.info.address {
        Some(Address::Drive(place)) => place.target > 0 && lsilogic(place.controller),
        _ => false,
    });
    refuse(beyond, || Error::unsupported("target must be 0 for controller model 'lsilogic'"))
}

/// The chipsets have one controller each of IDE and of floppies.
fn check_controllers(domain: &Domain) -> Result<(), Error> {
    let beyond = |kind| {
        domain
            .devices
            .controllers
            .iter()
            .any(|c| c.kind == kind && c.index.is_some_and(|index| index > 0))
    };
    let without = Chipset::of(domain) == Chipset::Other;
    if !without && beyond(ControllerType::Ide) {
        return Err(Error::unsupported(
            "Only a single IDE controller is supported for this machine type",
        ));
    }
    let isa_only = domain.os.machine.machine.as_deref() == Some("isapc");
    if (Chipset::of(domain) == Chipset::Q35 || domain.is_x86() && without && !isa_only)
        && domain.devices.controllers.iter().any(|c| c.kind == ControllerType::Ide)
    {
        return Err(Error::unsupported(
            "IDE controllers are unsupported for this QEMU binary or machine type",
        ));
    }
    Ok(())
}
