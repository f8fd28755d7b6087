//! Which event goes to which stream.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, LazyLock, Weak};

use api::MAIN_PROGRAMS;
use api::procedure::Lane;
use api::xdr::{Reader, Xdr};

use super::Queue;
use crate::error::{Closed, Misbehaviour};

/// Events kept for registrations whose reply is still on its way; the oldest go first.
const EARLY_MAX: usize = 64;

/// Kinds of object whose registrations have callback ids of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Monitor,
    Domain,
    Network,
    StoragePool,
    NodeDevice,
    Secret,
}

/// An event of a kind that this library does not know, as a newer server may send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    /// Number of the program.
    pub program: u32,
    /// Number of the message within the program.
    pub procedure: i32,
    /// The message as it came.
    pub payload: Vec<u8>,
}

/// An event that can be made of its message.
pub(crate) trait Told: Send + Sized {
    /// The event; none when the message is not one of this kind.
    fn decode(procedure: i32, payload: &[u8]) -> Result<Option<Self>, Misbehaviour>;
}

/// Where the events of one registration go.
#[derive(Debug, Clone)]
pub(crate) struct Subscriber {
    family: Family,
    queue: Arc<dyn Taker>,
}

/// A queue, whatever it is a queue of.
trait Taker: Send + Sync + fmt::Debug {
    fn take(&self, procedure: i32, payload: &[u8]) -> Result<(), Misbehaviour>;
    fn close(&self, reason: Closed);
}

impl<E: Told + fmt::Debug> Taker for Queue<E> {
    fn take(&self, procedure: i32, payload: &[u8]) -> Result<(), Misbehaviour> {
        if let Some(event) = E::decode(procedure, payload)? {
            self.push(event);
        }
        Ok(())
    }

    fn close(&self, reason: Closed) {
        self.close(reason);
    }
}

/// All registrations of a connection.
#[derive(Debug, Default)]
pub(crate) struct Subscribers {
    by_id: HashMap<(Family, i32), Arc<dyn Taker>>,
    /// Registrations whose reply has not come.
    expected: usize,
    /// Events that overtook the reply to their registration.
    early: VecDeque<Early>,
    /// Those who want to see what nobody knows.
    unknown: Vec<Weak<Queue<UnknownEvent>>>,
}

#[derive(Debug)]
struct Early {
    key: (Family, i32),
    procedure: i32,
    payload: Vec<u8>,
}

/// The families of all event messages that begin with a callback id.
static FAMILIES: LazyLock<HashMap<(u32, i32), Family>> = LazyLock::new(|| {
    // The longer of two beginnings first.
    let beginnings = [
        ("DomainMonitorEvent", Family::Monitor),
        ("Domain", Family::Domain),
        ("Network", Family::Network),
        ("StoragePool", Family::StoragePool),
        ("NodeDevice", Family::NodeDevice),
        ("Secret", Family::Secret),
    ];
    let messages = MAIN_PROGRAMS.into_iter().flat_map(|program| program.rows());
    let messages = messages.filter(|row| row.lane == Lane::Event && row.args.has("callback_id"));
    messages
        .filter_map(|row| {
            let (_, family) = beginnings.iter().find(|(name, _)| row.name.starts_with(name))?;
            Some(((row.program, row.number), *family))
        })
        .collect()
});

impl Subscribers {
    /// A registration is on its way: keep what may be meant for it.
    pub(crate) fn expect_one(&mut self) {
        self.expected += 1;
    }

    /// A registration was answered, or given up.
    pub(crate) fn expect_no_more(&mut self) {
        self.expected = self.expected.saturating_sub(1);
    }

    /// A registration has its id.
    pub(crate) fn insert(
        &mut self,
        callback_id: i32,
        subscriber: Subscriber,
    ) -> Result<(), Misbehaviour> {
        let Subscriber { family, queue } = subscriber;
        let mut taken = Ok(());
        for early in std::mem::take(&mut self.early) {
            if early.key == (family, callback_id) {
                taken = taken.and(queue.take(early.procedure, &early.payload));
            } else if self.expected > 0 {
                self.early.push_back(early);
            }
        }
        self.by_id.insert((family, callback_id), queue);
        taken
    }

    /// A registration ends.
    pub(crate) fn remove(&mut self, family: Family, callback_id: i32) {
        self.by_id.remove(&(family, callback_id));
    }

    /// Somebody wants to see what nobody knows.
    pub(crate) fn watch_unknown(&mut self, queue: &Arc<Queue<UnknownEvent>>) {
        self.unknown.retain(|watcher| watcher.strong_count() > 0);
        self.unknown.push(Arc::downgrade(queue));
    }

    /// The connection ends.
    pub(crate) fn close(&mut self, reason: &Closed) {
        self.by_id.drain().for_each(|(_, queue)| queue.close(reason.clone()));
        let unknown = self.unknown.drain(..).filter_map(|watcher| watcher.upgrade());
        unknown.for_each(|queue| queue.close(reason.clone()));
    }

    /// Brings an event to its stream.
    pub(crate) fn deliver(
        &mut self,
        program: u32,
        procedure: i32,
        payload: &[u8],
    ) -> Result<(), Misbehaviour> {
        let Some(family) = FAMILIES.get(&(program, procedure)) else {
            self.deliver_unknown(program, procedure, payload);
            return Ok(());
        };
        let callback_id = i32::decode(&mut Reader::new(payload))
            .map_err(|fault| Misbehaviour::Payload { name: "callback id", fault })?;
        let key = (*family, callback_id);
        match self.by_id.get(&key) {
            Some(queue) => queue.take(procedure, payload),
            None if self.expected > 0 => {
                if self.early.len() == EARLY_MAX {
                    self.early.pop_front();
                }
                self.early.push_back(Early { key, procedure, payload: payload.to_vec() });
                Ok(())
            }
            // Of a registration that has just ended.
            None => Ok(()),
        }
    }

    /// Servers grow: what nobody here knows is no fault.
    fn deliver_unknown(&self, program: u32, procedure: i32, payload: &[u8]) {
        tracing::debug!(program, procedure, "event of an unknown kind");
        for watcher in self.unknown.iter().filter_map(Weak::upgrade) {
            watcher.push(UnknownEvent { program, procedure, payload: payload.to_vec() });
        }
    }
}

impl Subscriber {
    /// A queue for the events of one registration.
    pub(crate) fn new<E: Told + fmt::Debug + 'static>(
        family: Family,
        queue: &Arc<Queue<E>>,
    ) -> Self {
        let queue: Arc<dyn Taker> = Arc::<Queue<E>>::clone(queue);
        Self { family, queue }
    }
}
