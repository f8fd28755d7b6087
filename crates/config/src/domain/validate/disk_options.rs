//! Which options a disk can have: that depends on its kind, its bus and its driver.

use super::{refuse, storage};
use crate::domain::Domain;
use crate::domain::device::VirtioOptions;
use crate::domain::disk::{
    BackingStore, Disk, DiskBus, DiskCache, DiskDevice, DiskIo, ErrorPolicy, SgIo,
};
use crate::domain::memory::MemoryAccess;
use crate::domain::storage::{StorageFormat, StorageProtocol, StorageSource};
use crate::{Code, Error, OnOff};

/// Most characters of what SCSI says of a disk.
const VENDOR: usize = 8;
const PRODUCT: usize = 16;

/// Refuses what such a disk cannot have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    for disk in &domain.devices.disks {
        check_target(disk)?;
        check_kind(disk)?;
        check_lun(disk)?;
        check_format(disk)?;
        check_virtio(disk)?;
        check_limits(disk)?;
        storage::check(disk)?;
        check_driver(disk)?;
        check_source(domain, disk)?;
    }
    check_groups(&domain.devices.disks)
}

/// Whether processes of the host can see all of the guest's memory.
pub(super) fn has_shared_memory(domain: &Domain) -> bool {
    let backing = domain.memory_backing.as_ref().and_then(|backing| backing.access.as_ref());
    let cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).flat_map(|numa| &numa.cells);
    backing.is_some_and(|access| access.mode == MemoryAccess::Shared)
        || cells.into_iter().any(|cell| cell.mem_access == Some(MemoryAccess::Shared))
}

fn check_target(disk: &Disk) -> Result<(), Error> {
    let bus = disk.target.bus;
    refuse(disk.target.removable.is_some() && bus != Some(DiskBus::Usb), || {
        Error::xml("removable is only valid for usb disks")
    })?;
    let has_tray = matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy);
    refuse(disk.target.tray.is_some() && !has_tray, || {
        Error::unsupported("tray is only valid for cdrom and floppy")
    })?;
    let rotates = matches!(bus, Some(DiskBus::Scsi | DiskBus::Ide | DiskBus::Sata));
    refuse(disk.target.rotation_rate.is_some() && disk.device != DiskDevice::Disk, || {
        Error::internal("rotation rate is only valid for disk device")
    })?;
    refuse(disk.target.rotation_rate.is_some() && !rotates, || {
        Error::internal("rotation rate is only valid for SCSI/IDE/SATA bus")
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
    let plain_text = |text: &str| text.bytes().all(|b| (b' '..=b'~').contains(&b));
    for (text, name) in [(&disk.vendor, "vendor"), (&disk.product, "product")] {
        refuse(text.as_ref().is_some_and(|text| !plain_text(text)), || {
            Error::xml(format!("disk {name} is not printable string"))
        })?;
    }
    refuse(disk.wwn.is_some() && !matches!(bus, Some(DiskBus::Ide | DiskBus::Scsi)), || {
        Error::unsupported("Only ide and scsi disk support wwn")
    })?;
    let shaped = matches!(bus, Some(DiskBus::Ide | DiskBus::Scsi | DiskBus::Virtio));
    if let Some(bus) = bus.filter(|_| disk.geometry.is_some() && !shaped) {
        return Err(Error::unsupported(format!("CHS geometry can not be set for '{bus}' bus")));
    }
    let file = matches!(disk.source, StorageSource::File(_));
    refuse(disk.transient.is_some() && !file, || {
        let name = &disk.target.dev;
        Error::unsupported(format!("transient disk supported only with 'file' type ({name})"))
    })?;
    refuse(disk.transient.is_some() && disk.readonly, || {
        Error::unsupported(format!("transient disk '{}' must not be read-only", disk.target.dev))
    })?;
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

/// A LUN is the host's: it has its own format, numbers and speed.
fn check_lun(disk: &Disk) -> Result<(), Error> {
    if disk.device != DiskDevice::Lun {
        return Ok(());
    }
    let raw = matches!(disk.driver.format, None | Some(StorageFormat::Raw));
    refuse(!raw, || Error::unsupported("disk device 'lun' must use 'raw' format"))?;
    if let StorageSource::Network(network) = &disk.source {
        let protocol = network.source.protocol;
        refuse(protocol != StorageProtocol::Iscsi, || {
            Error::unsupported(format!(
                "disk device='lun' is not supported for protocol='{protocol}'"
            ))
        })?;
    }
    refuse(disk.wwn.is_some(), || {
        Error::unsupported("Setting wwn is not supported for lun device")
    })?;
    refuse(disk.vendor.is_some() || disk.product.is_some(), || {
        Error::unsupported("Setting vendor or product is not supported for lun device")
    })?;
    refuse(disk.target.bus == Some(DiskBus::Scsi) && disk.serial.is_some(), || {
        Error::unsupported("scsi-block 'lun' devices do not support the serial property")
    })?;
    refuse(disk.driver.copy_on_read == Some(OnOff::On), || {
        Error::unsupported(format!(
            "copy_on_read is not compatible with 'lun' disk '{}'",
            disk.target.dev
        ))
    })
}

fn check_format(disk: &Disk) -> Result<(), Error> {
    let mut below = disk.backing.as_ref();
    while let Some(BackingStore::Layer(layer)) = below {
        let sized = layer.format.metadata_cache.max_size.is_some();
        refuse(sized && layer.format.kind != StorageFormat::Qcow2, || {
            Error::unsupported(
                "metadata cache max size control is supported only with qcow2 images",
            )
        })?;
        below = layer.backing.as_ref();
    }
    let sized = disk.driver.metadata_cache.max_size.is_some();
    refuse(sized && disk.driver.format != Some(StorageFormat::Qcow2), || {
        Error::unsupported("metadata cache max size control is supported only with qcow2 images")
    })?;
    match disk.driver.format {
        Some(StorageFormat::Iso) => Err(Error::unsupported(
            "storage format 'iso' is not directly supported by QEMU, use 'raw' instead",
        )),
        Some(StorageFormat::Fat) if !matches!(disk.source, StorageSource::Dir(_)) => Err(
            Error::unsupported("storage format 'fat' is supported only with 'dir' storage type"),
        ),
        Some(StorageFormat::Cow) => {
            Err(Error::unsupported("'cow' storage format is not supported"))
        }
        _ => Ok(()),
    }
}

/// What only virtio has.
fn check_virtio(disk: &Disk) -> Result<(), Error> {
    let Some(bus) = disk.target.bus.filter(|bus| *bus != DiskBus::Virtio) else { return Ok(()) };
    let driver = &disk.driver;
    refuse(driver.ioeventfd.is_some(), || {
        Error::unsupported("disk ioeventfd mode supported only for virtio bus")
    })?;
    refuse(driver.event_idx.is_some(), || {
        Error::unsupported("disk event_idx mode supported only for virtio bus")
    })?;
    refuse(driver.queues.is_some(), || {
        Error::unsupported(
            "queues attribute in disk driver element is only supported by virtio-blk",
        )
    })?;
    refuse(driver.virtio != VirtioOptions::default(), || {
        Error::unsupported("iommu driver option is only supported for virtio devices")
    })?;
    match disk.model {
        Some(model) => {
            Err(Error::unsupported(format!("disk model '{model}' not supported for bus '{bus}'")))
        }
        None => Ok(()),
    }
}

/// The highest limit that QEMU takes.
const HIGHEST_LIMIT: u64 = 1_000_000_000_000_000;

fn check_limits(disk: &Disk) -> Result<(), Error> {
    let limits = disk.iotune.limits();
    refuse(limits.iter().flatten().any(|limit| *limit > HIGHEST_LIMIT), || {
        Error::new(
            Code::ArgumentUnsupported,
            format!("block I/O throttle limit must be no more than {HIGHEST_LIMIT} using QEMU"),
        )
    })?;
    let none = limits.iter().all(Option::is_none);
    refuse(disk.iotune.group_name.is_some() && none, || {
        Error::unsupported("group_name can be configured only together with settings")
    })
}

/// Disks of one group have the same limits.
fn check_groups(disks: &[Disk]) -> Result<(), Error> {
    for (at, disk) in disks.iter().enumerate() {
        let tune = &disk.iotune;
        if tune.group_name.is_none() {
            continue;
        }
        let of_group = |other: &&Disk| other.iotune.group_name == tune.group_name;
        let first = disks[..at].iter().find(of_group);
        if let Some(first) = first.filter(|first| first.iotune != *tune) {
            return Err(Error::unsupported(format!(
                "different iotunes for disks {} and {}",
                first.target.dev, disk.target.dev
            )));
        }
    }
    Ok(())
}

fn check_driver(disk: &Disk) -> Result<(), Error> {
    let driver = &disk.driver;
    let cached = !matches!(driver.cache, Some(DiskCache::None | DiskCache::Directsync));
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
