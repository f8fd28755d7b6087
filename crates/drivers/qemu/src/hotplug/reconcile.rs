//! Devices of a guest that changed while no daemon looked.
//!
//! The status names a device before QEMU has it and until everything behind it is gone. So whatever a daemon
//! left half done, the document has the device: one that QEMU does not have is taken out, with what may be
//! left behind it. Of a medium that was being changed, the status has the old and the new.

use config::domain::chardev::{ChannelType, ConsoleType, SerialType};
use config::domain::disk::DiskBus;
use config::domain::peripheral::InputBus;
use config::domain::plug::{Device, DeviceKind};
use qmp::QmpError;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;

/// Where QEMU has the devices that have a name.
const PERIPHERAL: &str = "/machine/peripheral";

/// Kinds that come and go.
const KINDS: [DeviceKind; 14] = [
    DeviceKind::Disk,
    DeviceKind::Controller,
    DeviceKind::Interface,
    DeviceKind::Hostdev,
    DeviceKind::Redirdev,
    DeviceKind::Serial,
    DeviceKind::Channel,
    DeviceKind::Console,
    DeviceKind::Input,
    DeviceKind::Rng,
    DeviceKind::Shmem,
    DeviceKind::Memory,
    DeviceKind::Watchdog,
    DeviceKind::Vsock,
];

impl QemuDriver {
    /// Takes out of a guest's documents what its QEMU does not have.
    pub(crate) async fn reconcile_devices(
        &self,
        domain: &Domain,
        live: &Live,
    ) -> Result<(), QmpError> {
        self.reconcile_media(domain, live).await?;
        let (Ok(monitor), Some(document)) = (live.monitor(), domain.published().live.clone())
        else {
            return Ok(());
        };
        let found = monitor.qom_list(PERIPHERAL).await?;
        for alias in expected(&document) {
            if !found.iter().any(|device| device.name == alias) {
                tracing::info!(domain = %domain.name(), alias, "device is gone");
                self.forget_device(domain, live, &alias).await;
            }
        }
        self.undo_interfaces(&live.directory, move |device| {
            let mut interfaces = document.devices.interfaces.iter();
            interfaces.any(|interface| interface.target.dev.as_deref() == Some(device))
        })
        .await;
        Ok(())
    }
}

/// Names of the devices that QEMU has under their own names.
fn expected(document: &config::Domain) -> Vec<String> {
    let devices = &document.devices;
    let all = KINDS.into_iter().flat_map(|kind| {
        (0..devices.count(kind)).filter_map(move |number| devices.device(kind, number))
    });
    let named = all.filter(comes_and_goes);
    named.filter_map(|device| device.alias().map(str::to_owned)).collect()
}

/// Whether QEMU has this device as one of its own: the machine's are elsewhere.
fn comes_and_goes(device: &Device) -> bool {
    match device {
        Device::Disk(disk) => {
            matches!(disk.target.bus, Some(DiskBus::Virtio | DiskBus::Scsi | DiskBus::Usb))
        }
        Device::Controller(controller) => {
            controller.kind == config::domain::controller::ControllerType::Scsi
        }
        Device::Serial(serial) => {
            matches!(serial.target.kind, Some(SerialType::Usb | SerialType::Pci))
        }
        Device::Channel(channel) => channel.target.kind == ChannelType::Virtio,
        Device::Console(console) => console.target.kind == Some(ConsoleType::Virtio),
        Device::Input(input) => matches!(input.bus, Some(InputBus::Usb | InputBus::Virtio)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_devices_are_not_looked_for() {
        let xml = "<domain type='qemu' id='1'><name>a</name><os><type>hvm</type></os><devices>\
            <disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>\
            <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><alias name='ide0-1-0'/></disk>\
            <controller type='pci' index='0' model='pci-root'><alias name='pci.0'/></controller>\
            <controller type='scsi' index='0' model='virtio-scsi'><alias name='scsi0'/></controller>\
            <serial type='pty'><target type='isa-serial'/><alias name='serial0'/></serial>\
            <input type='mouse' bus='ps2'><alias name='input0'/></input>\
            <rng model='virtio'><backend model='random'>/dev/urandom</backend><alias name='rng0'/></rng>\
            </devices></domain>";
        let document = crate::documents::read_live(xml).unwrap();
        assert_eq!(expected(&document), ["virtio-disk0", "scsi0", "rng0"]);
    }
}
