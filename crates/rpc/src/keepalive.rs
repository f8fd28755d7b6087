//! When to ask whether the peer is still there, and when to give it up.
//!
//! Pure: it is told the time. Silence of `interval * (count + 1)` ends the connection, and any
//! packet starts the wait anew.

use std::time::Duration;

use tokio::time::Instant;

/// The state of one side's pings.
#[derive(Debug, Clone)]
pub struct Keepalive {
    interval: Duration,
    count: u32,
    unanswered: u32,
    next: Instant,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepaliveAction {
    /// Nothing before then.
    Wait(Instant),
    /// Send a ping, then nothing before then.
    Ping(Instant),
    /// The peer is gone.
    GiveUp,
}

impl Keepalive {
    /// Starts at `now`; `count` pings may go unanswered.
    pub fn new(interval: Duration, count: u32, now: Instant) -> Self {
        Self { interval, count, unanswered: 0, next: later(now, interval) }
    }

    /// A packet came, of whatever kind.
    pub fn heard(&mut self, now: Instant) {
        self.unanswered = 0;
        self.next = later(now, self.interval);
    }

    /// What to do at `now`.
    pub fn action(&mut self, now: Instant) -> KeepaliveAction {
        if now < self.next {
            return KeepaliveAction::Wait(self.next);
        }
        if self.unanswered >= self.count {
            return KeepaliveAction::GiveUp;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.next = later(now, self.interval);
        KeepaliveAction::Ping(self.next)
    }
}

fn later(now: Instant, interval: Duration) -> Instant {
    // An interval beyond what the clock holds is as good as a year.
    now.checked_add(interval)
        .or_else(|| now.checked_add(Duration::from_secs(31_536_000)))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Keepalive, KeepaliveAction};

    const INTERVAL: Duration = Duration::from_secs(5);

    #[test]
    fn silence_of_count_and_one_intervals_ends_it() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, 2, start);
        let at = |n: u32| start + INTERVAL * n;
        assert_eq!(keepalive.action(start), KeepaliveAction::Wait(at(1)));
        assert_eq!(keepalive.action(at(1)), KeepaliveAction::Ping(at(2)));
        assert_eq!(keepalive.action(at(2)), KeepaliveAction::Ping(at(3)));
        assert_eq!(keepalive.action(at(3)), KeepaliveAction::GiveUp);
    }

    #[test]
    fn any_packet_starts_anew() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, 1, start);
        let at = |n: u32| start + INTERVAL * n;
        assert_eq!(keepalive.action(at(1)), KeepaliveAction::Ping(at(2)));
        keepalive.heard(at(1) + Duration::from_secs(1));
        let quiet_until = at(2) + Duration::from_secs(1);
        assert_eq!(keepalive.action(at(2)), KeepaliveAction::Wait(quiet_until));
        assert!(matches!(keepalive.action(quiet_until), KeepaliveAction::Ping(_)));
    }

    #[test]
    fn count_zero_ends_it_without_a_ping() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, 0, start);
        assert_eq!(keepalive.action(start + INTERVAL), KeepaliveAction::GiveUp);
    }
}
