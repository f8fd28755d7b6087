//! Descriptors that were open when the process began.

use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes over `count` descriptors from `first` on; none the second time.
///
/// Called before anything else opens files, so that a number in the range is either a descriptor
/// that the process began with or none at all.
pub(crate) fn take(first: RawFd, count: RawFd) -> Vec<OwnedFd> {
    if TAKEN.swap(true, Ordering::AcqRel) {
        return Vec::new();
    }
    (first..first.saturating_add(count)).filter_map(take_one).collect()
}

fn take_one(number: RawFd) -> Option<OwnedFd> {
    // SAFETY: fcntl with F_SETFD touches no memory; it fails for what is not open.
    let closes_on_exec = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
    if closes_on_exec < 0 {
        return None;
    }
    // SAFETY: it is open, and nobody else owns it: whoever started the process passed it for this,
    // and it is taken once.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}
