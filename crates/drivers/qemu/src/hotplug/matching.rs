//! Which device of a document a client means.
//!
//! A disk goes by its target, a controller by its index, an interface by its MAC address, a lease by its
//! key. Any other device is the first that is as the client wrote: what the client does not say may be as
//! it is.

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::hostdev::HostdevSource;
use config::domain::interface::Interface;
use config::domain::peripheral::{RngBackend, ShmemModel};
use config::domain::plug::Device;

use super::refusals::missing;
use super::{Side, refusals};
use crate::errors::QEMU;

/// Number, among its kind, of the device that `wanted` describes.
///
/// # Errors
/// `DEVICE_MISSING` mostly, when there is none; `OPERATION_FAILED` when several interfaces are it.
pub(super) fn find(document: &config::Domain, wanted: &Device, side: Side) -> Result<usize> {
    let devices = &document.devices;
    let found = match wanted {
        Device::Disk(disk) => {
            devices.disks.iter().position(|known| known.target.dev == disk.target.dev)
        }
        Device::Controller(controller) => {
            if side == Side::Live {
                refusals::check_unplugged_kind(controller)?;
            }
            let same = |known: &config::domain::controller::Controller| {
                known.kind == controller.kind
                    && known.index == controller.index
                    && controller.index.is_some()
            };
            devices.controllers.iter().position(same)
        }
        Device::Interface(interface) => return find_interface(document, interface),
        Device::Lease(lease) => devices
            .leases
            .iter()
            .position(|known| known.key == lease.key && known.lockspace == lease.lockspace),
        Device::Shmem(shmem) => devices.shmems.iter().position(|known| {
            known.name == shmem.name && (shmem.model.is_none() || known.model == shmem.model)
        }),
        wanted => (0..devices.count(wanted.kind())).find(|number| {
            let known = devices.device(wanted.kind(), *number);
            known.is_some_and(|known| wanted.describes(&known))
        }),
    };
    found.ok_or_else(|| absence(document, wanted, side))
}

fn find_interface(document: &config::Domain, wanted: &Interface) -> Result<usize> {
    let mac = wanted.source.mac.as_ref().map(|mac| mac.address);
    let place = wanted.info.pci();
    let alias = wanted.info.alias.name();
    let is_it = |known: &Interface| {
        mac.is_none_or(|mac| known.source.mac.as_ref().is_some_and(|known| known.address == mac))
            && place.is_none_or(|place| known.info.pci().is_some_and(|at| at.same_place(place)))
            && alias.is_none_or(|alias| known.info.alias.name() == Some(alias))
    };
    let interfaces = document.devices.interfaces.iter().enumerate();
    let mut found = interfaces.filter(|(_, known)| is_it(known)).map(|(number, _)| number);
    match (found.next(), found.next(), mac) {
        (Some(number), None, _) => Ok(number),
        (Some(_), Some(_), Some(mac)) => Err(Error::operation_failed(
            ErrorDomain::DOMAIN,
            format!("multiple devices matching MAC address {mac} found"),
        )),
        (Some(_), Some(_), None) => {
            Err(Error::operation_failed(ErrorDomain::DOMAIN, "multiple matching devices found"))
        }
        (None, ..) => {
            let text = |value: Option<String>| value.unwrap_or_else(|| "(<null>)".to_owned());
            let place = text(place.map(ToString::to_string));
            let mac = text(mac.map(|mac| mac.to_string()));
            let alias = text(alias.map(str::to_owned));
            let what = format!(
                "no device found at address '{place}' matching MAC address '{mac}' and alias '{alias}'"
            );
            Err(Error::new(ErrorCode::DEVICE_MISSING, ErrorDomain::DOMAIN, what))
        }
    }
}

/// How libvirt says that a device of the host is not there.
fn absent_host_device(source: &HostdevSource) -> String {
    match source {
        HostdevSource::Pci(pci) => format!("host pci device {} not found", pci.source.address),
        HostdevSource::Usb(usb) => {
            match (usb.source.address, usb.source.vendor, usb.source.product) {
                (Some(at), ..) if at.bus > 0 => {
                    format!("host usb device {:03}.{:03} not found", at.bus, at.device)
                }
                (_, vendor, product) => format!(
                    "host usb device vendor=0x{:04x} product=0x{:04x} not found",
                    vendor.map_or(0, |vendor| vendor.id.0),
                    product.map_or(0, |product| product.id.0)
                ),
            }
        }
        HostdevSource::Scsi(scsi) => match (&scsi.source.adapter, scsi.source.address) {
            (Some(adapter), Some(at)) => format!(
                "host scsi device {}:{}:{}.{} not found",
                adapter.name, at.bus, at.target, at.unit
            ),
            _ => {
                let name = scsi.source.name.as_deref().unwrap_or_default();
                format!("host scsi iSCSI path {name} not found")
            }
        },
        HostdevSource::Mdev(mdev) => {
            format!("mediated device '{}' not found", mdev.source.address.uuid)
        }
        HostdevSource::ScsiHost(_) => "host scsi_host device not found".to_owned(),
    }
}

/// How libvirt says that a device is not there.
fn absence(document: &config::Domain, wanted: &Device, side: Side) -> Error {
    let live = side == Side::Live;
    let present = "device not present in domain configuration";
    missing(match wanted {
        Device::Disk(disk) if live => format!("disk {} not found", disk.target.dev),
        Device::Disk(disk) => format!("no target device {}", disk.target.dev),
        Device::Controller(controller) if live => {
            let index = controller.index.map_or_else(|| "-1".to_owned(), |index| index.to_string());
            format!("controller {}:{index} not found", controller.kind)
        }
        Device::Lease(lease) => {
            let space = lease.lockspace.as_deref().unwrap_or("");
            let what = format!("Lease {} in lockspace {space} does not exist", lease.key);
            if live {
                return Error::invalid_arg(QEMU, what);
            }
            what
        }
        Device::Hostdev(hostdev) if live => absent_host_device(&hostdev.source),
        Device::Redirdev(_) => {
            let what = "no matching redirdev was not found";
            if live {
                return Error::operation_invalid(QEMU, what);
            }
            what.to_owned()
        }
        Device::Serial(_) | Device::Parallel(_) | Device::Channel(_) | Device::Console(_) => {
            if !live {
                return Error::invalid_arg(QEMU, present);
            }
            format!("chr type '{}' {present}", wanted.element())
        }
        Device::Rng(rng) if live => {
            let model = match &rng.backend {
                RngBackend::Random(_) => "random",
                RngBackend::Egd(_) => "egd",
                RngBackend::Builtin => "builtin",
            };
            format!("model '{model}' RNG {present}")
        }
        Device::Rng(_) => "no matching RNG device was found".to_owned(),
        Device::Memory(memory) if live => {
            format!(
                "model '{}' memory device not present in the domain configuration",
                memory.model
            )
        }
        Device::Memory(_) => "matching memory device was not found".to_owned(),
        Device::Shmem(shmem) if live => {
            let model = shmem.model.map_or(ShmemModel::Ivshmem, |model| model.kind);
            format!("model '{model}' shmem {present}")
        }
        Device::Shmem(_) => "matching shmem device was not found".to_owned(),
        Device::Watchdog(_) if !live => "domain has no watchdog".to_owned(),
        Device::Watchdog(_) if document.devices.watchdog.is_none() => format!("watchdog {present}"),
        Device::Watchdog(watchdog) => format!("model '{}' watchdog {present}", watchdog.model),
        Device::Input(_) => "matching input device not found".to_owned(),
        Device::Vsock(_) => {
            let what = "matching vsock device not found";
            if !live {
                return Error::operation_failed(QEMU, what);
            }
            what.to_owned()
        }
        Device::Filesystem(_) if live => "matching filesystem not found".to_owned(),
        Device::Filesystem(_) => "no matching filesystem device was found".to_owned(),
        _ => present.to_owned(),
    })
}
