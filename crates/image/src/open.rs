//! An image opened for reading.

use crate::error::{ImageError, Malformed};
use rustix::fs::{FileType, Mode, OFlags, SeekFrom, Stat};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// What an image lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A regular file.
    File,
    /// A block device.
    Device,
}

/// An image opened for reading, never for writing.
#[derive(Debug)]
pub struct Image {
    path: PathBuf,
    file: OwnedFd,
    stat: Stat,
    medium: Medium,
    length: u64,
}

impl Image {
    /// Opens an image. Symbolic links are followed, as names of block devices often are such; nothing that would
    /// wait, as a pipe does, is waited for.
    ///
    /// **Errors**: [`ImageError::System`], [`ImageError::NotAnImage`].
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        let failed = |error: rustix::io::Errno| ImageError::System {
            path: path.into(),
            error: error.into(),
        };
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = rustix::fs::open(path, flags, Mode::empty()).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(failed)?;
        let medium = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Medium::File,
            FileType::BlockDevice => Medium::Device,
            _ => return Err(ImageError::NotAnImage { path: path.into() }),
        };
        let length = rustix::fs::seek(&file, SeekFrom::End(0)).map_err(failed)?;
        Ok(Self { path: path.into(), file, stat, medium, length })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it lies on.
    pub fn medium(&self) -> Medium {
        self.medium
    }

    /// Its end when it was opened. **Units**: bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What it takes of its file system; the whole length for a device. **Units**: bytes.
    pub fn allocated(&self) -> u64 {
        match self.medium {
            Medium::File => u64::try_from(self.stat.st_blocks).unwrap_or(0).saturating_mul(512),
            Medium::Device => self.length,
        }
    }

    /// What two paths of one image have in common.
    pub(crate) fn identity(&self) -> (u64, u64) {
        match self.medium {
            Medium::File => (self.stat.st_dev, self.stat.st_ino),
            // The same device may have several nodes. No file system has the number 2^64 - 1.
            Medium::Device => (u64::MAX, self.stat.st_rdev),
        }
    }

    /// Fills `buffer` from `offset` as far as there is anything; gives how much that was.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, ImageError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::io::pread(&self.file, rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(self.failed(error.into())),
            }
        }
        Ok(filled)
    }

    /// At most `length` bytes from `offset`.
    pub(crate) fn bytes_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ImageError> {
        let mut bytes = vec![0; length];
        let filled = self.read_at(&mut bytes, offset)?;
        bytes.truncate(filled);
        Ok(bytes)
    }

    pub(crate) fn malformed(&self, fault: Malformed) -> ImageError {
        ImageError::Malformed { path: self.path.clone(), fault }
    }

    fn failed(&self, error: io::Error) -> ImageError {
        ImageError::System { path: self.path.clone(), error }
    }
}
