//! A disk's images, from the top down, as the document names them.

use config::domain::disk::{BackingLayer, BackingStore, Disk};
use config::domain::storage::{SourceOptions, StorageFormat, StorageSource};
use image::Format;

/// One image of a disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DiskLayer<'d> {
    /// Where it is.
    pub(crate) place: Place<'d>,
    /// Its format.
    pub(crate) format: Option<StorageFormat>,
    /// Number of its nodes in QEMU.
    pub(crate) index: Option<u32>,
}

/// Where an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'d> {
    /// Nowhere: the drive has no medium.
    Empty,
    /// A file or directory of this host.
    File(&'d str),
    /// A block device of this host.
    Device(&'d str),
    /// Not on this host, or not as a file.
    Elsewhere,
}

impl<'d> Place<'d> {
    /// Where a source is.
    pub(crate) fn of(source: &'d StorageSource) -> Self {
        let file = |path: Option<&'d str>| path.map_or(Self::Empty, Self::File);
        match source {
            StorageSource::File(storage) => file(storage.source.file.as_deref()),
            StorageSource::Dir(storage) => file(storage.source.dir.as_deref()),
            StorageSource::Block(storage) => {
                storage.source.dev.as_deref().map_or(Self::Empty, Self::Device)
            }
            _ => Self::Elsewhere,
        }
    }

    /// Its path on this host.
    pub(crate) fn path(self) -> Option<&'d str> {
        match self {
            Self::File(path) | Self::Device(path) => Some(path),
            Self::Empty | Self::Elsewhere => None,
        }
    }
}

impl<'d> DiskLayer<'d> {
    /// The image that the guest writes to.
    pub(crate) fn top(disk: &'d Disk) -> Self {
        Self {
            place: Place::of(&disk.source),
            format: disk.driver.format,
            index: options(&disk.source).index,
        }
    }

    fn below(layer: &'d BackingLayer) -> Self {
        let (place, format) = (Place::of(&layer.source), Some(layer.format.kind));
        Self { place, format, index: layer.index }
    }

    /// The node with the image's content.
    pub(crate) fn format_node(&self) -> Option<String> {
        Some(format!("libvirt-{}-format", self.index?))
    }

    /// The node with the bytes that the image is stored in.
    pub(crate) fn storage_node(&self) -> Option<String> {
        Some(format!("libvirt-{}-storage", self.index?))
    }

    /// Whether it is a qcow2 image on a block device, whose size says nothing of what it takes.
    pub(crate) fn is_image_on_device(&self) -> bool {
        matches!(self.place, Place::Device(_)) && self.format == Some(StorageFormat::Qcow2)
    }
}

/// All images of a disk.
pub(crate) fn disk_layers(disk: &Disk) -> Vec<DiskLayer<'_>> {
    let mut layers = vec![DiskLayer::top(disk)];
    let mut next = disk.backing.as_ref();
    while let Some(BackingStore::Layer(layer)) = next {
        layers.push(DiskLayer::below(layer));
        next = layer.backing.as_ref();
    }
    layers
}

/// The disk that a client names by its target or by its source.
pub(crate) fn find<'d>(document: &'d config::Domain, name: &str) -> Option<&'d Disk> {
    let disks = &document.devices.disks;
    disks
        .iter()
        .find(|disk| *disk.target.dev == *name)
        .or_else(|| disks.iter().find(|disk| Place::of(&disk.source).path() == Some(name)))
}

/// The format of an image, for who reads it; raw where the document says nothing, as a guess
/// would let a guest choose.
pub(crate) fn format_of(format: Option<StorageFormat>) -> Format {
    format.and_then(|format| Format::from_name(format.word())).unwrap_or(Format::Raw)
}

fn options(source: &StorageSource) -> &SourceOptions {
    match source {
        StorageSource::File(storage) => &storage.source.more,
        StorageSource::Block(storage) => &storage.source.more,
        StorageSource::Dir(storage) => &storage.source.more,
        StorageSource::Network(storage) => &storage.source.more,
        StorageSource::Volume(storage) => &storage.source.more,
        StorageSource::Nvme(storage) => &storage.source.more,
        StorageSource::VhostUser(storage) => &storage.source.more,
        StorageSource::VhostVdpa(storage) => &storage.source.more,
    }
}

/// Forgets the number that an image had in a guest.
pub(crate) fn without_number(source: &mut StorageSource) {
    options_mut(source).index = None;
}

/// What the source of every type may have, to be changed.
pub(super) fn options_mut(source: &mut StorageSource) -> &mut SourceOptions {
    match source {
        StorageSource::File(storage) => &mut storage.source.more,
        StorageSource::Block(storage) => &mut storage.source.more,
        StorageSource::Dir(storage) => &mut storage.source.more,
        StorageSource::Network(storage) => &mut storage.source.more,
        StorageSource::Volume(storage) => &mut storage.source.more,
        StorageSource::Nvme(storage) => &mut storage.source.more,
        StorageSource::VhostUser(storage) => &mut storage.source.more,
        StorageSource::VhostVdpa(storage) => &mut storage.source.more,
    }
}
