//! Reading the kernel's text files.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The longest file read from `/proc` or `/sys`. **Units**: bytes. `/proc/cpuinfo` of 4,096 CPUs is 6 MiB.
const FACT_LIMIT: u64 = 16 << 20;

/// A fact that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// The file could not be read.
    #[error("cannot read '{}': {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The file does not say what it should.
    #[error("unexpected text in '{}': {what} '{text}'", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What was found, shortened.
        text: String,
    },
}

impl FactError {
    /// Whether the file does not exist, which often is a fact by itself.
    pub fn is_missing(&self) -> bool {
        // A file of a process that has just ended can be opened, and then says ESRCH.
        matches!(self, Self::Read { error, .. }
            if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH))
    }
}

/// Where `/proc` and `/sys` are; another directory than `/` is for tests with recorded trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(PathBuf);

impl Default for Root {
    fn default() -> Self {
        Self(PathBuf::from("/"))
    }
}

impl Root {
    /// The machine whose `/proc` and `/sys` are below `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path of a file, given without its leading slash.
    pub(crate) fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.0.join(file)
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: impl AsRef<Path>) -> Result<String, FactError> {
        let mut text = Vec::new();
        self.read_into(file, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Sets what a file of the kernel's says; it must exist.
    pub(crate) fn set(&self, file: impl AsRef<Path>, value: u64) -> io::Result<()> {
        let mut file = File::options().write(true).truncate(true).open(self.path(file))?;
        file.write_all(value.to_string().as_bytes())
    }

    /// A number that is all a file says.
    pub(crate) fn number(&self, file: impl AsRef<Path>) -> Result<u64, FactError> {
        let text = self.text(&file)?;
        text.trim().parse().map_err(|_| self.unexpected(file, "a number", &text))
    }

    /// Replaces the content of `buffer` with that of a file.
    pub(crate) fn read_into(
        &self,
        file: impl AsRef<Path>,
        buffer: &mut Vec<u8>,
    ) -> Result<(), FactError> {
        buffer.clear();
        let path = self.path(file);
        let read = File::open(&path).and_then(|file| file.take(FACT_LIMIT).read_to_end(buffer));
        read.map(drop).map_err(|error| FactError::Read { path, error })
    }

    pub(crate) fn unexpected(
        &self,
        file: impl AsRef<Path>,
        what: &'static str,
        text: &str,
    ) -> FactError {
        FactError::Text { path: self.path(file), what, text: text.chars().take(80).collect() }
    }
}
