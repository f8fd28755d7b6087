//! The images below an image.
//!
//! Invariant: a file is read as what somebody recorded it to be. Where nobody did, it is guessed, and a guess never
//! leads to a further file: otherwise a guest could make its host open files by writing an image's header to its
//! raw disk.

use crate::error::{ChainError, ImageError};
use crate::format::{Format, PROBE_SIZE};
use crate::header::{Facts, Reference};
use crate::open::{Image, Medium};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// The most layers of a chain.
pub const CHAIN_LIMIT: usize = 200;

/// An image to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// Its format; `None` to guess.
    pub format: Option<Format>,
}

/// Where a layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file or device of this host.
    Local(PathBuf),
    /// Anything else, such as `nbd://host/disk` or `json:{…}`, as the image writes it.
    Elsewhere(String),
}

/// How a layer's format is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatOrigin {
    /// The caller, or the image above, says so.
    Recorded,
    /// By how it begins.
    Guessed,
}

/// One image of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Where it is.
    pub location: Location,
    /// Its format; `None` for one elsewhere whose format nobody recorded.
    pub format: Option<Format>,
    /// How its format is known.
    pub format_origin: FormatOrigin,
    /// What it lies on; `None` when it is elsewhere.
    pub medium: Option<Medium>,
    /// What it says about itself; empty when it is elsewhere, as it is not opened.
    pub facts: Facts,
    /// Where its data file is, if it has one.
    pub data_file: Option<Location>,
}

/// A layer still to be read.
struct Next {
    location: Location,
    /// As the image above writes it.
    name: String,
    format: Option<Format>,
    referrer: Option<PathBuf>,
}

/// Follows an image down to one that has nothing below, or to one that is elsewhere.
///
/// **Errors**: [`ChainError`].
pub fn chain(top: &Source) -> Result<Vec<Layer>, ChainError> {
    let name = top.path.display().to_string();
    let mut next = Some(Next {
        location: Location::Local(top.path.clone()),
        name,
        format: top.format,
        referrer: None,
    });
    let (mut layers, mut seen) = (Vec::new(), Vec::new());
    while let Some(layer) = next {
        if layers.len() == CHAIN_LIMIT {
            return Err(ChainError::TooDeep { top: top.path.clone(), limit: CHAIN_LIMIT });
        }
        let path = match &layer.location {
            Location::Local(path) => path.clone(),
            Location::Elsewhere(_) => {
                layers.push(elsewhere(layer));
                break;
            }
        };
        let in_chain = |error| ChainError::Layer { error, referrer: layer.referrer.clone() };
        let image = Image::open(&path).map_err(in_chain)?;
        if seen.contains(&image.identity()) {
            let referrer = layer.referrer.unwrap_or_default();
            return Err(ChainError::Loop { path, referrer });
        }
        seen.push(image.identity());
        let (format, format_origin, facts) = examine(&image, &layer)?;
        next = facts.backing.as_ref().map(|backing| below(&path, backing)).transpose()?;
        let data_file = facts.data_file.as_ref().map(|data| locate(&path, &data.name));
        let (format, medium) = (Some(format), Some(image.medium()));
        layers.push(Layer {
            location: layer.location,
            format,
            format_origin,
            medium,
            facts,
            data_file,
        });
    }
    Ok(layers)
}

fn elsewhere(layer: Next) -> Layer {
    let origin =
        if layer.format.is_some() { FormatOrigin::Recorded } else { FormatOrigin::Guessed };
    let Next { location, format, .. } = layer;
    Layer {
        location,
        format,
        format_origin: origin,
        medium: None,
        facts: Facts::default(),
        data_file: None,
    }
}

fn examine(image: &Image, layer: &Next) -> Result<(Format, FormatOrigin, Facts), ChainError> {
    let in_chain =
        |error: ImageError| ChainError::Layer { error, referrer: layer.referrer.clone() };
    if let Some(format) = layer.format {
        let facts = Facts::read(image, format).map_err(in_chain)?;
        return Ok((format, FormatOrigin::Recorded, facts));
    }
    let format = Format::probe(&image.bytes_at(0, PROBE_SIZE).map_err(in_chain)?);
    let facts = Facts::read(image, format).map_err(in_chain)?;
    if facts.backing.is_some() || facts.data_file.is_some() {
        let referrer = layer.referrer.clone().unwrap_or_else(|| image.path().into());
        return Err(ChainError::FormatNotRecorded { backing: layer.name.clone(), image: referrer });
    }
    Ok((format, FormatOrigin::Guessed, facts))
}

fn below(image: &Path, backing: &Reference) -> Result<Next, ChainError> {
    let known = |name: &String| {
        let unknown = || ChainError::UnknownFormat { image: image.into(), format: name.clone() };
        Format::from_name(name).ok_or_else(unknown)
    };
    Ok(Next {
        location: locate(image, &backing.name),
        name: backing.name.to_string_lossy().into_owned(),
        format: backing.format.as_ref().map(known).transpose()?,
        referrer: Some(image.into()),
    })
}

/// What a name in an image means; a relative one begins at the image's own directory.
fn locate(image: &Path, name: &OsStr) -> Location {
    let bytes = name.as_bytes();
    let path = bytes.strip_prefix(b"file:").unwrap_or(bytes);
    let path =
        if path.len() < bytes.len() { path.strip_prefix(b"//").unwrap_or(path) } else { path };
    // As QEMU tells a protocol from a path: by a colon before the first slash.
    let before_slash = path.split(|byte| *byte == b'/').next().unwrap_or_default();
    if before_slash.contains(&b':') {
        return Location::Elsewhere(name.to_string_lossy().into_owned());
    }
    let directory = image.parent().unwrap_or(Path::new(""));
    Location::Local(directory.join(OsStr::from_bytes(path)))
}
