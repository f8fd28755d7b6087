//! Which options a disk can have: that depends on its kind, its bus and its driver.

use super::refuse;
use crate::domain::Domain;
use crate::domain::address::Address;
use crate::domain::complete::Chipset;
use crate::domain::disk::{Disk, DiskBus, DiskCache, DiskDevice, DiskIo, ErrorPolicy, SgIo};
use crate::domain::memory::MemoryAccess;
use crate::domain::storage::{EncryptionFormat, StorageSource};
use crate::{Error, OnOff};

/// Most characters of what SCSI says of a disk.
const VENDOR: usize = 8;
const PRODUCT: usize = 16;

/// Refuses what such a disk cannot have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    for disk in &domain.devices.disks {
        check_target(domain, disk)?;
        check_kind(disk)?;
        check_driver(disk)?;
        check_source(domain, disk)?;
    }
    Ok(())
}

/// Whether processes of the host can see all of the guest's memory.
pub(super) fn has_shared_memory(domain: &Domain) -> bool {
    let backing = domain.memory_backing.as_ref().and_then(|backing| backing.access.as_ref());
    let cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).flat_map(|numa| &numa.cells);
    backing.is_some_and(|access| access.mode == MemoryAccess::Shared)
        || cells.into_iter().any(|cell| cell.mem_access == Some(MemoryAccess::Shared))
}

fn check_target(domain: &Domain, disk: &Disk) -> Result<(), Error> {
    let bus = disk.target.bus;
    refuse(disk.target.removable.is_some() && bus != Some(DiskBus::Usb), || {
        Error::xml("removable is only valid for usb disks")
    })?;
    let has_tray = matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy);
    refuse(disk.target.tray.is_some() && !has_tray, || {
        Error::unsupported("tray is only valid for cdrom and floppy")
    })?;
    let rotates = matches!(bus, Some(DiskBus::Scsi | DiskBus::Ide | DiskBus::Sata));
    refuse(disk.target.rotation_rate.is_some() && !rotates, || {
        Error::internal("rotation rate is only valid for SCSI/IDE/SATA bus")
    })?;
    let x86 = Chipset::of(domain) != Chipset::Other;
    refuse(x86 && matches!(disk.info.address, Some(Address::Ccw(_))), || {
        let machine = domain.os.machine.machine.as_deref().unwrap_or_default();
        Error::unsupported(format!(
            "cannot use CCW address type for device '<null>' using machine type '{machine}'"
        ))
    })
}

fn check_kind(disk: &Disk) -> Result<(), Error> {
    let bus = disk.target.bus;
    let lun = disk.device == DiskDevice::Lun;
    refuse(disk.rawio.is_some() && !lun, || {
        Error::unsupported("rawio can be used only with device='lun'")
    })?;
    refuse(disk.sgio.is_some() && !lun, || {
        Error::unsupported("sgio can be used only with device='lun'")
    })?;
    refuse(disk.sgio == Some(SgIo::Unfiltered), || {
        Error::unsupported("unfiltered sgio is no longer supported")
    })?;
    let named = disk.vendor.is_some() || disk.product.is_some();
    refuse(named && bus != Some(DiskBus::Scsi), || {
        Error::unsupported("Only scsi disk supports vendor and product")
    })?;
    for (text, most, name) in
        [(&disk.vendor, VENDOR, "vendor"), (&disk.product, PRODUCT, "product")]
    {
        refuse(text.as_ref().is_some_and(|text| text.len() > most), || {
            Error::unsupported(format!("disk {name} is more than {most} characters"))
        })?;
    }
    let translated = disk.geometry.as_ref().is_some_and(|geometry| geometry.trans.is_some());
    if let Some(bus) = bus.filter(|bus| translated && *bus != DiskBus::Ide) {
        return Err(Error::unsupported(format!(
            "CHS translation mode can only be set for 'ide' bus not '{bus}'"
        )));
    }
    let plain = disk.device == DiskDevice::Disk;
    if let Some(bus @ (DiskBus::Ide | DiskBus::Sata)) = bus.filter(|_| disk.readonly && plain) {
        return Err(Error::unsupported(format!("readonly {bus} disks are not supported")));
    }
    Ok(())
}

fn check_driver(disk: &Disk) -> Result<(), Error> {
    let driver = &disk.driver;
    let cached = !matches!(
        driver.cache,
        None | Some(DiskCache::Default | DiskCache::None | DiskCache::Directsync)
    );
    refuse(driver.io == Some(DiskIo::Native) && cached, || {
        Error::unsupported("io='native' needs either no disk cache or directsync cache mode")
    })?;
    refuse(driver.copy_on_read == Some(OnOff::On) && disk.readonly, || {
        Error::unsupported(format!(
            "copy_on_read is not compatible with read-only disk '{}'",
            disk.target.dev
        ))
    })?;
    refuse(driver.rerror_policy == Some(ErrorPolicy::Enospace), || {
        Error::unsupported("Invalid disk read error policy: 'enospace'")
    })
}

fn check_source(domain: &Domain, disk: &Disk) -> Result<(), Error> {
    let old = |format| matches!(format, EncryptionFormat::Qcow | EncryptionFormat::Default);
    let encryption = disk.encryption.as_deref().or(disk.source.options().encryption.as_deref());
    refuse(encryption.is_some_and(|encryption| old(encryption.format)), || {
        Error::unsupported("old qcow/qcow2 encryption is not supported")
    })?;
    match &disk.source {
        StorageSource::Nvme(nvme) if nvme.source.namespace == 0 => {
            Err(Error::unsupported("NVMe namespace can't be zero"))
        }
        StorageSource::VhostUser(_) if !has_shared_memory(domain) => {
            Err(Error::unsupported("'vhostuser' requires shared memory"))
        }
        StorageSource::Dir(_) if !disk.readonly && disk.device != DiskDevice::Floppy => {
            Err(Error::unsupported("virtual FAT storage can't be accessed in read-write mode"))
        }
        _ => Ok(()),
    }
}
