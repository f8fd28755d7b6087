//! Asking a QEMU binary what it can do.
//!
//! ```text
//!   tcg: start ── version, commands, types, machines, schema, properties, … ── CPU models ── kill
//!   kvm: start ── is it on? CPU models as this host can run them, encryption ─────────────── kill
//! ```
//!
//! Both run at the same time. QEMU gets a machine without anything and one end of a socket pair; all
//! questions are sent at once and answered in order. Whatever the binary does, the probe ends by its
//! deadline and leaves no process.

mod questions;
mod session;
mod switches;

#[cfg(test)]
pub(crate) mod recorded;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use host::process::ProcessError;
use qmp::{Monitor, QmpError};
use tokio::time::Instant;

use super::{Accel, Emulator};
use questions::{Common, acceleration, common};
use session::Session;

/// How long one binary may take, start included.
pub const PROBE_DEADLINE: Duration = Duration::from_secs(20);

/// Why a binary could not be probed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// There is no such file, or not one that can be run.
    #[error("{what}: {error}")]
    Binary {
        /// What was tried.
        what: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// It could not be started.
    #[error(transparent)]
    Start(#[from] ProcessError),
    /// It did not talk to us as QEMU does.
    #[error("'{}' does not answer as QEMU: {error}{}", path.display(), after(words))]
    Monitor {
        /// The binary.
        path: PathBuf,
        /// What went wrong.
        error: QmpError,
        /// The last it had to say; may be empty.
        words: String,
    },
    /// It answered something that cannot be.
    #[error("'{}' answers '{question}' with nonsense: {reason}", path.display())]
    Answer {
        /// The binary.
        path: PathBuf,
        /// What was asked.
        question: &'static str,
        /// Why it is nonsense.
        reason: String,
    },
    /// A system call of ours failed.
    #[error("cannot prepare the probe of '{}': {error}", path.display())]
    System {
        /// The binary.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The task that probed ended early: the daemon is going down.
    #[error("probing '{}' was given up", path.display())]
    GivenUp {
        /// The binary.
        path: PathBuf,
    },
}

fn after(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

/// What is tried besides QEMU's translator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvmState {
    /// The kernel offers it and we may use it.
    Usable,
    /// It does not, or we may not.
    Absent,
}

/// Asks `binary` what it can do.
///
/// # Errors
/// When it cannot be run, is no QEMU, or takes longer than `deadline`.
pub async fn probe(
    binary: &Path,
    kvm: KvmState,
    deadline: Duration,
) -> Result<Emulator, ProbeError> {
    let until = Instant::now() + deadline;
    let tcg = async {
        let session = Session::start(binary, Accel::Tcg, until).await?;
        session.run(|monitor| ask_all(monitor, Accel::Tcg)).await
    };
    let kvm = async {
        if kvm == KvmState::Absent {
            return None;
        }
        let session = Session::start(binary, Accel::Kvm, until).await.ok()?;
        // A machine that does not come up with KVM is no fault of the binary's.
        session.run(|monitor| acceleration(monitor, Accel::Kvm)).await.ok()
    };
    let (tcg, kvm, switches) = tokio::join!(tcg, kvm, switches::switches(binary, until));
    let (common, tcg) = match (tcg, &kvm) {
        (Ok((common, tcg)), _) => (common, Some(tcg)),
        (Err(error), None) => return Err(error),
        // Built without its translator.
        (Err(_), Some(_)) => {
            let session = Session::start(binary, Accel::Kvm, until).await?;
            (session.run(common).await?, None)
        }
    };
    let emulator = common.emulator(binary, tcg, kvm)?;
    Ok(Emulator { switches, ..emulator })
}

async fn ask_all(
    monitor: Monitor,
    accel: Accel,
) -> Result<(Common, questions::Accelerated), questions::Fault> {
    tokio::try_join!(common(monitor.clone()), acceleration(monitor, accel))
}
