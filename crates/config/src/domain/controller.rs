//! `<controller>`: what devices are attached to.

use xml::{AnyBase, Hex, element, words};

use super::device::{DeviceInfo, VirtioOptions};
use crate::OnOff;

words! {
    /// Kind of bus.
    #[derive(Default)]
    pub enum ControllerType {
        #[default] Ide = "ide", Fdc = "fdc", Scsi = "scsi", Sata = "sata", VirtioSerial = "virtio-serial", Ccid = "ccid", Usb = "usb",
        Pci = "pci", Xenbus = "xenbus", Isa = "isa",
    }
    /// Model of any controller; which are right depends on the kind.
    pub enum ControllerModel {
        // pci
        PciRoot = "pci-root", PcieRoot = "pcie-root", PciBridge = "pci-bridge", DmiToPciBridge = "dmi-to-pci-bridge",
        PcieToPciBridge = "pcie-to-pci-bridge", PcieRootPort = "pcie-root-port",
        PcieSwitchUpstreamPort = "pcie-switch-upstream-port", PcieSwitchDownstreamPort = "pcie-switch-downstream-port",
        PciExpanderBus = "pci-expander-bus", PcieExpanderBus = "pcie-expander-bus",
        // scsi
        Auto = "auto", Buslogic = "buslogic", Lsilogic = "lsilogic", Lsisas1068 = "lsisas1068", Vmpvscsi = "vmpvscsi",
        Ibmvscsi = "ibmvscsi", VirtioScsi = "virtio-scsi", Lsisas1078 = "lsisas1078", VirtioTransitional = "virtio-transitional",
        VirtioNonTransitional = "virtio-non-transitional", Ncr53c90 = "ncr53c90", Dc390 = "dc390", Am53c974 = "am53c974", Virtio = "virtio",
        // usb
        Piix3Uhci = "piix3-uhci", Piix4Uhci = "piix4-uhci", Ehci = "ehci", Ich9Ehci1 = "ich9-ehci1", Ich9Uhci1 = "ich9-uhci1",
        Ich9Uhci2 = "ich9-uhci2", Ich9Uhci3 = "ich9-uhci3", Vt82c686bUhci = "vt82c686b-uhci", PciOhci = "pci-ohci",
        NecXhci = "nec-xhci", Qusb1 = "qusb1", Qusb2 = "qusb2", QemuXhci = "qemu-xhci", None = "none",
        // ide
        Piix3 = "piix3", Piix4 = "piix4", Ich6 = "ich6",
    }
    /// The device that QEMU has for a PCI controller.
    pub enum PciModelName {
        PciBridge = "pci-bridge", I82801b11Bridge = "i82801b11-bridge", Ioh3420 = "ioh3420", X3130Upstream = "x3130-upstream",
        Xio3130Downstream = "xio3130-downstream", Pxb = "pxb", PxbPcie = "pxb-pcie", PcieRootPort = "pcie-root-port",
        SpaprPciHostBridge = "spapr-pci-host-bridge", PciePciBridge = "pcie-pci-bridge",
    }
}

element! {
    /// `<controller>`
    pub struct Controller {
        /// Kind of bus.
        preset kind: ControllerType = "type",
        /// Number among its kind; complete after completion.
        attr index: Option<u32> = "index",
        /// Model; complete after completion where the kind has one.
        attr model: Option<ControllerModel> = "model",
        /// Ports, of USB and virtio-serial.
        attr ports: Option<u32> = "ports",
        /// Interrupt vectors, of virtio-serial.
        attr vectors: Option<u32> = "vectors",
        /// Grant frames, of xenbus.
        attr max_grant_frames: Option<u32> = "maxGrantFrames",
        /// Event channels, of xenbus.
        attr max_event_channels: Option<u32> = "maxEventChannels",
        /// The device that QEMU has for it, of PCI.
        child pci_model: Option<PciModel> = "model",
        /// Numbers that the guest sees, of PCI.
        group target: PciTarget = "target",
        /// Driver in the host.
        group driver: ControllerDriver = "driver",
        /// Identity and place.
        more info: DeviceInfo,
        /// Size of the 64-bit window, of PCI.
        child pcihole64: Option<crate::Kib> = "pcihole64",
    }

    /// `<model name='pcie-root-port'/>`
    #[derive(Copy, Eq)]
    pub struct PciModel {
        /// The device.
        attr name: PciModelName = "name",
    }

    /// `<target>` of a PCI controller
    #[derive(Copy, Eq, Default)]
    pub struct PciTarget {
        /// Number of a bridge.
        attr chassis_nr: Option<AnyBase> = "chassisNr",
        /// Chassis of a port.
        attr chassis: Option<AnyBase> = "chassis",
        /// Number of a port.
        attr port: Option<Hex<1>> = "port",
        /// Bus number of an expander.
        attr bus_nr: Option<AnyBase> = "busNr",
        /// Number of a pSeries root.
        attr index: Option<AnyBase> = "index",
        /// Whether devices may come and go.
        attr hotplug: Option<OnOff> = "hotplug",
        /// NUMA node of an expander.
        leaf node: Option<u32> = "node",
    }

    /// `<driver>` of a controller
    #[derive(Copy, Eq, Default)]
    pub struct ControllerDriver {
        /// Queues.
        attr queues: Option<u32> = "queues",
        /// Commands a LUN may have outstanding.
        attr cmd_per_lun: Option<u32> = "cmd_per_lun",
        /// Sectors of one command.
        attr max_sectors: Option<u32> = "max_sectors",
        /// Notifications through ioeventfd.
        attr ioeventfd: Option<OnOff> = "ioeventfd",
        /// I/O thread.
        attr iothread: Option<u32> = "iothread",
        /// virtio.
        more virtio: VirtioOptions,
    }
}

impl ControllerModel {
    /// Whether it is a part of a USB 2.0 controller that serves slow devices.
    pub const fn is_companion(self) -> bool {
        matches!(self, Self::Ich9Uhci1 | Self::Ich9Uhci2 | Self::Ich9Uhci3)
    }

    /// Whether a controller of some kind can be such a one.
    pub(super) const fn suits(self, kind: ControllerType) -> bool {
        match self {
            Self::PciRoot
            | Self::PcieRoot
            | Self::PciBridge
            | Self::DmiToPciBridge
            | Self::PcieToPciBridge
            | Self::PcieRootPort
            | Self::PcieSwitchUpstreamPort
            | Self::PcieSwitchDownstreamPort
            | Self::PciExpanderBus
            | Self::PcieExpanderBus => matches!(kind, ControllerType::Pci),
            Self::Auto
            | Self::Buslogic
            | Self::Lsilogic
            | Self::Lsisas1068
            | Self::Vmpvscsi
            | Self::Ibmvscsi
            | Self::VirtioScsi
            | Self::Lsisas1078
            | Self::Ncr53c90
            | Self::Dc390
            | Self::Am53c974 => matches!(kind, ControllerType::Scsi),
            Self::VirtioTransitional | Self::VirtioNonTransitional => {
                matches!(kind, ControllerType::Scsi | ControllerType::VirtioSerial)
            }
            Self::Virtio => matches!(kind, ControllerType::VirtioSerial),
            Self::Piix3Uhci
            | Self::Piix4Uhci
            | Self::Ehci
            | Self::Ich9Ehci1
            | Self::Ich9Uhci1
            | Self::Ich9Uhci2
            | Self::Ich9Uhci3
            | Self::Vt82c686bUhci
            | Self::PciOhci
            | Self::NecXhci
            | Self::Qusb1
            | Self::Qusb2
            | Self::QemuXhci
            | Self::None => matches!(kind, ControllerType::Usb),
            Self::Piix3 | Self::Piix4 | Self::Ich6 => matches!(kind, ControllerType::Ide),
        }
    }

    /// The function that a part of a USB 2.0 controller has in the slot that all parts share.
    pub const fn usb_function(self) -> Option<u8> {
        match self {
            Self::Ich9Ehci1 => Some(7),
            Self::Ich9Uhci1 => Some(0),
            Self::Ich9Uhci2 => Some(1),
            Self::Ich9Uhci3 => Some(2),
            _ => None,
        }
    }
}
