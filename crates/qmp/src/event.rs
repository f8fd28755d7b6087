//! Events on their way to whoever follows the guest.
//!
//! The reader of the monitor never waits for the follower: what does not fit is counted, and the count is
//! delivered in place of the events that are missing.

use crate::message::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The events waiting at most for the follower; more are counted and lost.
const EVENT_LIMIT: usize = 1024;
/// The text they may hold together. **Units**: bytes.
const EVENT_BYTES_LIMIT: usize = 16 << 20;

/// Something that QEMU reports by itself.
#[derive(Debug, Clone)]
pub struct Event {
    /// `SHUTDOWN`, `BLOCK_IO_ERROR`, …; open.
    pub name: String,
    /// Since 1970; -1 when QEMU could not tell.
    pub seconds: i64,
    /// The part below a second; -1 when QEMU could not tell.
    pub microseconds: i64,
    /// What came with it, as JSON text.
    pub data: Option<Box<RawValue>>,
}

impl Event {
    /// The data as a type of the caller's choice; an event without data reads as an empty object.
    ///
    /// **Errors**: what does not fit.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.data.as_deref().map_or("{}", RawValue::get))
    }

    fn size(&self) -> usize {
        self.name.len().saturating_add(self.data.as_ref().map_or(0, |data| data.get().len()))
    }
}

/// What an [`EventReceiver`] gets.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// The next event.
    Event(Event),
    /// At this place in the order, events are missing because the receiver was too slow.
    EventsLost {
        /// How many.
        count: u64,
    },
}

/// The receiving end of a monitor's events; dropping it makes the monitor discard them.
#[derive(Debug)]
pub struct EventReceiver(Arc<EventQueue>);

impl EventReceiver {
    /// The next event in QEMU's order; `None` once the connection is closed and all have been received.
    ///
    /// May be dropped at any point without losing an event.
    pub async fn recv(&mut self) -> Option<Delivery> {
        loop {
            let arrival = self.0.arrival.notified();
            {
                let mut queue = self.0.lock();
                if let Some(delivery) = queue.pop() {
                    return Some(delivery);
                }
                if queue.closed {
                    return None;
                }
            }
            arrival.await;
        }
    }

    /// The next event if one is already here.
    pub fn try_recv(&mut self) -> Option<Delivery> {
        self.0.lock().pop()
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.abandoned = true;
        queue.waiting.clear();
        queue.bytes = 0;
    }
}

/// The reader's end; dropping it ends the events.
#[derive(Debug)]
pub(crate) struct EventSender(Arc<EventQueue>);

#[derive(Debug, Default)]
struct EventQueue {
    queue: Mutex<Queue>,
    arrival: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Delivery>,
    bytes: usize,
    closed: bool,
    abandoned: bool,
}

/// Both ends of a new queue of events.
pub(crate) fn event_queue() -> (EventSender, EventReceiver) {
    let queue = Arc::new(EventQueue::default());
    (EventSender(Arc::clone(&queue)), EventReceiver(queue))
}

impl EventSender {
    pub(crate) fn push(&self, name: String, timestamp: Timestamp, data: Option<&RawValue>) {
        let Timestamp { seconds, microseconds } = timestamp;
        let event = Event { name, seconds, microseconds, data: data.map(RawValue::to_owned) };
        self.0.lock().push(event);
        self.0.arrival.notify_one();
    }
}

impl Drop for EventSender {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.arrival.notify_one();
    }
}

impl EventQueue {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, event: Event) {
        let bytes = self.bytes.saturating_add(event.size());
        if self.abandoned {
            return;
        }
        if self.waiting.len() < EVENT_LIMIT && bytes <= EVENT_BYTES_LIMIT {
            self.bytes = bytes;
            self.waiting.push_back(Delivery::Event(event));
        } else if let Some(Delivery::EventsLost { count }) = self.waiting.back_mut() {
            *count = count.saturating_add(1);
        } else {
            self.waiting.push_back(Delivery::EventsLost { count: 1 });
        }
    }

    fn pop(&mut self) -> Option<Delivery> {
        let delivery = self.waiting.pop_front()?;
        if let Delivery::Event(event) = &delivery {
            self.bytes = self.bytes.saturating_sub(event.size());
        }
        Some(delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(queue: &EventSender, names: std::ops::Range<usize>) {
        for name in names {
            queue.push(name.to_string(), Timestamp::default(), None);
        }
    }

    fn drain(receiver: &mut EventReceiver) -> Vec<String> {
        let describe = |delivery| match delivery {
            Delivery::Event(event) => event.name,
            Delivery::EventsLost { count } => format!("lost {count}"),
        };
        std::iter::from_fn(|| receiver.try_recv().map(describe)).collect()
    }

    #[test]
    fn losses_are_told_where_they_happened() {
        let (queue, mut receiver) = event_queue();
        fill(&queue, 0..EVENT_LIMIT + 3);
        assert!(matches!(receiver.try_recv(), Some(Delivery::Event(event)) if event.name == "0"));
        assert!(matches!(receiver.try_recv(), Some(Delivery::Event(event)) if event.name == "1"));
        fill(&queue, 5000..5001);
        let seen = drain(&mut receiver);
        assert_eq!(&seen[seen.len() - 3..], ["1023", "lost 3", "5000"]);
    }

    #[test]
    fn a_few_huge_events_are_bounded_too() {
        let (queue, mut receiver) = event_queue();
        let data =
            RawValue::from_string(format!("\"{}\"", "x".repeat(EVENT_BYTES_LIMIT / 2))).unwrap();
        for name in ["a", "b", "c"] {
            queue.push(name.into(), Timestamp::default(), Some(&data));
        }
        assert_eq!(drain(&mut receiver), ["a", "lost 2"]);
    }
}
