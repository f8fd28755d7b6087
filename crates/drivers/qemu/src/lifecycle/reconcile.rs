//! Finding things as they are after the daemon was away.
//!
//! Every definition is read, every status file is looked at. A guest whose process lives is
//! published at once; its monitor is then connected in the background, each for itself, so that a
//! QEMU that hangs delays nobody. What was only being started is ended: nobody was told of it.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use api::{DomainPausedReason, DomainRunningReason, DomainShutoffReason, DomainState, Uuid};
use definitions::Stored;
use host::process::{Process, ProcessRef};
use qmp::{EventReceiver, Monitor, Options, QmpError};

use super::refresh;
use crate::companions::{self, Companions};
use crate::documents;
use crate::domain::{Definition, Domain, Live, Published, RunState, StopCause};
use crate::driver::{QemuDriver, StartError};
use crate::monitor::{self, MonitorProbes};
use crate::registry::Found;
use crate::status::{Phase, Status};

/// Pause between two attempts to reach the monitor of a guest that does not answer.
const RETRY: Duration = Duration::from_secs(2);

impl QemuDriver {
    /// Reads every definition. One that cannot be read is named in the log and left alone.
    pub(crate) fn load_definitions(&self) -> Result<(), StartError> {
        let mut by_uuid: HashMap<Uuid, StoredFile> = HashMap::new();
        for (path, file) in read_all(self.definitions.list()?) {
            let (uuid, file) = match file {
                Ok(found) => found,
                Err(error) => {
                    tracing::error!(path = %path.display(), error, "definition not loaded");
                    continue;
                }
            };
            match by_uuid.remove(&uuid) {
                // A rename was cut short between its two steps; the newer file is what it wrote.
                Some(other) if other.written > file.written => {
                    by_uuid.insert(uuid, other);
                }
                _ => {
                    by_uuid.insert(uuid, file);
                }
            }
        }
        for (uuid, file) in by_uuid {
            self.load_one(uuid, file);
        }
        host::memory::give_back();
        Ok(())
    }

    fn load_one(&self, uuid: Uuid, file: StoredFile) {
        let StoredFile { stored, name, definition, .. } = file;
        let view =
            Published { autostart: stored.autostart, ..Published::defined(&name, definition) };
        if let Err(error) = self.registry.find_or_add(uuid, &name, || Domain::new(uuid, view)) {
            let path = stored.path.display();
            tracing::error!(%path, %error, "definition not loaded");
        }
    }

    /// Finds the guests that run.
    pub(crate) async fn find_running(self: &Arc<Self>) -> Result<(), StartError> {
        let found = self.status.load().map_err(|error| StartError::Directory {
            path: self.settings.runtime_dir.clone(),
            error,
        })?;
        let (mut kept, mut unread) = (HashSet::new(), 0);
        for (path, status) in found {
            match status {
                Ok(status) => kept.extend(self.find_one(status).await),
                Err(error) => {
                    unread += 1;
                    tracing::error!(path = %path.display(), %error, "status not read");
                }
            }
        }
        // A status that cannot be read may be of a guest that runs: then nothing is known to be dead.
        if unread == 0 {
            self.sweep(&kept).await;
        }
        Ok(())
    }

    /// Looks for one guest; if it runs, its directory's name.
    async fn find_one(self: &Arc<Self>, status: Status) -> Option<OsString> {
        self.registry.reserve_id(status.id);
        let reference = ProcessRef { pid: status.pid, start_time: status.start_time };
        let process = reference.open().ok();
        match (process, status.phase) {
            (Some(process), Phase::Running) => {
                let directory = status.directory.file_name().map(OsString::from);
                self.take_back(status, process);
                return directory;
            }
            (Some(process), Phase::Starting) => {
                tracing::info!(name = status.name, "ending a guest that was being started");
                if let Err(error) = process.end(Duration::ZERO).await {
                    tracing::error!(name = status.name, %error, "process cannot be ended");
                }
                self.forget(&status, DomainShutoffReason::FAILED).await;
            }
            (None, Phase::Starting) => self.forget(&status, DomainShutoffReason::FAILED).await,
            (None, Phase::Running) => self.forget(&status, reason_of_absence(&status)).await,
        }
        None
    }

    /// A guest ended while the daemon was away.
    async fn forget(&self, status: &Status, reason: DomainShutoffReason) {
        tracing::info!(name = status.name, reason = reason.0, "guest is gone");
        companions::end_recorded(&status.companions).await;
        if let (true, Ok(uuid)) = (status.transient, status.uuid.parse())
            && documents::read_live(&status.document).is_ok_and(|it| status.tpm_fate.removes(&it))
        {
            self.remove_tpm(&status.name, uuid).await;
        }
        if let Some(domain) = self.registry.by_name(&status.name) {
            domain.publish(|view| view.state = RunState::shut_off(reason));
        }
        if let Some(group) = status.group.as_ref().and_then(|at| self.control_groups.at(at)) {
            group.remove();
        }
        if let Err(error) = self.status.remove(&status.name) {
            tracing::warn!(name = status.name, %error, "status not removed");
        }
        self.clear_runtime(&status.directory).await;
    }

    fn take_back(self: &Arc<Self>, status: Status, process: Process) {
        let document = match documents::read_live(&status.document) {
            Ok(document) => document,
            Err(error) => {
                // It runs, and somebody's work is in it: better unknown to us than ended.
                tracing::error!(name = status.name, %error, "live document not read; guest left alone");
                return;
            }
        };
        let pending = status.pending.as_deref().map(documents::read_live).transpose();
        let pending = pending.unwrap_or_else(|error| {
            tracing::error!(name = status.name, %error, "change of a medium not read");
            None
        });
        let Some(domain) = self.domain_of(&status) else { return };
        for interface in &document.devices.interfaces {
            interface.target.dev.iter().for_each(|device| self.names.reserve(device));
        }
        let emulator = self.emulators.known(&status.emulator);
        let group = status.group.as_ref().and_then(|place| self.control_groups.at(place));
        let mut live = Live::new(status.id, process, emulator, status.directory.clone());
        live.companions = Arc::new(Companions::found(&status.companions));
        let live = Arc::new(live.with_group(group));
        live.parts().tpm_fate = status.tpm_fate;
        self.watch_companions(&domain, &live);
        if let Some(cause) = status.stop_cause {
            live.ends_because(cause);
        }
        live.parts().reboots_on_shutdown = status.reboots_on_shutdown;
        live.parts().last_layer = status.last_layer;
        live.parts().pending = pending.map(Arc::new);
        domain.set_live(Some(Arc::clone(&live)));
        self.registry.bind_id(status.id, &domain);
        domain.publish(|view| {
            view.id = Some(status.id);
            view.live = Some(Arc::new(document));
            view.state = status.state;
            view.taints = status.taints;
            view.asked_cpu = status.asked_cpu.map(Arc::new);
        });
        let driver = Arc::clone(self);
        tokio::spawn(async move { driver.reconnect(domain, live).await });
    }

    fn domain_of(&self, status: &Status) -> Option<Arc<Domain>> {
        let uuid: Uuid = status.uuid.parse().ok()?;
        let view = Published {
            state: status.state,
            asked_cpu: status.asked_cpu.clone().map(Arc::new),
            taints: status.taints,
            ..Published::named(&status.name)
        };
        match self.registry.find_or_add(uuid, &status.name, || Domain::new(uuid, view)) {
            Ok(Found::Known(domain) | Found::New(domain)) => Some(domain),
            Err(error) => {
                tracing::error!(name = status.name, %error, "running guest not taken back");
                None
            }
        }
    }

    /// Tries to reach the monitor until it answers or the process is gone.
    async fn reconnect(self: Arc<Self>, domain: Arc<Domain>, live: Arc<Live>) {
        let path = live.directory.join("monitor.sock");
        let events = tokio::select! {
            events = self.reach(&domain, &live, path) => events,
            _ = live.process.wait_exit() => None,
        };
        match events {
            Some(events) => self.watch(domain, live, events).await,
            None => self.finish(&domain, &live).await,
        }
    }

    async fn reach(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        path: PathBuf,
    ) -> Option<EventReceiver> {
        let deadlines = &self.settings.deadlines;
        loop {
            let options = Options {
                greeting_deadline: deadlines.start,
                command_deadline: deadlines.monitor,
                observer: Some(monitor::observer(domain)),
                socket_observer: Some(Arc::new(MonitorProbes::new())),
            };
            match self.attach(domain, live, &path, options).await {
                Ok(events) => return Some(events),
                Err(error) => {
                    tracing::warn!(domain = %domain.name(), %error, "monitor not reached");
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn attach(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        path: &std::path::Path,
        options: Options,
    ) -> Result<EventReceiver, QmpError> {
        let (monitor, _, events) = Monitor::connect(path, options).await?;
        let status = monitor.query_status().await?;
        live.set_monitor(monitor);
        let mut document = domain.published().live.as_deref().cloned();
        if let Some(document) = &mut document {
            refresh::facts(live, document).await?;
        }
        let before = domain.published().state;
        let now = state_of(&status.status, before);
        domain.publish(|view| {
            view.state = now;
            view.live = document.map(Arc::new);
        });
        self.save_status(domain, live);
        // A daemon that was killed may have plugged a virtual CPU and not got to its thread.
        if let Some(document) = domain.published().live.clone()
            && let Err(error) = self.place_threads(domain, live, &document).await
        {
            tracing::warn!(domain = %domain.name(), %error, "threads not placed again");
        }
        self.reconcile_devices(domain, live).await?;
        match live.stop_cause() {
            Some(cause) => self.end_because(domain, live, cause),
            None if status.status == "shutdown" => self.when_down(domain, live),
            None => {}
        }
        Ok(events)
    }
}

struct StoredFile {
    stored: Stored,
    /// When it was written.
    written: SystemTime,
    name: String,
    definition: Definition,
}

/// Why a guest is gone that ran when the last daemon wrote its status.
fn reason_of_absence(status: &Status) -> DomainShutoffReason {
    match status.stop_cause {
        Some(StopCause::Destroyed) => DomainShutoffReason::DESTROYED,
        Some(StopCause::Shutdown) => DomainShutoffReason::SHUTDOWN,
        Some(StopCause::Failed) => DomainShutoffReason::FAILED,
        Some(StopCause::Crashed) | None => DomainShutoffReason::CRASHED,
    }
}

/// QEMU's word for what it does, with the reason that was known if the state is the same.
fn state_of(word: &str, before: RunState) -> RunState {
    let now = match word {
        "running" => RunState::running(DomainRunningReason::UNKNOWN),
        "suspended" => RunState::pm_suspended(api::DomainPMSuspendedReason(0)),
        "io-error" => RunState::paused(DomainPausedReason::IOERROR),
        "watchdog" => RunState::paused(DomainPausedReason::WATCHDOG),
        "guest-panicked" => RunState::crashed(api::DomainCrashedReason::PANICKED),
        "shutdown" => RunState::shutting_down(api::DomainShutdownReason::UNKNOWN),
        _ => RunState::paused(DomainPausedReason::UNKNOWN),
    };
    let stopped_for_another_reason = word == "paused" && before.state() == DomainState::CRASHED;
    if now.state() == before.state() || stopped_for_another_reason { before } else { now }
}

type Parsed = (PathBuf, Result<(Uuid, StoredFile), String>);

fn read_one(stored: Stored) -> Result<(Uuid, StoredFile), String> {
    let written = fs::metadata(&stored.path).and_then(|found| found.modified());
    let written = written.unwrap_or(SystemTime::UNIX_EPOCH);
    let text = stored.read()?;
    let (definition, document) = Definition::read_from(&text).map_err(|error| error.message)?;
    let uuid = documents::uuid(&document).map_err(|error| error.message)?;
    let name = document.name.as_str().to_owned();
    Ok((uuid, StoredFile { stored, written, name, definition }))
}

/// Reads the documents on all processors: thousands of them stand between a start of the daemon
/// and its first answer. What they describe is let go of one by one; together it would be several
/// times the memory that the texts take.
fn read_all(mut files: Vec<Stored>) -> Vec<Parsed> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(workers).max(1);
    let read = |stored: Stored| (stored.path.clone(), read_one(stored));
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        while !files.is_empty() {
            let share = files.split_off(files.len().saturating_sub(share));
            running.push(scope.spawn(move || share.into_iter().map(read).collect::<Vec<_>>()));
        }
        running.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    })
}
