//! Files that are there, whole, after the machine loses power.
//!
//! What is written goes to a temporary file and takes its name by a rename. Where it replaces a file, it is synced
//! before the rename and the directory after it; several writers of one [`DurableDir`] share that last step: a sync
//! that begins after a rename covers it, whoever asked. Where it replaces nothing, one sync after the rename is
//! enough on file systems whose sync of a file keeps its name: half the time, as each one waits for the disk.
//!
//! Invariant: when a call returns, the change is durable; when it fails or never returns, the old file is whole.
//! Where there was no old file, a loss of power before the call returned may leave a new one without its end.

use rustix::fs::{AtFlags, FsWord, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// How a file looks that was not finished.
const UNFINISHED: &str = ".unfinished~";

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("cannot {step} '{}': {error}", path.display())]
    System {
        /// What we were doing.
        step: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The file is longer than it may be.
    #[error("'{}' is longer than {limit} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The longest that is read.
        limit: u64,
    },
    /// It must name a file directly in the directory.
    #[error("'{name}' is not the name of a file")]
    Name {
        /// The name.
        name: String,
    },
}

impl FileError {
    /// Whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::System { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }
}

/// A directory whose files are written durably. All calls block, and any number of threads may call.
#[derive(Debug)]
pub struct DurableDir {
    path: PathBuf,
    directory: OwnedFd,
    sync_of_file: SyncOfFile,
    syncs: Mutex<Syncs>,
    synced: Condvar,
}

/// What else is durable when a file has been synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SyncOfFile {
    /// The name that it was given last.
    KeepsName,
    /// Nothing that could be relied on.
    IsAlone,
}

impl SyncOfFile {
    /// On ext4, XFS, Btrfs and F2FS the rename is in the log that the sync of the file writes out; the kernel's own
    /// file system tests hold them to it (generic/322). Others make no such promise.
    fn of(directory: &OwnedFd) -> Self {
        const EXT4: FsWord = 0xef53;
        const XFS: FsWord = 0x5846_5342;
        const BTRFS: FsWord = 0x9123_683e;
        const F2FS: FsWord = 0xf2f5_2010;
        let kind = rustix::fs::fstatfs(directory).map(|found| found.f_type);
        match kind {
            Ok(EXT4 | XFS | BTRFS | F2FS) => Self::KeepsName,
            _ => Self::IsAlone,
        }
    }
}

/// How far a file is that has its name.
enum Placed {
    /// It is there for good.
    Durably,
    /// The directory has to be synced.
    InMemory,
}

/// Which syncs of the directory have begun and ended; they are numbered from 1.
#[derive(Debug, Default)]
struct Syncs {
    begun: u64,
    ended: u64,
    /// The newest that failed, which those who waited for it must hear of.
    failed: u64,
}

impl DurableDir {
    /// Opens a directory that exists.
    ///
    /// **Errors**: the system's.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|error| failed("open", path, error))?;
        Ok(Self {
            path: path.into(),
            sync_of_file: SyncOfFile::of(&directory),
            directory,
            syncs: Mutex::default(),
            synced: Condvar::new(),
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes or replaces the file `name`, readable as `mode` says.
    ///
    /// **Errors**: the system's, or the name is not one; the old file is then whole.
    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), FileError> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let path = self.file(name)?;
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        // The name itself may be as long as a name can be, so it is not part of the temporary one.
        let temporary = format!(".{}-{serial}{UNFINISHED}", std::process::id());
        match self.place(&temporary, name, bytes, mode) {
            Ok(Placed::Durably) => Ok(()),
            Ok(Placed::InMemory) => self.sync(),
            Err(error) => {
                let _ = rustix::fs::unlinkat(&self.directory, temporary.as_str(), AtFlags::empty());
                Err(FileError::System { step: "write", path, error })
            }
        }
    }

    /// Writes beside the place and renames. What replaces a file is synced before, so that no power failure can
    /// leave less than one of the two; what replaces nothing is synced after, where its sync keeps the name as well.
    fn place(&self, temporary: &str, name: &str, bytes: &[u8], mode: u32) -> io::Result<Placed> {
        let file = self.write_file(temporary, bytes, mode)?;
        if self.sync_of_file == SyncOfFile::KeepsName {
            let new = RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(&self.directory, temporary, &self.directory, name, new)
            {
                Ok(()) => return self.keep_new(&file, name),
                // There is one, or the file system cannot tell.
                Err(Errno::EXIST | Errno::INVAL | Errno::NOSYS) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // The size is part of the data it syncs; what it leaves out, nobody reads.
        file.sync_data()?;
        rustix::fs::renameat(&self.directory, temporary, &self.directory, name)?;
        Ok(Placed::InMemory)
    }

    /// Syncs a file that has its name already; without its content it must not have it.
    fn keep_new(&self, file: &File, name: &str) -> io::Result<Placed> {
        file.sync_all().map(|()| Placed::Durably).inspect_err(|_| {
            let _ = rustix::fs::unlinkat(&self.directory, name, AtFlags::empty());
        })
    }

    /// Removes the file `name`.
    ///
    /// **Errors**: the system's; [`FileError::is_missing`] when there was none.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        let path = self.file(name)?;
        rustix::fs::unlinkat(&self.directory, name, AtFlags::empty())
            .map_err(|error| failed("remove", &path, error))?;
        self.sync()
    }

    /// Gives a file another name, replacing what had it.
    ///
    /// **Errors**: the system's.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), FileError> {
        let path = self.file(from)?;
        self.file(to)?;
        rustix::fs::renameat(&self.directory, from, &self.directory, to)
            .map_err(|error| failed("rename", &path, error))?;
        self.sync()
    }

    /// Removes what writers that were killed have left. For the start, when nobody else writes.
    ///
    /// **Errors**: the directory cannot be read.
    pub fn sweep(&self) -> Result<(), FileError> {
        let entries = std::fs::read_dir(&self.path);
        let read = |error| FileError::System { step: "list", path: self.path.clone(), error };
        for entry in entries.map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(UNFINISHED))
            {
                let _ = rustix::fs::unlinkat(&self.directory, &name, AtFlags::empty());
            }
        }
        Ok(())
    }

    fn write_file(&self, name: &str, bytes: &[u8], mode: u32) -> io::Result<File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(
            &self.directory,
            name,
            flags,
            Mode::from_raw_mode(mode),
        )?);
        file.write_all(bytes)?;
        Ok(file)
    }

    /// Returns when a sync that began after this call has ended.
    fn sync(&self) -> Result<(), FileError> {
        let mut syncs = self.syncs.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = syncs.begun + 1;
        while syncs.ended < wanted {
            if syncs.begun == syncs.ended {
                syncs.begun += 1;
                let number = syncs.begun;
                drop(syncs);
                let outcome = rustix::fs::fsync(&self.directory);
                syncs = self.syncs.lock().unwrap_or_else(PoisonError::into_inner);
                syncs.ended = number;
                if outcome.is_err() {
                    syncs.failed = number;
                }
                self.synced.notify_all();
            } else {
                syncs = self.synced.wait(syncs).unwrap_or_else(PoisonError::into_inner);
            }
        }
        if syncs.failed >= wanted { Err(failed("sync", &self.path, Errno::IO)) } else { Ok(()) }
    }

    fn file(&self, name: &str) -> Result<PathBuf, FileError> {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
            return Err(FileError::Name { name: name.into() });
        }
        Ok(self.path.join(name))
    }
}

/// Makes or replaces one file durably; [`DurableDir`] is faster for many.
///
/// **Errors**: as for [`DurableDir::write`].
pub fn write_durable(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FileError> {
    let (directory, name) = place(path)?;
    DurableDir::open(directory)?.write(name, bytes, mode)
}

/// Removes one file durably.
///
/// **Errors**: as for [`DurableDir::remove`].
pub fn remove_durable(path: &Path) -> Result<(), FileError> {
    let (directory, name) = place(path)?;
    DurableDir::open(directory)?.remove(name)
}

/// Reads a regular file of at most `limit` bytes. A symbolic link in its last place is not followed, and a pipe
/// does not hang it.
///
/// **Errors**: the system's; [`FileError::TooLong`].
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty())
        .map_err(|error| failed("open", path, error))?;
    let file = File::from(file);
    let system = |error| FileError::System { step: "read", path: path.into(), error };
    let metadata = file.metadata().map_err(system)?;
    if !metadata.is_file() {
        return Err(system(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    // Of its whole size at once: what grows leaves copies behind, and some files hold secrets.
    let expected = metadata.len().min(limit).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(system)?;
    if bytes.len() as u64 > limit {
        Err(FileError::TooLong { path: path.into(), limit })
    } else {
        Ok(bytes)
    }
}

fn place(path: &Path) -> Result<(&Path, &str), FileError> {
    let wrong = || FileError::Name { name: path.display().to_string() };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(wrong)?;
    let directory = path.parent().ok_or_else(wrong)?;
    Ok((if directory.as_os_str().is_empty() { Path::new(".") } else { directory }, name))
}

fn failed(step: &'static str, path: &Path, error: Errno) -> FileError {
    FileError::System { step, path: path.into(), error: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.xml");
        write_durable(&path, b"one", 0o600).unwrap();
        write_durable(&path, b"two", 0o600).unwrap();
        assert_eq!(read_limited(&path, 3).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(directory.path()), ["a.xml"]);
        remove_durable(&path).unwrap();
        assert!(remove_durable(&path).unwrap_err().is_missing());
    }

    #[test]
    fn a_file_is_written_where_its_sync_keeps_no_name() {
        let directory = tempfile::tempdir().unwrap();
        let mut durable = DurableDir::open(directory.path()).unwrap();
        durable.sync_of_file = SyncOfFile::IsAlone;
        durable.write("a.xml", b"one", 0o600).unwrap();
        durable.write("a.xml", b"two", 0o600).unwrap();
        assert_eq!(read_limited(&directory.path().join("a.xml"), 3).unwrap(), b"two");
        assert_eq!(names(directory.path()), ["a.xml"]);
        assert_eq!(durable.syncs.lock().unwrap().ended, 2);
    }

    #[test]
    fn many_writers_lose_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let durable = DurableDir::open(directory.path()).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let durable = &durable;
                scope.spawn(move || {
                    for file in 0..10 {
                        durable
                            .write(&format!("{writer}-{file}"), format!("{file}").as_bytes(), 0o600)
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(names(directory.path()).len(), 80);
        assert!(durable.syncs.lock().unwrap().ended <= 80);
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("taken")).unwrap();
        assert!(DurableDir::open(directory.path()).unwrap().write("taken", b"", 0o600).is_err());
        assert_eq!(names(directory.path()), ["taken"]);
    }

    #[test]
    fn only_what_was_left_over_is_swept() {
        let directory = tempfile::tempdir().unwrap();
        for name in [".1-2.unfinished~", "a.unfinished~", ".hidden"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        DurableDir::open(directory.path()).unwrap().sweep().unwrap();
        assert_eq!(names(directory.path()), [".hidden", "a.unfinished~"]);
    }

    #[test]
    fn names_stay_in_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let durable = DurableDir::open(directory.path()).unwrap();
        for name in ["", ".", "..", "../x", "a/b", "a\0"] {
            assert!(
                matches!(durable.write(name, b"", 0o600), Err(FileError::Name { .. })),
                "{name}"
            );
        }
    }

    #[test]
    fn reading_has_a_limit_and_follows_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "four").unwrap();
        assert!(matches!(read_limited(&path, 3), Err(FileError::TooLong { limit: 3, .. })));
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(read_limited(&link, 10), Err(FileError::System { step: "open", .. })));
        let pipe = directory.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert!(matches!(read_limited(&pipe, 10), Err(FileError::System { step: "read", .. })));
    }
}
