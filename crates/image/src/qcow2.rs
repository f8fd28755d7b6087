//! The qcow2 format, versions 2 and 3. **Source**: QEMU's `docs/interop/qcow2.txt`.

mod extent;
#[cfg(test)]
pub(crate) mod tests;

pub use extent::{Certainty, HighestOffset};

use crate::bytes::{be32, be64};
use crate::error::{ImageError, Malformed};
use crate::header::{NAME_LIMIT, Reference, file_name};
use crate::open::Image;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// QEMU opens no image with a longer refcount table. **Units**: bytes.
const REFCOUNT_TABLE_LIMIT: u64 = 8 << 20;
/// QEMU opens no image with a longer first-level table. **Units**: bytes.
const L1_TABLE_LIMIT: u64 = 32 << 20;

const VERSION_2_LENGTH: u32 = 72;
const VERSION_3_LENGTH: u32 = 104;

const BACKING_FORMAT: u32 = 0xe279_2aca;
const DATA_FILE_NAME: u32 = 0x4441_5441;

/// The fixed part of an image's header, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// 2 or 3.
    pub version: u32,
    /// The size of the disk. **Units**: bytes.
    pub virtual_size: u64,
    /// The logarithm of the cluster size, 9 to 21.
    pub cluster_bits: u32,
    /// 0: not encrypted, 1: AES, 2: LUKS; open.
    pub encryption: u32,
    /// Where the refcount table begins. **Units**: bytes; a multiple of the cluster size.
    pub refcount_table_offset: u64,
    /// How long the refcount table is. **Units**: clusters.
    pub refcount_table_clusters: u32,
    /// The logarithm of the bits of a refcount, 0 to 6.
    pub refcount_order: u32,
    /// Features that a reader must know. Unknown bits are kept.
    pub incompatible_features: u64,
    /// Features that a reader may ignore. Unknown bits are kept.
    pub compatible_features: u64,
    /// Features that a writer must switch off or know. Unknown bits are kept.
    pub autoclear_features: u64,
}

/// The files an image names.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub(crate) backing: Option<Reference>,
    pub(crate) data_file: Option<Reference>,
}

impl Header {
    /// **Units**: bytes; 512 to 2 MiB.
    pub fn cluster_size(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// Whether the guest's data is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encryption != 0
    }

    /// Whether refcounts on disk may be behind, as the image is or was in use with lazy refcounts.
    pub fn is_dirty(&self) -> bool {
        self.incompatible_features & 1 != 0
    }

    /// Whether QEMU found it damaged.
    pub fn is_corrupt(&self) -> bool {
        self.incompatible_features & 2 != 0
    }

    /// Whether the guest's data is in another file.
    pub fn has_data_file(&self) -> bool {
        self.incompatible_features & 4 != 0
    }

    /// Reads the header from the beginning of an image, and the names of other files from wherever they are.
    pub(crate) fn read(image: &Image, head: &[u8]) -> Result<(Self, References), ImageError> {
        let header = Self::parse(head).map_err(|fault| image.malformed(fault))?;
        let mut references = References::default();
        let mut backing_format = None;
        for (kind, data) in Extensions::of(&header, head) {
            match kind {
                BACKING_FORMAT => backing_format = Some(String::from_utf8_lossy(data).into_owned()),
                DATA_FILE_NAME
                    if !data.is_empty()
                        && data.len() as u64 <= NAME_LIMIT
                        && !data.contains(&0) =>
                {
                    let name = OsString::from_vec(data.to_vec());
                    references.data_file = Some(Reference { name, format: Some("raw".to_owned()) });
                }
                _ => {}
            }
        }
        let (at, length) = (be64(head, 8).unwrap_or(0), be32(head, 16).map_or(0, u64::from));
        if at != 0 {
            if at.checked_add(length).is_none_or(|end| end > header.cluster_size()) {
                return Err(image.malformed(fault("the offset of the backing image's name", at)));
            }
            references.backing =
                Some(Reference { name: file_name(image, at, length)?, format: backing_format });
        }
        Ok((header, references))
    }

    /// Reads the fixed part.
    ///
    /// **Errors**: the field that cannot be true.
    pub fn parse(head: &[u8]) -> Result<Self, Malformed> {
        if !head.starts_with(b"QFI\xfb") {
            return Err(fault("the magic", be32(head, 0).map_or(0, u64::from)));
        }
        let short = || fault("the length of the file", head.len() as u64);
        let word = |at| be32(head, at).ok_or_else(short);
        let long = |at| be64(head, at).ok_or_else(short);
        let version = check(word(4)?, "the version", |it| (2..=3).contains(&it))?;
        let cluster_bits = check(word(20)?, "cluster_bits", |it| (9..=21).contains(&it))?;
        let virtual_size = long(24)?;
        if virtual_size > i64::MAX as u64 {
            return Err(fault("the virtual size", virtual_size));
        }
        let l1_entries = word(36)?;
        check(l1_entries, "the size of the L1 table", |it| u64::from(it) * 8 <= L1_TABLE_LIMIT)?;
        let refcount_table_offset = long(48)?;
        if !refcount_table_offset.is_multiple_of(1 << cluster_bits)
            || refcount_table_offset > i64::MAX as u64
        {
            return Err(fault("the offset of the refcount table", refcount_table_offset));
        }
        let fits = |it| u64::from(it) << cluster_bits <= REFCOUNT_TABLE_LIMIT;
        let refcount_table_clusters = check(word(56)?, "the size of the refcount table", fits)?;
        let mut header = Self {
            version,
            virtual_size,
            cluster_bits,
            encryption: word(32)?,
            refcount_table_offset,
            refcount_table_clusters,
            refcount_order: 4,
            incompatible_features: 0,
            compatible_features: 0,
            autoclear_features: 0,
        };
        if version >= 3 {
            header.incompatible_features = long(72)?;
            header.compatible_features = long(80)?;
            header.autoclear_features = long(88)?;
            header.refcount_order = check(word(96)?, "refcount_order", |it| it <= 6)?;
            check(word(100)?, "the length of the header", |it| {
                it >= VERSION_3_LENGTH && it <= 1 << cluster_bits
            })?;
        }
        Ok(header)
    }
}

/// The extensions that follow the fixed part. What does not fit ends them.
struct Extensions<'a> {
    rest: &'a [u8],
}

impl<'a> Extensions<'a> {
    fn of(header: &Header, head: &'a [u8]) -> Self {
        let start = if header.version >= 3 {
            be32(head, 100).unwrap_or(VERSION_3_LENGTH)
        } else {
            VERSION_2_LENGTH
        };
        let first_cluster = head.get(..header.cluster_size() as usize).unwrap_or(head);
        // A backing name follows the extensions, and is not one of them.
        let end = be64(head, 8).and_then(|at| usize::try_from(at).ok()).filter(|at| *at != 0);
        let area = end.and_then(|end| first_cluster.get(..end)).unwrap_or(first_cluster);
        Self { rest: area.get(start as usize..).unwrap_or_default() }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = be32(self.rest, 0).filter(|kind| *kind != 0)?;
        let length = be32(self.rest, 4)? as usize;
        let data = self.rest.get(8..)?.get(..length)?;
        self.rest = self.rest.get(8 + length.next_multiple_of(8)..).unwrap_or_default();
        Some((kind, data))
    }
}

fn check(value: u32, field: &'static str, valid: impl Fn(u32) -> bool) -> Result<u32, Malformed> {
    if valid(value) { Ok(value) } else { Err(fault(field, u64::from(value))) }
}

fn fault(field: &'static str, value: u64) -> Malformed {
    Malformed { field, value }
}
