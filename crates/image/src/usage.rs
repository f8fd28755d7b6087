//! How large a disk is, and what it takes.

use crate::error::ImageError;
use crate::format::Format;
use crate::header::Facts;
use crate::open::{Image, Medium};

/// The three sizes of an image. **Units**: bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// What the guest sees.
    pub capacity: u64,
    /// What it really takes: of its file system when it is a file, of its device up to its highest offset when it
    /// is a qcow2 image on one.
    pub allocation: u64,
    /// The length of the file or device.
    pub physical: u64,
}

/// The sizes of an image, read without disturbing whoever writes to it.
///
/// **Errors**: [`ImageError`].
pub fn usage(image: &Image, format: Format) -> Result<Usage, ImageError> {
    let facts = Facts::read(image, format)?;
    let allocation = match (&facts.qcow2, image.medium()) {
        (Some(header), Medium::Device) => header.highest_offset(image)?.bytes,
        _ => image.allocated(),
    };
    let physical = image.length();
    Ok(Usage { capacity: facts.capacity.unwrap_or(physical), allocation, physical })
}
