//! A process that runs, ours or found again.

use super::{ProcessError, system};
use crate::proc::{ProcReader, State};
use crate::{Root, sys};
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitIdStatus};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::time::timeout;

/// How long the kernel may take to end a process that was killed.
const KILL_DEADLINE: Duration = Duration::from_secs(5);

/// What tells one process from every other since the machine started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProcessRef {
    /// Its number, which is used again.
    pub pid: i32,
    /// When it was forked. **Units**: clock ticks since boot.
    pub start_time: u64,
}

impl ProcessRef {
    /// The process that has this pid now.
    ///
    /// **Errors**: [`ProcessError::Gone`] when there is none.
    pub fn of(pid: i32) -> Result<Self, ProcessError> {
        let stat = ProcReader::new(Root::default())
            .process(pid)
            .map_err(|_| ProcessError::Gone { pid })?;
        Ok(Self { pid, start_time: stat.start_time })
    }

    /// Whether it still runs; a zombie does not.
    pub fn is_alive(&self) -> bool {
        let stat = ProcReader::new(Root::default()).process(self.pid);
        stat.is_ok_and(|stat| stat.start_time == self.start_time && stat.state != State::Dead)
    }

    /// Whether it stands still because somebody stopped it (SIGSTOP, or a debugger): it hears no other signal
    /// than SIGKILL and SIGCONT.
    pub fn is_stopped(&self) -> bool {
        let stat = ProcReader::new(Root::default()).process(self.pid);
        stat.is_ok_and(|stat| stat.start_time == self.start_time && stat.state == State::Stopped)
    }

    /// The processes that it started and that are still in its session, it itself left out; also when it has ended.
    pub fn session(self) -> Vec<Self> {
        let mut reader = ProcReader::new(Root::default());
        // Its number stays its own for as long as somebody is in its session; then it may become another's.
        if reader.process(self.pid).is_ok_and(|stat| stat.start_time != self.start_time) {
            return Vec::new();
        }
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let others = pids.filter(|pid| *pid != self.pid).filter_map(|pid| {
            let stat = reader.process(pid).ok()?;
            let is_in = stat.session == self.pid && stat.start_time >= self.start_time;
            is_in.then_some(Self { pid, start_time: stat.start_time })
        });
        others.collect()
    }

    /// Takes hold of it, whether or not it is our child.
    ///
    /// **Errors**: [`ProcessError::Gone`] when it has ended, also when its pid is in use again.
    pub fn open(self) -> Result<Process, ProcessError> {
        let gone = ProcessError::Gone { pid: self.pid };
        let Some(pid) = Pid::from_raw(self.pid).filter(|_| self.pid > 0) else {
            return Err(gone);
        };
        let pidfd = match rustix::process::pidfd_open(pid, PidfdFlags::NONBLOCK) {
            Err(rustix::io::Errno::SRCH) => return Err(gone),
            other => other.map_err(|error| system("watch a process")(error.into()))?,
        };
        // Checked after opening: from now on the descriptor stands for this process and no other.
        if !self.is_alive() {
            return Err(gone);
        }
        Process::new(self, pidfd, Relation::Unknown)
    }
}

/// Whether the kernel will tell us how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// We started it.
    Child,
    /// We found it; it may be a child of an earlier run of ours.
    Unknown,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Not told, as it is no child of ours.
    Unknown,
}

/// A process we hold on to: the kernel keeps its identity as long as this lives.
///
/// Dropping it does nothing to the process. One that we started stays a zombie after its end, until
/// [`Process::wait_exit`] has asked how it ended or we end ourselves.
#[derive(Debug)]
pub struct Process {
    reference: ProcessRef,
    pidfd: AsyncFd<OwnedFd>,
    relation: Relation,
    exit: OnceLock<Exit>,
}

impl Process {
    pub(super) fn new(
        reference: ProcessRef,
        pidfd: OwnedFd,
        relation: Relation,
    ) -> Result<Self, ProcessError> {
        let pidfd = sys::watch(pidfd).map_err(system("watch a process"))?;
        Ok(Self { reference, pidfd, relation, exit: OnceLock::new() })
    }

    /// Which process it is.
    pub fn reference(&self) -> ProcessRef {
        self.reference
    }

    /// Its pid.
    pub fn pid(&self) -> i32 {
        self.reference.pid
    }

    /// Sends a signal.
    ///
    /// **Errors**: [`ProcessError::Gone`] when it has ended.
    pub fn signal(&self, signal: Signal) -> Result<(), ProcessError> {
        match rustix::process::pidfd_send_signal(self.pidfd.get_ref(), signal) {
            Err(rustix::io::Errno::SRCH) => Err(ProcessError::Gone { pid: self.pid() }),
            other => other.map_err(|error| system("signal a process")(error.into())),
        }
    }

    /// Waits until it has ended. Any number of callers may wait, and may stop waiting at any point.
    ///
    /// **Errors**: the system's.
    pub async fn wait_exit(&self) -> Result<Exit, ProcessError> {
        if let Some(exit) = self.exit.get() {
            return Ok(*exit);
        }
        // It stays readable for ever, so whoever waits later is told as well.
        drop(self.pidfd.readable().await.map_err(system("watch a process"))?);
        Ok(*self.exit.get_or_init(|| self.reap()))
    }

    /// Asks it to end, and kills it when it has not done so after `grace`.
    ///
    /// **Errors**: [`ProcessError::Stuck`] when not even killing helps.
    pub async fn end(&self, grace: Duration) -> Result<Exit, ProcessError> {
        if !grace.is_zero() {
            self.signal_if_running(Signal::TERM)?;
            if let Ok(exit) = timeout(grace, self.wait_exit()).await {
                return exit;
            }
        }
        self.signal_if_running(Signal::KILL)?;
        let stuck = ProcessError::Stuck { pid: self.pid(), deadline: KILL_DEADLINE };
        timeout(KILL_DEADLINE, self.wait_exit()).await.unwrap_or(Err(stuck))
    }

    fn signal_if_running(&self, signal: Signal) -> Result<(), ProcessError> {
        match self.signal(signal) {
            Err(ProcessError::Gone { .. }) => Ok(()),
            other => other,
        }
    }

    fn reap(&self) -> Exit {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        let status = rustix::process::waitid(WaitId::PidFd(self.pidfd.get_ref().as_fd()), options);
        match status.map_err(io::Error::from) {
            Ok(Some(status)) => exit_of(&status),
            // Somebody else is its parent.
            Ok(None) | Err(_) => {
                if self.relation == Relation::Child {
                    tracing::warn!(pid = self.pid(), "somebody else waited for our child");
                }
                Exit::Unknown
            }
        }
    }
}

fn exit_of(status: &WaitIdStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}
