//! `<disk>`

use xml::{Element, Error, Node, Writer, element, words};

use super::device::{BackendDomain, DeviceInfo, VirtioOptions};
use super::part;
use super::storage::{Auth, Encryption, MetadataCache, StorageFormat, StorageSource};
use super::tuning::IoTune;
use crate::{OnOff, YesNo};

words! {
    /// What the guest sees.
    #[derive(Default)]
    pub enum DiskDevice { #[default] Disk = "disk", Cdrom = "cdrom", Floppy = "floppy", Lun = "lun" }
    /// What the disk is attached to.
    pub enum DiskBus {
        Ide = "ide", Fdc = "fdc", Scsi = "scsi", Virtio = "virtio", Xen = "xen", Usb = "usb", Uml = "uml", Sata = "sata", Sd = "sd",
    }
    /// Model of a virtio device.
    pub enum VirtioModel { Virtio = "virtio", Transitional = "virtio-transitional", NonTransitional = "virtio-non-transitional" }
    /// How a snapshot treats the disk.
    pub enum DiskSnapshot { No = "no", Internal = "internal", External = "external", Manual = "manual" }
    /// Position of a tray.
    pub enum Tray { Open = "open", Closed = "closed" }
    /// Which SCSI commands a LUN may be sent.
    pub enum SgIo { Filtered = "filtered", Unfiltered = "unfiltered" }
    /// Cache of the host.
    pub enum DiskCache {
        Default = "default", None = "none", Writethrough = "writethrough", Writeback = "writeback",
        Directsync = "directsync", Unsafe = "unsafe",
    }
    /// What a guest's failed request does.
    pub enum ErrorPolicy { Stop = "stop", Report = "report", Ignore = "ignore", Enospace = "enospace" }
    /// Kind of asynchronous I/O.
    pub enum DiskIo { Native = "native", Threads = "threads", IoUring = "io_uring" }
    /// What a guest's discard does.
    pub enum Discard { Unmap = "unmap", Ignore = "ignore" }
    /// What writing zeroes does.
    pub enum DetectZeroes { Off = "off", On = "on", Unmap = "unmap" }
    /// Translation of a geometry.
    pub enum GeometryTranslation { None = "none", Auto = "auto", Lba = "lba" }
    /// What a mirror is for.
    pub enum MirrorJob { Copy = "copy", ActiveCommit = "active-commit" }
    /// Whether a mirror is in step.
    pub enum MirrorReady { Yes = "yes", Abort = "abort", Pivot = "pivot" }
}

element! {
    /// `<disk>`
    pub struct Disk {
        /// Driver in the host.
        group driver: Box<DiskDriver> = "driver",
        /// Credentials, where older documents have them.
        child auth: Option<Box<Auth>> = "auth",
        /// Where the data is.
        part source: StorageSource,
        /// What the guest sees.
        preset device: DiskDevice = "device",
        /// Model of a virtio disk.
        attr model: Option<VirtioModel> = "model",
        /// Pass raw SCSI through.
        attr rawio: Option<YesNo> = "rawio",
        /// Which SCSI commands a LUN may be sent.
        attr sgio: Option<SgIo> = "sgio",
        /// How a snapshot treats it.
        attr snapshot: Option<DiskSnapshot> = "snapshot",
        /// The layers below.
        child backing: Option<BackingStore> = "backingStore",
        /// Geometry.
        loose_child geometry: Option<Box<Geometry>> = "geometry",
        /// Block sizes.
        child blockio: Option<Box<BlockIo>> = "blockio",
        /// Backend domain, of Xen.
        child backenddomain: Option<BackendDomain> = "backenddomain",
        /// Image of a legacy encryption.
        child mirror: Option<Box<Mirror>> = "mirror" when part::LIVE,
        /// Place and name in the guest.
        child target: DiskTarget = "target",
        /// I/O limits.
        group iotune: Box<IoTune> = "iotune",
        /// Read-only.
        flag readonly: bool = "readonly",
        /// Shared between guests.
        flag shareable: bool = "shareable",
        /// Changes are dropped at shutdown.
        child transient: Option<Transient> = "transient",
        /// Serial number.
        leaf serial: Option<Box<str>> = "serial",
        /// World Wide Name.
        leaf wwn: Option<Box<str>> = "wwn",
        /// Vendor, for SCSI.
        leaf vendor: Option<Box<str>> = "vendor",
        /// Product, for SCSI.
        leaf product: Option<Box<str>> = "product",
        /// Encryption, where older documents have it.
        child encryption: Option<Box<Encryption>> = "encryption",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<driver>` of a disk
    #[derive(Default)]
    pub struct DiskDriver {
        /// Always `qemu`.
        attr name: Option<Box<str>> = "name",
        /// Format of the image.
        attr format: Option<StorageFormat> = "type",
        /// Cache of the host.
        attr cache: Option<DiskCache> = "cache",
        /// What a failed request does.
        attr error_policy: Option<ErrorPolicy> = "error_policy",
        /// What a failed read does.
        attr rerror_policy: Option<ErrorPolicy> = "rerror_policy",
        /// Kind of asynchronous I/O.
        attr io: Option<DiskIo> = "io",
        /// Notifications through ioeventfd.
        attr ioeventfd: Option<OnOff> = "ioeventfd",
        /// Notification suppression.
        attr event_idx: Option<OnOff> = "event_idx",
        /// Copy what is read into the top layer.
        attr copy_on_read: Option<OnOff> = "copy_on_read",
        /// What a discard does.
        attr discard: Option<Discard> = "discard",
        /// I/O thread.
        attr iothread: Option<u32> = "iothread",
        /// What writing zeroes does.
        attr detect_zeroes: Option<DetectZeroes> = "detect_zeroes",
        /// Queues.
        attr queues: Option<u32> = "queues",
        /// Length of a queue.
        attr queue_size: Option<u32> = "queue_size",
        /// virtio.
        more virtio: VirtioOptions,
        /// Cache of qcow2 tables.
        group metadata_cache: MetadataCache = "metadata_cache",
    }

    /// `<target>` of a disk
    #[derive(Eq)]
    pub struct DiskTarget {
        /// Name: `vda`; unique in the domain.
        attr dev: Box<str> = "dev",
        /// What it is attached to; complete after completion.
        attr bus: Option<DiskBus> = "bus",
        /// Position of the tray.
        attr tray: Option<Tray> = "tray",
        /// Can be unplugged.
        attr removable: Option<OnOff> = "removable",
        /// Revolutions per minute; 1 for an SSD.
        attr rotation_rate: Option<u32> = "rotation_rate",
    }

    /// `<transient>`
    #[derive(Copy, Eq)]
    pub struct Transient {
        /// Whether the image is shared with other guests meanwhile.
        attr share_backing: Option<YesNo> = "shareBacking",
    }

    /// `<geometry>`
    #[derive(Copy, Eq)]
    pub struct Geometry {
        /// Cylinders.
        attr cyls: u32 = "cyls",
        /// Heads.
        attr heads: u32 = "heads",
        /// Sectors.
        attr secs: u32 = "secs",
        /// Translation.
        attr trans: Option<GeometryTranslation> = "trans",
    }

    /// `<blockio>`
    #[derive(Copy, Eq)]
    pub struct BlockIo {
        /// Logical block size in bytes.
        attr logical_block_size: Option<u32> = "logical_block_size",
        /// Physical block size in bytes.
        attr physical_block_size: Option<u32> = "physical_block_size",
    }

    /// A layer below the top of a chain.
    pub struct BackingLayer {
        /// Its format and cache.
        child format: BackingFormat = "format",
        /// Where it is.
        part source: StorageSource,
        /// Index of the layer, which names its node in QEMU.
        attr index: Option<u32> = "index" when part::LIVE,
        /// The layer below it.
        child backing: Option<BackingStore> = "backingStore",
    }

    /// `<format>` of a layer
    #[derive(Copy, Eq)]
    pub struct BackingFormat {
        /// The format.
        attr kind: StorageFormat = "type",
        /// Cache of qcow2 tables.
        group metadata_cache: MetadataCache = "metadata_cache",
    }

    /// `<mirror>`: where a running copy writes to.
    pub struct Mirror {
        /// Where.
        part target: StorageSource,
        /// What it is for.
        attr job: Option<MirrorJob> = "job",
        /// Whether it is in step.
        attr ready: Option<MirrorReady> = "ready",
        /// Format.
        child format: Option<BackingFormat> = "format",
        /// Layers below.
        child backing: Option<BackingStore> = "backingStore",
    }
}

/// `<backingStore>`: a layer, or the certainty that there is none below.
#[derive(Clone, Debug, PartialEq)]
pub enum BackingStore {
    /// `<backingStore/>`: the chain ends here.
    End,
    /// A layer.
    Layer(Box<BackingLayer>),
}

impl Element for BackingStore {
    const NAMES: &'static [&'static str] = BackingLayer::NAMES;
    const SHAPE: &'static xml::Shape = BackingLayer::SHAPE;

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        match node.attribute("type") {
            None => Ok(Self::End),
            Some(_) => BackingLayer::read(node).map(|layer| Self::Layer(Box::new(layer))),
        }
    }

    fn write_attributes(&self, w: &mut Writer) {
        if let Self::Layer(layer) = self {
            layer.write_attributes(w);
        }
    }

    fn write_children(&self, w: &mut Writer) {
        if let Self::Layer(layer) = self {
            layer.write_children(w);
        }
    }
}
