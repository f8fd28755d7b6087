//! Events: what the server tells without being asked again.

mod body;
mod object;
mod queue;
mod subscribers;

use api::remote::NonnullDomain;
use api::{EventMessage, qemu};

pub use body::DomainEventBody;
pub use object::{
    NetworkEvent, NetworkEventBody, NodeDeviceEvent, NodeDeviceEventBody, SecretEvent,
    SecretEventBody, StoragePoolEvent, StoragePoolEventBody,
};
pub(crate) use queue::Queue;
pub use subscribers::UnknownEvent;
pub(crate) use subscribers::{Family, Subscriber, Subscribers, Told};

use crate::error::Misbehaviour;

/// Something happened to a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// The domain, as it was then; [`Connection::domain`](crate::Connection::domain) makes a handle of it.
    pub domain: NonnullDomain,
    /// What happened.
    pub body: DomainEventBody,
}

/// What QEMU's monitor said, as it said it.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorEvent {
    /// The domain, as it was then.
    pub domain: NonnullDomain,
    /// Name of the event, such as `STOP`.
    pub name: String,
    /// Seconds since the epoch.
    pub seconds: i64,
    /// Microseconds within the second.
    pub micros: u32,
    /// The event's data as JSON text.
    pub details: Option<String>,
}

/// What an [`EventStream`](crate::EventStream) yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice<E> {
    /// An event.
    Event(E),
    /// Here events are missing: they came faster than they were taken.
    Lost {
        /// How many.
        count: u64,
    },
}

impl Told for MonitorEvent {
    fn decode(procedure: i32, payload: &[u8]) -> Result<Option<Self>, Misbehaviour> {
        if procedure != qemu::DomainMonitorEvent::ROW.number {
            return Ok(None);
        }
        let message = body::take::<qemu::DomainMonitorEvent>(payload)?;
        Ok(Some(Self {
            domain: message.dom,
            name: message.event,
            seconds: message.seconds,
            micros: message.micros,
            details: message.details,
        }))
    }
}
