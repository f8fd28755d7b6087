//! Starting a program that waits, before it begins, until it may.

use super::running::{Process, ProcessRef, Relation};
use super::{ProcessError, system};
use crate::sys::spawn::{FAILURE_SIZE, Plan, Stage, failure, fork};
use rustix::fs::{Mode, OFlags};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions};
use std::collections::BTreeSet;
use std::ffi::{CString, OsString};
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

/// The highest number a descriptor may be passed at.
const DESCRIPTOR_LIMIT: RawFd = 1 << 16;

/// Where a program's output goes.
#[derive(Debug, Default)]
pub enum Output {
    /// Nowhere.
    #[default]
    Null,
    /// Into a file, a pipe, or whatever the descriptor is.
    To(OwnedFd),
}

/// A program to start. Its input is empty, and it leads a session of its own.
#[derive(Debug)]
pub struct Spawn {
    /// The program; an absolute path.
    pub program: PathBuf,
    /// What follows the program's own name.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Where it runs; `None` is where we run.
    pub directory: Option<PathBuf>,
    /// Descriptors, and the numbers above 2 at which it finds them. It gets no others.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
    /// Its standard output.
    pub stdout: Output,
    /// Its standard error.
    pub stderr: Output,
    /// The permissions that files it makes do not get; `None` is ours.
    pub umask: Option<u32>,
    /// Its limits, where they differ from ours.
    pub limits: Vec<(Resource, Rlimit)>,
    /// Its priority, -20 to 19; `None` is ours.
    pub nice: Option<i32>,
    /// Whether it may outlive us.
    pub lifetime: Lifetime,
}

/// How long a program may run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// As long as it likes.
    #[default]
    Own,
    /// No longer than the thread that starts it, which the kernel sees to: for a thread of ours that
    /// lives as long as we do.
    Ours,
}

impl Spawn {
    /// A program without arguments, environment or descriptors.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
            descriptors: Vec::new(),
            stdout: Output::Null,
            stderr: Output::Null,
            umask: None,
            limits: Vec::new(),
            nice: None,
            lifetime: Lifetime::Own,
        }
    }

    /// Makes the process, which waits before it becomes the program. Does not wait itself.
    ///
    /// **Errors**: [`ProcessError::Plan`], [`ProcessError::System`]. What the child itself cannot do is told by
    /// [`Held::release`].
    pub fn start(self) -> Result<Held, ProcessError> {
        let program = self.program.clone();
        let (gate, opener) =
            pipe_with(PipeFlags::CLOEXEC).map_err(|error| system("make a pipe")(error.into()))?;
        let (news, report) =
            pipe_with(PipeFlags::CLOEXEC).map_err(|error| system("make a pipe")(error.into()))?;
        rustix::io::ioctl_fionbio(&news, true)
            .map_err(|error| system("set up a pipe")(error.into()))?;
        let plan = self.plan(gate, report)?;
        let pid = fork(&plan).map_err(system("fork"))?;
        drop(plan);
        // Nobody but us can wait for the child, so the pid is its own until we do.
        Waiting::new(pid).map(|child| Held {
            child: Some(child),
            opener: Some(opener),
            news,
            program,
        })
    }

    fn plan(self, gate: OwnedFd, report: OwnedFd) -> Result<Plan, ProcessError> {
        let wrong = |reason| ProcessError::Plan { program: self.program.clone(), reason };
        if !self.program.is_absolute() {
            return Err(wrong("not an absolute path"));
        }
        let mut numbers = BTreeSet::new();
        if !self
            .descriptors
            .iter()
            .all(|(_, to)| (3..DESCRIPTOR_LIMIT).contains(to) && numbers.insert(*to))
        {
            return Err(wrong("a descriptor's number is used twice, or out of range"));
        }
        let text = |text: OsString| {
            CString::new(text.into_vec()).map_err(|_| wrong("a null byte in its words"))
        };
        let variable = |(name, value): (OsString, OsString)| {
            let mut line = name;
            line.push("=");
            line.push(value);
            text(line)
        };
        let null = || rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty());
        let null = || null().map_err(|error| system("open /dev/null")(error.into()));
        let output = |output| match output {
            Output::Null => null(),
            Output::To(fd) => Ok(fd),
        };
        let mut descriptors = self.descriptors;
        descriptors.extend([(null()?, 0), (output(self.stdout)?, 1), (output(self.stderr)?, 2)]);
        let name = self.program.clone().into_os_string();
        Ok(Plan {
            program: text(name.clone())?,
            arguments: [name]
                .into_iter()
                .chain(self.arguments)
                .map(text)
                .collect::<Result<_, _>>()?,
            environment: self.environment.into_iter().map(variable).collect::<Result<_, _>>()?,
            directory: self
                .directory
                .map(|directory| text(directory.into_os_string()))
                .transpose()?,
            umask: self.umask,
            nice: self.nice,
            on_our_death: (self.lifetime == Lifetime::Ours).then_some(Signal::KILL),
            limits: self.limits,
            descriptors,
            gate,
            report,
        })
    }
}

/// A process that waits at its gate. Dropping it ends the process, and leaves not even a zombie.
#[derive(Debug)]
pub struct Held {
    child: Option<Waiting>,
    /// Closing it ends the child.
    opener: Option<OwnedFd>,
    news: OwnedFd,
    program: PathBuf,
}

/// The child, ended and waited for when dropped.
#[derive(Debug)]
struct Waiting {
    reference: ProcessRef,
    pidfd: Option<OwnedFd>,
}

impl Waiting {
    fn new(pid: i32) -> Result<Self, ProcessError> {
        let mut child = Self { reference: ProcessRef { pid, start_time: 0 }, pidfd: None };
        let known = Pid::from_raw(pid).ok_or(ProcessError::Gone { pid })?;
        let pidfd = rustix::process::pidfd_open(known, PidfdFlags::NONBLOCK);
        child.pidfd = Some(pidfd.map_err(|error| system("watch a child")(error.into()))?);
        child.reference = ProcessRef::of(pid)?;
        Ok(child)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(pidfd) = self.pidfd.take() else {
            return;
        };
        // It has nothing to lose yet, and killed it is gone at once: the wait is short.
        let _ = rustix::process::pidfd_send_signal(&pidfd, Signal::KILL);
        let _ = rustix::io::ioctl_fionbio(&pidfd, false);
        let _ = rustix::process::waitid(WaitId::PidFd(pidfd.as_fd()), WaitIdOptions::EXITED);
    }
}

impl Held {
    /// The process, which keeps pid and start time when it becomes the program.
    pub fn process(&self) -> ProcessRef {
        self.child.as_ref().map_or(ProcessRef { pid: 0, start_time: 0 }, |child| child.reference)
    }

    /// Lets the process become the program, and waits until it has.
    ///
    /// **Errors**: [`ProcessError::Child`] with what it could not do, [`ProcessError::Vanished`],
    /// [`ProcessError::Slow`]. The process is gone in each case.
    pub async fn release(mut self, deadline: Duration) -> Result<Process, ProcessError> {
        let opened = self.opener.as_ref().map(|opener| rustix::io::write(opener, b"!"));
        let news = self.news.try_clone().map_err(system("set up a pipe"))?;
        let news = Receiver::from_owned_fd(news).map_err(system("watch a pipe"))?;
        let mut record = Vec::with_capacity(FAILURE_SIZE);
        let mut news = news.take(FAILURE_SIZE as u64);
        match tokio::time::timeout(deadline, news.read_to_end(&mut record)).await {
            Err(_) => {
                return Err(ProcessError::Slow { program: self.program.clone(), deadline });
            }
            Ok(read) => read.map_err(system("hear from a child"))?,
        };
        if let Some((stage, error)) = failure(&record) {
            return Err(ProcessError::Child {
                program: self.program.clone(),
                step: step(stage),
                error,
            });
        }
        let vanished = || ProcessError::Vanished { program: self.program.clone() };
        if !matches!(opened, Some(Ok(_))) {
            return Err(vanished());
        }
        let child = self.child.as_mut().ok_or_else(vanished)?;
        let reference = child.reference;
        let pidfd = child.pidfd.take().ok_or_else(vanished)?;
        Process::new(reference, pidfd, Relation::Child)
    }
}

#[cfg(test)]
impl Held {
    /// What our death does to the child: the gate's end closes, and nobody kills it.
    pub(super) fn abandon_gate(mut self) -> Self {
        self.opener = None;
        self
    }
}

fn step(stage: Stage) -> &'static str {
    match stage {
        Stage::Descriptors => "placing its descriptors",
        Stage::Directory => "entering its directory",
        Stage::Limits => "setting its limits",
        Stage::Priority => "setting its priority",
        Stage::Exec => "loading the program",
    }
}
