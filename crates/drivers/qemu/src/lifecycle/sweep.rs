//! What a daemon that was killed left behind of guests it had begun to start or to write down.
//!
//! A start makes its directories before the status file that names its process; a status is written
//! beside its place. Whatever of that belongs to no running guest has nobody who would remove it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use crate::companions::tpm_state;
use crate::driver::QemuDriver;

impl QemuDriver {
    /// Removes every guest's directory whose name is not in `kept`, and every unfinished status.
    pub(super) async fn sweep(&self, kept: &HashSet<OsString>) {
        let runtime = &self.settings.runtime_dir;
        let channels = runtime.join("channel/target");
        let all = entries(runtime).chain(entries(&channels));
        let left: Vec<PathBuf> = all
            .filter(|entry| {
                let name = entry.file_name();
                name.as_encoded_bytes().starts_with(b"domain-")
                    && is_directory(entry)
                    && !kept.contains(&name)
            })
            .map(|entry| entry.path())
            .collect();
        for path in left {
            tracing::info!(path = %path.display(), "removing what no guest has");
            self.clear_runtime(&path).await;
        }
        tpm_state::sweep(&self.settings.tpm_dir);
        if let Err(error) = self.status.remove_unfinished() {
            tracing::warn!(path = %runtime.display(), %error, "unfinished status not removed");
        }
    }
}

/// What is in a directory; nothing if it cannot be listed, for then it has nothing of ours.
fn entries(directory: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(directory).into_iter().flatten().flatten()
}

/// Whether it is a directory itself, not a link to one.
fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}
