//! Rules of devices of the host.

use std::collections::HashSet;

use super::refuse;
use crate::Error;
use crate::domain::address::Address;
use crate::domain::device::TeamingType;
use crate::domain::disk::SgIo;
use crate::domain::hostdev::{HostScsiSource, Hostdev, HostdevModel, HostdevSource};
use crate::domain::interface::InterfaceSource;
use crate::domain::{Devices, Domain};
use crate::{OnOff, YesNo};

/// Digits of a World Wide Name after `naa.`.
const WWN_DIGITS: usize = 16;

/// Refuses devices that cannot be named so, before completion goes by their names.
pub(super) fn check_written(devices: &Devices) -> Result<(), Error> {
    let hostdevs = &devices.hostdevs;
    let mut places = HashSet::new();
    for interface in &devices.interfaces {
        let InterfaceSource::Hostdev(assigned) = &interface.source.source else { continue };
        let Some(place) = assigned.source.address.pci() else { continue };
        refuse(!places.insert(place.to_string()), || {
            Error::xml("Hostdev already exists in the domain configuration")
        })?;
    }
    for (at, hostdev) in hostdevs.iter().enumerate() {
        check_source(hostdev)?;
        check_model(hostdev)?;
        check_mode(hostdev)?;
        let twice = hostdevs[..at].iter().any(|other| is_same(&other.source, &hostdev.source));
        refuse(twice, || Error::xml("Hostdev already exists in the domain configuration"))?;
    }
    Ok(())
}

/// Refuses devices that no guest of ours can be given.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    domain.devices.hostdevs.iter().try_for_each(|hostdev| check_hostdev(domain, hostdev, has))?;
    let assigned = domain
        .devices
        .interfaces
        .iter()
        .filter(|interface| matches!(interface.source.source, InterfaceSource::Hostdev(_)));
    let mut teams = assigned.filter_map(|interface| interface.teaming.as_ref());
    refuse(teams.any(|team| team.kind != TeamingType::Transient), persistent)
}

fn persistent() -> Error {
    Error::unsupported("teaming hostdev devices must have type='transient'")
}

/// Whether both are the same device of the host.
fn is_same(one: &HostdevSource, other: &HostdevSource) -> bool {
    match (one, other) {
        (HostdevSource::Pci(one), HostdevSource::Pci(other)) => {
            one.source.address.same_place(&other.source.address)
        }
        (HostdevSource::Usb(one), HostdevSource::Usb(other)) => {
            let (one, other) = (&one.source, &other.source);
            let placed = one.address.is_some() && one.address == other.address;
            let named = one.vendor.is_some()
                && (one.vendor, one.product) == (other.vendor, other.product)
                && (one.address.is_none() || other.address.is_none());
            placed || named
        }
        (HostdevSource::Scsi(one), HostdevSource::Scsi(other)) => one.source == other.source,
        (HostdevSource::ScsiHost(one), HostdevSource::ScsiHost(other)) => {
            one.source == other.source
        }
        (HostdevSource::Mdev(one), HostdevSource::Mdev(other)) => one.source == other.source,
        _ => false,
    }
}

fn check_source(hostdev: &Hostdev) -> Result<(), Error> {
    match &hostdev.source {
        HostdevSource::Usb(usb) => {
            let (vendor, product) = (usb.source.vendor, usb.source.product);
            refuse(vendor.is_some_and(|vendor| vendor.id.0 == 0), || {
                Error::xml(
                    "Invalid value for attribute 'id' in element 'vendor': Zero is not permitted",
                )
            })?;
            refuse(vendor.is_some() && product.is_none(), || Error::internal("missing product"))?;
            refuse(vendor.is_none() && product.is_some(), || Error::internal("missing vendor"))
        }
        HostdevSource::Scsi(scsi) => check_scsi(&scsi.source),
        HostdevSource::ScsiHost(vhost) => {
            let digits = vhost.source.wwpn.strip_prefix("naa.").unwrap_or_default();
            let named = digits.len() == WWN_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
            refuse(&*vhost.source.protocol != "vhost", || {
                Error::unsupported(format!(
                    "Unknown scsi_host subsystem protocol '{}'",
                    vhost.source.protocol
                ))
            })?;
            refuse(!named, || Error::xml("malformed 'wwpn' value"))
        }
        HostdevSource::Pci(_) | HostdevSource::Mdev(_) => Ok(()),
    }
}

fn check_scsi(source: &HostScsiSource) -> Result<(), Error> {
    match source.protocol.as_deref() {
        None | Some("adapter") => {
            refuse(source.address.is_none(), || {
                Error::xml("'address' must be specified for scsi hostdev source")
            })?;
            refuse(source.adapter.is_none(), || {
                Error::xml("'adapter' name must be specified for scsi hostdev source")
            })
        }
        Some("iscsi") => {
            refuse(source.name.is_none(), || Error::xml("missing iSCSI hostdev source path name"))?;
            refuse(source.hosts.is_empty(), || {
                Error::xml("missing the host address for the iSCSI hostdev")
            })?;
            refuse(source.hosts.len() > 1, || {
                Error::xml("only one source host address may be specified for the iSCSI hostdev")
            })
        }
        Some(other) => {
            Err(Error::unsupported(format!("Unknown SCSI subsystem protocol '{other}'")))
        }
    }
}

fn check_model(hostdev: &Hostdev) -> Result<(), Error> {
    use HostdevModel::{NonTransitional, Transitional, VfioAp, VfioCcw, VfioPci, Virtio};
    let suits = match (&hostdev.source, hostdev.model) {
        (HostdevSource::Mdev(_), None) => {
            return Err(Error::xml("Missing required attribute 'model' in element 'hostdev'"));
        }
        (HostdevSource::Mdev(_), Some(model)) => matches!(model, VfioPci | VfioCcw | VfioAp),
        (HostdevSource::ScsiHost(_), Some(model)) => {
            matches!(model, Virtio | Transitional | NonTransitional)
        }
        _ => true,
    };
    match hostdev.model.filter(|_| !suits) {
        Some(model) => Err(Error::xml(format!(
            "Invalid value for attribute 'model' in element 'hostdev': '{model}'."
        ))),
        None => Ok(()),
    }
}

/// What only some kinds can be told.
fn check_mode(hostdev: &Hostdev) -> Result<(), Error> {
    let scsi = matches!(hostdev.source, HostdevSource::Scsi(_));
    refuse(hostdev.rawio.is_some() && !scsi, || {
        Error::xml("rawio is only supported for scsi host device")
    })?;
    refuse(hostdev.sgio.is_some() && !scsi, || {
        Error::xml("sgio is only supported for scsi host device")
    })?;
    if let (HostdevSource::Mdev(_), Some(model), Some(address)) =
        (&hostdev.source, hostdev.model, &hostdev.info.address)
        && !matches!(address, Address::Pci(_) | Address::Ccw(_) | Address::Unassigned)
    {
        return Err(Error::xml(format!(
            "Unsupported address type '{}' with mediated device model '{model}'",
            address.word()
        )));
    }
    let drive = matches!(hostdev.info.address, None | Some(Address::Drive(_)));
    refuse(scsi && !drive, || Error::unsupported("SCSI host device must use 'drive' address type"))
}

fn check_hostdev(
    domain: &Domain,
    hostdev: &Hostdev,
    has: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    refuse(hostdev.sgio == Some(SgIo::Unfiltered), || {
        Error::unsupported("unfiltered sgio is no longer supported")
    })?;
    if let Some(team) = &hostdev.teaming {
        refuse(team.kind != TeamingType::Transient, persistent)?;
        refuse(!matches!(hostdev.source, HostdevSource::Pci(_)), || {
            Error::unsupported("teaming is only supported for pci hostdev devices")
        })?;
    }
    match &hostdev.source {
        HostdevSource::Pci(pci) => refuse(pci.source.write_filtering == Some(YesNo::No), || {
            Error::unsupported(
                "Write filtering of PCI device configuration space is not supported by qemu",
            )
        }),
        HostdevSource::Scsi(_) => {
            let bus = match hostdev.info.address {
                Some(Address::Drive(place)) => place.bus,
                _ => 0,
            };
            refuse(bus != 0, || Error::internal("SCSI controller only supports 1 bus"))
        }
        HostdevSource::ScsiHost(_) => refuse(hostdev.info.boot.is_some(), || {
            Error::unsupported(
                "booting from assigned devices is not supported by vhost SCSI devices",
            )
        }),
        HostdevSource::Mdev(_) => check_mediated(domain, hostdev, has),
        HostdevSource::Usb(_) => Ok(()),
    }
}

fn check_mediated(
    domain: &Domain,
    hostdev: &Hostdev,
    has: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    let device = match hostdev.model {
        Some(HostdevModel::VfioCcw) => Some(("vfio-ccw", "VFIO CCW")),
        Some(HostdevModel::VfioAp) => Some(("vfio-ap", "VFIO AP")),
        _ => None,
    };
    if let Some((_, name)) = device.filter(|(device, _)| !has(device)) {
        return Err(Error::unsupported(format!(
            "{name} device assignment is not supported by this version of QEMU"
        )));
    }
    let shown = hostdev.display == Some(OnOff::On);
    refuse(shown && domain.devices.graphics.is_empty(), || {
        Error::unsupported(
            "graphics device is needed for attribute value 'display=on' in <hostdev>",
        )
    })
}
