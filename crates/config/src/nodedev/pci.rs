//! PCI devices.

use std::borrow::Cow;
use std::num::NonZeroU32;

use xml::{
    Base16, ChildField, Count, Element, Error, Kind, Node, Value, ValueKind, Writer, element,
    tagged, words,
};

use super::{MdevTypes, Vpd};
use crate::domain::address::PciAddress;
use crate::list::{OneOfEach, Stranger, Typed};

words! {
    /// How fast a PCI Express link is. **Units**: GT/s.
    pub enum LinkSpeed {
        G2_5 = "2.5", G5 = "5", G8 = "8", G16 = "16", G32 = "32", G64 = "64",
    }
}

tagged! {
    /// What a PCI device is or can do beyond its functions.
    pub enum PciCapability by "type" {
        /// It is a function of another.
        PhysFunction(PhysicalFunction) = "phys_function",
        /// It has virtual functions.
        VirtFunctions(VirtualFunctions) = "virt_functions",
        /// It is a bridge.
        PciBridge = "pci-bridge",
        /// It is a bridge to cards.
        CardbusBridge = "cardbus-bridge",
        /// It can be divided.
        MdevTypes(MdevTypes) = "mdev_types",
        /// It tells of itself.
        Vpd(Vpd) = "vpd",
    }
}

impl Typed for PciCapability {
    const NAMELESS: Stranger = super::NAMELESS;

    fn says_something(&self) -> bool {
        !matches!(self, Self::MdevTypes(mdevs) if mdevs.types.is_empty())
    }
}

tagged! {
    /// `<link>` of PCI Express
    #[derive(Copy, Eq)]
    pub enum PciLink by "validity" {
        /// What the device can do.
        Cap(PciLinkState) = "cap",
        /// What it does.
        Sta(PciLinkState) = "sta",
    }
}

impl Typed for PciLink {}

element! {
    /// `<capability type='pci'>`
    pub struct Pci {
        /// Class, subclass and programming interface.
        leaf class: Option<PciClass> = "class",
        /// Domain.
        leaf domain: u32 = "domain",
        /// Bus in the domain.
        leaf bus: u32 = "bus",
        /// Slot on the bus.
        leaf slot: u32 = "slot",
        /// Function of the slot.
        leaf function: u32 = "function",
        /// What it is.
        child product: PciId = "product",
        /// Who made it.
        child vendor: PciId = "vendor",
        /// What it is or can do beyond that.
        own capabilities: OneOfEach<PciCapability> = "capability",
        /// What can only be given away together with it.
        own iommu_group: PciGroup = "iommuGroup",
        /// The memory that it is near.
        group numa: PciNode = "numa",
        /// How it is connected.
        child express: Option<PciExpress> = "pci-express",
    }

    /// `<product>`, `<vendor>`
    #[derive(Eq)]
    pub struct PciId {
        /// Number.
        attr id: Base16<4> = "id",
        /// Name; may be empty.
        text name: Box<str>,
    }

    /// `<capability type='phys_function'>`
    #[derive(Copy, Eq)]
    pub struct PhysicalFunction {
        /// The function that it belongs to.
        child address: PciAddress = "address",
    }

    /// `<capability type='virt_functions'>`
    #[derive(Eq)]
    pub struct VirtualFunctions {
        /// How many there can be.
        attr max_count: Option<NonZeroU32> = "maxCount",
        /// Those that are there.
        child addresses: Vec<PciAddress> = "address",
    }

    /// `<iommuGroup>` of a PCI device
    #[derive(Eq)]
    pub struct IommuGroup {
        /// Number.
        attr number: u32 = "number",
        /// What is in it.
        child addresses: Vec<PciAddress> = "address",
    }

    /// `<numa>`
    #[derive(Copy, Default, Eq)]
    pub struct PciNode {
        /// Its number.
        attr node: Option<NumaNode> = "node",
    }

    /// `<pci-express>`
    #[derive(Default, Eq)]
    pub struct PciExpress {
        /// Its link.
        own links: OneOfEach<PciLink> = "link",
    }

    /// A PCI Express link at one time
    #[derive(Copy, Eq)]
    pub struct PciLinkState {
        /// Port that it is plugged into.
        attr port: Option<u32> = "port",
        /// How fast it is.
        attr speed: Option<LinkSpeed> = "speed",
        /// Lanes.
        attr width: u32 = "width",
    }
}

/// Class, subclass and programming interface of a PCI device, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PciClass(pub u32);

impl Value for PciClass {
    fn parse(text: &str) -> Option<Self> {
        Base16::<6>::parse(text).filter(|class| class.0 <= 0xff_ffff).map(|class| Self(class.0))
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(Base16::<6>(self.0).print().into_owned())
    }
}

/// A NUMA node of the host; a negative one is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumaNode(pub u32);

impl Value for NumaNode {
    const EXPECTED: &'static str = "integer value";
    const KIND: ValueKind = ValueKind::Number;

    fn says_nothing(text: &str) -> bool {
        text.trim_ascii().parse().is_ok_and(|node: i32| node < 0)
    }

    fn parse(text: &str) -> Option<Self> {
        text.trim_ascii().parse().ok().map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}

/// The IOMMU group of a PCI device; one with nothing in it is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PciGroup(pub Option<IommuGroup>);

impl ChildField for PciGroup {
    const KIND: Kind = Kind::Child { shape: IommuGroup::shape, count: Count::Optional };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let group = <Option<IommuGroup> as ChildField>::read(node, name)?;
        Ok(Self(group.filter(|group| !group.addresses.is_empty())))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        self.0.write(name, w);
    }
}
