//! Clients that shake hands: a bounded number, of which newcomers displace the oldest.
//!
//! Whoever connects and then says nothing would otherwise keep others out for as long as a slow
//! client is given. A handshake takes milliseconds, so the oldest of many is not one in progress.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Most clients that shake hands at a time.
const HANDSHAKES_MAX: usize = 256;

/// The handshakes under way.
#[derive(Debug, Default)]
pub(crate) struct Handshakes(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    next: u64,
    /// Dropping a sender displaces its client.
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// A handshake's place, until dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    handshakes: &'a Handshakes,
    number: u64,
}

impl Handshakes {
    /// A place, and what resolves when it is taken away.
    pub(crate) fn begin(&self) -> (Place<'_>, oneshot::Receiver<()>) {
        let (sender, displaced) = oneshot::channel();
        let mut line = self.line();
        let number = line.next;
        line.next = line.next.wrapping_add(1);
        if line.waiting.len() >= HANDSHAKES_MAX {
            line.waiting.pop_front();
        }
        line.waiting.push_back((number, sender));
        (Place { handshakes: self, number }, displaced)
    }

    /// Displaces all.
    pub(crate) fn give_up(&self) {
        self.line().waiting.clear();
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.handshakes.line().waiting.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::Receiver;
    use tokio::sync::oneshot::error::TryRecvError;

    use super::{HANDSHAKES_MAX, Handshakes};

    #[test]
    fn the_oldest_makes_place_for_a_newcomer() {
        let handshakes = Handshakes::default();
        let mut waiting: Vec<_> = (0..HANDSHAKES_MAX).map(|_| handshakes.begin()).collect();
        let (_newcomer, mut displaced) = handshakes.begin();
        assert!(is_displaced(&mut waiting[0].1), "the oldest is told");
        assert!(!is_displaced(&mut displaced) && !is_displaced(&mut waiting[1].1));
    }

    #[test]
    fn whoever_is_done_makes_place_without_displacing_anybody() {
        let handshakes = Handshakes::default();
        let (done, _) = handshakes.begin();
        let mut waiting: Vec<_> = (1..HANDSHAKES_MAX).map(|_| handshakes.begin()).collect();
        drop(done);
        let _newcomer = handshakes.begin();
        assert!(!is_displaced(&mut waiting[0].1));
        handshakes.give_up();
        assert!(waiting.iter_mut().all(|(_, displaced)| is_displaced(displaced)));
    }

    fn is_displaced(displaced: &mut Receiver<()>) -> bool {
        !matches!(displaced.try_recv(), Err(TryRecvError::Empty))
    }
}
