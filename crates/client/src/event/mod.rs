//! Events: what the server tells without being asked again.

mod body;
mod object;
mod queue;
mod subscribers;

use std::sync::Arc;

use api::procedure::Row;
use api::remote::NonnullDomain;
use api::{
    ConnectDomainQemuMonitorEventRegisterFlags, DomainEventID, EventMessage, Procedure, qemu,
    remote,
};

pub use body::DomainEventBody;
pub use object::{
    NetworkEvent, NetworkEventBody, NodeDeviceEvent, NodeDeviceEventBody, SecretEvent,
    SecretEventBody, StoragePoolEvent, StoragePoolEventBody,
};
pub(crate) use queue::Queue;
use subscribers::Told;
pub use subscribers::UnknownEvent;
pub(crate) use subscribers::{Family, Subscriber, Subscribers};

use crate::connection::Connection;
use crate::domain::Domain;
use crate::error::{Misbehaviour, Result};

/// Something happened to a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// The domain, as it was then; [`Connection::domain`] makes a handle of it.
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

/// What an [`EventStream`] yields.
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

/// Events as they come, in the server's order; dropping it ends the registration.
///
/// At most 1024 events wait to be taken. Those that come when it is full are counted, and the
/// count stands in their place.
#[derive(Debug)]
pub struct EventStream<E> {
    connection: Connection,
    queue: Arc<Queue<E>>,
    registrations: Vec<Registration>,
}

#[derive(Debug)]
struct Registration {
    family: Family,
    callback_id: i32,
    /// What ends it.
    row: &'static Row,
}

/// Which monitor events are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MonitorFilter {
    /// All of them.
    #[default]
    All,
    /// Those of this name.
    Name(String),
    /// Those of this name, in upper or lower case.
    NameAnyCase(String),
    /// Those whose name matches a regular expression.
    Regex(String),
    /// Those whose name matches a regular expression, in upper or lower case.
    RegexAnyCase(String),
}

impl MonitorFilter {
    fn to_wire(&self) -> (Option<String>, ConnectDomainQemuMonitorEventRegisterFlags) {
        use ConnectDomainQemuMonitorEventRegisterFlags as Flags;
        match self {
            Self::All => (None, Flags::default()),
            Self::Name(name) => (Some(name.clone()), Flags::default()),
            Self::NameAnyCase(name) => (Some(name.clone()), Flags::NOCASE),
            Self::Regex(pattern) => (Some(pattern.clone()), Flags::REGEX),
            Self::RegexAnyCase(pattern) => (Some(pattern.clone()), Flags::REGEX | Flags::NOCASE),
        }
    }
}

impl<E> EventStream<E> {
    /// Waits for the next event, or the mark of lost ones. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`crate::Error::Closed`], once all that came before the end is taken.
    pub async fn next(&mut self) -> Result<Notice<E>> {
        Ok(self.queue.next().await?)
    }
}

impl<E> Drop for EventStream<E> {
    fn drop(&mut self) {
        for Registration { family, callback_id, row } in &self.registrations {
            self.connection.link().unsubscribe(*family, *callback_id);
            // Every deregistration has the callback id for its only argument.
            self.connection.link().call_and_forget(row, callback_id);
        }
    }
}

impl Connection {
    /// Subscribes to the given kinds of domain event, of one domain or of all.
    ///
    /// # Errors
    /// Code 1 for a kind that the server does not know.
    pub async fn events(
        &self,
        kinds: &[DomainEventID],
        domain: Option<&Domain>,
    ) -> Result<EventStream<DomainEvent>> {
        let queue = Arc::new(Queue::default());
        let mut events = EventStream { connection: self.clone(), queue, registrations: Vec::new() };
        for kind in kinds {
            let args = remote::ConnectDomainEventCallbackRegisterAnyArgs {
                event_id: kind.0,
                dom: domain.map(Domain::reference),
            };
            let subscriber = Subscriber::new(Family::Domain, &events.queue);
            let registered = self
                .subscribe::<remote::ConnectDomainEventCallbackRegisterAny>(args, subscriber)
                .await?;
            events.registrations.push(Registration {
                family: Family::Domain,
                callback_id: registered.callback_id,
                row: remote::ConnectDomainEventCallbackDeregisterAny::ROW,
            });
        }
        Ok(events)
    }

    /// Subscribes to the raw events of QEMU's monitor, of one domain or of all.
    ///
    /// # Errors
    /// Code 3 when the driver has no such monitor.
    pub async fn monitor_events(
        &self,
        filter: &MonitorFilter,
        domain: Option<&Domain>,
    ) -> Result<EventStream<MonitorEvent>> {
        let queue = Arc::new(Queue::default());
        let (event, flags) = filter.to_wire();
        let args = qemu::ConnectDomainMonitorEventRegisterArgs {
            dom: domain.map(Domain::reference),
            event,
            flags: flags.0,
        };
        let subscriber = Subscriber::new(Family::Monitor, &queue);
        let registered =
            self.subscribe::<qemu::ConnectDomainMonitorEventRegister>(args, subscriber).await?;
        let registrations = vec![Registration {
            family: Family::Monitor,
            callback_id: registered.callback_id,
            row: qemu::ConnectDomainMonitorEventDeregister::ROW,
        }];
        Ok(EventStream { connection: self.clone(), queue, registrations })
    }

    /// Events of kinds that this library does not know, as a newer server may send them to whoever
    /// registered by [`Connection::call`].
    pub fn unknown_events(&self) -> EventStream<UnknownEvent> {
        let queue = Arc::new(Queue::default());
        self.link().watch_unknown(&queue);
        EventStream { connection: self.clone(), queue, registrations: Vec::new() }
    }
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
