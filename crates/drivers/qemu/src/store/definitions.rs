//! The definitions, a file each, and the marks of those that start with the daemon.
//!
//! A file is complete or not there: it is written beside its place, synced, renamed, and the
//! directory synced, before anybody is told that the definition is kept.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host::files::{self, DurableDir, FileError};

/// Largest definition that is read back. **Units**: bytes.
const DEFINITION_MAX: u64 = 16 << 20;

/// What stands above a definition, for whoever opens the file.
const HEADER: &str = "<!--\nThis file is written by ferrovirtd. Changes made here are lost: use\n  virsh edit, or fv define\n-->\n\n";

/// The directory of definitions and the one of autostart marks.
#[derive(Debug, Clone)]
pub(crate) struct Definitions {
    domains: Arc<DurableDir>,
    autostart: Arc<DurableDir>,
}

/// A definition as it was found.
#[derive(Debug)]
pub(crate) struct StoredDefinition {
    /// The file.
    pub path: PathBuf,
    /// Whether it starts with the daemon.
    pub autostart: bool,
    /// When it was written.
    pub written: std::time::SystemTime,
}

impl Definitions {
    /// Opens the directories, and makes them if need be. What a daemon that was killed had not
    /// finished writing is removed.
    ///
    /// # Errors
    /// When they cannot be made.
    pub(crate) fn open(domains: &Path, autostart: &Path) -> Result<Self, FileError> {
        let open = |path| {
            let directory = DurableDir::open(path)?;
            directory.sweep()?;
            Ok(Arc::new(directory))
        };
        Ok(Self { domains: open(domains)?, autostart: open(autostart)? })
    }

    /// Keeps a definition for good. Blocks.
    ///
    /// # Errors
    /// When the file system refuses; what was there before is then still there.
    pub(crate) fn save(&self, name: &str, document: &str) -> Result<(), FileError> {
        let text = [HEADER, document].concat();
        self.domains.write(&file_name(name), text.as_bytes(), 0o600)
    }

    /// Forgets a definition and its autostart mark. Blocks.
    ///
    /// # Errors
    /// When the file system refuses. A file that is not there is no error.
    pub(crate) fn remove(&self, name: &str) -> Result<(), FileError> {
        self.set_autostart(name, Autostart::No)?;
        self.domains.remove(&file_name(name))
    }

    /// Sets whether a definition starts with the daemon. Blocks.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn set_autostart(&self, name: &str, autostart: Autostart) -> Result<(), FileError> {
        match autostart {
            Autostart::Yes => self.autostart.write(&file_name(name), b"", 0o600),
            Autostart::No => match self.autostart.path().join(file_name(name)).exists() {
                true => self.autostart.remove(&file_name(name)),
                false => Ok(()),
            },
        }
    }

    /// The file of every definition, in the order of their names. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, FileError> {
        let refused =
            |error| FileError::System { step: "list", path: self.domains.path().to_owned(), error };
        let mut paths = Vec::new();
        for entry in fs::read_dir(self.domains.path()).map_err(refused)? {
            let path = entry.map_err(refused)?.path();
            if path.extension() == Some(OsStr::new("xml")) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Reads one of them: its text, or why it cannot be read. Blocks.
    pub(crate) fn read(&self, path: PathBuf) -> (StoredDefinition, Result<String, String>) {
        let marked = |name: &OsStr| self.autostart.path().join(name).exists();
        let autostart = path.file_name().is_some_and(marked);
        let written = fs::metadata(&path).and_then(|found| found.modified());
        let text = files::read_limited(&path, DEFINITION_MAX).map_err(|error| error.to_string());
        let text = text.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|fault| format!("'{}': {fault}", path.display()))
        });
        let written = written.unwrap_or(std::time::UNIX_EPOCH);
        (StoredDefinition { path, autostart, written }, text)
    }
}

/// Whether a domain starts with the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Autostart {
    /// It does.
    Yes,
    /// It does not.
    No,
}

fn file_name(name: &str) -> String {
    format!("{name}.xml")
}
