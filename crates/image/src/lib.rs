//! Disk image formats: probing, backing chains, allocation.
//!
//! Images are written by guests and by strangers: every length and offset in them is checked before it is
//! used, work is bounded whatever they say, and they are only ever opened for reading.
//!
//! Deliberately not here: creating, changing or converting images, which `qemu-img` does; and network storage.

#![forbid(unsafe_code)]

mod bytes;
mod chain;
mod error;
mod format;
mod header;
mod open;
pub mod qcow2;
mod usage;

pub use chain::{CHAIN_LIMIT, FormatOrigin, Layer, Location, Source, chain};
pub use error::{ChainError, ImageError, Malformed};
pub use format::{Format, PROBE_SIZE};
pub use header::{Facts, Reference};
pub use open::{Image, Medium};
pub use usage::{Usage, usage};
