//! Images of a disk that no guest uses, as far as figures need them.

use config::domain::disk::Disk;
use image::Format;

use super::{DiskLayer, Place, disk_layers, format_of};

/// An image as a document names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredImage {
    /// What the guest calls the disk.
    pub disk: Box<str>,
    /// Where the image is; none when it is not a file or device of this host.
    pub path: Option<Box<str>>,
    /// How to read it.
    pub format: Format,
    /// Its number, if it has one.
    pub index: Option<u32>,
}

impl StoredImage {
    /// The image of each disk that the guest writes to.
    pub(crate) fn tops(document: &config::Domain) -> Vec<Self> {
        let disks = document.devices.disks.iter();
        disks.map(|disk| Self::of(disk, &DiskLayer::top(disk))).collect()
    }

    /// All images of all disks that the document knows of.
    pub(crate) fn chains(document: &config::Domain) -> Vec<Self> {
        let disks = document.devices.disks.iter();
        let layers = disks.flat_map(|disk| disk_layers(disk).into_iter().map(move |l| (disk, l)));
        layers.map(|(disk, layer)| Self::of(disk, &layer)).collect()
    }

    fn of(disk: &Disk, layer: &DiskLayer<'_>) -> Self {
        Self {
            disk: disk.target.dev.to_string().into(),
            path: layer.place.path().map(Into::into),
            format: format_of(layer.format),
            index: layer.index.filter(|_| layer.place != Place::Empty),
        }
    }
}
