//! Programs beside QEMU that serve one guest: the emulator of its TPM, daemons of its shared directories.
//!
//! ```text
//!   Plan ──hold()──> HeldCompanion ──(the status file names it)──release()──> a Companion ──end()──> gone
//! ```
//!
//! A companion lives as its guest's QEMU does: it begins behind a gate that opens once the status file names it,
//! so a daemon that is killed in between leaves nothing behind; it outlives the daemon; the next one finds it by
//! pid and start time, and ends it with the guest. It is handed a socket that listens already, so nobody waits for
//! it to come up: QEMU connects, and one that does not answer is QEMU's greeting that does not come.

pub(crate) mod description;
pub(crate) mod swtpm;
pub(crate) mod tpm_state;
pub(crate) mod virtiofsd;

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host::process::{Exit, Held, Process, ProcessError, ProcessRef, Signal, Spawn};
use serde::{Deserialize, Serialize};

/// Name of the TPM emulator's socket in its guest's directory.
pub(crate) const SWTPM_SOCKET: &str = "swtpm.sock";

/// How long a companion may take to end by itself, before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// A companion that can be started.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What errors and logs call it, such as `virtiofsd`.
    pub(crate) name: &'static str,
    /// The program with everything that it inherits.
    pub(crate) spawn: Spawn,
    /// Name of its log.
    pub(crate) log: Option<String>,
}

/// A process that waits to become a companion.
#[derive(Debug)]
pub(crate) struct HeldCompanion {
    name: &'static str,
    log: Option<String>,
    held: Held,
}

impl Plan {
    /// Makes the process, which waits before it becomes the program.
    ///
    /// # Errors
    /// When the system cannot.
    pub(crate) fn hold(self) -> Result<HeldCompanion, ProcessError> {
        let Self { name, spawn, log } = self;
        Ok(HeldCompanion { name, log, held: spawn.start()? })
    }
}

impl HeldCompanion {
    /// The process, which keeps pid and start time when it becomes the program.
    pub(crate) fn process(&self) -> ProcessRef {
        self.held.process()
    }

    /// What a status file says of it.
    pub(crate) fn record(&self) -> CompanionRecord {
        CompanionRecord::new(self.name, self.log.clone(), self.held.process())
    }
}

/// What a later daemon must know of a companion.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CompanionRecord {
    name: String,
    log: Option<String>,
    pid: i32,
    start_time: u64,
}

impl CompanionRecord {
    fn new(name: &str, log: Option<String>, process: ProcessRef) -> Self {
        Self { name: name.to_owned(), log, pid: process.pid, start_time: process.start_time }
    }
}

/// A program that runs beside QEMU.
#[derive(Debug)]
pub(crate) struct Companion {
    /// What errors and logs call it.
    pub(crate) name: String,
    /// Name of its log.
    pub(crate) log: Option<String>,
    process: Process,
}

impl Companion {
    /// Waits until it has ended.
    pub(crate) async fn ended(&self) {
        if let Err(error) = self.process.wait_exit().await {
            tracing::error!(name = self.name, %error, "companion cannot be watched");
        }
    }
}

/// The companions of one guest.
#[derive(Debug, Default)]
pub(crate) struct Companions(Mutex<Vec<Arc<Companion>>>);

impl Companions {
    /// Those of `records` that still run.
    pub(crate) fn found(records: &[CompanionRecord]) -> Self {
        let open = |record: &CompanionRecord| {
            let reference = ProcessRef { pid: record.pid, start_time: record.start_time };
            let process = reference.open().ok()?;
            let (name, log) = (record.name.clone(), record.log.clone());
            Some(Arc::new(Companion { name, log, process }))
        };
        Self(Mutex::new(records.iter().filter_map(open).collect()))
    }

    /// Lets a process become the program.
    ///
    /// # Errors
    /// What the process itself could not do; it is gone then.
    pub(crate) async fn release(
        &self,
        held: HeldCompanion,
        deadline: Duration,
    ) -> Result<Arc<Companion>, ProcessError> {
        let process = held.held.release(deadline).await?;
        let name = held.name.to_owned();
        let companion = Arc::new(Companion { name, log: held.log, process });
        self.lock().push(Arc::clone(&companion));
        Ok(companion)
    }

    /// Runs a program to its end, which has to be good.
    ///
    /// # Errors
    /// Why it did not come to a good end; it is gone then.
    pub(crate) async fn run(
        &self,
        held: HeldCompanion,
        deadline: Duration,
    ) -> Result<(), RunError> {
        let companion = self.release(held, deadline).await?;
        let exit = tokio::time::timeout(deadline, companion.process.wait_exit()).await;
        if exit.is_err() {
            companion.process.end(Duration::ZERO).await?;
        }
        end_session(companion.process.reference());
        self.lock().retain(|other| !Arc::ptr_eq(other, &companion));
        match exit {
            Err(_) => Err(RunError::Slow { deadline }),
            Ok(exit) => match exit? {
                Exit::Code(0) => Ok(()),
                exit => Err(RunError::Exit(exit)),
            },
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Companion>> {
        self.lock().clone()
    }

    /// What a status file says of them.
    pub(crate) fn records(&self) -> Vec<CompanionRecord> {
        let of = |it: &Arc<Companion>| {
            CompanionRecord::new(&it.name, it.log.clone(), it.process.reference())
        };
        self.lock().iter().map(of).collect()
    }

    /// One that has failed. To end well is no failure: it happens when QEMU lets go of it.
    pub(crate) async fn failed(&self) -> Option<Arc<Companion>> {
        for companion in self.all() {
            let process = &companion.process;
            if process.reference().is_alive() {
                continue;
            }
            // It has ended, so this does not wait.
            if !matches!(process.wait_exit().await, Ok(Exit::Code(0))) {
                return Some(companion);
            }
        }
        None
    }

    /// Ends all of them, at the same time: politely, and by force if that does not help.
    pub(crate) fn end(&self) -> impl Future<Output = ()> + Send + use<> {
        let all = std::mem::take(&mut *self.lock());
        async move {
            let mut ending = tokio::task::JoinSet::new();
            for companion in all {
                ending.spawn(async move {
                    if let Err(error) = companion.process.end(GRACE).await {
                        tracing::error!(name = companion.name, %error, "companion cannot be ended");
                    }
                    end_session(companion.process.reference());
                });
            }
            while ending.join_next().await.is_some() {}
        }
    }

    /// Has all of them end without waiting for it.
    pub(crate) fn kill(&self) {
        for companion in self.all() {
            // One that has ended already is what is wanted.
            let _ = companion.process.signal(Signal::KILL);
            end_session(companion.process.reference());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Companion>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends what a daemon that is gone has recorded, and what these have started.
pub(crate) async fn end_recorded(records: &[CompanionRecord]) {
    Companions::found(records).end().await;
    for record in records {
        end_session(ProcessRef { pid: record.pid, start_time: record.start_time });
    }
}

/// Ends what a companion has started, which may wait for it for ever once it is gone.
fn end_session(leader: ProcessRef) {
    for process in leader.session().into_iter().filter_map(|process| process.open().ok()) {
        // One that has ended already is what is wanted.
        let _ = process.signal(Signal::KILL);
    }
}

/// Why a program did not come to a good end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// It could not be run.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// It took too long.
    #[error("it has not ended within {} s", deadline.as_secs())]
    Slow {
        /// How long it was waited for.
        deadline: Duration,
    },
    /// It failed.
    #[error("it ended with {0:?}")]
    Exit(Exit),
}

/// A socket that listens, for a companion to inherit; QEMU will find it at `path`.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn listen(path: &Path) -> std::io::Result<std::os::fd::OwnedFd> {
    std::os::unix::net::UnixListener::bind(path).map(Into::into)
}

/// What all of them find in their environment: who runs them, and where programs are.
pub(crate) fn environment() -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
    let variables = ["PATH", "HOME", "USER", "XDG_CONFIG_HOME"];
    let ours =
        variables.into_iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)));
    ours.chain([("LC_ALL".into(), "C".into())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(20);

    fn script(text: &str) -> HeldCompanion {
        let mut spawn = Spawn::new("/bin/sh");
        spawn.arguments = ["-c", text].map(Into::into).into();
        spawn.environment = environment();
        Plan { name: "script", spawn, log: None }.hold().unwrap()
    }

    #[tokio::test]
    async fn a_companion_is_found_again_and_ended() {
        let companions = Companions::default();
        let held = script("exec sleep 1000");
        let record = held.record();
        companions.release(held, DEADLINE).await.unwrap();
        let found = Companions::found(std::slice::from_ref(&record));
        assert_eq!(found.records().len(), 1);
        assert!(found.failed().await.is_none());
        found.end().await;
        assert_eq!(companions.failed().await.unwrap().name, "script");
        assert!(Companions::found(&[record]).all().is_empty());
        companions.end().await;
        assert!(companions.all().is_empty());
    }

    #[tokio::test]
    async fn what_a_companion_started_ends_with_it() {
        let companions = Companions::default();
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut spawn = Spawn::new("/bin/sh");
        // The child has the pipe for as long as it lives.
        spawn.arguments =
            ["-c", "sleep 1000 >&7 & exec 7>&-; kill -KILL $$"].map(Into::into).into();
        spawn.environment = environment();
        spawn.descriptors = vec![(writer.into(), 7)];
        let held = Plan { name: "script", spawn, log: None }.hold().unwrap();
        let record = held.record();
        companions.release(held, DEADLINE).await.unwrap().ended().await;
        end_recorded(&[record]).await;
        let ended = tokio::task::spawn_blocking(move || {
            std::io::Read::read_to_end(&mut reader, &mut Vec::new())
        });
        tokio::time::timeout(DEADLINE, ended).await.unwrap().unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_program_is_run_to_its_end() {
        let companions = Companions::default();
        companions.run(script("exit 0"), DEADLINE).await.unwrap();
        let failed = companions.run(script("exit 3"), DEADLINE).await.unwrap_err();
        assert!(matches!(failed, RunError::Exit(Exit::Code(3))), "{failed}");
        let held = script("exec sleep 1000");
        let process = held.record();
        let slow = companions.run(held, Duration::from_millis(50)).await.unwrap_err();
        assert!(matches!(slow, RunError::Slow { .. }), "{slow}");
        assert!(Companions::found(&[process]).all().is_empty());
        assert!(companions.all().is_empty());
    }
}
