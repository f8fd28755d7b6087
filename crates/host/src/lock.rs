//! A file that says who is here, and proves it with a lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("'{}' is held by {}", path.display(), holder(*pid))]
    Held {
        /// The file.
        path: PathBuf,
        /// Who says in it that it has it, when that can be read.
        pid: Option<i32>,
    },
    /// The file could not be opened or written.
    #[error("cannot lock '{}': {error}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
}

fn holder(pid: Option<i32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// A lock with our pid in its file; ends with the process, however that ends.
#[derive(Debug)]
pub struct PidLock {
    file: File,
    path: PathBuf,
}

impl PidLock {
    /// Takes the lock without waiting.
    ///
    /// **Errors**: [`LockError::Held`], [`LockError::System`].
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let failed = |error| LockError::System { path: path.into(), error };
        loop {
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o644)
                .custom_flags(libc::O_NOFOLLOW);
            let mut file = options.open(path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Held { path: path.into(), pid: pid_in(&file) });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Its last holder may have removed the file between our opening and our locking it.
            if !is_at(&file, path) {
                continue;
            }
            file.set_len(0)
                .and_then(|()| writeln!(file, "{}", std::process::id()))
                .map_err(failed)?;
            return Ok(Self { file, path: path.into() });
        }
    }
}

impl Drop for PidLock {
    fn drop(&mut self) {
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

fn pid_in(mut file: &File) -> Option<i32> {
    let mut text = [0; 16];
    let length = file.read(&mut text).ok()?;
    str::from_utf8(text.get(..length)?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_is_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daemon.pid");
        let lock = PidLock::acquire(&path).unwrap();
        let us = std::process::id().cast_signed();
        assert!(
            matches!(PidLock::acquire(&path), Err(LockError::Held { pid: Some(pid), .. }) if pid == us)
        );
        drop(lock);
        assert!(!path.exists());
        PidLock::acquire(&path).unwrap();
    }

    #[test]
    fn a_file_left_by_the_dead_is_no_obstacle() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daemon.pid");
        std::fs::write(&path, "123456789 and more than that").unwrap();
        let _lock = PidLock::acquire(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
    }

    #[test]
    fn a_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("daemon.pid");
        std::os::unix::fs::symlink(directory.path().join("victim"), &path).unwrap();
        assert!(matches!(PidLock::acquire(&path), Err(LockError::System { .. })));
        assert!(!directory.path().join("victim").exists());
    }
}
