//! Everything that a session waits for with a deadline. Pure: it is told the time.

use std::time::Duration;

use rpc::{Keepalive, KeepaliveAction};
use tokio::time::Instant;

use crate::outgoing::Stall;

/// The deadlines of one session.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    auth: Option<Instant>,
    stall: Option<Instant>,
    keepalive: Option<Keepalive>,
    changed: bool,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing before then, if ever.
    Nothing(Option<Instant>),
    /// A ping.
    Ping,
    /// The end: the client did not authenticate.
    Unauthenticated,
    /// The end: the client does not read.
    Stalled,
    /// The end: the client does not answer.
    Silent,
}

impl Deadlines {
    /// A session whose client has until `auth` to authenticate.
    pub(crate) fn new(auth: Instant) -> Self {
        Self { auth: Some(auth), changed: true, ..Self::default() }
    }

    /// The client has authenticated.
    pub(crate) fn authenticated(&mut self) {
        self.auth = None;
    }

    /// Pings from now on, unless that is so already.
    pub(crate) fn keep_alive(&mut self, client: u64, interval: Duration, count: u32, now: Instant) {
        if self.keepalive.is_none() {
            self.keepalive = Some(Keepalive::new(client, interval, count, now));
            self.changed = true;
        }
    }

    /// Something came from the client.
    pub(crate) fn heard(&mut self) {
        if let Some(keepalive) = &mut self.keepalive {
            keepalive.heard(Instant::now());
        }
    }

    /// How sending went.
    pub(crate) fn sent(&mut self, stalled: Option<Stall>, timeout: Duration) {
        match (stalled, self.stall) {
            (None, _) => self.stall = None,
            (Some(Stall::Still), Some(_)) => {}
            (Some(Stall::Still | Stall::Moving), _) => {
                self.stall = Instant::now().checked_add(timeout);
                self.changed = true;
            }
        }
    }

    /// Something that was due is done; there may be more.
    pub(crate) fn due_again(&mut self) {
        self.changed = true;
    }

    /// Whether a deadline may be nearer than when this was asked last.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What is due at `now`.
    pub(crate) fn due(&mut self, now: Instant) -> Due {
        let over = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if over(self.auth) {
            return Due::Unauthenticated;
        }
        if over(self.stall) {
            return Due::Stalled;
        }
        let keepalive = match self.keepalive.as_mut().map(|keepalive| keepalive.action(now)) {
            None => None,
            Some(KeepaliveAction::Wait(until)) => Some(until),
            Some(KeepaliveAction::Ping(_)) => return Due::Ping,
            Some(KeepaliveAction::GiveUp) => return Due::Silent,
        };
        Due::Nothing([self.auth, self.stall, keepalive].into_iter().flatten().min())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Deadlines, Due};
    use crate::outgoing::Stall;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up_one_that_takes_a_little_is_not() {
        let mut deadlines = Deadlines::default();
        deadlines.sent(Some(Stall::Still), 10 * SECOND);
        tokio::time::advance(9 * SECOND).await;
        deadlines.sent(Some(Stall::Moving), 10 * SECOND);
        tokio::time::advance(9 * SECOND).await;
        deadlines.sent(Some(Stall::Still), 10 * SECOND);
        assert!(matches!(deadlines.due(Instant::now()), Due::Nothing(Some(_))));
        tokio::time::advance(SECOND).await;
        assert_eq!(deadlines.due(Instant::now()), Due::Stalled);
        deadlines.sent(None, 10 * SECOND);
        assert_eq!(deadlines.due(Instant::now()), Due::Nothing(None));
    }

    #[test]
    fn authentication_has_a_deadline() {
        let now = Instant::now();
        let mut deadlines = Deadlines::new(now + SECOND);
        assert_eq!(deadlines.due(now), Due::Nothing(Some(now + SECOND)));
        assert_eq!(deadlines.due(now + SECOND), Due::Unauthenticated);
        deadlines.authenticated();
        assert_eq!(deadlines.due(now + SECOND), Due::Nothing(None));
    }
}
