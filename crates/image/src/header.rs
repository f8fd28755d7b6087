//! What an image says about itself, in whatever format it is.

use crate::bytes::{be64, le32, le64};
use crate::error::{ImageError, Malformed};
use crate::format::{Format, PROBE_SIZE};
use crate::open::Image;
use crate::qcow2::Header;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// The longest name of a backing image. **Units**: bytes. **Source**: QEMU's formats allow 1,023.
pub(crate) const NAME_LIMIT: u64 = 1023;

const SECTOR: u64 = 512;

/// Another file that an image names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As the image writes it.
    pub name: OsString,
    /// The format that the image records for it.
    pub format: Option<String>,
}

/// What an image says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The size of the disk in it; `None` when the format hides it. **Units**: bytes.
    pub capacity: Option<u64>,
    /// The image below.
    pub backing: Option<Reference>,
    /// The file that holds the guest's data instead of the image.
    pub data_file: Option<Reference>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The qcow2 header, when it is one.
    pub qcow2: Option<Header>,
}

impl Facts {
    /// Reads an image as what `format` says it is.
    ///
    /// **Errors**: [`ImageError`].
    pub fn read(image: &Image, format: Format) -> Result<Self, ImageError> {
        if format == Format::Raw {
            return Ok(Self { capacity: Some(image.length()), ..Self::default() });
        }
        let head = image.bytes_at(0, PROBE_SIZE)?;
        let malformed = |fault| image.malformed(fault);
        if format == Format::Qcow2 {
            let (header, references) = Header::read(image, &head)?;
            let encrypted = header.is_encrypted();
            return Ok(Self {
                capacity: Some(header.virtual_size),
                backing: references.backing,
                data_file: references.data_file,
                encrypted,
                qcow2: Some(header),
            });
        }
        if Format::probe(&head) != format && format != Format::Dmg {
            return Err(malformed(Malformed {
                field: "the magic",
                value: be64(&head, 0).unwrap_or(0),
            }));
        }
        let name = match format {
            Format::Qed if le64(&head, 16).is_some_and(|features| features & 1 != 0) => Some((
                u64::from(le32(&head, 56).unwrap_or(0)),
                u64::from(le32(&head, 60).unwrap_or(0)),
            )),
            Format::Qcow => be64(&head, 8)
                .filter(|at| *at != 0)
                .zip(crate::bytes::be32(&head, 16).map(u64::from)),
            _ => None,
        };
        let name = name.map(|(at, length)| file_name(image, at, length)).transpose()?;
        let raw =
            format == Format::Qed && le64(&head, 16).is_some_and(|features| features & 4 != 0);
        Ok(Self {
            capacity: capacity(format, &head),
            backing: name.map(|name| Reference { name, format: raw.then(|| "raw".to_owned()) }),
            encrypted: format == Format::Luks
                || (format == Format::Qcow && be64(&head, 32).is_some_and(|it| it >> 32 != 0)),
            ..Self::default()
        })
    }
}

fn capacity(format: Format, head: &[u8]) -> Option<u64> {
    match format {
        Format::Qcow => be64(head, 24),
        Format::Qed => le64(head, 48),
        Format::Vdi => le64(head, 0x170),
        Format::Vpc => be64(head, 48),
        Format::Vmdk if head.starts_with(b"KDMV") => le64(head, 12)?.checked_mul(SECTOR),
        Format::Parallels if head.starts_with(b"WithouFreSpacExt") => {
            le64(head, 36)?.checked_mul(SECTOR)
        }
        Format::Parallels => le32(head, 36).map(|sectors| u64::from(sectors) * SECTOR),
        _ => None,
    }
}

/// A name that lies somewhere in an image.
pub(crate) fn file_name(image: &Image, at: u64, length: u64) -> Result<OsString, ImageError> {
    if length == 0 || length > NAME_LIMIT {
        return Err(image.malformed(Malformed {
            field: "the length of the backing image's name",
            value: length,
        }));
    }
    let name = image.bytes_at(at, length as usize)?;
    if name.len() as u64 != length || name.contains(&0) {
        return Err(image
            .malformed(Malformed { field: "the offset of the backing image's name", value: at }));
    }
    Ok(OsString::from_vec(name))
}
