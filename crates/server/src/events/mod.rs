//! From a driver's events to packets for whoever registered.
//!
//! One [`Fanout`] a driver subscribes to its bus. An event is encoded once for each form that
//! somebody wants; a registrant's packet is a copy with its callback id filled in. Packets go in
//! line in the order of the driver's events. Nothing waits for a registrant: one whose line is
//! full is cut off, for it would not know what it has missed.

mod domain;
mod filter;
mod object;

use std::cell::LazyCell;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use api::qemu::{DomainMonitorEvent, DomainMonitorEventMsg};
use api::{DomainEventID, EventMessage, Uuid, xdr};
use driver::{DomainEvent, Event, Identity, MonitorEvent, Subscriber};
use rpc::{HEADER_BYTES, Header, PacketType, Status};

pub(crate) use filter::NameFilter;

use crate::access::ClientGuard;
use crate::outgoing::Outgoing;
use crate::trace::Told;

/// Everybody who registered with one driver.
#[derive(Default)]
pub(crate) struct Fanout {
    interests: RwLock<Vec<Interest>>,
}

/// One registration.
pub(crate) struct Interest {
    /// Whom to tell.
    pub(crate) registrant: Registrant,
    /// Of what.
    pub(crate) topic: Topic,
    /// Of which object; none: of all.
    pub(crate) object: Option<ObjectKey>,
    /// How.
    pub(crate) form: Form,
}

/// Whom to tell.
pub(crate) struct Registrant {
    /// Number of the connection.
    pub(crate) client: u64,
    /// What the connection knows the registration by.
    pub(crate) callback_id: i32,
    /// Where its packets go.
    pub(crate) outgoing: Arc<Outgoing>,
    /// What it may know of; none where it may know of everything.
    pub(crate) guard: Option<Arc<ClientGuard>>,
}

/// What a client registers for.
#[derive(Debug)]
pub(crate) enum Topic {
    /// An event by the number that it has among those of its kind of object.
    Event(Kind, i32),
    /// What monitors say.
    Monitor(NameFilter),
}

/// A kind of object that has events; each has callback ids of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Domain,
    Network,
    StoragePool,
    NodeDevice,
    Secret,
    /// Of a domain too, yet registered for apart.
    Monitor,
}

/// What an object is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectKey {
    Uuid(Uuid),
    Name(String),
}

/// How an event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Without a callback id, to clients that know of none.
    Legacy,
    /// With one.
    Callback,
}

impl Topic {
    fn kind(&self) -> Kind {
        match self {
            Self::Event(kind, _) => *kind,
            Self::Monitor(_) => Kind::Monitor,
        }
    }

    fn is_event(&self, kind: Kind, id: i32) -> bool {
        matches!(self, Self::Event(known, number) if (*known, *number) == (kind, id))
    }

    /// Whether a connection that has one may not have the other. As libvirtd does, monitors may be
    /// asked twice for the same name, not twice for all they say.
    fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event(kind, id), _) => other.is_event(*kind, *id),
            (Self::Monitor(NameFilter::All), Self::Monitor(NameFilter::All)) => true,
            (Self::Monitor(_), _) => false,
        }
    }
}

impl Interest {
    /// Whether an event of this object is one that the registrant asked for.
    fn covers(&self, object: &ObjectKey) -> bool {
        self.object.as_ref().is_none_or(|wanted| wanted == object)
    }

    fn is_of(&self, client: u64, kind: Kind) -> bool {
        self.registrant.client == client && self.topic.kind() == kind
    }
}

impl Fanout {
    fn read(&self) -> RwLockReadGuard<'_, Vec<Interest>> {
        self.interests.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Interest>> {
        self.interests.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registrations of a connection.
    pub(crate) fn count(&self, client: u64) -> usize {
        self.read().iter().filter(|known| known.registrant.client == client).count()
    }

    /// Registers, unless the connection is registered for just this already.
    pub(crate) fn add(&self, interest: Interest) -> Added {
        let mut interests = self.write();
        // Legacy or not: as with libvirtd, a connection hears of an event once.
        let known = interests.iter().any(|known| {
            known.registrant.client == interest.registrant.client
                && known.topic.repeats(&interest.topic)
                && known.object == interest.object
        });
        if known {
            return Added::Already;
        }
        interests.push(interest);
        Added::New
    }

    /// Ends a registration by its callback id; whether there was one.
    pub(crate) fn remove(&self, client: u64, kind: Kind, callback_id: i32) -> bool {
        self.remove_first(|known| {
            known.is_of(client, kind) && known.registrant.callback_id == callback_id
        })
    }

    /// Ends the first registration for a domain's event, in whatever form; whether there was one.
    pub(crate) fn remove_legacy(&self, client: u64, event: DomainEventID) -> bool {
        self.remove_first(|known| {
            known.registrant.client == client && known.topic.is_event(Kind::Domain, event.0)
        })
    }

    fn remove_first(&self, which: impl FnMut(&Interest) -> bool) -> bool {
        let mut interests = self.write();
        let place = interests.iter().position(which);
        place.map(|place| interests.remove(place)).is_some()
    }

    /// Ends all registrations of a connection.
    pub(crate) fn forget(&self, client: u64) {
        self.write().retain(|known| known.registrant.client != client);
    }

    /// Tells an event to all who want it and may know of its object.
    fn tell(
        &self,
        object: &ObjectKey,
        identity: impl FnOnce() -> Identity,
        asked: impl Fn(&Topic) -> bool,
        packet: impl Fn(Form) -> Result<Option<Vec<u8>>, xdr::Error>,
        name: impl FnOnce() -> String,
    ) {
        let interests = self.read();
        let wanted = interests.iter().filter(|known| asked(&known.topic) && known.covers(object));
        let identity = LazyCell::new(identity);
        let (mut legacy, mut callback) = (None, None);
        let mut told = Told::default();
        for Interest { registrant, form, .. } in wanted {
            let made = match form {
                Form::Legacy => &mut legacy,
                Form::Callback => &mut callback,
            };
            let made = made.get_or_insert_with(|| {
                packet(*form).unwrap_or_else(|fault| {
                    tracing::error!(%fault, ?object, "an event is over the protocol's limits");
                    None
                })
            });
            if let Some(packet) = made {
                told.add(registrant.tell(packet, *form, &identity));
            }
        }
        told.done(name, &identity);
    }

    fn tell_domain_event(&self, event: &DomainEvent) {
        let object = ObjectKey::Uuid(event.domain.uuid);
        for id in event.body.ids() {
            let asked = |topic: &Topic| topic.is_event(Kind::Domain, id.0);
            let packet = |form| domain::packet(event, *id, form);
            self.tell(&object, || event.identity(), asked, packet, || name_of(*id));
        }
    }

    fn tell_monitor_event(&self, event: &MonitorEvent) {
        let object = ObjectKey::Uuid(event.domain.uuid);
        let asked = |topic: &Topic| match topic {
            Topic::Monitor(filter) => filter.matches(&event.name),
            Topic::Event(..) => false,
        };
        let packet = |_| monitor_packet(event).map(Some);
        let name = || format!("monitor:{}", event.name);
        self.tell(&object, || event.identity(), asked, packet, name);
    }
}

impl Subscriber for Fanout {
    fn deliver(&self, event: &Arc<Event>) {
        let exactly = |kind, id| move |topic: &Topic| topic.is_event(kind, id);
        match &**event {
            Event::Domain(event) => self.tell_domain_event(event),
            Event::Monitor(event) => self.tell_monitor_event(event),
            Event::Network(event) => {
                let asked = exactly(Kind::Network, event.body.id().0);
                let object = ObjectKey::Uuid(event.network.uuid);
                let packet = |_| object::network(event).map(Some);
                let id = event.body.id();
                let name = || format!("network:{}", spelt(id.name(), id.0));
                self.tell(&object, || event.identity(), asked, packet, name);
            }
            Event::StoragePool(event) => {
                let asked = exactly(Kind::StoragePool, event.body.id().0);
                let object = ObjectKey::Uuid(event.pool.uuid);
                let packet = |_| object::storage_pool(event).map(Some);
                let id = event.body.id();
                let name = || format!("storage-pool:{}", spelt(id.name(), id.0));
                self.tell(&object, || event.identity(), asked, packet, name);
            }
            Event::NodeDevice(event) => {
                let asked = exactly(Kind::NodeDevice, event.body.id().0);
                let object = ObjectKey::Name(event.device.name.clone());
                let packet = |_| object::node_device(event).map(Some);
                let id = event.body.id();
                let name = || format!("node-device:{}", spelt(id.name(), id.0));
                self.tell(&object, || event.identity(), asked, packet, name);
            }
            Event::Secret(event) => {
                let asked = exactly(Kind::Secret, event.body.id().0);
                let object = ObjectKey::Uuid(event.secret.uuid);
                let packet = |_| object::secret(event).map(Some);
                let id = event.body.id();
                let name = || format!("secret:{}", spelt(id.name(), id.0));
                self.tell(&object, || event.identity(), asked, packet, name);
            }
        }
    }
}

/// What became of a wish to register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    New,
    /// The connection is registered for just this already.
    Already,
}

impl Registrant {
    /// Tells of an event about an object, if the registrant may know of it. The answer is what
    /// waits for the client now, unless it is not told or that is yet to be decided.
    /// **Units**: bytes.
    fn tell<F: FnOnce() -> Identity>(
        &self,
        packet: &[u8],
        form: Form,
        about: &LazyCell<Identity, F>,
    ) -> Option<usize> {
        let mut packet = packet.to_vec();
        // The callback id is the first word of the payload in every message that has one.
        if form == Form::Callback
            && let Some(place) = packet.get_mut(HEADER_BYTES..HEADER_BYTES + 4)
        {
            place.copy_from_slice(&self.callback_id.to_be_bytes());
        }
        match &self.guard {
            None => Some(self.outgoing.event(packet)),
            Some(guard) => guard.tell(about, &self.outgoing, packet),
        }
    }
}

/// The event's name as clients' commands spell it: `block-job`.
fn name_of(id: DomainEventID) -> String {
    spelt(id.name(), id.0)
}

fn spelt(name: Option<&str>, number: i32) -> String {
    name.map_or_else(|| number.to_string(), |name| name.to_lowercase().replace('_', "-"))
}

fn monitor_packet(event: &MonitorEvent) -> Result<Vec<u8>, xdr::Error> {
    let MonitorEvent { domain, name, seconds, micros, details, .. } = event.clone();
    encode::<DomainMonitorEvent>(&DomainMonitorEventMsg {
        callback_id: 0,
        dom: domain,
        event: name,
        seconds,
        micros,
        details,
    })
}

/// The packet of a message; its serial is 1, as libvirtd's is.
fn encode<M: EventMessage>(body: &M::Body) -> Result<Vec<u8>, xdr::Error> {
    let header = Header {
        program: M::ROW.program,
        version: 1,
        procedure: M::ROW.number,
        kind: PacketType::Message,
        serial: 1,
        status: Status::Ok,
    };
    rpc::encode(Vec::new(), &header, body)
}

#[cfg(test)]
mod tests;
