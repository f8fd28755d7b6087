//! One daemon for one set of directories.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::layout::Layout;

/// Longest process id that is read back. **Units**: bytes.
const PID_BYTES_MAX: u64 = 32;

/// Held for as long as the daemon lives; the kernel takes it back however that ends.
#[derive(Debug)]
pub(crate) struct InstanceLock {
    _file: File,
}

impl InstanceLock {
    /// Takes the lock of these directories.
    pub(crate) fn take(layout: &Layout) -> anyhow::Result<Self> {
        let path = layout.runtime.join("ferrovirtd.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            // Whoever can open a file can lock it.
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot open lock '{}'", path.display()))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                // Who it is only helps; that it is there is certain.
                let _ = file.take(PID_BYTES_MAX).read_to_string(&mut holder);
                bail!(
                    "another ferrovirtd (pid {}) uses '{}'; stop it, or choose another directory \
                     with --root DIR",
                    holder.trim(),
                    layout.runtime.display()
                );
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot lock '{}'", path.display()));
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .with_context(|| format!("cannot write lock '{}'", path.display()))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceLock;
    use crate::layout::Layout;

    #[test]
    fn a_directory_has_one_daemon_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::below(root.path());
        layout.create().unwrap();
        let first = InstanceLock::take(&layout).unwrap();
        let refusal = InstanceLock::take(&layout).unwrap_err().to_string();
        assert!(refusal.contains(&format!("(pid {})", std::process::id())), "{refusal}");
        assert!(refusal.contains("--root"), "{refusal}");
        drop(first);
        InstanceLock::take(&layout).unwrap();
    }
}
