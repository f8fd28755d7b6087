//! The definitions of one kind, a file each, and the marks of those that start with the daemon.
//!
//! A file is complete or not there: it is written beside its place, synced, renamed, and the
//! directory synced, before anybody is told that the definition is kept.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host::files::{self, DurableDir, FileError};

/// Largest definition that is read back. **Units**: bytes.
const DEFINITION_MAX: u64 = 16 << 20;

/// Where a kind of object is kept.
#[derive(Debug, Clone)]
pub struct Place {
    /// The definitions.
    pub directory: PathBuf,
    /// The marks of those that start with the daemon, for kinds that can.
    pub autostart: Option<PathBuf>,
}

impl Place {
    /// For objects that are there or not.
    pub fn plain(directory: PathBuf) -> Self {
        Self { directory, autostart: None }
    }

    /// For objects that may start with the daemon; the marks are below the definitions.
    pub fn with_autostart(directory: PathBuf) -> Self {
        Self { autostart: Some(directory.join("autostart")), directory }
    }
}

/// The directory of definitions and the one of autostart marks.
#[derive(Debug, Clone)]
pub struct Files {
    definitions: Arc<DurableDir>,
    autostart: Option<Arc<DurableDir>>,
    header: Arc<str>,
}

/// A file of the directory.
#[derive(Debug)]
pub struct Stored {
    /// Where it is.
    pub path: PathBuf,
    /// The name of its object.
    pub name: String,
    /// Whether that starts with the daemon.
    pub autostart: bool,
}

impl Files {
    /// Opens the directories, and makes them if need be. What a daemon that was killed had not
    /// finished writing is removed. `edit` is the command that changes a definition.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn open(place: &Place, edit: &str) -> Result<Self, FileError> {
        let open = |path: &Path| {
            let refused = |error| FileError::System { step: "make", path: path.to_owned(), error };
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(refused)?;
            let directory = DurableDir::open(path)?;
            directory.sweep()?;
            Ok(Arc::new(directory))
        };
        let header = format!(
            "<!--\nThis file is written by ferrovirtd. Changes made here are lost: use\n  {edit}\n-->\n\n"
        );
        let definitions = open(&place.directory)?;
        let autostart = place.autostart.as_deref().map(open).transpose()?;
        Ok(Self { definitions, autostart, header: header.into() })
    }

    /// The directory of definitions, for what is kept beside them.
    pub fn directory(&self) -> &DurableDir {
        &self.definitions
    }

    /// Keeps a definition for good. Blocks.
    ///
    /// # Errors
    /// When the file system refuses; what was there before is then still there.
    pub fn save(&self, name: &str, document: &str) -> Result<(), FileError> {
        let text = [&*self.header, document].concat();
        self.definitions.write(&file_name(name), text.as_bytes(), 0o600)
    }

    /// Forgets a definition and its autostart mark. Blocks.
    ///
    /// # Errors
    /// When the file system refuses. A file that is not there is no error.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        self.set_autostart(name, false)?;
        present(self.definitions.remove(&file_name(name)))
    }

    /// Sets whether a definition starts with the daemon. Blocks.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn set_autostart(&self, name: &str, wanted: bool) -> Result<(), FileError> {
        match &self.autostart {
            Some(marks) if wanted => marks.write(&file_name(name), b"", 0o600),
            Some(marks) if self.has_mark(name) => present(marks.remove(&file_name(name))),
            Some(_) | None => Ok(()),
        }
    }

    /// Every definition, in the order of their names. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn list(&self) -> Result<Vec<Stored>, FileError> {
        let mut found = Vec::new();
        for path in self.paths("xml")? {
            let Some(name) = path.file_stem().and_then(OsStr::to_str).map(str::to_owned) else {
                tracing::error!(path = %path.display(), "definition with such a name not loaded");
                continue;
            };
            found.push(Stored { autostart: self.has_mark(&name), path, name });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// The files beside the definitions whose names end in `extension`. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn paths(&self, extension: &str) -> Result<Vec<PathBuf>, FileError> {
        let directory = self.definitions.path();
        let refused = |error| FileError::System { step: "list", path: directory.to_owned(), error };
        let entries = std::fs::read_dir(directory).map_err(refused)?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        let paths: io::Result<Vec<PathBuf>> = paths.collect();
        let mut paths = paths.map_err(refused)?;
        paths.retain(|path| path.extension() == Some(OsStr::new(extension)));
        Ok(paths)
    }

    fn has_mark(&self, name: &str) -> bool {
        self.autostart.as_ref().is_some_and(|marks| marks.path().join(file_name(name)).exists())
    }
}

impl Stored {
    /// Reads it. Blocks.
    ///
    /// # Errors
    /// In words, for the log.
    pub fn read(&self) -> Result<String, String> {
        let bytes = files::read_limited(&self.path, DEFINITION_MAX);
        let bytes = bytes.map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|fault| fault.to_string())
    }
}

/// Nothing to remove is as good as removed.
fn present(removed: Result<(), FileError>) -> Result<(), FileError> {
    removed.or_else(|error| if error.is_missing() { Ok(()) } else { Err(error) })
}

fn file_name(name: &str) -> String {
    format!("{name}.xml")
}
