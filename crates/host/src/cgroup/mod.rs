//! Control groups: made, filled, limited, measured and removed, whichever kind the machine has.
//!
//! ```text
//!  Trees ── what is mounted, and which controller is in which tree
//!    └─ Group ── one place in every tree:  partition/name
//!         └─ Group ── for threads:         partition/name/emulator
//! ```
//!
//! Version 1 has a tree a controller, version 2 one for all; a machine may have some of both. Limits are
//! given and told in the units of whoever asks, and written in those of the tree. Everything here waits for
//! the kernel, which moves threads at its leisure: not for a thread that others wait for.
//!
//! **Source**: the kernel's `Documentation/admin-guide/cgroup-v1` and `cgroup-v2.rst`.
//!
//! Deliberately not here: who is put where, and what a limit is called.

mod block;
mod cpu;
mod group;
mod memory;
mod trees;
mod usage;

#[cfg(test)]
mod tests;

pub use block::DeviceLimit;
pub use cpu::Bandwidth;
pub use group::{Ancestors, Group};
pub use memory::MemoryLimit;
pub use trees::{Controller, Trees, Version};
pub use usage::CpuUsage;

use crate::FactError;
use std::io;
use std::path::PathBuf;

/// Why a group is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// No tree has the controller, or this group may not use it.
    #[error("{}", self.what())]
    NoController(Controller),
    /// The kernel was built without what the knob is for.
    #[error("{}", self.what())]
    NoKnob(&'static str),
    /// The group cannot be made.
    #[error("{}: {error}", self.what())]
    Create {
        /// Its directory in one of the trees.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The group cannot be removed.
    #[error("{}: {error}", self.what())]
    Remove {
        /// Its directory in one of the trees.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A value was not taken.
    #[error("{}: {error}", self.what())]
    Write {
        /// The knob.
        path: PathBuf,
        /// What was written.
        value: String,
        /// The system's reason.
        error: io::Error,
    },
    /// What a limit is for is no block device.
    #[error("{}: {error}", self.what())]
    Device {
        /// What was named.
        path: String,
        /// What is wrong with it.
        what: &'static str,
        /// The system's reason.
        error: io::Error,
    },
    /// A knob cannot be read, or says what nobody understands.
    #[error(transparent)]
    Read(#[from] FactError),
}

impl GroupError {
    /// What did not go, without the system's reason.
    pub fn what(&self) -> String {
        match self {
            Self::NoController(controller) => {
                format!("there is no controller '{}'", controller.name())
            }
            Self::NoKnob(name) => format!("'{name}' is not there"),
            Self::Create { path, .. } => {
                format!("Failed to create control group '{}'", path.display())
            }
            Self::Remove { path, .. } => {
                format!("Failed to remove control group '{}'", path.display())
            }
            Self::Write { path, value, error } => match (error.raw_os_error(), path.file_name()) {
                (Some(libc::EINVAL), Some(knob)) => {
                    format!("Invalid value '{value}' for '{}'", knob.to_string_lossy())
                }
                _ => format!("Unable to write to '{}'", path.display()),
            },
            Self::Device { path, what, .. } => format!("Path '{path}' {what}"),
            Self::Read(FactError::Read { path, .. }) => {
                format!("Unable to read from '{}'", path.display())
            }
            Self::Read(error) => error.to_string(),
        }
    }

    /// The system's reason, where it had one.
    pub fn system(&self) -> Option<&io::Error> {
        match self {
            Self::Create { error, .. }
            | Self::Remove { error, .. }
            | Self::Write { error, .. }
            | Self::Device { error, .. }
            | Self::Read(FactError::Read { error, .. }) => Some(error),
            Self::NoController(_) | Self::NoKnob(_) | Self::Read(FactError::Text { .. }) => None,
        }
    }

    /// Whether we may not touch control groups at all, as in a container.
    pub fn is_inaccessible(&self) -> bool {
        let errors = [libc::EPERM, libc::EACCES, libc::EROFS, libc::ENXIO];
        let reason = self.system().and_then(io::Error::raw_os_error);
        reason.is_some_and(|reason| errors.contains(&reason))
    }

    /// Whether the knob, or the whole group, is not there.
    pub fn is_missing(&self) -> bool {
        self.system().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }
}
