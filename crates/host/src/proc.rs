//! What the kernel counts for processes and threads.

use crate::{FactError, Root, sys};
use rustix::process::Pid;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

const NS_PER_SECOND: u64 = 1_000_000_000;

/// Whether a process or thread can still do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs, or waits for something.
    Alive,
    /// It waits in the kernel and cannot even be killed.
    Uninterruptible,
    /// It was stopped by a signal or a debugger.
    Stopped,
    /// It has ended; nobody may have asked how yet.
    Dead,
}

/// **Source**: proc(5), `stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Whether it can still do anything.
    pub state: State,
    /// The process that began its session.
    pub session: i32,
    /// Time in its own code. **Units**: ns, in steps of a clock tick.
    pub user_ns: u64,
    /// Time in the kernel. **Units**: ns, in steps of a clock tick.
    pub system_ns: u64,
    /// When it was forked. **Units**: clock ticks since boot.
    pub start_time: u64,
    /// Memory in use. **Units**: KiB.
    pub rss_kib: u64,
    /// The CPU it ran on last.
    pub last_cpu: u32,
}

/// **Source**: the kernel's `Documentation/scheduler/sched-stats.rst`, `schedstat` of a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SchedStat {
    /// Time on a CPU. **Units**: ns.
    pub run_ns: u64,
    /// Time it could have run but waited for a CPU. **Units**: ns.
    pub delay_ns: u64,
}

/// Reads the files of processes with one buffer for all.
#[derive(Debug)]
pub struct ProcReader {
    root: Root,
    path: String,
    buffer: Vec<u8>,
    ns_per_tick: u64,
}

impl ProcReader {
    /// A reader; it pays to keep one for many processes.
    pub fn new(root: Root) -> Self {
        let ns_per_tick = NS_PER_SECOND / sys::clock_ticks();
        Self { root, path: String::new(), buffer: Vec::new(), ns_per_tick }
    }

    /// The figures of a process.
    ///
    /// **Errors**: [`FactError::is_missing`] when there is none.
    pub fn process(&mut self, pid: i32) -> Result<Stat, FactError> {
        self.stat(format_args!("proc/{pid}/stat"))
    }

    /// The figures of one thread; memory is that of the process.
    ///
    /// **Errors**: as for [`ProcReader::process`].
    pub fn thread(&mut self, pid: i32, tid: i32) -> Result<Stat, FactError> {
        self.stat(format_args!("proc/{pid}/task/{tid}/stat"))
    }

    /// How long a thread ran and how long it waited for a CPU.
    ///
    /// **Errors**: as for [`ProcReader::process`]; also missing in a kernel without these figures.
    pub fn schedstat(&mut self, pid: i32, tid: i32) -> Result<SchedStat, FactError> {
        let text = self.read(format_args!("proc/{pid}/task/{tid}/schedstat"))?;
        let stat = parse_schedstat(&text);
        stat.ok_or_else(|| self.unexpected("two numbers"))
    }

    /// How long a thread was runnable without running, as the scheduler counts when `sched_schedstats` is on.
    ///
    /// **Units**: ns. **Shape**: `None` when the kernel does not count it.
    ///
    /// **Errors**: as for [`ProcReader::process`].
    pub fn wait_ns(&mut self, pid: i32, tid: i32) -> Result<Option<u64>, FactError> {
        let text = self.read(format_args!("proc/{pid}/task/{tid}/sched"))?;
        let value = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = name.trim();
            (name == "wait_sum" || name.ends_with(".wait_sum")).then(|| value.trim())
        });
        Ok(value.and_then(milliseconds))
    }

    /// The threads of a process.
    ///
    /// **Errors**: as for [`ProcReader::process`].
    pub fn threads(&self, pid: i32) -> Result<Vec<i32>, FactError> {
        let path = self.root.path(format!("proc/{pid}/task"));
        let read = |error| FactError::Read { path: path.clone(), error };
        let names = std::fs::read_dir(&path).map_err(read)?.filter_map(Result::ok);
        let mut threads: Vec<i32> =
            names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        threads.sort_unstable();
        Ok(threads)
    }

    fn stat(&mut self, file: std::fmt::Arguments<'_>) -> Result<Stat, FactError> {
        let ns_per_tick = self.ns_per_tick;
        let text = self.read(file)?;
        let stat = parse_stat(&text, ns_per_tick);
        stat.ok_or_else(|| self.unexpected("process figures"))
    }

    /// The text of a file, without a copy unless a program gave itself a name that is no text.
    fn read(&mut self, file: std::fmt::Arguments<'_>) -> Result<Cow<'_, str>, FactError> {
        self.path.clear();
        // Writing to a string cannot fail.
        let _ = self.path.write_fmt(file);
        self.root.read_into(&self.path, &mut self.buffer)?;
        Ok(String::from_utf8_lossy(&self.buffer))
    }

    fn unexpected(&self, what: &'static str) -> FactError {
        self.root.unexpected(&self.path, what, &String::from_utf8_lossy(&self.buffer))
    }
}

/// The CPUs a thread may run on, in order.
///
/// **Errors**: the system's; `ESRCH` when there is no such thread.
pub fn affinity(tid: i32) -> io::Result<Vec<u32>> {
    let set = rustix::thread::sched_getaffinity(Pid::from_raw(tid))?;
    Ok((0..rustix::thread::CpuSet::MAX_CPU)
        .filter(|cpu| set.is_set(*cpu))
        .filter_map(|cpu| cpu.try_into().ok())
        .collect())
}

/// Sets the CPUs a thread may run on.
///
/// **Errors**: the system's; `EINVAL` when none of them is online, or one is beyond what a set can hold.
pub fn set_affinity(tid: i32, cpus: &[u32]) -> io::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    for cpu in cpus {
        let cpu = usize::try_from(*cpu).unwrap_or(usize::MAX);
        if cpu >= rustix::thread::CpuSet::MAX_CPU {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        set.set(cpu);
    }
    Ok(rustix::thread::sched_setaffinity(Pid::from_raw(tid), &set)?)
}

/// How the kernel chooses among threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduling {
    /// In turn, and less often interrupting others.
    Batch,
    /// When nobody else wants to run.
    Idle,
    /// Before all others of a lower priority, as long as it likes.
    Fifo(i32),
    /// Before all others of a lower priority, in turn with those of its own.
    RoundRobin(i32),
}

/// Sets how a thread is scheduled.
///
/// **Errors**: the system's; `ESRCH` when there is no such thread, `EPERM` also when its control group has no
/// time for such threads.
pub fn set_scheduling(tid: i32, scheduling: Scheduling) -> io::Result<()> {
    let (policy, priority) = match scheduling {
        Scheduling::Batch => (libc::SCHED_BATCH, 0),
        Scheduling::Idle => (libc::SCHED_IDLE, 0),
        Scheduling::Fifo(priority) => (libc::SCHED_FIFO, priority),
        Scheduling::RoundRobin(priority) => (libc::SCHED_RR, priority),
    };
    sys::set_scheduler(tid, policy, priority)
}

fn parse_stat(text: &str, ns_per_tick: u64) -> Option<Stat> {
    // The name, in parentheses, may itself contain anything; what follows its end does not.
    let (_, after_name) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    // proc(5) numbers fields from 1, and the state, first here, is its third.
    let number = |field: usize| fields.get(field.checked_sub(3)?)?.parse::<u64>().ok();
    let state = match *fields.first()? {
        "Z" | "X" | "x" => State::Dead,
        "D" => State::Uninterruptible,
        "T" | "t" => State::Stopped,
        _ => State::Alive,
    };
    Some(Stat {
        state,
        session: number(6)?.try_into().ok()?,
        user_ns: number(14)?.saturating_mul(ns_per_tick),
        system_ns: number(15)?.saturating_mul(ns_per_tick),
        start_time: number(22)?,
        rss_kib: number(24)?.saturating_mul(sys::page_size() / 1024),
        last_cpu: number(39)?.try_into().ok()?,
    })
}

fn parse_schedstat(text: &str) -> Option<SchedStat> {
    let mut numbers = text.split_ascii_whitespace().map(str::parse);
    Some(SchedStat { run_ns: numbers.next()?.ok()?, delay_ns: numbers.next()?.ok()? })
}

/// Reads `12.345678`, milliseconds, as nanoseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(digits.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_may_look_like_figures() {
        let text = "7 (a) Z (b) S 1 7 7 0 -1 4194560 10 0 0 0 250 50 0 0 20 0 3 0 4711 1000 25 18446744073709551615 \
                    1 1 0 0 0 0 0 0 0 0 0 0 17 5 0 0 0 0 0\n";
        let stat = parse_stat(text, 10_000_000).unwrap();
        assert_eq!(
            (stat.state, stat.user_ns, stat.system_ns),
            (State::Alive, 2_500_000_000, 500_000_000)
        );
        assert_eq!(
            (stat.start_time, stat.rss_kib, stat.last_cpu),
            (4711, 25 * sys::page_size() / 1024, 5)
        );
    }

    #[test]
    fn we_are_found() {
        let mut reader = ProcReader::new(Root::default());
        let pid = std::process::id().cast_signed();
        let stat = reader.process(pid).unwrap();
        assert!(stat.rss_kib > 0 && stat.start_time > 0);
        let threads = reader.threads(pid).unwrap();
        assert!(threads.contains(&pid));
        assert!(reader.schedstat(pid, pid).unwrap().run_ns > 0);
        assert!(reader.process(-1).unwrap_err().is_missing());
    }

    #[test]
    fn affinity_can_be_read_and_set() {
        let tid = rustix::thread::gettid().as_raw_nonzero().get();
        let before = affinity(tid).unwrap();
        set_affinity(tid, &before[..1]).unwrap();
        assert_eq!(affinity(tid).unwrap(), before[..1]);
        assert!(set_affinity(tid, &[u32::MAX]).is_err());
    }

    #[test]
    fn fractions_of_milliseconds_count() {
        assert_eq!(milliseconds("12.000345"), Some(12_000_345));
        assert_eq!(milliseconds("12.5"), Some(12_500_000));
        assert_eq!(milliseconds("-1.0"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*|[0-9() ]*") {
            parse_stat(&text, 1);
            milliseconds(&text);
        }
    }
}
