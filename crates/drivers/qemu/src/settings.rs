//! Where the driver keeps what, and how long it waits.

use std::path::PathBuf;
use std::time::Duration;

use crate::argv::Directories;

/// What the daemon's configuration decides for this driver.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which guests these are: the host's or one user's.
    pub scope: Scope,
    /// Definitions and what belongs to them; survives a restart of the host.
    pub state_dir: PathBuf,
    /// Firmware variables of guests; the same place as libvirt's, so that a guest keeps them when it moves.
    pub nvram_dir: PathBuf,
    /// State of emulated TPMs, a directory a guest; the same place as libvirt's, too.
    pub tpm_dir: PathBuf,
    /// Status of running guests, monitor sockets; gone after a restart of the host.
    pub runtime_dir: PathBuf,
    /// A log for each guest.
    pub log_dir: PathBuf,
    /// What can be found out again, such as a probed emulator.
    pub cache_dir: PathBuf,
    /// Deadlines.
    pub deadlines: Deadlines,
    /// Size at which a guest's log is rolled over. **Units**: bytes.
    pub log_limit_bytes: u64,
    /// Address that displays listen on when the document names none.
    pub vnc_listen: String,
    /// First and last port that VNC servers are given by themselves.
    pub vnc_ports: std::ops::RangeInclusive<u16>,
    /// Tells this daemon's guests from those of others on the host, in the names of control groups; the
    /// host's own daemon needs nothing of the kind.
    pub instance: Option<String>,
    /// Mounts of huge pages, each with the size of its pages in KiB.
    pub huge_pages: Vec<(u64, PathBuf)>,
}

/// Whose guests a daemon runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The host's: `qemu:///system`.
    System,
    /// One user's: `qemu:///session`.
    Session,
}

/// How long anything may take; every wait of the driver is one of these.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// One monitor command that a caller waits for.
    pub monitor: Duration,
    /// One monitor command of a statistics call over many guests.
    pub stats: Duration,
    /// In line behind other jobs of the same domain.
    pub job: Duration,
    /// From the start of a QEMU to its first answer.
    pub start: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate: Duration,
    /// One guest agent command, when the caller gives none.
    pub agent: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            monitor: Duration::from_secs(10),
            stats: Duration::from_millis(500),
            job: Duration::from_secs(30),
            start: Duration::from_secs(30),
            terminate: Duration::from_secs(10),
            agent: Duration::from_secs(5),
        }
    }
}

impl Settings {
    /// The definitions' directory.
    pub fn definitions_dir(&self) -> PathBuf {
        self.state_dir.join("domains")
    }

    /// The directory of links to what starts with the daemon.
    pub fn autostart_dir(&self) -> PathBuf {
        self.state_dir.join("autostart")
    }

    /// Where running guests have their sockets and keys.
    pub(crate) fn directories(&self) -> Directories {
        Directories {
            state: self.runtime_dir.clone(),
            huge_pages: self.huge_pages.clone(),
            listen: self.vnc_listen.clone(),
        }
    }
}
