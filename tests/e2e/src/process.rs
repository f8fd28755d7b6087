//! Processes seen from outside: a guest's QEMU, whether one has ended, and waiting in general.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// How long anything in a test may take that is not a client command.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Waits until `attempt` yields something.
///
/// # Panics
/// After [`DEADLINE`], naming `what`.
#[track_caller]
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {} s for {what}", DEADLINE.as_secs());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for the end of a process; true if it ended in time or had ended before.
pub fn has_ended_within(pid: u32, time: Duration) -> bool {
    let Some(pid) = pid_of(pid) else { return true };
    let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else {
        return true;
    };
    let deadline = Instant::now() + time;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        match poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("cannot wait for process {pid:?}: {error}"),
        }
    }
}

/// The QEMU process of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Qemu {
    /// Its pid.
    pub pid: u32,
}

impl Qemu {
    /// The QEMU started with `-uuid UUID`, if one runs.
    pub fn of(uuid: &str) -> Option<Self> {
        all_with(uuid).into_iter().map(|pid| Self { pid }).next()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// When it has ended already.
    #[track_caller]
    pub fn signal(self, signal: Signal) {
        let pid = pid_of(self.pid).expect("a QEMU that was found has a pid");
        kill_process(pid, signal).unwrap_or_else(|error| panic!("cannot signal {self:?}: {error}"));
    }

    /// Asserts that it ends.
    #[track_caller]
    pub fn ends(self) {
        assert!(
            has_ended_within(self.pid, DEADLINE),
            "{self:?} still runs after {} s",
            DEADLINE.as_secs()
        );
    }

    /// Its command line, a word an item.
    pub fn command_line(self) -> Vec<String> {
        command_line(self.pid)
    }
}

/// Pids of QEMU processes with `text` on their command line. Zombies have none.
pub fn all_with(text: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let words = command_line(*pid);
            words.first().is_some_and(|program| program.contains("qemu-system"))
                && words.iter().any(|word| word.contains(text))
        })
        .collect()
}

/// Pids of the programs beside QEMU with `text` on their command line: emulators of TPMs, what makes TPMs, daemons
/// of shared directories. Zombies have none.
pub fn beside_with(text: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_beside = |pid: &u32| {
        let words = command_line(*pid);
        let program = words.first().and_then(|program| program.rsplit('/').next());
        program.is_some_and(|program| program.starts_with("swtpm") || program == "virtiofsd")
            && words.iter().any(|word| word.contains(text))
    };
    pids.filter(is_beside).collect()
}

/// The processes of a program.
pub fn all_of(program: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let runs =
        |pid: &u32| command_line(*pid).first().is_some_and(|word| Path::new(word) == program);
    pids.filter(runs).collect()
}

fn command_line(pid: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    line.split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Ends a process at once; one that is gone already is as good.
pub fn kill9(pid: u32) {
    if let Some(pid) = pid_of(pid) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Asks a process to end.
pub fn terminate(pid: u32) {
    if let Some(pid) = pid_of(pid) {
        let _ = kill_process(pid, Signal::TERM);
    }
}
