//! The order of the devices that a guest boots from.

use config::Domain;
use config::domain::device::DeviceInfo;
use config::domain::disk::{Disk, DiskDevice};
use config::domain::interface::InterfaceSource;
use config::domain::os::BootDevice;

/// Which devices `<boot dev='…'/>` means: the first of each kind.
///
/// Devices that have an order of their own do not come with `<boot dev='…'/>`; completion sees to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BootOrder {
    disk: Option<Place>,
    cdrom: Option<Place>,
    floppy: Option<Place>,
    network: Option<Place>,
}

/// The number of a device in its list, and its rank.
#[derive(Clone, Copy, Debug)]
struct Place {
    device: usize,
    rank: u32,
}

impl BootOrder {
    /// The order that a domain asks for.
    pub(super) fn of(domain: &Domain) -> Self {
        let rank = |dev: BootDevice| {
            let at = domain.os.boot.iter().rposition(|boot| boot.dev == dev)?;
            u32::try_from(at + 1).ok()
        };
        let disk = |boot: BootDevice, is: fn(DiskDevice) -> bool| {
            let device = domain.devices.disks.iter().position(|disk| is(disk.device))?;
            Some(Place { device, rank: rank(boot)? })
        };
        let first = domain.devices.interfaces.first();
        let network = first.filter(|nic| !matches!(nic.source.source, InterfaceSource::Hostdev(_)));
        Self {
            disk: disk(BootDevice::Hd, |d| matches!(d, DiskDevice::Disk | DiskDevice::Lun)),
            cdrom: disk(BootDevice::Cdrom, |d| d == DiskDevice::Cdrom),
            floppy: disk(BootDevice::Fd, |d| d == DiskDevice::Floppy),
            network: network
                .and_then(|_| Some(Place { device: 0, rank: rank(BootDevice::Network)? })),
        }
    }

    /// Rank of the disk with this number.
    pub(super) fn disk(&self, number: usize, disk: &Disk) -> Option<u32> {
        let places = [self.disk, self.cdrom, self.floppy];
        own(&disk.info).or_else(|| rank_of(&places, number))
    }

    /// Rank of the interface with this number.
    pub(super) fn interface(&self, number: usize, info: &DeviceInfo) -> Option<u32> {
        own(info).or_else(|| rank_of(&[self.network], number))
    }
}

/// The rank that a device has of its own.
pub(super) fn own(info: &DeviceInfo) -> Option<u32> {
    info.boot.as_ref().map(|boot| boot.order)
}

fn rank_of(places: &[Option<Place>], number: usize) -> Option<u32> {
    places.iter().flatten().find(|place| place.device == number).map(|place| place.rank)
}
