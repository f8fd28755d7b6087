//! What a later daemon must know to find a running guest again.
//!
//! A status file is written before QEMU's program begins to run, and removed when its process is
//! gone. It lives where a restart of the host empties it, so it needs no syncing: it has to
//! outlive the daemon, not the kernel.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use host::files;
use serde::{Deserialize, Serialize};

use crate::companions::CompanionRecord;
use crate::companions::tpm_state::Fate;
use crate::control_group::GroupPlace;
use crate::domain::{RunState, StopCause, Taints};
use crate::guest_cpu::AskedCpu;

/// Largest status that is read back. **Units**: bytes.
const STATUS_MAX: u64 = 16 << 20;

/// One running guest, or one that was being started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Form of this file; others are not read.
    pub version: u32,
    /// Name of the domain.
    pub name: String,
    /// Its UUID, printed.
    pub uuid: String,
    /// Number of the guest.
    pub id: i32,
    /// Process id of QEMU; 0 while there is none yet.
    pub pid: i32,
    /// When that process began, in the kernel's ticks: together with the pid it names one process.
    pub start_time: u64,
    /// What runs beside it.
    #[serde(default)]
    pub companions: Vec<CompanionRecord>,
    /// What becomes of its TPM's state if it is gone for good.
    #[serde(default)]
    pub tpm_fate: Fate,
    /// How far its start got.
    pub phase: Phase,
    /// State and reason when this was written.
    pub state: RunState,
    /// Program that runs.
    pub emulator: PathBuf,
    /// Directory of its sockets and keys.
    pub directory: PathBuf,
    /// Its control group, if it has one.
    #[serde(default)]
    pub group: Option<GroupPlace>,
    /// What was done to it.
    pub taints: Taints,
    /// Whether it goes away with its process.
    pub transient: bool,
    /// Why the daemon had begun to end it.
    pub stop_cause: Option<StopCause>,
    /// Whether the guest comes up again when it has gone down.
    #[serde(default)]
    pub reboots_on_shutdown: bool,
    /// Highest number that an image of a disk has had.
    #[serde(default)]
    pub last_layer: u32,
    /// What was asked for of the CPU that the live document tells of.
    #[serde(default)]
    pub asked_cpu: Option<AskedCpu>,
    /// The live document.
    pub document: String,
    /// What it becomes, while a medium is changed: QEMU knows which of the two is true.
    #[serde(default)]
    pub pending: Option<String>,
}

/// How far a start got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Nobody was told that it runs: whoever finds this ends it.
    Starting,
    /// It runs.
    Running,
}

impl Status {
    /// The form that this daemon writes and reads.
    pub(crate) const VERSION: u32 = 1;
}

/// The directory of status files.
#[derive(Debug, Clone)]
pub(crate) struct StatusFiles {
    directory: PathBuf,
}

impl StatusFiles {
    /// Opens the directory, and makes it if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn open(directory: PathBuf) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        Ok(Self { directory })
    }

    /// Replaces the status of a guest.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn save(&self, status: &Status) -> io::Result<()> {
        let text = serde_json::to_vec(status)?;
        let unfinished = self.directory.join(format!("{}.unfinished", status.name));
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        file.write_all(&text)?;
        fs::rename(unfinished, self.path(&status.name))
    }

    /// Removes the status of a guest; it is no error if there is none.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes what a daemon that was killed had not finished writing.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn remove_unfinished(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "unfinished") {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Reads every status; what cannot be read is named with the reason.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub(crate) fn load(&self) -> io::Result<Vec<(PathBuf, io::Result<Status>)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "status") {
                let status = read(&path);
                found.push((path, status));
            }
        }
        Ok(found)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.status"))
    }
}

fn read(path: &std::path::Path) -> io::Result<Status> {
    let text = files::read_limited(path, STATUS_MAX).map_err(io::Error::other)?;
    let status: Status = serde_json::from_slice(&text)?;
    if status.version == Status::VERSION {
        return Ok(status);
    }
    let reason = format!("status of form {} is not known", status.version);
    Err(io::Error::new(io::ErrorKind::InvalidData, reason))
}
