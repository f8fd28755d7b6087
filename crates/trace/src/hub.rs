//! From those who publish records to those who watch.
//!
//! There is one hub a process. Whether anybody wants a record is one relaxed load; a record is
//! made only then, offered to each watcher whose filter it passes, and queued without waiting.
//! What finds no room is counted, and the count stands in the queue where records are missing.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use crate::filter::Filter;
use crate::json::Lines;
use crate::record::Record;

/// What may wait for one watcher. **Units**: bytes.
pub const QUEUE_BYTES_MAX: usize = 4 << 20;
/// Most watchers at a time.
pub const WATCHERS_MAX: usize = 16;
/// In [`WANTED`]: somebody wants payloads.
const PAYLOADS: u32 = 1 << 31;

/// The union of what all watchers want.
static WANTED: AtomicU32 = AtomicU32::new(0);
static WATCHERS: RwLock<Vec<Arc<Queue>>> = RwLock::new(Vec::new());

/// A subject to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Feed {
    /// Connections and their packets.
    Calls = 1,
    /// Events on their way to clients, and timers.
    Events = 2,
    /// What is said on monitors.
    Monitors = 4,
}

/// Any number of subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Feeds(pub u32);

/// What a watcher gets.
#[derive(Debug, Clone)]
pub enum Item {
    /// A record.
    Record(Arc<Record>),
    /// At this place so many records are missing, because the watcher was too slow.
    Lost(u64),
}

/// There are [`WATCHERS_MAX`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyWatchers;

/// Somebody who watches, until dropped.
#[derive(Debug)]
pub struct Watcher {
    queue: Arc<Queue>,
    opened: Instant,
}

#[derive(Debug)]
struct Queue {
    feeds: Feeds,
    filter: Filter,
    details: bool,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<Item>,
    bytes: usize,
    lost: u64,
    waker: Option<Waker>,
}

/// Whether anybody watches this.
#[inline]
pub fn wants(feed: Feed) -> bool {
    WANTED.load(Ordering::Relaxed) & feed as u32 != 0
}

/// Whether anybody needs what is in packets, not only that there are some.
#[inline]
pub fn wants_payloads() -> bool {
    WANTED.load(Ordering::Relaxed) & PAYLOADS != 0
}

/// Hands a record to whoever watches for it. Worth making only after [`wants`].
pub fn publish(record: Record) {
    let feed = record.feed();
    let record = Arc::new(record);
    let watchers = WATCHERS.read().unwrap_or_else(PoisonError::into_inner);
    let wanting = watchers.iter().filter(|queue| queue.feeds.has(feed));
    wanting.filter(|queue| queue.filter.passes(&record)).for_each(|queue| queue.offer(&record));
}

/// Watches from now on. With `details`, records bring what is in packets.
///
/// # Errors
/// When there are too many watchers already.
pub fn watch(feeds: Feeds, filter: Filter, details: bool) -> Result<Watcher, TooManyWatchers> {
    let queue = Arc::new(Queue { feeds, filter, details, waiting: Mutex::default() });
    let mut watchers = WATCHERS.write().unwrap_or_else(PoisonError::into_inner);
    if watchers.len() >= WATCHERS_MAX {
        return Err(TooManyWatchers);
    }
    watchers.push(Arc::clone(&queue));
    announce(&watchers);
    Ok(Watcher { queue, opened: Instant::now() })
}

fn announce(watchers: &[Arc<Queue>]) {
    let wanted = watchers.iter().fold(0, |wanted, queue| {
        wanted | queue.feeds.0 | if queue.wants_payloads() { PAYLOADS } else { 0 }
    });
    WANTED.store(wanted, Ordering::Relaxed);
}

impl Feeds {
    /// All that there are.
    pub const ALL: Self = Self(7);

    /// Whether a subject is among them.
    pub fn has(self, feed: Feed) -> bool {
        self.0 & feed as u32 != 0
    }
}

impl From<Feed> for Feeds {
    fn from(feed: Feed) -> Self {
        Self(feed as u32)
    }
}

impl Watcher {
    /// What it watches.
    pub fn feeds(&self) -> Feeds {
        self.queue.feeds
    }

    /// What makes lines of its items.
    pub fn lines(&self) -> Lines {
        let filter = &self.queue.filter;
        let replies_alone = filter.errors_only || filter.slower_than.is_some();
        Lines::new(self.opened, self.queue.details).with_calls(replies_alone)
    }

    /// What comes next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Item {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// What comes next.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Item> {
        let mut waiting = self.queue.lock();
        match waiting.take() {
            Some(item) => Poll::Ready(item),
            None => {
                waiting.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut watchers = WATCHERS.write().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|queue| !Arc::ptr_eq(queue, &self.queue));
        announce(&watchers);
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wants_payloads(&self) -> bool {
        self.details || self.filter.needs_payloads()
    }

    fn offer(&self, record: &Arc<Record>) {
        let mut waiting = self.lock();
        let bytes = waiting.bytes.saturating_add(record.size());
        if bytes > QUEUE_BYTES_MAX {
            waiting.lost = waiting.lost.saturating_add(1);
            return;
        }
        if waiting.lost > 0 {
            let lost = std::mem::take(&mut waiting.lost);
            waiting.items.push_back(Item::Lost(lost));
        }
        waiting.bytes = bytes;
        waiting.items.push_back(Item::Record(Arc::clone(record)));
        let waker = waiting.waker.take();
        drop(waiting);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl Waiting {
    fn take(&mut self) -> Option<Item> {
        match self.items.pop_front() {
            Some(Item::Record(record)) => {
                self.bytes = self.bytes.saturating_sub(record.size());
                Some(Item::Record(record))
            }
            Some(lost @ Item::Lost(_)) => Some(lost),
            None if self.lost > 0 => Some(Item::Lost(std::mem::take(&mut self.lost))),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests;
