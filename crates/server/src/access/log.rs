//! What was decided, for the log: target `access`, denials at info, allowances at debug.
//!
//! A client that is refused may try again without end, so denials are written only so fast; those
//! left out are counted, and the count is written.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::procedure::Permission;

use super::engine::{Decision, Subject};

/// Denials that may be written at once.
const BURST: u32 = 50;
/// How often another one may be written after that.
const INTERVAL: Duration = Duration::from_millis(100);

/// Writes decisions down.
#[derive(Debug, Default)]
pub(super) struct DecisionLog {
    budget: Mutex<Budget>,
}

/// A decision with all that belongs to it.
pub(super) struct Entry<'a> {
    pub(super) client: u64,
    pub(super) who: &'a Subject,
    pub(super) procedure: &'static str,
    pub(super) permission: Permission,
    pub(super) object: &'a dyn Display,
    pub(super) decision: &'a Decision,
}

impl DecisionLog {
    /// Writes one decision down.
    pub(super) fn write(&self, entry: &Entry<'_>) {
        let Entry { client, who, procedure, permission, object, decision } = entry;
        let reason = &decision.reason;
        if decision.allowed {
            tracing::debug!(
                target: "access",
                client, %who, procedure, %permission, %object, %reason, "allowed"
            );
            return;
        }
        let budget =
            self.budget.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
        let Some(left_out) = budget else { return };
        if left_out > 0 {
            tracing::info!(target: "access", left_out, "more denials than are written");
        }
        tracing::info!(
            target: "access",
            client, %who, procedure, %permission, %object, %reason, "denied"
        );
    }
}

/// How much may be written, and what was not.
#[derive(Debug, Default)]
struct Budget {
    spent: u32,
    refilled: Option<Instant>,
    left_out: u64,
}

impl Budget {
    /// Whether a line may be written now; then how many were left out before it.
    fn take(&mut self, now: Instant) -> Option<u64> {
        let refilled = *self.refilled.get_or_insert(now);
        let intervals = now.saturating_duration_since(refilled).as_millis() / INTERVAL.as_millis();
        if intervals > 0 {
            self.spent = self.spent.saturating_sub(u32::try_from(intervals).unwrap_or(u32::MAX));
            self.refilled = Some(now);
        }
        if self.spent >= BURST {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.spent = self.spent.saturating_add(1);
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Budget;

    #[test]
    fn a_flood_is_counted_instead_of_written() {
        let mut budget = Budget::default();
        let begun = Instant::now();
        let written = (0..10_000).filter(|_| budget.take(begun).is_some()).count();
        assert_eq!(written, 50);
        let later = begun + Duration::from_secs(1);
        assert_eq!(budget.take(later), Some(9_950));
        let written = (0..10_000).filter(|_| budget.take(later).is_some()).count();
        assert_eq!(written, 9, "a second makes room for ten lines");
    }
}
