//! Points in a guest's life that can be gone back to or counted from: snapshots and checkpoints.
//!
//! `parse` → `format`. Each holds the domain as it was, if it is told.

use xml::{Element, Error as XmlError, Node, Shape, View, Writer, element, words};

use crate::domain::disk::{DiskDriver, DiskSnapshot};
use crate::domain::namespace::{NAMESPACES, QEMU_NAMESPACE};
use crate::domain::storage::StorageSource;
use crate::domain::{Domain, part};
use crate::kind::{Declarations, Kind, json, rule};
use crate::{Code, Error, Text};

words! {
    /// What a guest did when it was taken.
    pub enum SnapshotState {
        NoState = "nostate", Running = "running", Blocked = "blocked", Paused = "paused", Shutdown = "shutdown",
        Shutoff = "shutoff", Crashed = "crashed", PmSuspended = "pmsuspended", DiskSnapshot = "disk-snapshot",
    }
    /// Whether a disk is in a checkpoint.
    pub enum DiskCheckpoint { No = "no", Bitmap = "bitmap" }
}

element! {
    /// `<domainsnapshot>`
    pub struct DomainSnapshot {
        /// Name; the daemon chooses one if there is none.
        leaf name: Option<Text> = "name",
        /// Description.
        leaf description: Option<Text> = "description",
        /// What the guest did.
        leaf state: Option<SnapshotState> = "state",
        /// The one before.
        child parent: Option<Parent> = "parent",
        /// When it was taken. **Units**: seconds since 1970.
        leaf creation_time: Option<i64> = "creationTime",
        /// Memory.
        child memory: Option<SnapshotMemory> = "memory",
        /// Disks.
        group disks: SnapshotDisks = "disks",
        /// The domain as it ran.
        child domain: Option<Box<DomainThen>> = "domain",
        /// The domain as it was defined, where that differs.
        child inactive_domain: Option<Box<DomainThen>> = "inactiveDomain",
    }

    /// `<domaincheckpoint>`
    pub struct DomainCheckpoint {
        /// Name; the daemon chooses one if there is none.
        leaf name: Option<Text> = "name",
        /// Description.
        leaf description: Option<Text> = "description",
        /// The one before.
        child parent: Option<Parent> = "parent",
        /// When it was made. **Units**: seconds since 1970.
        leaf creation_time: Option<i64> = "creationTime",
        /// Disks.
        group disks: CheckpointDisks = "disks",
        /// The domain as it was.
        child domain: Option<Box<DomainThen>> = "domain",
    }

    /// `<parent>`
    #[derive(Eq)]
    pub struct Parent {
        /// Name.
        leaf name: Option<Text> = "name",
    }

    /// `<memory>`
    #[derive(Eq)]
    pub struct SnapshotMemory {
        /// Where it is.
        attr snapshot: Option<DiskSnapshot> = "snapshot",
        /// Its file, if it is outside of the disks.
        attr file: Option<Box<str>> = "file",
    }

    /// `<disks>` of a snapshot
    #[derive(Default)]
    pub struct SnapshotDisks {
        /// Each.
        child disks: Vec<SnapshotDisk> = "disk",
    }

    /// `<disk>` of a snapshot
    pub struct SnapshotDisk {
        /// Name in the guest, or path of its source.
        attr name: Box<str> = "name",
        /// Where its data goes.
        attr snapshot: Option<DiskSnapshot> = "snapshot",
        /// Driver of the new layer.
        group driver: Box<DiskDriver> = "driver",
        /// The new layer.
        part source: NewLayer,
    }

    /// `<disks>` of a checkpoint
    #[derive(Default)]
    pub struct CheckpointDisks {
        /// Each.
        child disks: Vec<CheckpointDisk> = "disk",
    }

    /// `<disk>` of a checkpoint
    #[derive(Eq)]
    pub struct CheckpointDisk {
        /// Name in the guest, or path of its source.
        attr name: Box<str> = "name",
        /// Whether it is in it.
        attr checkpoint: Option<DiskCheckpoint> = "checkpoint",
        /// Name of its bitmap.
        attr bitmap: Option<Box<str>> = "bitmap",
        /// What has changed since. **Units**: bytes.
        attr size: Option<u64> = "size",
    }
}

/// Where a snapshot lets a disk go on.
#[derive(Clone, Debug, PartialEq)]
pub enum NewLayer {
    /// Nothing is said of it, but perhaps what it is.
    Unsaid(Option<Box<str>>),
    /// There.
    At(Box<StorageSource>),
}

impl Element for NewLayer {
    const NAMES: &'static [&'static str] = StorageSource::NAMES;
    const SHAPE: &'static Shape = <StorageSource as Element>::SHAPE;

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        if node.child("source").is_some() {
            return <StorageSource as Element>::read(node).map(Box::new).map(Self::At);
        }
        Ok(Self::Unsaid(node.attribute("type").map(Box::from)))
    }

    fn write_attributes(&self, w: &mut Writer) {
        match self {
            Self::Unsaid(None) => {}
            Self::Unsaid(Some(kind)) => w.attribute("type", kind),
            Self::At(source) => source.write_attributes(w),
        }
    }

    fn write_children(&self, w: &mut Writer) {
        if let Self::At(source) = self {
            source.write_children(w);
        }
    }
}

/// A domain within another document; one that nothing but the identity is told of is none.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainThen(pub Domain);

impl Element for DomainThen {
    const NAMES: &'static [&'static str] = Domain::NAMES;
    const SHAPE: &'static Shape = <Domain as Element>::SHAPE;

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        <Domain as Element>::read(node).map(Self)
    }

    fn write_attributes(&self, w: &mut Writer) {
        self.0.write_attributes(w);
        if !self.0.qemu.is_empty() {
            w.attribute("xmlns:qemu", QEMU_NAMESPACE);
        }
    }

    fn write_children(&self, w: &mut Writer) {
        self.0.write_children(w);
    }
}

const SNAPSHOT: Kind = Kind {
    root: "domainsnapshot",
    text: "domain_snapshot",
    namespaces: NAMESPACES,
    declarations: Declarations::Last,
    wrong: &[
        ("creationTime", "", Code::InternalError, "missing creationTime from existing snapshot"),
        ("driver", "type", Code::ConfigUnsupported, "unknown disk snapshot driver '{}'"),
        ("state", "", Code::ConfigUnsupported, "Invalid state '{}' in domain snapshot XML"),
    ],
    missing: &[("disk", "name", Code::InternalError, "missing name from disk snapshot element")],
};

const CHECKPOINT: Kind = Kind { root: "domaincheckpoint", text: "domain_checkpoint", ..SNAPSHOT };

/// What is read: passwords too, but nothing that only a running guest has.
const READ: View = part::SECURE;

impl DomainSnapshot {
    /// `VIR_FROM_DOMAIN_SNAPSHOT`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 35;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        SNAPSHOT.read(text, READ, check_snapshot)
    }

    /// Prints the document.
    pub fn format(&self, flags: crate::domain::FormatFlags) -> String {
        SNAPSHOT.print(self, flags.view(), |_| false)
    }
}

fn check_snapshot(snapshot: Node<'_, '_>) -> Result<(), XmlError> {
    let name = snapshot.child("name").map(|name| name.text().into_owned()).unwrap_or_default();
    let refuse = |node, code, what: String| Err(rule(node, code, what));
    if name.contains('/') || name.starts_with('.') {
        let why = if name.contains('/') { "contain '/'" } else { "start with '.'" };
        let what = format!("invalid snapshot name '{name}': name can't {why}");
        return refuse(snapshot, Code::XmlDetail, what);
    }
    if let Some(memory) = snapshot.child("memory") {
        check_memory(memory)?;
    }
    for disk in snapshot.children("disks").flat_map(|disks| disks.elements()) {
        let file = disk.child("source").and_then(|source| source.attribute("file"));
        if let Some(file) = file.filter(|file| !file.is_empty() && !file.starts_with('/')) {
            let what = format!("disk snapshot image path '{file}' must be absolute");
            return refuse(disk, Code::XmlError, what);
        }
    }
    Ok(())
}

/// Memory has a file exactly if it is kept outside of the disks.
fn check_memory(memory: Node<'_, '_>) -> Result<(), XmlError> {
    let what = match (memory.attribute("snapshot"), memory.attribute("file")) {
        (Some("external"), None) => "external memory snapshots require a filename".to_owned(),
        (Some(other), Some(file)) if other != "external" => {
            format!("memory filename '{file}' requires external snapshot")
        }
        (_, Some(file)) if !file.starts_with('/') => {
            format!("memory snapshot file path ({file}) must be absolute")
        }
        _ => return Ok(()),
    };
    Err(rule(memory, Code::XmlError, what))
}

impl DomainCheckpoint {
    /// `VIR_FROM_DOMAIN_CHECKPOINT`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 69;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        CHECKPOINT.read(text, READ, |_| Ok(()))
    }

    /// Prints the document.
    pub fn format(&self, flags: crate::domain::FormatFlags) -> String {
        CHECKPOINT.print(self, flags.view(), |_| false)
    }
}

json! { DomainSnapshot, SNAPSHOT, READ }

json! { DomainCheckpoint, CHECKPOINT, READ }
