//! A volume of a storage pool.
//!
//! `parse` → `format`. Key, type and the sizes that only a volume that exists has are printed when the pool
//! has said them.

use std::borrow::Cow;

use xml::{
    ChildField, Count, Element, Error as XmlError, Field, Node, Shape, Value, View, Writer,
    element, words,
};

use crate::domain::storage::Encryption;
use crate::kind::{Declarations, Kind, Wording, json, rule};
use crate::quantity::SIZE;
use crate::storagepool::{Permissions, PoolType, kinds};
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
        group format: VolumeFormat = "format",
        /// Who may use it.
        group permissions: Permissions = "permissions",
        /// When it was used and changed; the pool says it.
        child timestamps: Option<Timestamps> = "timestamps",
        /// Encryption.
        child encryption: Option<Box<Encryption>> = "encryption",
        /// Oldest qemu-img that reads it.
        leaf compat: Option<Compat> = "compat",
        /// Whether blocks are copied in place.
        flag nocow: bool = "nocow",
        /// Size of a cluster.
        child cluster_size: Option<ClusterSize> = "clusterSize",
        /// What its format can do.
        child features: Option<VolumeFeatures> = "features",
    }

    /// `<format>`
    #[derive(Default, Eq)]
    pub struct VolumeFormat {
        /// Its name; the pool's usual one if not said.
        attr kind: Option<Text> = "type",
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

/// A version of an image's format: two numbers with a dot between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compat(Box<str>);

impl Compat {
    /// The version, as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Compat {
    const BLANK_IS_NONE: bool = true;

    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        (number(major) && number(minor)).then(|| Self(text.into()))
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

/// A size printed with `unit='B'`. **Units**: bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InBytes(pub u64);

impl Element for InBytes {
    const NAMES: &'static [&'static str] = &["unit"];
    const SHAPE: &'static Shape = &Shape::of("A size in bytes.", SIZE);

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        <Bytes as Element>::read(node).map(|Bytes(bytes)| Self(bytes))
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

/// What the devices of a volume are declared as.
const DEVICES: &Shape = &Shape::of(
    "The devices that it is on.",
    &[Field {
        name: "device",
        doc: "Each.",
        kind: <Vec<ExtentDevice> as ChildField>::KIND,
        view: View::PLAIN,
    }],
);

impl ChildField for VolumeSource {
    const KIND: xml::Kind = xml::Kind::Child { shape: || DEVICES, count: Count::Optional };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, XmlError> {
        let devices = node.children(name).flat_map(|source| source.elements());
        let devices =
            devices.filter(|child| child.is("device") && child.attribute("path").is_some());
        devices.map(<ExtentDevice as Element>::read).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if !self.0.is_empty() {
            w.nest(name, |w| ChildField::write(&self.0, "device", w));
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
    ("compat", "", Code::XmlError, "forbidden characters in 'compat' attribute"),
    ("encryption", "format", Code::ConfigUnsupported, "unknown volume encryption format type {}"),
    ("mode", "", Code::XmlError, "malformed octal mode"),
    ("name", "", Code::OperationInvalid, "volume name '{}' cannot contain '/'"),
    ("owner", "", Code::XmlError, "malformed owner element"),
    ("volume", "type", Code::ConfigUnsupported, "unknown volume type '{}'"),
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
        KIND.read(text, View::PLAIN, check)
    }

    /// Refuses formats that volumes of such a pool do not have.
    ///
    /// # Errors
    /// [`Code::ConfigUnsupported`], naming the format.
    pub fn validate(&self, pool: PoolType) -> Result<(), Error> {
        let Some((_, formats)) = kinds::of(pool).volumes else { return Ok(()) };
        let targets = self.target.iter().chain(&self.backing_store);
        let said = targets.filter_map(|target| target.format.kind.as_deref());
        match said.into_iter().find(|format| !formats.contains(format)) {
            Some(format) => Err(Error::unsupported(format!("unknown volume format type {format}"))),
            None => Ok(()),
        }
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { StorageVolume, KIND, View::PLAIN }

fn check(volume: Node<'_, '_>) -> Result<(), XmlError> {
    if volume.child("capacity").is_none() && volume.child("backingStore").is_none() {
        return Err(rule(volume, Code::XmlError, "missing capacity element"));
    }
    let features = volume.child("target").and_then(|target| target.child("features"));
    let unknown = |feature: &Node<'_, '_>| !VolumeFeatures::NAMES.contains(&feature.name());
    match features.and_then(|features| features.elements().find(unknown)) {
        Some(feature) => {
            let what = format!("unsupported feature {}", feature.name());
            Err(rule(feature, Code::ConfigUnsupported, what))
        }
        None => Ok(()),
    }
}
