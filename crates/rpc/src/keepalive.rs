//! When to ask whether the peer is still there, and when to give it up.
//!
//! Pure: it is told the time. Silence of `interval * (count + 1)` ends the connection, and any
//! packet starts the wait anew.

use std::time::Duration;

use tokio::time::Instant;
use trace::probes;

/// The state of one side's pings.
#[derive(Debug)]
pub struct Keepalive {
    client: u64,
    heard: Instant,
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
    /// Starts at `now`; `count` pings may go unanswered. Static probes know it by `client`.
    pub fn new(client: u64, interval: Duration, count: u32, now: Instant) -> Self {
        probes::rpc_keepalive_start(client, client, seconds(interval), count);
        Self { client, heard: now, interval, count, unanswered: 0, next: later(now, interval) }
    }

    /// A packet came, of whatever kind.
    pub fn heard(&mut self, now: Instant) {
        self.unanswered = 0;
        self.heard = now;
        self.next = later(now, self.interval);
    }

    /// What to do at `now`.
    pub fn action(&mut self, now: Instant) -> KeepaliveAction {
        if now < self.next {
            return KeepaliveAction::Wait(self.next);
        }
        let left = self.count.saturating_sub(self.unanswered);
        let idle = seconds(now.saturating_duration_since(self.heard));
        probes::rpc_keepalive_timeout(self.client, self.client, left, idle);
        if left == 0 {
            return KeepaliveAction::GiveUp;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.next = later(now, self.interval);
        KeepaliveAction::Ping(self.next)
    }
}

impl Drop for Keepalive {
    fn drop(&mut self) {
        probes::rpc_keepalive_stop(self.client, self.client);
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
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
        let mut keepalive = Keepalive::new(1, INTERVAL, 2, start);
        let at = |n: u32| start + INTERVAL * n;
        assert_eq!(keepalive.action(start), KeepaliveAction::Wait(at(1)));
        assert_eq!(keepalive.action(at(1)), KeepaliveAction::Ping(at(2)));
        assert_eq!(keepalive.action(at(2)), KeepaliveAction::Ping(at(3)));
        assert_eq!(keepalive.action(at(3)), KeepaliveAction::GiveUp);
    }

    #[test]
    fn any_packet_starts_anew() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(1, INTERVAL, 1, start);
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
        let mut keepalive = Keepalive::new(1, INTERVAL, 0, start);
        assert_eq!(keepalive.action(start + INTERVAL), KeepaliveAction::GiveUp);
    }
}
