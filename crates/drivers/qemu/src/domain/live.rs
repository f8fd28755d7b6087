//! A running guest: its process, its monitor, and what changes with every start.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use api::{Error, ErrorDomain, Result};
use host::process::Process;
use qmp::commands::{StatsSchemas, VcpuThread};
use qmp::{Agent, Monitor};
use tokio::sync::{oneshot, watch};

use super::RunState;
use crate::capabilities::Emulator;
use crate::companions::Companions;
use crate::companions::tpm_state::Fate;
use crate::control_group::GuestGroup;
use crate::hotplug::UnplugOutcome;

/// A running guest.
///
/// There is one for each process; it is dropped when the process is gone and the last call about
/// it has ended.
#[derive(Debug)]
pub(crate) struct Live {
    /// Number of the guest, unique in the daemon's life.
    pub id: i32,
    /// The QEMU process.
    pub process: Process,
    /// The program that runs, and what it can do.
    pub emulator: Arc<Emulator>,
    /// Directory of this guest's sockets and keys.
    pub directory: PathBuf,
    /// Its control group, if it has one.
    pub group: Option<GuestGroup>,
    /// What runs beside it.
    pub companions: Arc<Companions>,
    parts: Mutex<LiveParts>,
    monitor: OnceLock<Monitor>,
    cause: OnceLock<StopCause>,
    heard_signal: AtomicBool,
    finished: watch::Sender<bool>,
}

/// What changes while a guest runs.
#[derive(Debug, Default)]
pub(crate) struct LiveParts {
    /// Threads of the virtual CPUs.
    pub vcpus: Vec<VcpuThread>,
    /// The guest agent, once somebody spoke to it.
    pub agent: Option<Agent>,
    /// Whether the guest has the agent's port open; unknown until QEMU said so.
    pub agent_open: Option<bool>,
    /// Seconds that an agent command waits, when a client set it.
    pub agent_timeout_s: Option<i32>,
    /// Whether a guest that goes down is to come up again, because a reboot was asked for.
    pub reboots_on_shutdown: bool,
    /// What the next STOP or RESUME of the monitor is to be called: whoever asks for one says it.
    pub expected_state: Option<RunState>,
    /// What the clock was adjusted by at start, once the guest has set it. **Units**: seconds.
    pub clock_start_s: Option<i64>,
    /// Users of character devices, by alias. One whose receiver is gone has left; dropping one
    /// ends its stream.
    pub consoles: HashMap<String, watch::Sender<()>>,
    /// What the figures of KVM mean, once somebody asked for them.
    pub stats_schemas: Option<Arc<Vec<StatsSchemas>>>,
    /// By path, where an image on a block device ended when it was first asked for; nothing while
    /// it is being read. QEMU itself only knows of what it wrote since it opened the image.
    pub image_ends: HashMap<String, watch::Receiver<Option<u64>>>,
    /// Highest number that an image of a disk has had: none is given twice.
    pub last_layer: u32,
    /// What becomes of its TPM's state, if it is gone for good once it stops.
    pub tpm_fate: Fate,
    /// What the document becomes, while a medium is changed.
    pub pending: Option<Arc<config::Domain>>,
    /// By alias, who waits for the guest to let go of a device.
    pub unplugs: HashMap<String, oneshot::Sender<UnplugOutcome>>,
}

/// Why the daemon itself ends a guest; without one, the process ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum StopCause {
    /// Somebody called destroy.
    Destroyed,
    /// The guest shut down.
    Shutdown,
    /// The guest broke, and its definition says to end it then.
    Crashed,
    /// It could not be started or kept.
    Failed,
}

impl Live {
    /// A guest whose process runs.
    pub(crate) fn new(
        id: i32,
        process: Process,
        emulator: Arc<Emulator>,
        directory: PathBuf,
    ) -> Self {
        Self {
            id,
            process,
            emulator,
            directory,
            group: None,
            companions: Arc::default(),
            parts: Mutex::default(),
            monitor: OnceLock::new(),
            cause: OnceLock::new(),
            heard_signal: AtomicBool::new(false),
            finished: watch::Sender::new(false),
        }
    }

    /// The same guest in its control group.
    #[must_use]
    pub(crate) fn with_group(self, group: Option<GuestGroup>) -> Self {
        Self { group, ..self }
    }

    /// The monitor, once it has greeted. After a restart of the daemon that may take a while, or
    /// for ever if QEMU hangs.
    ///
    /// # Errors
    /// `OPERATION_TIMEOUT` while it has not.
    pub(crate) fn monitor(&self) -> Result<&Monitor> {
        self.monitor.get().ok_or_else(|| {
            let pid = self.process.pid();
            let detail =
                format!("monitor of QEMU (pid {pid}) has not answered since the daemon started");
            Error::operation_timeout(ErrorDomain::QEMU, detail)
        })
    }

    /// Sets the monitor, once.
    pub(crate) fn set_monitor(&self, monitor: Monitor) {
        // There is one connection a life of the daemon.
        let _ = self.monitor.set(monitor);
    }

    /// What changes while it runs; held for a moment, never across a wait.
    pub(crate) fn parts(&self) -> MutexGuard<'_, LiveParts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in the name of whoever asks the guest to let go of a device.
    pub(crate) fn expect_unplug(&self, alias: &str) -> oneshot::Receiver<UnplugOutcome> {
        let (sender, receiver) = oneshot::channel();
        self.parts().unplugs.insert(alias.to_owned(), sender);
        receiver
    }

    /// Tells who waits for a device to go, if anybody does, what became of it.
    pub(crate) fn end_unplug(&self, alias: &str, outcome: Option<UnplugOutcome>) {
        let waiter = self.parts().unplugs.remove(alias);
        if let (Some(waiter), Some(outcome)) = (waiter, outcome) {
            // Who gave up waiting need not know.
            let _ = waiter.send(outcome);
        }
    }

    /// Says why the guest is being ended. The first cause counts.
    pub(crate) fn ends_because(&self, cause: StopCause) {
        // A later cause is a consequence of the first.
        let _ = self.cause.set(cause);
    }

    /// Why the guest is being ended, if we end it.
    pub(crate) fn stop_cause(&self) -> Option<StopCause> {
        self.cause.get().copied()
    }

    /// Whether QEMU said that it is going down: its main loop runs, so it is worth waiting for.
    pub(crate) fn heard_signal(&self) -> bool {
        self.heard_signal.load(Ordering::Acquire)
    }

    /// Says that QEMU announced its end.
    pub(crate) fn set_heard_signal(&self) {
        self.heard_signal.store(true, Ordering::Release);
    }

    /// Waits until [`Live::set_finished`].
    pub(crate) async fn wait_finished(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.finished.subscribe().wait_for(|finished| *finished).await;
    }

    /// Says that everything about this guest is cleaned up and told.
    pub(crate) fn set_finished(&self) {
        self.finished.send_replace(true);
    }
}
