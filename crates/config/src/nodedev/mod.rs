//! A device of the host: where it is, what it hangs on, and what it can do.
//!
//! `parse` → `format`. Capabilities that stand within another, such as those of a PCI device, are printed in
//! the order of their declaration.
//!
//! ```
//! use config::nodedev::{Capability, Mdev, MdevType, NodeDevice};
//! use config::Element;
//!
//! let mdev = Mdev::new(MdevType::new("i915-GVTg_V5_4"));
//! let device = NodeDevice::new("new".into())
//!     .with(|device| device.parent.name = "pci_0000_00_02_0".into())
//!     .with(|device| device.capabilities.push(Capability::Mdev(mdev)));
//! assert_eq!(NodeDevice::parse(&device.format())?, device);
//! # Ok::<(), config::Error>(())
//! ```

mod channel;
mod mdev;
mod net;
mod parse;
mod pci;
mod scsi;
mod storage;
mod system;
mod usb;
mod vpd;

use xml::{ChildField, Count, Element, Error, Kind, Node, Writer, element, tagged, words};

pub use self::channel::{
    ApCard, ApMatrix, ApQueue, Ccw, CcwCapability, CcwGroup, CcwGroupMembers, CcwMember,
    ChannelAddress, Css, GroupCapability, GroupMembership, MdevParent, QethGeneric,
};
pub use self::mdev::{
    Mdev, MdevAttribute, MdevGroup, MdevStart, MdevStartType, MdevType, MdevTypes, OfferedType,
};
pub use self::net::{Net, NetFeature, NetFeatures, NetKind, NetProtocol, NetWord};
pub use self::pci::{
    IommuGroup, LinkSpeed, NumaNode, Pci, PciCapability, PciClass, PciExpress, PciGroup, PciId,
    PciLink, PciLinkState, PciNode, PhysicalFunction, VirtualFunctions,
};
pub use self::scsi::{
    FcHost, FcRemotePort, HostId, Scsi, ScsiGeneric, ScsiHost, ScsiHostCapability, ScsiTarget,
    ScsiTargetCapability, VportOps,
};
pub use self::storage::{Available, Removable, Storage, StorageCapability};
pub use self::system::{Firmware, Hardware, System};
pub use self::usb::{UsbDevice, UsbId, UsbInterface};
pub use self::vpd::{FieldIndex, ReadOnlyFields, ReadWriteFields, Vpd, VpdField, VpdFields};
use crate::list::Stranger;
use crate::{Code, Text};

words! {
    /// What a name below `/dev` is.
    pub enum DevNodeKind {
        /// The device itself.
        Dev = "dev",
        /// A symbolic link to it.
        Link = "link",
    }
}

words! {
    /// Which node of a graphics card's driver it is.
    pub enum DrmType { Primary = "primary", Control = "control", Render = "render" }
}

tagged! {
    /// What a device can do.
    pub enum Capability by "type" {
        /// The host as a whole.
        System(System) = "system",
        /// A PCI device.
        Pci(Box<Pci>) = "pci",
        /// A USB device.
        UsbDevice(UsbDevice) = "usb_device",
        /// An interface of a USB device.
        Usb(UsbInterface) = "usb",
        /// A network device.
        Net(Net) = "net",
        /// A SCSI host adapter.
        ScsiHost(ScsiHost) = "scsi_host",
        /// A SCSI target.
        ScsiTarget(ScsiTarget) = "scsi_target",
        /// A SCSI unit.
        Scsi(Scsi) = "scsi",
        /// A disk or drive.
        Storage(Box<Storage>) = "storage",
        /// The generic device of a SCSI unit.
        ScsiGeneric(ScsiGeneric) = "scsi_generic",
        /// A graphics card's node.
        Drm(Drm) = "drm",
        /// A mediated device.
        Mdev(Mdev) = "mdev",
        /// A channel device.
        Ccw(Ccw) = "ccw",
        /// Channel devices that act as one.
        CcwGroup(CcwGroup) = "ccwgroup",
        /// A subchannel.
        Css(Css) = "css",
        /// A device with an accelerated data path.
        Vdpa(Vdpa) = "vdpa",
        /// A cryptographic adapter.
        ApCard(ApCard) = "ap_card",
        /// A domain of a cryptographic adapter.
        ApQueue(ApQueue) = "ap_queue",
        /// All of them together.
        ApMatrix(ApMatrix) = "ap_matrix",
    }
}

element! {
    /// `<device>` of the host
    pub struct NodeDevice {
        /// Name; the daemon chooses it.
        leaf name: Text = "name",
        /// Where the kernel shows it.
        leaf path: Option<Text> = "path",
        /// Its names below `/dev`.
        own devnodes: DevNodes = "devnode",
        /// What it hangs on.
        group parent: Parent = "parent",
        /// Who drives it.
        group driver: Driver = "driver",
        /// What it can do.
        child capabilities: Vec<Capability> = "capability",
    }

    /// `<devnode>`
    #[derive(Eq)]
    pub struct DevNode {
        /// What it is.
        attr kind: DevNodeKind = "type",
        /// Path.
        text path: Box<str>,
    }

    /// `<parent>`: a name, or what finds a host adapter. libvirt reads the second and does not print it.
    #[derive(Default, Eq)]
    pub struct Parent {
        /// World-wide name of the adapter's node.
        attr wwnn: Option<Text> = "wwnn",
        /// World-wide name of its port.
        attr wwpn: Option<Text> = "wwpn",
        /// World-wide name of the fabric that it is on.
        attr fabric_wwn: Option<Text> = "fabric_wwn",
        /// Name.
        text name: Box<str>,
    }

    /// `<driver>`
    #[derive(Default, Eq)]
    pub struct Driver {
        /// Name.
        leaf name: Option<Text> = "name",
    }

    /// `<capability type='drm'>`
    #[derive(Copy, Eq)]
    pub struct Drm {
        /// Which node it is.
        leaf kind: DrmType = "type",
    }

    /// `<capability type='vdpa'>`
    #[derive(Eq)]
    pub struct Vdpa {
        /// Device by which its data path is set up.
        leaf chardev: Text = "chardev",
    }
}

/// What becomes of a capability within another that has no type.
const NAMELESS: Stranger = Stranger::Refused(Code::XmlError, "Missing capability type");

/// The names of a device below `/dev`, its own before the links to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevNodes(pub Vec<DevNode>);

impl ChildField for DevNodes {
    const KIND: Kind = Kind::Child { shape: DevNode::shape, count: Count::Many };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let mut nodes = <Vec<DevNode> as ChildField>::read(node, name)?;
        nodes.sort_by_key(|node| node.kind);
        Ok(Self(nodes))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        self.0.write(name, w);
    }
}
