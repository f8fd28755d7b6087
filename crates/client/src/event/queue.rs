//! Events on their way from the connection to whoever takes them: bounded, and honest about loss.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Notice;
use crate::error::Closed;

/// Events that may wait to be taken.
pub(crate) const WAITING_MAX: usize = 1024;

/// One stream's events.
#[derive(Debug)]
pub(crate) struct Queue<E> {
    state: Mutex<State<E>>,
    changed: Notify,
}

#[derive(Debug)]
struct State<E> {
    waiting: VecDeque<Notice<E>>,
    closed: Option<Closed>,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        let state = Mutex::new(State { waiting: VecDeque::new(), closed: None });
        Self { state, changed: Notify::new() }
    }
}

impl<E> Queue<E> {
    /// Adds an event, or counts it as lost.
    pub(crate) fn push(&self, event: E) {
        let mut state = self.state();
        if state.waiting.len() < WAITING_MAX {
            state.waiting.push_back(Notice::Event(event));
        } else if let Some(Notice::Lost { count }) = state.waiting.back_mut() {
            *count = count.saturating_add(1);
        } else {
            state.waiting.push_back(Notice::Lost { count: 1 });
        }
        drop(state);
        self.changed.notify_one();
    }

    /// No event will follow.
    pub(crate) fn close(&self, reason: Closed) {
        self.state().closed.get_or_insert(reason);
        self.changed.notify_one();
    }

    /// Waits for the next notice; one task at a time.
    pub(crate) async fn next(&self) -> Result<Notice<E>, Closed> {
        loop {
            {
                let mut state = self.state();
                if let Some(notice) = state.waiting.pop_front() {
                    return Ok(notice);
                }
                if let Some(reason) = &state.closed {
                    return Err(reason.clone());
                }
            }
            // A push since the look above has left a permit, so this returns at once.
            self.changed.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Closed, Notice, Queue, WAITING_MAX};

    #[tokio::test]
    async fn what_does_not_fit_is_counted_in_its_place() {
        let queue = Queue::default();
        (0..WAITING_MAX + 3).for_each(|event| queue.push(event));
        for event in 0..WAITING_MAX {
            assert_eq!(queue.next().await.unwrap(), Notice::Event(event));
        }
        queue.push(7);
        assert_eq!(queue.next().await.unwrap(), Notice::Lost { count: 3 });
        assert_eq!(queue.next().await.unwrap(), Notice::Event(7));
    }

    #[tokio::test]
    async fn the_end_comes_after_what_waits() {
        let queue = Queue::default();
        queue.push(1);
        queue.close(Closed::Eof);
        assert_eq!(queue.next().await.unwrap(), Notice::Event(1));
        assert!(matches!(queue.next().await, Err(Closed::Eof)));
    }
}
