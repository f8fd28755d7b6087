//! Who is connected: what is asked of all sessions, or of one that somebody names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driver::Client;
use tokio::sync::watch;

use crate::outgoing::{End, Outgoing};
use crate::server::{Door, ListenerKind};

/// A client that is connected.
pub(crate) struct Present {
    pub(crate) client: Arc<Client>,
    pub(crate) door: Door,
    outgoing: Arc<Outgoing>,
}

/// Everybody who is connected, by number.
pub(crate) struct Sessions {
    by_id: Mutex<HashMap<u64, Arc<Present>>>,
    count: watch::Sender<usize>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { by_id: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Present {
    pub(crate) fn new(client: Arc<Client>, door: Door, outgoing: Arc<Outgoing>) -> Self {
        Self { client, door, outgoing }
    }

    /// Ends the connection: at once, whatever waits for the client. Calls that run, run on.
    pub(crate) fn dismiss(&self) {
        self.outgoing.end(End::Dismissed);
    }
}

impl Sessions {
    pub(crate) fn enter(&self, present: Present) {
        let mut by_id = self.by_id();
        by_id.insert(present.client.id, Arc::new(present));
        self.count.send_replace(by_id.len());
    }

    pub(crate) fn leave(&self, id: u64) {
        let mut by_id = self.by_id();
        by_id.remove(&id);
        self.count.send_replace(by_id.len());
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Tells how many there are whenever that changes.
    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// Ends every connection, after what waits for its client is sent.
    pub(crate) fn end_all(&self) {
        self.by_id().values().for_each(|present| present.outgoing.end(End::Orderly));
    }

    /// Whoever came through doors of which `of` says yes, in order of arrival.
    pub(crate) fn list(&self, of: impl Fn(ListenerKind) -> bool) -> Vec<Arc<Present>> {
        let by_id = self.by_id();
        let mut list: Vec<_> =
            by_id.values().filter(|present| of(present.door.kind)).map(Arc::clone).collect();
        drop(by_id);
        list.sort_unstable_by_key(|present| present.client.id);
        list
    }

    /// The client of that number.
    pub(crate) fn find(&self, id: u64) -> Option<Arc<Present>> {
        self.by_id().get(&id).map(Arc::clone)
    }

    fn by_id(&self) -> MutexGuard<'_, HashMap<u64, Arc<Present>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
