//! The devices of a domain that are on PCI, in the order in which they get their places.

use super::connect::Connect;
use crate::domain::Devices;
use crate::domain::chardev::SerialType;
use crate::domain::complete::devices::is_known_model;
use crate::domain::controller::{Controller, ControllerModel, ControllerType};
use crate::domain::device::DeviceInfo;
use crate::domain::disk::{DiskBus, VirtioModel};
use crate::domain::graphics::{SoundModel, VideoModelType};
use crate::domain::hostdev::{Hostdev, HostdevModel, HostdevSource};
use crate::domain::interface::{Interface, InterfaceSource};
use crate::domain::memory::{BalloonModel, MemoryModel};
use crate::domain::peripheral::{
    Filesystem, FilesystemDriverType, InputBus, IommuModel, VirtioDeviceModel, WatchdogModel,
};

/// A device on PCI.
pub(super) struct PciDevice<'a> {
    /// Identity and place.
    pub(super) info: &'a mut DeviceInfo,
    /// What it needs.
    pub(super) connect: Connect,
    /// What the chipset wants of it.
    pub(super) role: Role,
}

/// What a chipset may have a fixed place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// None.
    Plain,
    /// A bridge from the root complex.
    DmiBridge,
    /// The first IDE controller.
    Ide,
    /// The first SATA controller.
    Sata,
    /// The USB controller that is part of the PIIX.
    PiixUsb,
    /// A part of a USB 2.0 controller, all of which share a slot: index of the bus, function.
    UsbFunction(u32, u8),
    /// The sound of the ICH9.
    Ich9Sound,
    /// The first graphics card.
    PrimaryVideo,
}

/// How the root bus is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// Conventional PCI.
    Pci,
    /// PCI Express.
    Pcie,
}

impl Root {
    /// What a device needs that would rather be on PCI Express.
    fn express(self) -> Connect {
        match self {
            Self::Pci => Connect::PCI_DEVICE,
            Self::Pcie => Connect::PCIE_DEVICE,
        }
    }

    fn virtio(self, transitional: bool) -> Connect {
        if transitional { Connect::PCI_DEVICE } else { self.express() }
    }

    fn virtio_device(self, model: Option<VirtioDeviceModel>) -> Connect {
        self.virtio(model == Some(VirtioDeviceModel::Transitional))
    }
}

/// Every device on PCI, in the order in which places are given.
pub(super) fn devices(devices: &mut Devices, root: Root) -> Vec<PciDevice<'_>> {
    let mut list: Vec<PciDevice<'_>> = Vec::new();
    let mut add = |info, connect, role| {
        if connect != Connect::NONE {
            list.push(PciDevice { info, connect, role });
        }
    };
    let (bridges, controllers): (Vec<_>, Vec<_>) =
        devices.controllers.iter_mut().partition(|c| c.kind == ControllerType::Pci);
    for bridge in bridges {
        let connect = bridge.model.map_or(Connect::NONE, Connect::of_controller);
        let dmi = bridge.model == Some(ControllerModel::DmiToPciBridge);
        add(&mut bridge.info, connect, if dmi { Role::DmiBridge } else { Role::Plain });
    }
    for filesystem in &mut devices.filesystems {
        let connect = of_filesystem(filesystem, root);
        add(&mut filesystem.info, connect, Role::Plain);
    }
    // An interface that is a device of the host gets its place with these.
    let (assigned, interfaces): (Vec<_>, Vec<_>) = devices
        .interfaces
        .iter_mut()
        .partition(|interface| matches!(interface.source.source, InterfaceSource::Hostdev(_)));
    for interface in interfaces {
        let connect = of_interface(interface, root);
        add(&mut interface.info, connect, Role::Plain);
    }
    for sound in &mut devices.sounds {
        let connect = match sound.model {
            SoundModel::Es1370 | SoundModel::Ac97 | SoundModel::Ich6 | SoundModel::Ich9 => {
                Connect::PCI_DEVICE
            }
            SoundModel::Ich7 => Connect::NOWHERE,
            SoundModel::Sb16 | SoundModel::Pcspk | SoundModel::Usb => Connect::NONE,
        };
        let ich9 = sound.model == SoundModel::Ich9;
        add(&mut sound.info, connect, if ich9 { Role::Ich9Sound } else { Role::Plain });
    }
    for controller in controllers {
        let (connect, role) = of_controller(controller, root);
        add(&mut controller.info, connect, role);
    }
    for disk in devices.disks.iter_mut().filter(|disk| disk.target.bus == Some(DiskBus::Virtio)) {
        add(
            &mut disk.info,
            root.virtio(disk.model == Some(VirtioModel::Transitional)),
            Role::Plain,
        );
    }
    for interface in assigned {
        add(&mut interface.info, root.express(), Role::Plain);
    }
    for hostdev in &mut devices.hostdevs {
        let connect = of_hostdev(hostdev, root);
        add(&mut hostdev.info, connect, Role::Plain);
    }
    if let Some(balloon) = &mut devices.memballoon {
        let connect = match balloon.model {
            BalloonModel::Virtio | BalloonModel::NonTransitional => root.express(),
            BalloonModel::Transitional => Connect::PCI_DEVICE,
            BalloonModel::Xen => Connect::NOWHERE,
            BalloonModel::None => Connect::NONE,
        };
        add(&mut balloon.info, connect, Role::Plain);
    }
    for rng in &mut devices.rngs {
        add(&mut rng.info, root.virtio_device(Some(rng.model)), Role::Plain);
    }
    if let Some(watchdog) = devices.watchdog.as_mut().filter(|w| w.model == WatchdogModel::I6300esb)
    {
        add(&mut watchdog.info, Connect::PCI_DEVICE, Role::Plain);
    }
    if let Some(iommu) = devices.iommu.as_mut().filter(|iommu| iommu.model == IommuModel::Virtio) {
        add(
            &mut iommu.info,
            (match root {
                Root::Pci => Connect::PCI,
                Root::Pcie => Connect::PCIE,
            }) | Connect::INTEGRATED,
            Role::Plain,
        );
    }
    for (at, video) in devices.videos.iter_mut().enumerate() {
        let connect = match video.model.as_ref().and_then(|model| model.kind) {
            Some(VideoModelType::Virtio | VideoModelType::Bochs) => root.express(),
            Some(VideoModelType::None | VideoModelType::Ramfb) | None => Connect::NONE,
            Some(_) => Connect::PCI_DEVICE,
        };
        add(&mut video.info, connect, if at == 0 { Role::PrimaryVideo } else { Role::Plain });
    }
    for shmem in &mut devices.shmems {
        add(&mut shmem.info, Connect::PCI_DEVICE, Role::Plain);
    }
    for input in devices.inputs.iter_mut().filter(|input| input.bus == Some(InputBus::Virtio)) {
        add(&mut input.info, root.virtio_device(input.model), Role::Plain);
    }
    for serial in devices.serials.iter_mut().filter(|s| s.target.kind == Some(SerialType::Pci)) {
        add(&mut serial.info, Connect::PCI_DEVICE, Role::Plain);
    }
    if let Some(vsock) = &mut devices.vsock {
        add(&mut vsock.info, root.virtio_device(vsock.model), Role::Plain);
    }
    for memory in &mut devices.memories {
        let virtio = matches!(memory.model, MemoryModel::VirtioPmem | MemoryModel::VirtioMem);
        add(&mut memory.info, if virtio { root.express() } else { Connect::NONE }, Role::Plain);
    }
    list
}

fn of_filesystem(filesystem: &Filesystem, root: Root) -> Connect {
    match filesystem.driver.kind {
        Some(
            FilesystemDriverType::Loop | FilesystemDriverType::Nbd | FilesystemDriverType::Ploop,
        ) => Connect::NOWHERE,
        _ => root.virtio_device(filesystem.model),
    }
}

fn of_interface(interface: &Interface, root: Root) -> Connect {
    match interface.model.as_ref().map(|model| &*model.kind) {
        Some("virtio" | "virtio-non-transitional") => root.express(),
        Some("e1000e") => root.express(),
        Some("usb-net") => Connect::NOWHERE,
        // Of a model that only QEMU knows nothing says that it is old.
        Some(name) if !is_known_model(name) => root.express(),
        _ => Connect::PCI_DEVICE,
    }
}

fn of_controller(controller: &Controller, root: Root) -> (Connect, Role) {
    let first = controller.index == Some(0);
    match (controller.kind, controller.model) {
        (ControllerType::Ide, _) if first && root == Root::Pci => (Connect::PCI, Role::Ide),
        (ControllerType::Ide, _) => (Connect::PCI_DEVICE, Role::Plain),
        (ControllerType::Sata, _) if first && root == Root::Pcie => (Connect::PCI, Role::Sata),
        (ControllerType::Sata, _) => (Connect::PCI_DEVICE, Role::Plain),
        (
            ControllerType::Scsi | ControllerType::VirtioSerial,
            Some(ControllerModel::VirtioTransitional),
        ) => (Connect::PCI_DEVICE, Role::Plain),
        (ControllerType::VirtioSerial, _)
        | (
            ControllerType::Scsi,
            Some(ControllerModel::VirtioScsi | ControllerModel::VirtioNonTransitional),
        ) => (root.express(), Role::Plain),
        (ControllerType::Scsi, Some(ControllerModel::Ibmvscsi)) => (Connect::NONE, Role::Plain),
        (ControllerType::Scsi, _) => (Connect::PCI_DEVICE, Role::Plain),
        (ControllerType::Usb, Some(ControllerModel::None)) => (Connect::NONE, Role::Plain),
        (ControllerType::Usb, Some(ControllerModel::NecXhci | ControllerModel::QemuXhci)) => {
            (root.express(), Role::Plain)
        }
        (ControllerType::Usb, Some(ControllerModel::Piix3Uhci)) if first && root == Root::Pci => {
            (Connect::PCI, Role::PiixUsb)
        }
        (ControllerType::Usb, Some(model)) => {
            let function =
                model.usb_function().map(|f| Role::UsbFunction(controller.index.unwrap_or(0), f));
            (Connect::PCI_DEVICE, function.unwrap_or(Role::Plain))
        }
        (ControllerType::Xenbus | ControllerType::Isa, _) => (Connect::NOWHERE, Role::Plain),
        _ => (Connect::NONE, Role::Plain),
    }
}

fn of_hostdev(hostdev: &Hostdev, root: Root) -> Connect {
    match &hostdev.source {
        // Whether a device of the host is Express is not known here; libvirt, too, takes it to be when in doubt.
        HostdevSource::Pci(_) => root.express(),
        HostdevSource::Mdev(_) if matches!(hostdev.model, None | Some(HostdevModel::VfioPci)) => {
            root.express()
        }
        HostdevSource::ScsiHost(_) => {
            root.virtio(hostdev.model == Some(HostdevModel::Transitional))
        }
        HostdevSource::Mdev(_) | HostdevSource::Usb(_) | HostdevSource::Scsi(_) => Connect::NONE,
    }
}
