//! Places on disk controllers, from the names of disks.

use crate::Error;
use crate::domain::Domain;
use crate::domain::address::{Address, DriveAddress};
use crate::domain::disk::{Disk, DiskBus};
use crate::domain::hostdev::HostdevSource;

/// Units of a narrow SCSI bus that a disk can have: the controller itself is unit 7.
const SCSI_UNITS: u32 = 7;

/// What a name may begin with: two letters that say the bus, or three.
const PREFIXES: [&str; 6] = ["fd", "hd", "vd", "sd", "xvd", "ubd"];

/// The rank that a disk's name says: 0 for `vda`, 26 for `vdaa`; a partition number does not count.
pub fn index_of(name: &str) -> Option<u32> {
    let (letters, _) = split(name)?;
    letters
        .bytes()
        .try_fold(0u32, |rank, letter| {
            rank.checked_mul(26)?.checked_add(u32::from(letter - b'a') + 1)
        })?
        .checked_sub(1)
}

/// The letters and the partition number of a name; `None` if it is no disk's name.
pub(crate) fn split(name: &str) -> Option<(&str, &str)> {
    let rest = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let digits = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
    let (letters, partition) = rest.split_at(digits);
    let right = !letters.is_empty()
        && partition.bytes().all(|b| b.is_ascii_digit())
        && (partition.len() < 2 || !partition.starts_with('0'));
    right.then_some((letters, partition))
}

/// The bus that a name without one means.
pub(super) fn bus_of(name: &str) -> Option<DiskBus> {
    [
        ("fd", DiskBus::Fdc),
        ("hd", DiskBus::Ide),
        ("sd", DiskBus::Scsi),
        ("vd", DiskBus::Virtio),
        ("xvd", DiskBus::Xen),
        ("ubd", DiskBus::Uml),
    ]
    .into_iter()
    .find_map(|(prefix, bus)| name.starts_with(prefix).then_some(bus))
}

/// Gives every disk on a drive bus its place, if it has none.
pub(super) fn assign(domain: &mut Domain) -> Result<(), Error> {
    let taken: Vec<DriveAddress> = hostdev_places(domain);
    for disk in domain.devices.disks.iter_mut().filter(|disk| disk.info.address.is_none()) {
        let Some(place) = place(disk)? else { continue };
        if disk.target.bus == Some(DiskBus::Scsi) && taken.contains(&place) {
            return Err(Error::unsupported(format!(
                "using disk target name '{}' conflicts with SCSI host device address controller='{}' bus='{}' target='{}' unit='{}'",
                disk.target.dev, place.controller, place.bus, place.target, place.unit
            )));
        }
        disk.info.address = Some(Address::Drive(place));
    }
    Ok(())
}

/// The place a disk's name stands for; `None` on a bus without drive addresses.
fn place(disk: &Disk) -> Result<Option<DriveAddress>, Error> {
    let name = &disk.target.dev;
    let index = || {
        index_of(name).ok_or_else(|| {
            Error::xml(format!("unknown disk name '{name}' and no address specified"))
        })
    };
    let at = |controller, bus, unit| DriveAddress { controller, bus, target: 0, unit };
    Ok(match disk.target.bus {
        Some(DiskBus::Ide) => index().map(|i| Some(at(i / 4, i % 4 / 2, i % 2)))?,
        Some(DiskBus::Sata) => index().map(|i| Some(at(i / 6, 0, i % 6)))?,
        Some(DiskBus::Fdc) => index().map(|i| Some(at(i / 2, 0, i % 2)))?,
        Some(DiskBus::Scsi) => index().map(|i| Some(at(i / SCSI_UNITS, 0, i % SCSI_UNITS)))?,
        _ => None,
    })
}

/// Gives SCSI devices of the host a free unit.
pub(super) fn assign_hostdevs(domain: &mut Domain) {
    let mut taken = hostdev_places(domain);
    taken.extend(
        domain.devices.disks.iter().filter(|d| d.target.bus == Some(DiskBus::Scsi)).filter_map(
            |disk| match disk.info.address {
                Some(Address::Drive(place)) => Some(place),
                // Where its name will put it.
                _ => place(disk).ok().flatten(),
            },
        ),
    );
    let unplaced = domain.devices.hostdevs.iter_mut().filter(|hostdev| {
        matches!(hostdev.source, HostdevSource::Scsi(_)) && hostdev.info.address.is_none()
    });
    for hostdev in unplaced {
        let free = (0..).map(|n| DriveAddress {
            controller: n / SCSI_UNITS,
            unit: n % SCSI_UNITS,
            ..Default::default()
        });
        let place = free.into_iter().find(|place| !taken.contains(place)).unwrap_or_default();
        taken.push(place);
        hostdev.info.address = Some(Address::Drive(place));
    }
}

fn hostdev_places(domain: &Domain) -> Vec<DriveAddress> {
    let places = domain.devices.hostdevs.iter().filter_map(|hostdev| {
        match (&hostdev.source, &hostdev.info.address) {
            (HostdevSource::Scsi(_), Some(Address::Drive(place))) => Some(*place),
            _ => None,
        }
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_rank() {
        for (name, rank) in [
            ("vda", Some(0)),
            ("hdz", Some(25)),
            ("sdaa", Some(26)),
            ("xvdb", Some(1)),
            ("vdb1", Some(1)),
            ("vd", None),
            ("vdb01", None),
            ("vdB", None),
            ("nvme0n1", None),
            ("sdzzzzzzzzzzzzz", None),
        ] {
            assert_eq!(index_of(name), rank, "{name}");
        }
    }
}
