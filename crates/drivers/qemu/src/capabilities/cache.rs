//! What was found out about a binary, kept in a file for the next start of the daemon.
//!
//! A cached answer counts only for the very same file on the very same kernel, asked by the very same
//! questions. Whatever else is in the file, or is wrong with it, means to ask anew.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cpu::FEATURES;
use super::probe::KvmState;
use super::{Emulator, PROBED_TYPES, ProbeError, SchemaPath};

/// Most that is read of a cache file. **Units**: bytes.
const FILE_LIMIT: u64 = 8 << 20;

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
    size: u64,
    mtime: (i64, i64),
    ctime: (i64, i64),
    kernel: String,
    kvm: bool,
}

impl Identity {
    /// Looks at a binary.
    ///
    /// # Errors
    /// [`ProbeError::Binary`] when it is not there or cannot be run.
    pub(super) fn of(path: &Path) -> Result<Self, ProbeError> {
        let metadata = check(path)?;
        let uname = rustix::system::uname();
        Ok(Self {
            path: path.into(),
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
            kernel: format!(
                "{} {}",
                uname.release().to_string_lossy(),
                uname.version().to_string_lossy()
            ),
            kvm: host::kvm::is_usable(),
        })
    }

    /// The binary.
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Whether KVM was there to be tried.
    pub(super) fn kvm(&self) -> KvmState {
        if self.kvm { KvmState::Usable } else { KvmState::Absent }
    }
}

fn check(path: &Path) -> Result<Metadata, ProbeError> {
    let failed = |what: String| move |error: io::Error| ProbeError::Binary { what, error };
    let shown = path.display();
    let missing = format!("Cannot check QEMU binary {shown}");
    if !path.is_absolute() {
        let error = io::Error::from_raw_os_error(rustix::io::Errno::NOENT.raw_os_error());
        return Err(failed(missing)(error));
    }
    let metadata = std::fs::metadata(path).map_err(failed(missing))?;
    let refused = failed(format!("QEMU binary {shown} is not executable"));
    if metadata.is_dir() {
        let error = io::Error::from_raw_os_error(rustix::io::Errno::ISDIR.raw_os_error());
        return Err(refused(error));
    }
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK)
        .map_err(io::Error::from)
        .map_err(refused)?;
    Ok(metadata)
}

#[derive(Serialize, Deserialize)]
struct File<I, E> {
    questions: u64,
    identity: I,
    emulator: E,
}

/// Stands for all that we ask: another daemon's questions were others.
fn questions() -> u64 {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    PROBED_TYPES.hash(&mut hasher);
    SchemaPath::ALL.iter().for_each(|path| path.text().hash(&mut hasher));
    FEATURES.iter().for_each(|feature| feature.name.hash(&mut hasher));
    hasher.finish()
}

/// The file for a binary, unless its path is too long to be a name.
fn file(directory: &Path, binary: &Path) -> Option<PathBuf> {
    let name = binary.as_os_str().as_bytes();
    let name: Vec<u8> = name.iter().map(|byte| if *byte == b'/' { b'-' } else { *byte }).collect();
    let name = OsStr::from_bytes(name.strip_prefix(b"-").unwrap_or(&name)).to_owned();
    (name.len() < 200).then(|| {
        let mut name = name;
        name.push(".json");
        directory.join(name)
    })
}

/// What the file says about the binary, if it counts.
pub(super) fn load(directory: &Path, identity: &Identity) -> Option<Emulator> {
    let bytes = host::files::read_limited(&file(directory, &identity.path)?, FILE_LIMIT).ok()?;
    let file: File<Identity, Emulator> = match serde_json::from_slice(&bytes) {
        Ok(file) => file,
        Err(error) => {
            tracing::debug!(binary = %identity.path.display(), %error, "the cached answers are not used");
            return None;
        }
    };
    (file.questions == questions() && file.identity == *identity).then_some(file.emulator)
}

/// Keeps what was found out; failing to is only noted.
pub(super) fn store(directory: &Path, identity: &Identity, emulator: &Emulator) {
    let Some(path) = file(directory, &identity.path) else { return };
    let file = File { questions: questions(), identity, emulator };
    let written = serde_json::to_vec(&file).map_err(io::Error::from).map(|bytes| {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| error.to_string()).and_then(|()| {
            host::files::write_durable(&path, &bytes, 0o600).map_err(|error| error.to_string())
        })
    });
    if let Ok(Err(error)) = written {
        tracing::warn!(file = %path.display(), error, "cannot keep what QEMU can do");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_answer_counts_for_the_same_file_only_and_a_broken_one_never() {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::of(Path::new("/bin/sh")).unwrap();
        let emulator = Emulator::unknown(Path::new("/bin/sh"));
        assert_eq!(load(directory.path(), &identity), None);
        store(directory.path(), &identity, &emulator);
        assert_eq!(load(directory.path(), &identity), Some(emulator.clone()));
        let kept = file(directory.path(), Path::new("/bin/sh")).unwrap();
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
        let replaced = Identity { inode: identity.inode ^ 1, ..identity.clone() };
        assert_eq!(load(directory.path(), &replaced), None);
        let text = fs::read_to_string(&kept).unwrap();
        for damage in [&text[..text.len() / 2], "", "[]", "{\"questions\":1}"] {
            fs::write(&kept, damage).unwrap();
            assert_eq!(load(directory.path(), &identity), None, "{damage}");
        }
    }
}
