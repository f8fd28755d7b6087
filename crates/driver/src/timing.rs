//! Where a call's time goes while it waits.
//!
//! The server makes a [`Waits`] for a call that somebody watches and enters it whenever the call's
//! future is polled; whoever waits on the call's behalf adds to the one that is entered. Nobody has
//! to pass it on, and a call that nobody watches costs a look at a thread's variable.
//!
//! What a call hands to a task of its own is not seen, and waits of parallel parts add up.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What one call has waited for.
#[derive(Debug, Default)]
pub struct Waits {
    job_ns: AtomicU64,
    monitor_ns: AtomicU64,
}

/// What a call may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Others work on the domain.
    Job,
    /// The hypervisor answers.
    Monitor,
}

/// A wait that ends, and counts, when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Waiting {
    reason: Reason,
    began: Option<(Arc<Waits>, Instant)>,
}

/// Keeps a call entered, until dropped.
#[derive(Debug)]
pub struct Entered {
    before: Option<Arc<Waits>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Waits>>> = const { RefCell::new(None) };
}

/// The call that runs here has waited.
pub fn waited(reason: Reason, time: Duration) {
    CURRENT.with_borrow(|current| {
        if let Some(waits) = current {
            waits.add(reason, time);
        }
    });
}

impl Waits {
    /// Counts to this call what is waited for on this thread, until the answer is dropped.
    pub fn enter(self: &Arc<Self>) -> Entered {
        Entered { before: CURRENT.replace(Some(Arc::clone(self))) }
    }

    /// How long the call has waited for a reason.
    pub fn total(&self, reason: Reason) -> Duration {
        Duration::from_nanos(self.counter(reason).load(Ordering::Relaxed))
    }

    fn counter(&self, reason: Reason) -> &AtomicU64 {
        match reason {
            Reason::Job => &self.job_ns,
            Reason::Monitor => &self.monitor_ns,
        }
    }

    fn add(&self, reason: Reason, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.counter(reason).fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Waiting {
    /// The call that runs here begins to wait.
    pub fn begin(reason: Reason) -> Self {
        let current = CURRENT.with_borrow(Option::clone);
        Self { reason, began: current.map(|waits| (waits, Instant::now())) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((waits, began)) = &self.began {
            waits.add(self.reason, began.elapsed());
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Reason, Waiting, Waits, waited};

    #[test]
    fn a_wait_counts_to_the_call_that_began_it() {
        let (outer, inner) = (Arc::new(Waits::default()), Arc::new(Waits::default()));
        let nobody = Waiting::begin(Reason::Job);
        let entered = outer.enter();
        let nested = inner.enter();
        let waiting = Waiting::begin(Reason::Monitor);
        drop(nested);
        let of_outer = Waiting::begin(Reason::Job);
        drop(entered);
        std::thread::sleep(Duration::from_millis(2));
        drop((waiting, of_outer, nobody));
        assert!(inner.total(Reason::Monitor) >= Duration::from_millis(2));
        assert_eq!(inner.total(Reason::Job), Duration::ZERO);
        assert!(outer.total(Reason::Job) >= Duration::from_millis(2));
        assert_eq!(outer.total(Reason::Monitor), Duration::ZERO);
    }

    #[test]
    fn a_wait_that_is_over_counts_to_the_call_that_runs() {
        let waits = Arc::new(Waits::default());
        let second = Duration::from_secs(1);
        waited(Reason::Monitor, second);
        let entered = waits.enter();
        waited(Reason::Monitor, second);
        waited(Reason::Monitor, second);
        drop(entered);
        waited(Reason::Monitor, second);
        assert_eq!(waits.total(Reason::Monitor), 2 * second);
    }
}
