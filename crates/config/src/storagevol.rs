//! A volume of a storage pool.
//!
//! `parse` → `format`. Key, type and the sizes that only a volume that exists has are printed when the pool
//! has said them.

use xml::{Element, Error as XmlError, Node, View, Writer, element, words};

use crate::domain::storage::Encryption;
use crate::kind::{Declarations, Kind, Wording, rule};
use crate::storagepool::Permissions;
use crate::{Bytes, Code, Error, ObjectName, Text};

words! {
    /// What a volume is.
    pub enum VolumeType {
        File = "file", Block = "block", Dir = "dir", Network = "network", Netdir = "netdir", Ploop = "ploop",
    }
}

element! {
    /// `<volume>`
    pub struct StorageVolume {
        /// What it is; the pool says it.
        attr kind: Option<VolumeType> = "type",
        /// Name.
        leaf name: ObjectName = "name",
        /// What it is found by in all pools; the pool says it.
        leaf key: Option<Text> = "key",
        /// The devices that it is on; the pool says it.
        child source: VolumeSource = "source",
        /// Size.
        child capacity: Option<Bytes> = "capacity",
        /// What it takes; as much as its size if not said.
        child allocation: Option<Bytes> = "allocation",
        /// What it takes on the host as a file.
        child physical: Option<Bytes> = "physical",
        /// Where it is found.
        child target: Option<VolumeTarget> = "target",
        /// What it is laid over.
        child backing_store: Option<VolumeTarget> = "backingStore",
    }

    /// `<target>`, `<backingStore>`
    #[derive(Default)]
    pub struct VolumeTarget {
        /// Path.
        leaf path: Option<Text> = "path",
        /// Format.
        child format: Option<VolumeFormat> = "format",
        /// Who may use it.
        group permissions: Permissions = "permissions",
        /// When it was used and changed; the pool says it.
        child timestamps: Option<Timestamps> = "timestamps",
        /// Encryption.
        child encryption: Option<Box<Encryption>> = "encryption",
        /// Oldest qemu-img that reads it.
        leaf compat: Option<Text> = "compat",
        /// Whether blocks are copied in place.
        flag nocow: bool = "nocow",
        /// Size of a cluster.
        child cluster_size: Option<ClusterSize> = "clusterSize",
        /// What its format can do.
        child features: Option<VolumeFeatures> = "features",
    }

    /// `<format>`
    #[derive(Eq)]
    pub struct VolumeFormat {
        /// Its name.
        attr kind: Text = "type",
    }

    /// `<timestamps>`: seconds and nanoseconds since 1970
    #[derive(Eq)]
    pub struct Timestamps {
        /// Last use.
        leaf atime: Option<Text> = "atime",
        /// Last change.
        leaf mtime: Option<Text> = "mtime",
        /// Last change of what describes it.
        leaf ctime: Option<Text> = "ctime",
        /// Birth.
        leaf btime: Option<Text> = "btime",
    }

    /// `<clusterSize unit='B'>`
    #[derive(Copy, Eq)]
    pub struct ClusterSize {
        /// Unit; bytes.
        part size: InBytes,
    }

    /// `<features>`
    #[derive(Copy, Eq)]
    pub struct VolumeFeatures {
        /// Whether reference counts are written late.
        flag lazy_refcounts: bool = "lazy_refcounts",
        /// Whether its layers can be found in time.
        flag extended_l2: bool = "extended_l2",
    }

    /// `<extent>`: a part of a device. **Units**: bytes.
    #[derive(Copy, Eq)]
    pub struct Extent {
        /// First.
        attr start: u64 = "start",
        /// The one after the last.
        attr end: u64 = "end",
    }

    /// `<device>` that a volume is on
    #[derive(Eq)]
    pub struct ExtentDevice {
        /// Path.
        attr path: Box<str> = "path",
        /// Parts of it.
        child extents: Vec<Extent> = "extent",
    }
}

/// A size printed with `unit='B'`. **Units**: bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InBytes(pub u64);

impl Element for InBytes {
    const NAMES: &'static [&'static str] = &["unit"];

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        Bytes::read(node).map(|Bytes(bytes)| Self(bytes))
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("unit", "B");
    }

    fn write_children(&self, w: &mut Writer) {
        w.text(&self.0.to_string());
    }
}

/// `<source>` of a volume: the devices that it is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeSource(pub Vec<ExtentDevice>);

impl xml::ChildField for VolumeSource {
    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, XmlError> {
        let devices = node.children(name).flat_map(|source| source.elements());
        let devices =
            devices.filter(|child| child.is("device")).map(<ExtentDevice as Element>::read);
        devices.collect::<Result<_, _>>().map(Self)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if !self.0.is_empty() {
            w.nest(name, |w| xml::ChildField::write(&self.0, "device", w));
        }
    }
}

const KIND: Kind = Kind {
    root: "volume",
    text: "storage_volume_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = &[
    ("group", "", Code::XmlError, "malformed group element"),
    ("mode", "", Code::XmlError, "malformed octal mode"),
    ("name", "", Code::XmlError, "invalid name '{}'"),
    ("owner", "", Code::XmlError, "malformed owner element"),
];

const MISSING: &[Wording] = &[("volume", "name", Code::XmlError, "missing volume name element")];

impl StorageVolume {
    /// `VIR_FROM_STORAGE`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 18;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position; a volume has a size unless it is laid over another.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, has_size)
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

fn has_size(volume: Node<'_, '_>) -> Result<(), XmlError> {
    if volume.child("capacity").is_none() && volume.child("backingStore").is_none() {
        return Err(rule(volume, Code::XmlError, "missing capacity element"));
    }
    Ok(())
}
