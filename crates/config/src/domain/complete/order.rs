//! The order libvirt keeps disks and controllers in: by name within a bus, by index within a kind.

use crate::domain::Domain;
use crate::domain::controller::Controller;
use crate::domain::disk::{Disk, DiskBus, DiskDevice};

use super::drive;

/// Brings what the user wrote into order; then a disk without a bus gets the one that its name means.
pub(super) fn sort(domain: &mut Domain) {
    let devices = &mut domain.devices;
    for controller in std::mem::take(&mut devices.controllers) {
        insert_controller(&mut devices.controllers, controller);
    }
    for disk in std::mem::take(&mut devices.disks) {
        insert_disk(&mut devices.disks, disk);
    }
    for disk in &mut devices.disks {
        let by_name = drive::bus_of(&disk.target.dev).unwrap_or(DiskBus::Ide);
        let floppy = disk.device == DiskDevice::Floppy;
        disk.target.bus.get_or_insert(if floppy { DiskBus::Fdc } else { by_name });
    }
}

/// Inserts a controller behind those of its kind with a smaller index.
///
/// Of several with one index the master of a USB bus, which has no `<master>`, stands first.
pub(in crate::domain) fn insert_controller(controllers: &mut Vec<Controller>, new: Controller) {
    let mut at = None;
    for (position, current) in
        controllers.iter().enumerate().rev().filter(|(_, c)| c.kind == new.kind)
    {
        let before = match (current.index, new.index) {
            (_, None) | (None, Some(_)) => false,
            (Some(current), Some(new)) if current != new => new < current,
            _ => new.info.master.is_none() && current.info.master.is_some(),
        };
        if !before {
            at = at.or(Some(position + 1));
            break;
        }
        at = Some(position);
    }
    controllers.insert(at.unwrap_or(controllers.len()), new);
}

/// Inserts a disk behind those of its bus whose names do not come later.
pub(in crate::domain) fn insert_disk(disks: &mut Vec<Disk>, new: Disk) {
    let rank = |disk: &Disk| drive::index_of(&disk.target.dev);
    let mut at = None;
    for (position, current) in
        disks.iter().enumerate().rev().filter(|(_, d)| d.target.bus == new.target.bus)
    {
        if rank(current) <= rank(&new) {
            at = at.or(Some(position + 1));
            break;
        }
        at = Some(position);
    }
    disks.insert(at.unwrap_or(disks.len()), new);
}
