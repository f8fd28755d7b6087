//! `<disk>`: its block nodes and the drive that the guest sees.

use config::domain::address::{Address, DriveAddress};
use config::domain::controller::{ControllerModel, ControllerType};
use config::domain::disk::{Disk, DiskBus, DiskDevice, ErrorPolicy, GeometryTranslation};
use config::domain::storage::{StorageSource, VhostUserSource};
use config::{Error, OnOff, YesNo};

use super::Result;
use super::blockdev::{cache_mode, chain, write_cache};
use super::chardev::add_reconnect;
use super::chipset::Chipset;
use super::line::{Line, alias};
use super::options::Options;
use super::props::Props;
use super::source::is_empty;
use super::virtio;
use crate::secrets::Wanted;

impl Line<'_> {
    /// Disks, with the floppy controller before them.
    pub(super) fn disks(&mut self) -> Result<()> {
        self.floppy_controller()?;
        let disks = &self.domain.devices.disks;
        let mut cards = 0_u32;
        for (number, disk) in disks.iter().enumerate() {
            if disk.target.bus == Some(DiskBus::Sd) {
                self.memory_card(disk, cards)?;
                cards += 1;
            } else {
                self.disk(number, disk)?;
            }
        }
        Ok(())
    }

    /// The controller is the machine's on i440fx; it is told which floppy disk is booted from.
    fn floppy_controller(&mut self) -> Result<()> {
        if !self.has_controller(ControllerType::Fdc) {
            return Ok(());
        }
        let mut props = Props::driver("isa-fdc");
        for (number, disk) in self.domain.devices.disks.iter().enumerate() {
            let Some(rank) = self.boot_order.disk(number, disk) else {
                continue;
            };
            if bus(disk)? != DiskBus::Fdc {
                continue;
            }
            let property = rank_property(disk);
            match self.chipset {
                Chipset::I440fx => {
                    self.option("-global", format_args!("isa-fdc.{property}={rank}"))
                }
                Chipset::Q35 => {
                    props.set(property, rank);
                }
            }
        }
        match self.chipset {
            Chipset::I440fx => Ok(()),
            Chipset::Q35 => self.device(props),
        }
    }

    /// A memory card has no place among `-device`: its slot is the board's.
    fn memory_card(&mut self, disk: &Disk, slot: u32) -> Result<()> {
        let StorageSource::File(file) = &disk.source else {
            return Err(Error::unsupported(format!("SD card '{}' is not a file", disk.target.dev)));
        };
        let encryption = file.source.more.encryption.as_deref().or(disk.encryption.as_deref());
        let wanted = encryption.and_then(Wanted::of_encryption);
        let secret = match wanted {
            Some(wanted) => {
                let id = format!("{}-encryption-secret0", alias(&disk.info)?);
                Some(self.secret(id, Some(wanted))?)
            }
            None => None,
        };
        let format = disk.driver.format.map(|format| format.word());
        let mut drive = Options::keyed();
        drive
            .set("file", file.source.file.as_deref())
            .set("key-secret", secret.as_deref())
            .set("format", secret.as_ref().map(|_| "luks").or(format))
            .set("if", "sd")
            .set("index", slot);
        self.option("-drive", drive);
        Ok(())
    }

    /// A disk with its block nodes; the images of a chain come before the drive that shows them.
    pub(super) fn disk(&mut self, number: usize, disk: &Disk) -> Result<()> {
        if let Some(transient) = disk.transient {
            self.not_started_yet(&format!("transient disk '{}'", disk.target.dev))?;
            // It would come once the guest runs, with an overlay of its own.
            if transient.share_backing == Some(YesNo::Yes) {
                return Ok(());
            }
        }
        if let StorageSource::VhostUser(server) = &disk.source {
            let rank = self.boot_order.disk(number, disk);
            return self.vhost_user_disk(disk, &server.source, rank);
        }
        let drive = self.disk_nodes(disk)?;
        let mut props = self.drive(disk)?;
        let rank =
            self.boot_order.disk(number, disk).filter(|_| disk.target.bus != Some(DiskBus::Fdc));
        add_identity(&mut props, disk, drive.as_deref(), rank)?;
        add_behaviour(&mut props, disk);
        self.device(props)
    }

    /// A disk that a process beside QEMU serves; it has to run already.
    fn vhost_user_disk(
        &mut self,
        disk: &Disk,
        server: &VhostUserSource,
        rank: Option<u32>,
    ) -> Result<()> {
        let alias = alias(&disk.info)?;
        let chardev = format!("chr-vu-{alias}");
        let mut socket = Options::new("socket");
        socket.set("id", &chardev).set("path", &server.path);
        add_reconnect(&mut socket, server.reconnect);
        self.option("-chardev", socket);
        let mut props = virtio::device("vhost-user-blk", disk.model.into(), &disk.driver.virtio);
        props.set("num-queues", disk.driver.queues).set("queue-size", disk.driver.queue_size);
        self.place(&mut props, &disk.info)?;
        props.set("chardev", chardev).set("id", alias).set("bootindex", rank);
        self.device(props)
    }

    /// The block nodes from the bottom up; the name of the one that the drive shows.
    fn disk_nodes(&mut self, disk: &Disk) -> Result<Option<String>> {
        if is_empty(&disk.source) {
            return Ok(None);
        }
        let nodes = chain(disk)?;
        for node in nodes.iter().rev() {
            self.node(node)?;
        }
        let top = nodes.first().map(|node| format!("{}-format", node.name)).unwrap_or_default();
        if disk.driver.copy_on_read != Some(OnOff::On) {
            return Ok(Some(top));
        }
        let name = format!("libvirt-CoR-{}", disk.target.dev);
        let mut filter = Props::driver("copy-on-read");
        filter.set("node-name", name.as_str()).set("file", top.as_str()).set("discard", "unmap");
        self.blockdev(&filter);
        Ok(Some(name))
    }

    /// The drive's model and place.
    fn drive(&self, disk: &Disk) -> Result<Props> {
        let cdrom = disk.device == DiskDevice::Cdrom;
        let mut props = match bus(disk)? {
            DiskBus::Ide => {
                let place = drive_place(disk)?;
                let mut props = Props::driver(if cdrom { "ide-cd" } else { "ide-hd" });
                props.set("bus", format!("ide.{}", place.bus)).set("unit", place.unit);
                props
            }
            DiskBus::Sata => {
                let place = drive_place(disk)?;
                let controller = match (self.chipset, place.controller) {
                    (Chipset::Q35, 0) => "ide",
                    _ => self.controller_alias(ControllerType::Sata, place.controller)?,
                };
                let mut props = Props::driver(if cdrom { "ide-cd" } else { "ide-hd" });
                props.set("bus", format!("{controller}.{}", place.unit));
                props
            }
            DiskBus::Scsi => self.scsi_drive(disk)?,
            DiskBus::Virtio => {
                let driver = &disk.driver;
                let mut props = virtio::device("virtio-blk", disk.model.into(), &driver.virtio);
                props
                    .set("iothread", driver.iothread.map(|thread| format!("iothread{thread}")))
                    .set("ioeventfd", driver.ioeventfd)
                    .set("event_idx", driver.event_idx)
                    .set("num-queues", driver.queues)
                    .set("queue-size", driver.queue_size);
                self.place(&mut props, &disk.info)?;
                props
            }
            DiskBus::Usb => {
                let mut props = Props::driver("usb-storage");
                self.place(&mut props, &disk.info)?;
                props
            }
            DiskBus::Fdc => {
                let mut props = Props::driver("floppy");
                props.set("unit", drive_place(disk)?.unit);
                props
            }
            other @ (DiskBus::Xen | DiskBus::Uml | DiskBus::Sd) => {
                let what = format!("unsupported disk bus '{other}' with device setup");
                return Err(Error::internal(what));
            }
        };
        props.set("device_id", scsi_identity(disk)?);
        Ok(props)
    }

    fn scsi_drive(&self, disk: &Disk) -> Result<Props> {
        let place = drive_place(disk)?;
        let mut props = Props::driver(match disk.device {
            DiskDevice::Cdrom => "scsi-cd",
            DiskDevice::Lun => "scsi-block",
            DiskDevice::Disk | DiskDevice::Floppy => "scsi-hd",
        });
        self.scsi_place(&mut props, &place)?;
        Ok(props)
    }

    /// Where a unit is on its SCSI bus.
    pub(super) fn scsi_place(&self, props: &mut Props, place: &DriveAddress) -> Result<()> {
        let controllers = &self.domain.devices.controllers;
        let model = controllers.iter().find(|controller| {
            controller.kind == ControllerType::Scsi && controller.index == Some(place.controller)
        });
        let model = model.and_then(|controller| controller.model);
        let alias = self.controller_alias(ControllerType::Scsi, place.controller)?;
        props.set("bus", format!("{alias}.0"));
        // The LSI chip knows only targets, each with one unit.
        if model == Some(ControllerModel::Lsilogic) {
            props.set("scsi-id", place.unit);
        } else {
            props.set("channel", place.bus).set("scsi-id", place.target).set("lun", place.unit);
        }
        Ok(())
    }
}

/// What the guest reads as the unit's identity if it has no serial number; it must not change with the
/// names of block nodes.
fn scsi_identity(disk: &Disk) -> Result<Option<String>> {
    if disk.target.bus != Some(DiskBus::Scsi) || disk.device == DiskDevice::Lun {
        return Ok(None);
    }
    Ok(Some(match &disk.serial {
        Some(serial) => serial.to_string(),
        None => format!("drive-{}", alias(&disk.info)?),
    }))
}

fn bus(disk: &Disk) -> Result<DiskBus> {
    disk.target.bus.ok_or_else(|| Error::internal(format!("disk '{}' has no bus", disk.target.dev)))
}

fn drive_place(disk: &Disk) -> Result<DriveAddress> {
    match &disk.info.address {
        Some(Address::Drive(drive)) => Ok(*drive),
        _ => {
            let what = format!("unexpected address type for disk '{}'", disk.target.dev);
            Err(Error::unsupported(what))
        }
    }
}

/// The property of the floppy controller that ranks a disk.
fn rank_property(disk: &Disk) -> &'static str {
    match &disk.info.address {
        Some(Address::Drive(drive)) if drive.unit == 1 => "bootindexB",
        _ => "bootindexA",
    }
}

fn add_identity(
    props: &mut Props,
    disk: &Disk,
    drive: Option<&str>,
    rank: Option<u32>,
) -> Result<()> {
    props
        .set("share-rw", disk.shareable.then_some(true))
        .set("drive", drive)
        .set("id", alias(&disk.info)?)
        .set("bootindex", rank);
    if let Some(blockio) = &disk.blockio {
        props
            .set("logical_block_size", blockio.logical_block_size)
            .set("physical_block_size", blockio.physical_block_size);
    }
    if let Some(wwn) = &disk.wwn {
        let number = u64::from_str_radix(wwn.trim_start_matches("0x"), 16);
        let number = number.map_err(|_| Error::unsupported(format!("malformed wwn '{wwn}'")))?;
        props.set("wwn", number);
    }
    props
        .set("rotation_rate", disk.target.rotation_rate)
        .set("vendor", disk.vendor.as_ref())
        .set("product", disk.product.as_ref());
    if disk.target.bus == Some(DiskBus::Usb) {
        props.set("removable", disk.target.removable.unwrap_or(OnOff::Off));
    } else if disk.target.bus == Some(DiskBus::Scsi) {
        props.set("removable", disk.target.removable);
    }
    Ok(())
}

fn add_behaviour(props: &mut Props, disk: &Disk) {
    let floppy = disk.target.bus == Some(DiskBus::Fdc);
    props.set("write-cache", write_cache(cache_mode(disk)).filter(|_| !floppy).map(OnOff::word));
    if let Some(geometry) = &disk.geometry {
        let translation = geometry.trans.filter(|trans| *trans != GeometryTranslation::None);
        props
            .set("cyls", geometry.cyls)
            .set("heads", geometry.heads)
            .set("secs", geometry.secs)
            .set("bios-chs-trans", translation.map(|trans| trans.word()));
    }
    // libvirt escapes blanks here, and guests know the serial number so.
    props.set("serial", disk.serial.as_ref().map(|serial| serial.replace(' ', r"\ ")));
    let driver = &disk.driver;
    let (on_write, on_read) = match (driver.error_policy, driver.rerror_policy) {
        // Reading never runs out of space.
        (Some(ErrorPolicy::Enospace), read) => (Some(ErrorPolicy::Enospace), read),
        (write, read) => (write, read.or(write)),
    };
    props.set("werror", on_write.map(error_policy)).set("rerror", on_read.map(error_policy));
}

fn error_policy(policy: ErrorPolicy) -> &'static str {
    match policy {
        ErrorPolicy::Stop => "stop",
        ErrorPolicy::Report => "report",
        ErrorPolicy::Ignore => "ignore",
        ErrorPolicy::Enospace => "enospc",
    }
}
