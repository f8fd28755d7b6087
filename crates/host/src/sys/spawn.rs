//! The moment between fork and exec.
//!
//! The parent has many threads, so after fork the child may use nothing that takes a lock or allocates: every
//! string, pointer and list it needs is made before, and it makes only system calls. It first lets go of every
//! descriptor that is not its own: another child that waits at its gate must not be kept alive by this one.

use rustix::process::{Pid, Resource, Rlimit, Signal};
use std::ffi::{CStr, CString, c_char, c_int};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::ptr;

/// Where the child was when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    Descriptors = 1,
    Directory,
    Limits,
    Priority,
    Exec,
}

impl Stage {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Descriptors, Self::Directory, Self::Limits, Self::Priority, Self::Exec]
            .into_iter()
            .find(|stage| *stage as u8 == byte)
    }
}

/// What the child sends when it fails: the stage and errno.
pub(crate) const FAILURE_SIZE: usize = 5;

/// Reads what a failed child sent.
pub(crate) fn failure(record: &[u8]) -> Option<(Stage, io::Error)> {
    let (stage, errno) = record.split_first()?;
    let errno = i32::from_ne_bytes(errno.try_into().ok()?);
    Some((Stage::from_byte(*stage)?, io::Error::from_raw_os_error(errno)))
}

/// Everything the child needs, made by the parent.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) program: CString,
    pub(crate) arguments: Vec<CString>,
    pub(crate) environment: Vec<CString>,
    pub(crate) directory: Option<CString>,
    pub(crate) umask: Option<u32>,
    pub(crate) nice: Option<i32>,
    /// The signal that it gets when the thread that forked it ends.
    pub(crate) on_our_death: Option<Signal>,
    pub(crate) limits: Vec<(Resource, Rlimit)>,
    /// Descriptors and the numbers they get, 0 to 2 among them; no number twice.
    pub(crate) descriptors: Vec<(OwnedFd, RawFd)>,
    /// The child waits until it can read a byte here; the end of the stream ends it.
    pub(crate) gate: OwnedFd,
    /// The child reports here; exec closes it.
    pub(crate) report: OwnedFd,
}

/// The plan as plain numbers and pointers.
struct Layout {
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    /// Present number, number above all others, final number, and whether exec closes it.
    moves: Vec<Move>,
    gate: RawFd,
    report: RawFd,
    /// First and last of each range of numbers to close.
    gaps: Vec<(RawFd, RawFd)>,
}

struct Move {
    from: RawFd,
    parked: RawFd,
    to: RawFd,
    flags: c_int,
}

impl Layout {
    fn of(plan: &Plan) -> Self {
        let highest = plan.descriptors.iter().map(|(_, to)| *to).max().unwrap_or(2).max(2);
        let (gate, report) = (highest + 1, highest + 2);
        let keep = |(fd, to): &(OwnedFd, RawFd)| Move {
            from: fd.as_raw_fd(),
            parked: -1,
            to: *to,
            flags: 0,
        };
        let private = |fd: &OwnedFd, to| Move {
            from: fd.as_raw_fd(),
            parked: -1,
            to,
            flags: libc::O_CLOEXEC,
        };
        let mut moves: Vec<Move> = plan.descriptors.iter().map(keep).collect();
        moves.extend([private(&plan.gate, gate), private(&plan.report, report)]);
        moves.sort_unstable_by_key(|step| step.to);
        let mut gaps = Vec::with_capacity(moves.len() + 1);
        let mut next = 0;
        for step in &moves {
            if step.to > next {
                gaps.push((next, step.to - 1));
            }
            next = step.to + 1;
        }
        gaps.push((next, RawFd::MAX));
        Self {
            arguments: pointers(&plan.arguments),
            environment: pointers(&plan.environment),
            moves,
            gate,
            report,
            gaps,
        }
    }
}

/// A null-terminated array, as exec wants it.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// Forks a child that carries out the plan up to its gate and waits there. Gives its pid.
pub(crate) fn fork(plan: &Plan) -> io::Result<i32> {
    let mut layout = Layout::of(plan);
    let everything = signal_set(libc::sigfillset);
    let mut before = signal_set(libc::sigemptyset);
    let parent = rustix::process::getpid();
    // A handler of the parent must not run in the child, where it would write to the parent's pipes.
    // SAFETY: both sets are initialised and live for the call.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const everything, &raw mut before) };
    // SAFETY: the child calls nothing but `run_child`, which keeps to async-signal-safe calls and never returns.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        run_child(plan, &mut layout, parent);
    }
    let outcome = if pid < 0 { Err(io::Error::last_os_error()) } else { Ok(pid) };
    // SAFETY: as above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    outcome
}

fn signal_set(fill: unsafe extern "C" fn(*mut libc::sigset_t) -> c_int) -> libc::sigset_t {
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: sigemptyset and sigfillset initialise the whole set they are given.
    unsafe {
        fill(set.as_mut_ptr());
        set.assume_init()
    }
}

/// The child. Only system calls from here on.
fn run_child(plan: &Plan, layout: &mut Layout, parent: Pid) -> ! {
    reset_signals();
    let mut report = plan.report.as_raw_fd();
    let failed = match prepare(plan, layout, parent, &mut report) {
        Err(failure) => failure,
        Ok(()) => {
            wait_at_gate(layout.gate);
            // SAFETY: the strings and the null-terminated arrays live in the plan and the layout.
            unsafe {
                libc::execve(
                    plan.program.as_ptr(),
                    layout.arguments.as_ptr(),
                    layout.environment.as_ptr(),
                );
            }
            (Stage::Exec, errno())
        }
    };
    let mut record = [failed.0 as u8, 0, 0, 0, 0];
    record[1..].copy_from_slice(&failed.1.to_ne_bytes());
    // SAFETY: the record lives on our stack; _exit runs nothing of the parent's.
    unsafe {
        libc::write(report, record.as_ptr().cast(), record.len());
        libc::_exit(127)
    }
}

fn prepare(
    plan: &Plan,
    layout: &mut Layout,
    parent: Pid,
    report: &mut RawFd,
) -> Result<(), (Stage, i32)> {
    let at = |stage| move |error: rustix::io::Errno| (stage, error.raw_os_error());
    // It cannot fail: a new child leads no group.
    let _ = rustix::process::setsid();
    place_descriptors(layout).map_err(|errno| (Stage::Descriptors, errno))?;
    *report = layout.report;
    close_others(layout);
    if let Some(mask) = plan.umask {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
    }
    if let Some(directory) = &plan.directory {
        let directory: &CStr = directory;
        rustix::process::chdir(directory).map_err(at(Stage::Directory))?;
    }
    for (resource, limit) in &plan.limits {
        rustix::process::setrlimit(*resource, *limit).map_err(at(Stage::Limits))?;
    }
    if let Some(nice) = plan.nice {
        rustix::process::setpriority_process(None, nice).map_err(at(Stage::Priority))?;
    }
    if plan.on_our_death.is_some() {
        rustix::process::set_parent_process_death_signal(plan.on_our_death)
            .map_err(at(Stage::Limits))?;
        // The signal is for a death to come. A parent that opened the gate and died before that line
        // has left its byte in the pipe, and the gate lets the child pass.
        if rustix::process::getppid() != Some(parent) {
            // SAFETY: _exit runs nothing of the parent's.
            unsafe { libc::_exit(126) }
        }
    }
    Ok(())
}

/// Moves every descriptor out of the way first, so that no final number is one still needed.
fn place_descriptors(layout: &mut Layout) -> Result<(), i32> {
    let above = layout.report + 1;
    for step in &mut layout.moves {
        // SAFETY: the parent's descriptors are open in the child; fcntl touches no memory.
        step.parked = unsafe { libc::fcntl(step.from, libc::F_DUPFD, above) };
        if step.parked < 0 {
            return Err(errno());
        }
    }
    for step in &layout.moves {
        // SAFETY: as above. The numbers differ: one is above all final ones.
        if unsafe { libc::dup3(step.parked, step.to, step.flags) } < 0 {
            return Err(errno());
        }
    }
    Ok(())
}

fn close_others(layout: &Layout) {
    for &(first, last) in &layout.gaps {
        // SAFETY: closing touches no memory, and nothing in the child uses these numbers any more.
        unsafe {
            if libc::syscall(libc::SYS_close_range, first, last, 0) < 0 {
                // Before Linux 5.9. A descriptor above the limit cannot have been opened.
                let highest = libc::sysconf(libc::_SC_OPEN_MAX).clamp(0, i64::from(last) + 1);
                for number in i64::from(first)..highest {
                    libc::close(number as RawFd);
                }
            }
        }
    }
}

/// Returns when the parent says so; ends the process when there is no parent any more.
fn wait_at_gate(gate: RawFd) {
    // SAFETY: the number is our own descriptor, which stays open until exec.
    let gate = unsafe { BorrowedFd::borrow_raw(gate) };
    let mut byte = [0; 1];
    loop {
        match rustix::io::read(gate, &mut byte) {
            Ok(1) => return,
            Err(rustix::io::Errno::INTR) => {}
            // SAFETY: _exit runs nothing of the parent's.
            _ => unsafe { libc::_exit(126) },
        }
    }
}

/// Default handlers and nothing blocked, as a program expects to find them.
fn reset_signals() {
    let nothing = signal_set(libc::sigemptyset);
    // The kernel's sigaction, smaller than this everywhere, means the default action when it is all zeros.
    let default = [0u64; 8];
    // SAFETY: the action and the set live for the calls. Numbers that cannot be changed are refused by the call.
    // Not the C library's sigaction, which refuses 32 and 33: its own posix_spawn may have left them ignored.
    unsafe {
        for signal in 1..=64 {
            let nowhere = ptr::null_mut::<u64>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default.as_ptr(),
                nowhere,
                size_of::<u64>(),
            );
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const nothing, ptr::null_mut());
    }
}

fn errno() -> i32 {
    // SAFETY: every thread has its own, also after fork.
    unsafe { *libc::__errno_location() }
}
