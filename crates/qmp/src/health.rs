//! Whether the peer still answers, readable without waiting.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Whether QEMU answers its monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Every answer came before its deadline so far.
    Responsive,
    /// A deadline passed without an answer, and no answer has come since.
    Unresponsive {
        /// When the call that was the first to miss its deadline began.
        since: Instant,
    },
}

/// Since when there has been no answer, if one is overdue.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Option<Instant>>);

impl Pulse {
    pub(crate) fn health(&self) -> Health {
        match *self.silent_since() {
            None => Health::Responsive,
            Some(since) => Health::Unresponsive { since },
        }
    }

    /// A call that began at `began` missed its deadline.
    pub(crate) fn missed(&self, began: Instant) {
        self.silent_since().get_or_insert(began);
    }

    /// An answer came, whether or not somebody still waits for it.
    pub(crate) fn answered(&self) {
        *self.silent_since() = None;
    }

    fn silent_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
