//! Programs that outlive us: starting them behind a gate, finding them again, ending them.
//!
//! ```text
//!   Spawn ──start()──> Held ──release()──> Process ──wait_exit()──> Exit
//!                       │ dropped, or we die: the child ends by itself, without having run the program
//! ```
//!
//! A process is known by its pid and start time together, and touched only through a descriptor for which both
//! have been checked: a pid that was given to another process is never signalled.

mod running;
mod spawn;

#[cfg(test)]
mod tests;

pub use running::{Exit, Process, ProcessRef};
pub use rustix::process::{Resource, Rlimit, Signal};
pub use spawn::{Held, Lifetime, Output, Spawn};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a process could not be started, found or ended.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The plan itself is wrong.
    #[error("cannot start '{}': {reason}", program.display())]
    Plan {
        /// The program.
        program: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A system call on our side failed.
    #[error("cannot {step}: {error}")]
    System {
        /// What we were doing.
        step: &'static str,
        /// The system's reason.
        error: io::Error,
    },
    /// The child could not set itself up.
    #[error("cannot start '{}': {step}: {error}", program.display())]
    Child {
        /// The program.
        program: PathBuf,
        /// What the child was doing.
        step: &'static str,
        /// The system's reason.
        error: io::Error,
    },
    /// The child ended at its gate: somebody killed it.
    #[error("'{}' ended before it was started", program.display())]
    Vanished {
        /// The program.
        program: PathBuf,
    },
    /// The program could not be loaded in time.
    #[error("'{}' was not started within {} ms", program.display(), deadline.as_millis())]
    Slow {
        /// The program.
        program: PathBuf,
        /// How long was waited.
        deadline: Duration,
    },
    /// There is no such process any more.
    #[error("process {pid} is gone")]
    Gone {
        /// Its pid, which another process may have by now.
        pid: i32,
    },
    /// It did not even end when killed: the kernel holds it.
    #[error("process {pid} did not end within {} ms of being killed", deadline.as_millis())]
    Stuck {
        /// Its pid.
        pid: i32,
        /// How long was waited.
        deadline: Duration,
    },
}

pub(crate) fn system(step: &'static str) -> impl FnOnce(io::Error) -> ProcessError {
    move |error| ProcessError::System { step, error }
}
