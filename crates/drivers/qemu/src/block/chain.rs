//! From a disk of a definition to the whole chain of images below it, numbered.
//!
//! A chain that the document ends (`<backingStore/>`) is taken as it is; any other is followed
//! through the images themselves. The numbers name the nodes in QEMU; libvirt counts from the
//! last disk to the first and from a disk's top down, and so do we.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{Error, ErrorDomain, Result};
use config::domain::disk::{BackingFormat, BackingLayer, BackingStore, Disk, DiskDevice};
use config::domain::storage::{
    BlockSource, BlockStorage, FileSource, FileStorage, MetadataCache, StartupPolicy,
    StorageFormat, StorageSource,
};
use image::{ChainError, Format, Layer, Location, Medium, Source};

use super::layers::{DiskLayer, Place, disk_layers, format_of, options_mut};
use crate::{argv, slow_storage};

/// How long storage may take to show one chain.
const STORAGE: Duration = Duration::from_secs(10);

const DOMAIN: ErrorDomain = ErrorDomain::STORAGE;

/// Completes the chains of all disks, and numbers their images; the highest number that one has.
///
/// # Errors
/// `SYSTEM_ERROR` naming an image that cannot be read; `OPERATION_INVALID` or
/// `CONFIG_UNSUPPORTED` for a chain that cannot be followed; `OPERATION_TIMEOUT` when the storage
/// does not answer.
pub(crate) async fn resolve(document: &mut config::Domain) -> Result<u32> {
    let mut dropped = Vec::new();
    for (number, disk) in document.devices.disks.iter_mut().enumerate() {
        match follow(disk).await? {
            Followed::Whole => {}
            Followed::Missing if disk.device == DiskDevice::Disk => dropped.push(number),
            Followed::Missing => eject(&mut disk.source),
        }
    }
    for number in dropped.into_iter().rev() {
        document.devices.disks.remove(number);
    }
    argv::number_layers(document);
    let last = argv::last_layer(document);
    for disk in &mut document.devices.disks {
        // An empty drive counts, but nobody sees its number.
        if DiskLayer::top(disk).place == Place::Empty {
            options_mut(&mut disk.source).index = None;
            // What the next medium is in, nobody knows yet.
            disk.driver.format = None;
        }
    }
    Ok(last)
}

/// Completes the chain of one disk, which comes while its guest runs.
///
/// # Errors
/// Those of [`resolve`]; a top that is not there is one, whatever the document allows at start.
pub(crate) async fn resolve_disk(disk: &mut Disk) -> Result<()> {
    match follow(disk).await? {
        Followed::Whole => Ok(()),
        Followed::Missing => {
            let top =
                disk_layers(disk).first().and_then(|layer| layer.place.path().map(str::to_owned));
            let what = format!("Cannot access storage file '{}'", top.unwrap_or_default());
            Err(Error::operation_failed(DOMAIN, what))
        }
    }
}

/// The document with the chains that its images tell of, for somebody who only looks: a chain that
/// cannot be followed is as long as the document says. Numbers are those a start would give.
pub(crate) async fn explore(document: &config::Domain) -> config::Domain {
    let mut explored = document.clone();
    for disk in &mut explored.devices.disks {
        if let Err(error) = follow(disk).await {
            tracing::debug!(disk = %disk.target.dev, %error, "backing chain not followed");
        }
    }
    argv::number_layers(&mut explored);
    explored
}

enum Followed {
    /// The chain is complete.
    Whole,
    /// The top is not there, which the document allows.
    Missing,
}

async fn follow(disk: &mut Disk) -> Result<Followed> {
    let layers = disk_layers(disk);
    let (depth, ends) = (layers.len(), has_end(disk));
    let Some(last) = layers.last() else { return Ok(Followed::Whole) };
    let Some(path) = last.place.path() else { return Ok(Followed::Whole) };
    // QEMU makes a file system of a directory; there is nothing below it.
    if matches!(disk.source, StorageSource::Dir(_)) {
        return Ok(Followed::Whole);
    }
    let format = format_of(last.format);
    let source = Source { path: PathBuf::from(path), format: Some(format) };
    let optional = startup_policy(disk) == Some(StartupPolicy::Optional);
    let chain = match read(source).await? {
        Err(error) if depth == 1 && optional && error.missing().is_some() => {
            return Ok(Followed::Missing);
        }
        other => other.map_err(|error| refusal(&error))?,
    };
    if !ends {
        append(disk, backing(chain.get(1..).unwrap_or_default())?);
    }
    Ok(Followed::Whole)
}

async fn read(source: Source) -> Result<Result<Vec<Layer>, ChainError>> {
    let path = source.path.clone();
    let read = slow_storage::on(&path, STORAGE, move || image::chain(&source)).await;
    read.map_err(|unanswered| unanswered.error(DOMAIN))
}

/// Whether the document itself says where the chain ends.
fn has_end(disk: &Disk) -> bool {
    let mut next = disk.backing.as_ref();
    loop {
        match next {
            None => return false,
            Some(BackingStore::End) => return true,
            Some(BackingStore::Layer(layer)) => next = layer.backing.as_ref(),
        }
    }
}

fn append(disk: &mut Disk, below: BackingStore) {
    let mut end = &mut disk.backing;
    while let Some(BackingStore::Layer(layer)) = end {
        end = &mut layer.backing;
    }
    *end = Some(below);
}

/// The layers below an image, as a document has them.
fn backing(layers: &[Layer]) -> Result<BackingStore> {
    let mut below = BackingStore::End;
    for layer in layers.iter().rev() {
        below = BackingStore::Layer(Box::new(BackingLayer {
            format: BackingFormat { kind: format(layer), metadata_cache: MetadataCache::default() },
            source: source(layer)?,
            index: None,
            backing: Some(below),
        }));
    }
    Ok(below)
}

fn format(layer: &Layer) -> StorageFormat {
    let name = layer.format.unwrap_or(Format::Raw).name();
    let known = StorageFormat::ALL.iter().find(|format| format.word() == name);
    known.copied().unwrap_or(StorageFormat::Raw)
}

fn source(layer: &Layer) -> Result<StorageSource> {
    let path = match &layer.location {
        Location::Local(path) => path_text(path)?,
        Location::Elsewhere(name) => {
            let detail =
                format!("backing image '{name}' is not on this host, which is not supported");
            return Err(Error::config_unsupported(DOMAIN, detail));
        }
    };
    if layer.medium == Some(Medium::Device) {
        let source = BlockSource { dev: Some(path), ..BlockSource::default() };
        return Ok(StorageSource::Block(BlockStorage { source }));
    }
    let source = FileSource { file: Some(path), ..FileSource::default() };
    Ok(StorageSource::File(FileStorage { source }))
}

fn path_text(path: &Path) -> Result<Box<str>> {
    path.to_str().map(Into::into).ok_or_else(|| {
        let detail = format!("path of image '{}' is not UTF-8", path.display());
        Error::config_unsupported(DOMAIN, detail)
    })
}

fn startup_policy(disk: &mut Disk) -> Option<StartupPolicy> {
    options_mut(&mut disk.source).startup_policy
}

fn eject(source: &mut StorageSource) {
    match source {
        StorageSource::File(storage) => storage.source.file = None,
        StorageSource::Block(storage) => storage.source.dev = None,
        _ => {}
    }
}

/// Whoever opens images, as an error about one says it.
struct Reader;

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
        write!(f, "(as uid:{}, gid:{})", user.as_raw(), group.as_raw())
    }
}

fn refusal(error: &ChainError) -> Error {
    match error {
        ChainError::Layer { error: image::ImageError::System { path, error }, referrer } => {
            let path = path.display();
            match referrer {
                None => {
                    let reader = Reader;
                    let what = format_args!("Cannot access storage file '{path}' {reader}");
                    Error::io(DOMAIN, error, what)
                }
                Some(referrer) => {
                    let above = referrer.display();
                    let what = format_args!(
                        "Cannot access backing file '{path}' of storage file '{above}' {}",
                        Reader
                    );
                    Error::io(DOMAIN, error, what)
                }
            }
        }
        ChainError::FormatNotRecorded { .. } | ChainError::UnknownFormat { .. } => {
            Error::operation_invalid(DOMAIN, error.to_string())
        }
        ChainError::Layer { .. } | ChainError::Loop { .. } | ChainError::TooDeep { .. } => {
            Error::internal(DOMAIN, error.to_string())
        }
    }
}

#[cfg(test)]
mod tests;
