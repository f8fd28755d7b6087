//! Changing a device.

use std::sync::Arc;

use api::remote::{DomainUpdateDeviceFlags, DomainUpdateDeviceFlagsArgs};
use api::{DomainDeviceModifyFlags as Flag, Error, ErrorDomain, Result};
use config::domain::disk::{Disk, DiskDevice};
use config::domain::graphics::{DisplayPassword, Graphics, Vnc};
use config::domain::plug::{Device, Plugged};
use driver::{CallContext, Handler};

use super::media::{Force, same_source};
use super::refusals::{missing, unsupported};
use super::{Side, interface, matching, read_new};
use crate::capabilities::KnownHost;
use crate::documents::SystemEntropy;
use crate::domain::{Domain, Impact, Live, not_running};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;
use crate::lifecycle::expiry;

impl Handler<DomainUpdateDeviceFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainUpdateDeviceFlagsArgs) -> Result<()> {
        let known = Flag::LIVE | Flag::CONFIG | Flag::FORCE;
        flags::only(args.flags, known.0, "qemuDomainUpdateDeviceFlags")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainUpdateDeviceFlags", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags & !Flag::FORCE.0, &view)?;
        let device = read_new(&args.xml)?;
        let definition = view.definition().filter(|_| impact.config);
        let host = match definition {
            Some(definition) => {
                let host = self.host_of(&definition).await?;
                updated(&definition, device.clone(), &host)?;
                Some(host)
            }
            None => None,
        };
        if impact.live {
            let force = if args.flags & Flag::FORCE.0 != 0 { Force::Yes } else { Force::No };
            self.update_live(&domain, device.clone(), force).await?;
        }
        let Some(host) = host else { return Ok(()) };
        self.change_definition(&domain, |definition| {
            *definition = updated(definition, device, &host)?;
            Ok(())
        })
        .await
    }
}

impl QemuDriver {
    async fn update_live(&self, domain: &Arc<Domain>, device: Device, force: Force) -> Result<()> {
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let number = find(&document, &device, Side::Live)?;
        let old = document.devices.device(device.kind(), number).ok_or_else(not_running)?;
        if let (Device::Disk(drive), Device::Disk(wanted)) = (&old, &device)
            && is_drive(drive)
        {
            if same_source(drive, wanted) && !is_empty(wanted) {
                return Ok(());
            }
            return self.change_medium(domain, &live, number, (**wanted).clone(), force).await;
        }
        let host = self.host_of(&document).await?;
        if let (Device::Interface(old), Device::Interface(new)) = (&old, &device) {
            interface::refuse_name(old, new)?;
        }
        let plugged = instead(&document, number, &old, device, &host)?;
        match (old, plugged.device) {
            (Device::Disk(old), Device::Disk(new)) => refuse_disk_changes(&old, &new),
            (Device::Interface(old), Device::Interface(new)) => {
                self.update_interface(domain, &live, &old, *new).await
            }
            (Device::Graphics(old), Device::Graphics(new)) => {
                self.update_graphics(domain, &live, number, *old, *new).await
            }
            (Device::Memory(_), _) => {
                let what = "memory devices cannot be changed while their guest runs yet";
                Err(Error::config_unsupported(QEMU, what))
            }
            (old, _) => Err(not_live(&old)),
        }
    }

    /// Changes a display's password and how long it holds.
    async fn update_graphics(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        number: usize,
        old: Graphics,
        new: Graphics,
    ) -> Result<()> {
        let (protocol, before, after) = match (&old, &new) {
            (Graphics::Vnc(old), Graphics::Vnc(new)) => {
                refuse_vnc_changes(old, new)?;
                ("vnc", &old.password, &new.password)
            }
            (Graphics::Spice(old), Graphics::Spice(new)) => {
                if old.port != new.port && new.autoport != old.autoport {
                    return Err(unsupported("cannot change port settings on spice graphics"));
                }
                ("spice", &old.password, &new.password)
            }
            _ => {
                let what = "unable to change config on this type of graphics";
                return Err(Error::config_unsupported(QEMU, what));
            }
        };
        let timed = before.valid_to.is_some() || after.valid_to.is_some();
        if timed || before.passwd != after.passwd || before.connected != after.connected {
            self.set_display_password(domain, live, protocol, after).await?;
        }
        let password = after.clone();
        self.change_live(domain, live, |document| {
            match document.devices.graphics.get_mut(number) {
                Some(Graphics::Vnc(vnc)) => vnc.password = password,
                Some(Graphics::Spice(spice)) => spice.password = password,
                _ => {}
            }
        });
        Ok(())
    }

    async fn set_display_password(
        &self,
        domain: &Domain,
        live: &Live,
        protocol: &str,
        password: &DisplayPassword,
    ) -> Result<()> {
        use config::domain::graphics::PasswordPolicy;
        let monitor = live.monitor()?;
        let connected = password.connected.map_or("keep", PasswordPolicy::word);
        let secret = password.passwd.as_deref().unwrap_or_default();
        self.ask(domain, monitor.set_password(protocol, secret, connected)).await?;
        let time = match password.passwd {
            Some(_) => expiry(password.valid_to),
            None => "now".to_owned(),
        };
        self.ask(domain, monitor.expire_password(protocol, &time)).await
    }
}

/// The definition with the device changed.
fn updated(
    definition: &config::Domain,
    device: Device,
    host: &KnownHost,
) -> Result<config::Domain> {
    let number = find(definition, &device, Side::Config)?;
    let old = definition.devices.device(device.kind(), number).ok_or_else(not_running)?;
    Ok(instead(definition, number, &old, device, host)?.domain)
}

/// The document with another device in the place of one; what nobody says of its name and place stays.
fn instead(
    document: &config::Domain,
    number: usize,
    old: &Device,
    mut device: Device,
    host: &KnownHost,
) -> Result<Plugged> {
    if let (Some(known), Some(info)) = (old.info(), device.info_mut()) {
        if info.address.is_none() {
            info.address.clone_from(&known.address);
        }
        if info.alias.name().is_none() {
            info.alias = known.alias.clone();
        }
    }
    document
        .with_device_instead(number, device, host, &mut SystemEntropy)
        .map_err(|error| errors::document(&error))
}

/// Number of the device that is to change.
fn find(document: &config::Domain, device: &Device, side: Side) -> Result<usize> {
    let live = side == Side::Live;
    match device {
        Device::Disk(disk) => {
            let mut disks = document.devices.disks.iter();
            let found = disks.position(|known| known.target.dev == disk.target.dev);
            let dev = &disk.target.dev;
            found.ok_or_else(|| match side {
                Side::Live => Error::internal(QEMU, format!("disk '{dev}' not found")),
                Side::Config => Error::invalid_arg(QEMU, format!("target {dev} doesn't exist.")),
            })
        }
        Device::Interface(_) => matching::find(document, device, side),
        Device::Graphics(graphics) => {
            let same = |known: &Graphics| known.word() == graphics.word();
            document.devices.graphics.iter().position(same).ok_or_else(|| {
                missing(format!(
                    "cannot find existing graphics device to modify of type '{}'",
                    graphics.word()
                ))
            })
        }
        Device::Memory(memory) => {
            let alias = memory.info.alias.name();
            let mut memories = document.devices.memories.iter();
            let found = memories.position(|known| match alias {
                Some(alias) => known.info.alias.name() == Some(alias),
                None => known.info.address.is_some() && known.info.address == memory.info.address,
            });
            found.ok_or_else(|| match side {
                Side::Live => {
                    let alias = alias.unwrap_or("(null)");
                    Error::config_unsupported(QEMU, format!("memory '{alias}' not found"))
                }
                Side::Config => Error::invalid_arg(ErrorDomain::QEMU, "memory not found"),
            })
        }
        other if live => Err(not_live(other)),
        other => Err(unsupported(format!(
            "persistent update of device '{}' is not supported",
            other.kind().word()
        ))),
    }
}

fn not_live(device: &Device) -> Error {
    let word = device.kind().word();
    Error::config_unsupported(QEMU, format!("live update of device '{word}' is not supported"))
}

/// Whether it is a drive whose medium can change.
fn is_drive(disk: &Disk) -> bool {
    matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy)
}

fn is_empty(disk: &Disk) -> bool {
    crate::block::DiskLayer::top(disk).place == crate::block::Place::Empty
}

fn refuse_vnc_changes(old: &Vnc, new: &Vnc) -> Result<()> {
    let chosen = |vnc: &Vnc| vnc.autoport == Some(config::YesNo::Yes);
    if chosen(old) != chosen(new) || (!chosen(new) && old.port != new.port) {
        return Err(unsupported("cannot change port settings on vnc graphics"));
    }
    if old.listens != new.listens {
        return Err(unsupported("cannot change listen address setting on 'vnc' graphics"));
    }
    if old.keymap != new.keymap {
        return Err(unsupported("cannot change keymap setting on vnc graphics"));
    }
    Ok(())
}

/// A disk that is no drive for media stays what it is.
fn refuse_disk_changes(old: &Disk, new: &Disk) -> Result<()> {
    if !same_source(old, new) {
        let what = "disk source can be changed only in removable drives";
        return Err(Error::config_unsupported(QEMU, what));
    }
    let (was, is) = (&old.driver, &new.driver);
    let limits = (&old.iotune, &new.iotune);
    let fields = [
        (old.device != new.device, "device"),
        (old.target.bus != new.target.bus, "bus"),
        (old.model != new.model, "model"),
        (old.serial != new.serial, "serial"),
        (old.wwn != new.wwn, "wwn"),
        (old.vendor != new.vendor, "vendor"),
        (old.product != new.product, "product"),
        (old.geometry != new.geometry, "geometry"),
        (old.blockio != new.blockio, "blockio"),
        (limits.0.total_bytes_sec != limits.1.total_bytes_sec, "blkdeviotune total_bytes_sec"),
        (limits.0.read_bytes_sec != limits.1.read_bytes_sec, "blkdeviotune read_bytes_sec"),
        (limits.0.write_bytes_sec != limits.1.write_bytes_sec, "blkdeviotune write_bytes_sec"),
        (limits.0.total_iops_sec != limits.1.total_iops_sec, "blkdeviotune total_iops_sec"),
        (limits.0.read_iops_sec != limits.1.read_iops_sec, "blkdeviotune read_iops_sec"),
        (limits.0.write_iops_sec != limits.1.write_iops_sec, "blkdeviotune write_iops_sec"),
        (limits.0 != limits.1, "blkdeviotune"),
        (was.format != is.format, "driver type"),
        (was.cache != is.cache, "cache"),
        (was.error_policy != is.error_policy, "error_policy"),
        (was.rerror_policy != is.rerror_policy, "rerror_policy"),
        (was.io != is.io, "io"),
        (was.ioeventfd != is.ioeventfd, "ioeventfd"),
        (was.event_idx != is.event_idx, "event_idx"),
        (was.copy_on_read != is.copy_on_read, "copy_on_read"),
        (was.discard != is.discard, "discard"),
        (was.iothread != is.iothread, "iothread"),
        (old.readonly != new.readonly, "readonly"),
        (old.shareable != new.shareable, "shareable"),
        (old.transient != new.transient, "transient"),
        (old.rawio != new.rawio, "rawio"),
        (old.sgio != new.sgio, "sgio"),
    ];
    match fields.into_iter().find(|(differs, _)| *differs) {
        Some((_, field)) => Err(unsupported(format!("cannot modify field '{field}' of the disk"))),
        None => Ok(()),
    }
}
