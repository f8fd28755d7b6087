//! What every device may have: alias, boot order, option ROM, address.

use xml::{Element, Error, Field, Node, Shape, ValueKind, Writer, element, words};

use super::address::{Address, PciAddress};
use super::part;
use crate::{OnOff, YesNo};

words! {
    /// Role in a failover pair.
    pub enum TeamingType { Persistent = "persistent", Transient = "transient" }
}

element! {
    /// Identity and place of a device: the children that all devices share.
    #[derive(Default)]
    pub struct DeviceInfo {
        /// Place in the firmware's boot order.
        child boot: Option<BootOrder> = "boot",
        /// Name in QEMU.
        group alias: Alias = "alias",
        /// The companion controller's ports on its master.
        loose_child master: Option<Master> = "master",
        /// Option ROM.
        child rom: Option<Box<Rom>> = "rom",
        /// ACPI index, for stable interface names.
        loose_child acpi: Option<Acpi> = "acpi",
        /// Address.
        child address: Option<Address> = "address",
    }

    /// `<boot order='1'/>`
    #[derive(Eq)]
    pub struct BootOrder {
        /// Rank, from 1; no two devices share one.
        attr order: u32 = "order",
        /// Boot parameter of s390.
        attr loadparm: Option<Box<str>> = "loadparm",
    }

    /// `<master startport='0'/>`
    #[derive(Copy, Eq)]
    pub struct Master {
        /// First port of the master controller.
        attr startport: u32 = "startport",
    }

    /// `<rom>`
    #[derive(Eq, Default)]
    pub struct Rom {
        /// Whether the guest sees it at all.
        attr enabled: Option<YesNo> = "enabled",
        /// Whether it is in the device's memory map.
        attr bar: Option<OnOff> = "bar",
        /// Image.
        attr file: Option<Box<str>> = "file",
    }

    /// `<acpi index='1'/>`
    #[derive(Copy, Eq)]
    pub struct Acpi {
        /// Index.
        attr index: u32 = "index",
    }

    /// `<driver>` of a virtio device: what all of them can be told.
    #[derive(Copy, Eq, Default)]
    pub struct VirtioOptions {
        /// Use the IOMMU.
        attr iommu: Option<OnOff> = "iommu",
        /// Address translation service.
        attr ats: Option<OnOff> = "ats",
        /// Packed virtqueues.
        attr packed: Option<OnOff> = "packed",
        /// A page of notification registers for each queue.
        attr page_per_vq: Option<OnOff> = "page_per_vq",
    }

    /// `<source><address .../></source>` of an assigned PCI device.
    #[derive(Eq)]
    pub struct HostPci {
        /// Where it is on the host.
        child address: PciAddress = "address",
    }

    /// `<backenddomain name='…'/>`
    #[derive(Eq)]
    pub struct BackendDomain {
        /// Name.
        attr name: Box<str> = "name",
    }

    /// `<teaming>`
    #[derive(Eq)]
    pub struct Teaming {
        /// Role.
        attr kind: TeamingType = "type",
        /// Alias of the persistent one.
        attr persistent: Option<Box<str>> = "persistent",
    }
}

impl DeviceInfo {
    /// The PCI address, if it has one.
    pub fn pci(&self) -> Option<&PciAddress> {
        self.address.as_ref().and_then(Address::pci)
    }
}

/// A device's name in QEMU: `<alias name='net0'/>`.
///
/// A user's own (`ua-…`) belongs to the definition; any other is shown only while the guest runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alias(Option<Box<str>>);

impl Alias {
    /// The prefix of an alias that the user chose.
    pub const USER_PREFIX: &'static str = "ua-";

    /// The alias with this name.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Some(name.into()))
    }

    /// The name, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Whether a user can choose this name.
    fn may_be_users(name: &str) -> bool {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        name.starts_with(Self::USER_PREFIX) && name.bytes().all(plain)
    }

    /// Whether the user chose it.
    pub fn is_users(&self) -> bool {
        self.name().is_some_and(|name| name.starts_with(Self::USER_PREFIX))
    }
}

impl Element for Alias {
    const NAMES: &'static [&'static str] = &["name"];
    const SHAPE: &'static Shape = &Shape::of(
        "A device's name in QEMU.",
        &[Field::attribute("name", "The name; a user's own begins with ua-.", ValueKind::Text)],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        let kept = node
            .attribute("name")
            .filter(|alias| Self::may_be_users(alias) || node.shows(part::LIVE));
        Ok(Self(kept.map(Into::into)))
    }

    fn write_attributes(&self, w: &mut Writer) {
        if let Some(alias) = self.name().filter(|_| self.is_users() || w.shows(part::LIVE)) {
            w.attribute("name", alias);
        }
    }

    fn write_children(&self, _: &mut Writer) {}
}
