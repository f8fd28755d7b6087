//! The file of those who may log in.
//!
//! ```text
//! secret BASE64
//! user NAME scram-sha-256 ITERATIONS SALT STORED-KEY SERVER-KEY digest-md5 HASH
//! ```
//!
//! Only its owner may read it, and it is written whole or not at all. It is read for every
//! exchange: a change counts at once.

mod text;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::verifier::Verifier;

/// Longest file. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Longest name. **Units**: bytes.
const NAME_BYTES_MAX: usize = 255;

/// Where the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    path: PathBuf,
}

/// What is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Records {
    /// Makes those who do not exist look as if they did.
    secret: Vec<u8>,
    users: BTreeMap<String, Verifier>,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be read or written.
    #[error("cannot {action} '{path}': {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner may read or write it, or its owner is somebody else.
    #[error("'{path}' {fault}; 'chown' and 'chmod 600' it")]
    Exposed {
        /// The file.
        path: String,
        /// What is wrong.
        fault: &'static str,
    },
    /// A line that says nothing known.
    #[error("line {line} of '{path}' is malformed")]
    Malformed {
        /// The file.
        path: String,
        /// Counted from 1.
        line: usize,
    },
    /// It is longer than any such file should be.
    #[error("'{path}' is longer than {FILE_BYTES_MAX} bytes")]
    TooLong {
        /// The file.
        path: String,
    },
    /// What cannot be a name.
    #[error("'{0}' cannot be the name of a user: it is empty, too long or has spaces")]
    Name(String),
    /// There is no such user.
    #[error("no user '{0}'")]
    Unknown(String),
}

/// Whether a user may have this name.
pub fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl Records {
    /// What `user` is checked against; something that nobody can match if there is no such user.
    pub(crate) fn verifier(&self, user: &str) -> Verifier {
        let fake = Verifier::fake(user, &self.secret);
        self.users.get(user).cloned().unwrap_or(fake)
    }

    pub(crate) fn is_real(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }
}

impl Store {
    /// The file at `path`, which need not be there yet.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a user, or gives one another password.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn put(&self, user: &str, verifier: &Verifier) -> Result<(), StoreError> {
        if !is_name(user) {
            return Err(StoreError::Name(user.to_owned()));
        }
        self.change(|records| {
            records.users.insert(user.to_owned(), verifier.clone());
            Ok(())
        })
    }

    /// Removes a user.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn remove(&self, user: &str) -> Result<(), StoreError> {
        self.change(|records| match records.users.remove(user) {
            Some(_) => Ok(()),
            None => Err(StoreError::Unknown(user.to_owned())),
        })
    }

    /// The names of all users, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn users(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.read()?.users.into_keys().collect())
    }

    /// Reads it; nobody is in a file that is not there.
    pub(crate) fn read(&self) -> Result<Records, StoreError> {
        let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
        let file = OpenOptions::new().read(true).custom_flags(no_follow).open(&self.path);
        let file = match file {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Records { secret: process_secret(), users: BTreeMap::new() });
            }
            Err(error) => return Err(self.io("open", error)),
        };
        self.check(&file.metadata().map_err(|error| self.io("look at", error))?)?;
        let mut text = String::new();
        let limit = FILE_BYTES_MAX.saturating_add(1);
        file.take(limit).read_to_string(&mut text).map_err(|error| self.io("read", error))?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(StoreError::TooLong { path: self.name() });
        }
        text::parse(&text).map_err(|line| StoreError::Malformed { path: self.name(), line })
    }

    fn check(&self, metadata: &fs::Metadata) -> Result<(), StoreError> {
        let exposed = |fault| StoreError::Exposed { path: self.name(), fault };
        if !metadata.is_file() {
            return Err(exposed("is not a file"));
        }
        if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) {
            return Err(exposed("belongs to another user"));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(exposed("is open to others than its owner"));
        }
        Ok(())
    }

    /// Changes it whole or not at all; of two that change it, the second waits for the first.
    fn change(
        &self,
        change: impl FnOnce(&mut Records) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(|error| self.io("create the directory of", error))?;
        let lock = File::open(directory).map_err(|error| self.io("lock", error))?;
        lock.lock().map_err(|error| self.io("lock", error))?;
        let mut records = self.read()?;
        change(&mut records)?;
        let new = self.path.with_extension("new");
        let outcome = write_private(&new, &text::print(&records))
            .and_then(|()| fs::rename(&new, &self.path))
            .and_then(|()| lock.sync_all());
        outcome.map_err(|error| self.io("write", error))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn io(&self, action: &'static str, source: io::Error) -> StoreError {
        StoreError::Io { action, path: self.name(), source }
    }
}

/// Where there is no file, the secret lives as long as the process.
fn process_secret() -> Vec<u8> {
    static SECRET: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(text::new_secret);
    SECRET.clone()
}

/// Under the lock, so that what is left there is of somebody who died.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{Store, StoreError};
    use crate::{Password, Verifier};

    fn verifier(user: &str) -> Verifier {
        Verifier::of(user, &Password::new("secret".to_owned())).unwrap()
    }

    #[test]
    fn users_come_and_go_and_no_password_is_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("below/sasl.db"));
        assert_eq!(store.users().unwrap(), Vec::<String>::new());
        let ann = verifier("ann");
        store.put("ann", &ann).unwrap();
        store.put("bob", &verifier("bob")).unwrap();
        assert_eq!(store.users().unwrap(), ["ann", "bob"]);
        assert_eq!(store.read().unwrap().verifier("ann"), ann);
        let mode = fs::metadata(store.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!fs::read_to_string(store.path()).unwrap().contains("secret\""));
        let fake = store.read().unwrap().verifier("eve");
        store.remove("bob").unwrap();
        assert_eq!(store.users().unwrap(), ["ann"]);
        assert!(matches!(store.remove("bob"), Err(StoreError::Unknown(_))));
        assert_eq!(store.read().unwrap().verifier("eve"), fake, "the secret stays");
    }

    #[test]
    fn what_cannot_be_told_apart_from_other_fields_is_no_name() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        for name in ["", "a b", "a\nb", "a\0b", &"x".repeat(256)] {
            assert!(matches!(store.put(name, &verifier("x")), Err(StoreError::Name(_))));
        }
        assert!(!store.path().exists());
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_a_link_counts_for_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        store.put("ann", &verifier("ann")).unwrap();
        let link = Store::at(directory.path().join("link"));
        symlink(store.path(), link.path()).unwrap();
        assert!(matches!(link.read(), Err(StoreError::Io { .. })));
        fs::set_permissions(store.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(store.read(), Err(StoreError::Exposed { .. })));
    }

    #[test]
    fn a_malformed_line_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        store.put("ann", &verifier("ann")).unwrap();
        let mut text = fs::read_to_string(store.path()).unwrap();
        text.push_str("user bob\n");
        let line = text.lines().count();
        fs::write(store.path(), text).unwrap();
        let error = store.read().unwrap_err();
        assert!(matches!(error, StoreError::Malformed { line: found, .. } if found == line));
    }
}
