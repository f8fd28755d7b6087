//! A storage pool: where volumes are kept.
//!
//! `parse` → `complete` (draws the identity, tidies paths) → `validate` → `format`.
//!
//! ```text
//! let mut pool = StoragePool::parse(text)?;
//! pool.complete(&mut entropy)?;
//! pool.validate(|kind| kind == PoolType::Dir)?;
//! pool.capacity = Bytes(…);   // and allocation, available, once it is active
//! let printed = pool.format();
//! ```
//!
//! What only other types of pools have is left out by completion, as libvirt leaves it out.

mod capabilities;
mod complete;
pub(crate) mod kinds;
mod parse;
pub mod source;

use xml::{Count, Element, Error, LeafField, Node, Octal, ValueKind, Writer, element, words};

pub use self::capabilities::capabilities;
use self::source::PoolSource;
use crate::{Bytes, ObjectName, Text, Uuid, YesNo};

/// URI of the namespace of mount options.
pub const FS_NAMESPACE: &str = "http://libvirt.org/schemas/storagepool/fs/1.0";
/// URI of the namespace of Ceph's options.
pub const RBD_NAMESPACE: &str = "http://libvirt.org/schemas/storagepool/rbd/1.0";

words! {
    /// What is taken for a volume's allocation: what the backend finds, or its capacity, which costs less.
    pub enum RefreshAllocation { Default = "default", Capacity = "capacity" }
    /// What a pool is.
    pub enum PoolType {
        Dir = "dir", Fs = "fs", Netfs = "netfs", Logical = "logical", Disk = "disk", Iscsi = "iscsi",
        IscsiDirect = "iscsi-direct", Scsi = "scsi", Mpath = "mpath", Rbd = "rbd", Sheepdog = "sheepdog",
        Gluster = "gluster", Zfs = "zfs", Vstorage = "vstorage",
    }
}

element! {
    /// `<pool>`
    pub struct StoragePool {
        /// What it is.
        attr kind: PoolType = "type",
        /// Name.
        leaf name: PoolName = "name",
        /// Identity for good; complete after completion.
        leaf uuid: Option<Uuid> = "uuid",
        /// Room; zero in a definition.
        child capacity: PoolBytes = "capacity",
        /// Room that is taken; zero in a definition.
        child allocation: PoolBytes = "allocation",
        /// Room that is left; zero in a definition.
        child available: PoolBytes = "available",
        /// Features.
        group features: PoolFeatures = "features",
        /// Where it comes from.
        child source: ShownSource = "source",
        /// Where it is found on the host.
        child target: Option<PoolTarget> = "target",
        /// How it is looked through.
        group refresh: PoolRefresh = "refresh",
        /// How it is mounted.
        child mount_opts: Option<MountOptions> = "fs:mount_opts",
        /// How Ceph is asked.
        child config_opts: Option<ConfigOptions> = "rbd:config_opts",
    }

    /// `<features>`
    #[derive(Copy, Eq, Default)]
    pub struct PoolFeatures {
        /// Whether volumes share what they have in common.
        group cow: CopyOnWrite = "cow",
    }

    /// `<cow>`
    #[derive(Copy, Eq, Default)]
    pub struct CopyOnWrite {
        /// Whether they do.
        attr state: Option<YesNo> = "state",
    }

    /// `<target>`
    #[derive(Eq, Default)]
    pub struct PoolTarget {
        /// Path.
        leaf path: Option<Text> = "path",
        /// Who may use it.
        group permissions: Permissions = "permissions",
    }

    /// `<permissions>`
    #[derive(Eq, Default)]
    pub struct Permissions {
        /// Mode.
        leaf mode: Option<Octal<1>> = "mode",
        /// User; what the host gives if not said.
        leaf owner: Option<Id> = "owner",
        /// Group; what the host gives if not said.
        leaf group: Option<Id> = "group",
        /// Security label.
        leaf label: Option<Text> = "label",
    }

    /// `<refresh>`
    #[derive(Copy, Eq, Default)]
    pub struct PoolRefresh {
        /// Its volumes.
        group volume: VolumeRefresh = "volume",
    }

    /// `<volume>` of `<refresh>`
    #[derive(Copy, Eq, Default)]
    pub struct VolumeRefresh {
        /// What is taken for their allocation.
        attr allocation: Option<RefreshAllocation> = "allocation",
    }

    /// `<fs:mount_opts>`
    #[derive(Eq)]
    pub struct MountOptions {
        /// Options.
        child options: Vec<MountOption> = "fs:option",
    }

    /// `<fs:option>`
    #[derive(Eq)]
    pub struct MountOption {
        /// As mount takes it.
        attr name: Box<str> = "name",
    }

    /// `<rbd:config_opts>`
    #[derive(Eq)]
    pub struct ConfigOptions {
        /// Options.
        child options: Vec<ConfigOption> = "rbd:option",
    }

    /// `<rbd:option>`
    #[derive(Eq)]
    pub struct ConfigOption {
        /// Name.
        attr name: Text = "name",
        /// Value.
        attr value: Text = "value",
    }
}

/// A number of a user or group; `-1` is as good as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub Option<u32>);

impl xml::Value for Id {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii_start();
        if text == "-1" { Some(Self(None)) } else { text.parse().ok().map(|id| Self(Some(id))) }
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        self.0.map_or(std::borrow::Cow::Borrowed("-1"), |id| id.to_string().into())
    }
}

/// A pool's size, which a definition does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolBytes(pub u64);

impl xml::ChildField for PoolBytes {
    const KIND: xml::Kind = xml::Kind::Child { shape: Bytes::shape, count: Count::Optional };

    fn read(_: Node<'_, '_>, _: &'static str) -> Result<Self, Error> {
        Ok(Self(0))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.element(name, &Bytes(self.0));
    }
}

/// A pool's source, which is printed even if it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownSource(pub PoolSource);

impl std::ops::Deref for ShownSource {
    type Target = PoolSource;

    fn deref(&self) -> &PoolSource {
        &self.0
    }
}

impl std::ops::DerefMut for ShownSource {
    fn deref_mut(&mut self) -> &mut PoolSource {
        &mut self.0
    }
}

impl xml::ChildField for ShownSource {
    const KIND: xml::Kind = xml::Kind::Child { shape: PoolSource::shape, count: Count::Optional };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.child(name).map_or_else(
            || Ok(Self::default()),
            |child| <PoolSource as Element>::read(child).map(Self),
        )
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.element(name, &self.0);
    }
}

/// A pool's name, or that of its source where nothing says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName(pub ObjectName);

impl PoolName {
    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Display for PoolName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl LeafField for PoolName {
    const VALUE: ValueKind = ValueKind::Text;
    const COUNT: Count = Count::One;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        parse::name(node, name)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.leaf(name, self.as_str());
    }
}
