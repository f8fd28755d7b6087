//! The file that a policy is read from.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Accounts, Policy};

/// Longest file. **Units**: bytes.
const BYTES_MAX: u64 = 1 << 20;
/// Bits of a mode by which others than the owner may write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A policy, and the file that it is in.
#[derive(Debug)]
pub struct PolicyFile {
    path: PathBuf,
    policy: RwLock<Arc<Policy>>,
}

/// Why a policy is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no regular file.
    #[error("it is not a regular file")]
    NotAFile,
    /// Somebody else could have written it.
    #[error("it belongs to user {0}, not to root or the daemon's own user")]
    Owner(u32),
    /// Somebody else could have written it.
    #[error("others than its owner may write it: its mode is {0:04o}")]
    Mode(u32),
    /// It is longer than any policy.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// Most bytes.
        limit: u64,
    },
    /// It is more than anybody could have written.
    #[error("it has more than {limit} rules")]
    TooManyRules {
        /// Most rules.
        limit: usize,
    },
    /// It is no TOML, or has a key that means nothing.
    #[error(transparent)]
    Syntax(Box<toml::de::Error>),
    /// A rule makes no sense.
    #[error("line {line}: {what}")]
    Rule {
        /// Where.
        line: usize,
        /// Why.
        what: String,
    },
}

impl PolicyFile {
    /// Reads a policy.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn open(path: &Path) -> Result<Self, PolicyError> {
        let policy = RwLock::new(Arc::new(read(path)?));
        Ok(Self { path: path.to_owned(), policy })
    }

    /// Reads it again, with the system's users and groups; how many rules there are now. Clients
    /// that are connected are held to it from then on.
    ///
    /// # Errors
    /// When it cannot be taken; then nothing changes.
    pub fn reload(&self) -> Result<usize, PolicyError> {
        let policy = Arc::new(read(&self.path)?);
        let count = policy.len();
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
        Ok(count)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What holds now.
    pub(super) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read(path: &Path) -> Result<Policy, PolicyError> {
    let file = File::open(path)?;
    check_owner(&file)?;
    let mut text = String::new();
    file.take(BYTES_MAX.saturating_add(1)).read_to_string(&mut text)?;
    if text.len() as u64 > BYTES_MAX {
        return Err(PolicyError::TooLong { limit: BYTES_MAX });
    }
    Policy::parse(&text, &path.display().to_string(), &Accounts::of_system()?)
}

/// Whoever can write the policy can do everything. Asked of what was opened, not of its name.
fn check_owner(file: &File) -> Result<(), PolicyError> {
    let known = file.metadata()?;
    // A file of `/proc/self` belongs to the daemon's own user.
    let daemon = std::fs::metadata("/proc/self")?.uid();
    if !known.is_file() {
        return Err(PolicyError::NotAFile);
    }
    if known.uid() != 0 && known.uid() != daemon {
        return Err(PolicyError::Owner(known.uid()));
    }
    if known.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(PolicyError::Mode(known.mode() & 0o7777));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown};

    use super::{PolicyError, PolicyFile};

    const TEXT: &str = "[[rule]]\nwho = [{ uid = 0 }]\nmay = [\"admin\"]\n";

    #[test]
    fn a_policy_that_others_could_have_written_is_not_taken() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.toml");
        std::fs::write(&path, TEXT).unwrap();
        let set = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).unwrap();
            PolicyFile::open(&path)
        };
        for mode in [0o600, 0o640, 0o644] {
            assert!(set(mode).is_ok(), "{mode:o}");
        }
        for mode in [0o660, 0o646, 0o666] {
            assert!(matches!(set(mode), Err(PolicyError::Mode(_))), "{mode:o}");
        }
        let folder = PolicyFile::open(directory.path());
        assert!(matches!(folder, Err(PolicyError::NotAFile)), "{folder:?}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        // Only root can give a file away.
        if chown(&path, Some(12345), None).is_ok() {
            assert!(matches!(PolicyFile::open(&path), Err(PolicyError::Owner(12345))));
        }
    }

    #[test]
    fn a_bad_file_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.toml");
        std::fs::write(&path, TEXT).unwrap();
        let file = PolicyFile::open(&path).unwrap();
        std::fs::write(&path, "[[rule]]\nwho = [{ uid = 0 }]\nmay = [\"dragon\"]\n").unwrap();
        assert!(file.reload().unwrap_err().to_string().starts_with("line 3: 'dragon'"));
        assert_eq!(file.policy().len(), 1);
        std::fs::write(&path, "").unwrap();
        assert_eq!(file.reload().unwrap(), 0);
        std::fs::write(&path, "#".repeat((1 << 20) + 1)).unwrap();
        assert!(matches!(file.reload(), Err(PolicyError::TooLong { .. })));
    }
}
