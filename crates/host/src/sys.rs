//! System calls that no safe crate offers. The only module with unsafe code; each block says why it is sound.

#![allow(unsafe_code, reason = "this is where it lives")]

pub(crate) mod device;
pub(crate) mod inherited;
pub(crate) mod kvm;
pub(crate) mod spawn;

use std::io;
use std::os::fd::OwnedFd;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Tells the runtime to watch a descriptor for becoming readable.
pub(crate) fn watch(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd is open, names one descriptor for its whole life, and the AsyncFd owns it.
    Ok(unsafe { AsyncFd::register_with_interest(fd, Interest::READABLE) }?)
}

/// Clock ticks a second in `/proc/PID/stat`.
pub(crate) fn clock_ticks() -> u64 {
    positive(libc::_SC_CLK_TCK).unwrap_or(100)
}

/// Seconds to add to UTC for local time at a moment.
pub(crate) fn utc_offset_s(utc_s: i64) -> i64 {
    // SAFETY: tm is a plain structure for which all zeros are valid.
    let mut local: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values of the right type; the result is not kept.
    let found = unsafe { libc::localtime_r(&utc_s, &mut local) };
    if found.is_null() { 0 } else { local.tm_gmtoff }
}

/// The size of a page of memory. **Units**: bytes.
pub(crate) fn page_size() -> u64 {
    positive(libc::_SC_PAGESIZE).unwrap_or(4096)
}

/// Has the kernel schedule a thread by another policy.
pub(crate) fn set_scheduler(tid: i32, policy: libc::c_int, priority: i32) -> io::Result<()> {
    // SAFETY: all zeros are a valid sched_param, which holds only numbers.
    let mut parameters: libc::sched_param = unsafe { std::mem::zeroed() };
    parameters.sched_priority = priority;
    // SAFETY: the kernel reads one sched_param, which lives for the call.
    let done = unsafe { libc::sched_setscheduler(tid, policy, &raw const parameters) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Gives pages that nothing is allocated in back to the system.
pub(crate) fn trim_heap() {
    // Other allocators than glibc's do so by themselves.
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes no pointer and changes nothing that is allocated.
    unsafe {
        libc::malloc_trim(0);
    }
}

fn positive(name: libc::c_int) -> Option<u64> {
    // SAFETY: sysconf reads a constant and touches no memory of ours.
    let value = unsafe { libc::sysconf(name) };
    u64::try_from(value).ok().filter(|value| *value > 0)
}
