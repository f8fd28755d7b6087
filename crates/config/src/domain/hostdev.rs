//! `<hostdev>`: devices of the host given to the guest.

use xml::{Hex, element, tagged, words};

use super::address::PciAddress;
use super::device::{DeviceInfo, Teaming};
use super::disk::SgIo;
use super::storage::{Auth, Initiator, StartupPolicy, StorageHost};
use crate::{OnOff, Uuid, YesNo};

tagged! {
    /// A device of the host, by its kind.
    pub enum HostdevSource by "type" {
        Usb(HostUsb) = "usb",
        Pci(HostPci) = "pci",
        Scsi(HostScsi) = "scsi",
        ScsiHost(HostScsiHost) = "scsi_host",
        Mdev(HostMdev) = "mdev",
    }
}

words! {
    /// How a device is given.
    #[derive(Default)]
    pub enum HostdevMode { #[default] Subsystem = "subsystem", Capabilities = "capabilities" }
    /// Who drives a device on the host's side.
    pub enum HostdevBackend { Kvm = "kvm", Vfio = "vfio", Xen = "xen" }
    /// Model of a mediated or vhost device.
    pub enum HostdevModel {
        VfioPci = "vfio-pci", VfioCcw = "vfio-ccw", VfioAp = "vfio-ap", Virtio = "virtio", Transitional = "virtio-transitional",
        NonTransitional = "virtio-non-transitional",
    }
}

element! {
    /// `<hostdev>`
    pub struct Hostdev {
        /// How it is given.
        preset mode: HostdevMode = "mode",
        /// Driver in the host.
        child driver: Option<HostdevDriver> = "driver",
        /// The device.
        part source: HostdevSource,
        /// Role in a failover pair.
        child teaming: Option<Teaming> = "teaming",
        /// Whether the daemon detaches it from the host.
        loose_attr managed: Option<YesNo> = "managed",
        /// Which SCSI commands it may be sent.
        attr sgio: Option<SgIo> = "sgio",
        /// Raw I/O.
        attr rawio: Option<YesNo> = "rawio",
        /// Model of a mediated or vhost device.
        attr model: Option<HostdevModel> = "model",
        /// Whether a mediated device is a display.
        attr display: Option<OnOff> = "display",
        /// Whether it has a boot display.
        attr ramfb: Option<OnOff> = "ramfb",
        /// Read-only.
        flag readonly: bool = "readonly",
        /// Shared between guests.
        flag shareable: bool = "shareable",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<driver name='vfio'/>`
    #[derive(Copy, Eq)]
    pub struct HostdevDriver {
        /// Who drives it.
        attr name: Option<HostdevBackend> = "name",
    }

    /// `type='usb'`
    pub struct HostUsb {
        /// The device.
        group source: HostUsbSource = "source",
    }

    /// `<source>` of a USB device
    #[derive(Eq, Default)]
    pub struct HostUsbSource {
        /// What happens when it is missing.
        attr startup_policy: Option<StartupPolicy> = "startupPolicy",
        /// Whether the guest may reset it.
        attr guest_reset: Option<GuestReset> = "guestReset",
        /// Vendor.
        child vendor: Option<UsbId> = "vendor",
        /// Product.
        child product: Option<UsbId> = "product",
        /// Place on the host.
        child address: Option<HostUsbAddress> = "address",
    }

    /// `<vendor id='0x…'/>`, `<product id='0x…'/>`
    #[derive(Copy, Eq)]
    pub struct UsbId {
        /// Number.
        attr id: Hex<4> = "id",
    }

    /// `<address bus='…' device='…'/>`
    #[derive(Copy, Eq)]
    pub struct HostUsbAddress {
        /// Bus.
        attr bus: u32 = "bus",
        /// Device.
        attr device: u32 = "device",
    }

    /// `type='pci'`
    pub struct HostPci {
        /// The device.
        child source: HostPciSource = "source",
    }

    /// `<source>` of a PCI device
    #[derive(Eq)]
    pub struct HostPciSource {
        /// Write filtering, of Xen.
        attr write_filtering: Option<YesNo> = "writeFiltering",
        /// Where it is on the host.
        group address: PciAddress = "address",
    }

    /// `type='scsi'`
    pub struct HostScsi {
        /// The device.
        child source: Box<HostScsiSource> = "source",
    }

    /// `<source>` of a SCSI device: on an adapter, or through iSCSI
    #[derive(Eq)]
    pub struct HostScsiSource {
        /// `iscsi`.
        attr protocol: Option<Box<str>> = "protocol",
        /// Name of the target.
        attr name: Option<Box<str>> = "name",
        /// Portals.
        child hosts: Vec<StorageHost> = "host",
        /// Credentials.
        child auth: Option<Box<Auth>> = "auth",
        /// Initiator.
        child initiator: Option<Initiator> = "initiator",
        /// Adapter.
        child adapter: Option<ScsiAdapter> = "adapter",
        /// Place on it.
        child address: Option<HostScsiAddress> = "address",
    }

    /// `<adapter name='scsi_host0'/>`
    #[derive(Eq)]
    pub struct ScsiAdapter {
        /// Name.
        attr name: Box<str> = "name",
    }

    /// `<address bus='…' target='…' unit='…'/>`
    #[derive(Copy, Eq)]
    pub struct HostScsiAddress {
        /// Bus.
        attr bus: u32 = "bus",
        /// Target.
        attr target: u32 = "target",
        /// Unit.
        attr unit: u64 = "unit",
    }

    /// `type='scsi_host'`
    pub struct HostScsiHost {
        /// The device.
        child source: HostScsiHostSource = "source",
    }

    /// `<source protocol='vhost' wwpn='…'/>`
    #[derive(Eq)]
    pub struct HostScsiHostSource {
        /// Always `vhost`.
        attr protocol: Box<str> = "protocol",
        /// World Wide Port Name, with `naa.`.
        attr wwpn: Box<str> = "wwpn",
    }

    /// `type='mdev'`
    pub struct HostMdev {
        /// The device.
        child source: HostMdevSource = "source",
    }

    /// `<source>` of a mediated device
    #[derive(Copy, Eq)]
    pub struct HostMdevSource {
        /// Which.
        child address: MdevAddress = "address",
    }

    /// `<address uuid='…'/>`
    #[derive(Copy, Eq)]
    pub struct MdevAddress {
        /// Which.
        attr uuid: Uuid = "uuid",
    }
}

words! {
    /// Whether the guest may reset a USB device.
    pub enum GuestReset { Off = "off", Uninitialized = "uninitialized", On = "on" }
}
