//! Adding a device.

use std::sync::Arc;

use api::remote::{
    DomainAttachDevice, DomainAttachDeviceArgs, DomainAttachDeviceFlags,
    DomainAttachDeviceFlagsArgs, NonnullDomain,
};
use api::{DomainDeviceModifyFlags as Flag, Error, Result};
use config::domain::chardev::ConsoleType;
use config::domain::disk::DiskDevice;
use config::domain::plug::Device;
use driver::{CallContext, Handler};

use super::media::Force;
use super::{Side, read_new, refusals};
use crate::capabilities::KnownHost;
use crate::documents::SystemEntropy;
use crate::domain::{Domain, Impact, not_running};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

impl Handler<DomainAttachDevice> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainAttachDeviceArgs) -> Result<()> {
        self.attach_device(&args.dom, &args.xml, Flag::LIVE.0).await
    }
}

impl Handler<DomainAttachDeviceFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainAttachDeviceFlagsArgs) -> Result<()> {
        let known = Flag::LIVE | Flag::CONFIG;
        flags::only(args.flags, known.0, "qemuDomainAttachDeviceLiveAndConfig")?;
        self.attach_device(&args.dom, &args.xml, args.flags).await
    }
}

impl QemuDriver {
    async fn attach_device(&self, reference: &NonnullDomain, xml: &str, flags: u32) -> Result<()> {
        let domain = self.registry.find(reference)?;
        let _job = domain.modify("DomainAttachDevice", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(flags, &view)?;
        let mut device = read_new(xml)?;
        device.draw(&mut SystemEntropy);
        let definition = view.definition().filter(|_| impact.config);
        let host = match definition {
            Some(definition) => {
                let host = self.host_of(&definition).await?;
                attached(&definition, device.clone(), &host)?;
                Some(host)
            }
            None => None,
        };
        if impact.live {
            self.attach_live(&domain, device.clone()).await?;
        }
        let Some(host) = host else { return Ok(()) };
        self.change_definition(&domain, |definition| {
            *definition = attached(definition, device, &host)?;
            Ok(())
        })
        .await
    }

    /// Adds a device to the running guest, with the SCSI controller that it may need.
    async fn attach_live(&self, domain: &Arc<Domain>, mut device: Device) -> Result<()> {
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        if let Some(number) = drive_of(&document, &device) {
            return match device {
                Device::Disk(disk) => {
                    self.change_medium(domain, &live, number, *disk, Force::No).await
                }
                _ => Ok(()),
            };
        }
        refusals::attach(&document, &device, Side::Live)?;
        number_console(&document, &mut device);
        let host = self.host_of(&document).await?;
        let plugged = document
            .with_device(device, &host, &mut SystemEntropy)
            .map_err(|error| errors::document(&error))?;
        refusals::attach_completed(&document, &plugged.device)?;
        if plugged.needs_pci_bus() {
            return Err(Error::internal(QEMU, "No more available PCI slots"));
        }
        for controller in plugged.controllers {
            refusals::implicit(&controller)?;
            self.plug_device(domain, &live, Device::Controller(Box::new(controller))).await?;
        }
        self.plug_device(domain, &live, plugged.device).await
    }

    /// What completing a document asks of this host.
    pub(super) async fn host_of(&self, document: &config::Domain) -> Result<KnownHost> {
        self.emulators.host_for(document, &self.settings.nvram_dir.to_string_lossy()).await
    }
}

/// The definition with one more device.
fn attached(
    definition: &config::Domain,
    device: Device,
    host: &KnownHost,
) -> Result<config::Domain> {
    let kind = device.kind();
    // Of what it has one of, a definition would lose its own.
    if refusals::attach_kind(kind).is_ok() {
        refusals::attach(definition, &device, Side::Config)?;
    }
    let plugged = definition.with_device(device, host, &mut SystemEntropy);
    let plugged = plugged.map_err(|error| errors::document(&error))?;
    refusals::attach_kind(kind)?;
    Ok(plugged.domain)
}

/// Gives a virtio console that comes the number after those of its own kind, as libvirt does; in a definition
/// it is counted with all consoles.
fn number_console(document: &config::Domain, device: &mut Device) {
    let Device::Console(console) = device else { return };
    let kind = console.target.kind;
    if kind != Some(ConsoleType::Virtio) || console.target.port.is_some() {
        return;
    }
    let same = document.devices.consoles.iter().filter(|known| known.target.kind == kind);
    let highest = same.filter_map(|known| known.target.port).max();
    console.target.port = Some(highest.map_or(0, |port| port.saturating_add(1)));
}

/// The drive that a disk with a medium to change is the medium of.
fn drive_of(document: &config::Domain, device: &Device) -> Option<usize> {
    let Device::Disk(disk) = device else { return None };
    let removable = matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy);
    let mut disks = document.devices.disks.iter();
    disks.position(|known| {
        removable && known.device == disk.device && known.target.dev == disk.target.dev
    })
}
