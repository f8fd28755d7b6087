//! From a driver's events to packets for whoever registered.
//!
//! One [`Fanout`] a driver subscribes to its bus. An event is encoded once for each form that
//! somebody wants; a registrant's packet is a copy with its callback id filled in.

mod domain;
mod filter;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use api::qemu::{DomainMonitorEvent, DomainMonitorEventMsg};
use api::{DomainEventID, EventMessage, Uuid, xdr};
use driver::{DomainEvent, Event, MonitorEvent, Subscriber};
use rpc::{HEADER_BYTES, Header, PacketType, Status};

pub(crate) use filter::NameFilter;

use crate::outgoing::Outgoing;

/// Everybody who registered with one driver.
#[derive(Default)]
pub(crate) struct Fanout {
    interests: RwLock<Interests>,
}

#[derive(Default)]
struct Interests {
    domain: Vec<DomainInterest>,
    monitor: Vec<MonitorInterest>,
}

/// Whom to tell.
pub(crate) struct Registrant {
    /// Number of the connection.
    pub(crate) client: u64,
    /// What the connection knows the registration by.
    pub(crate) callback_id: i32,
    /// Where its packets go.
    pub(crate) outgoing: Arc<Outgoing>,
}

struct DomainInterest {
    registrant: Registrant,
    event: DomainEventID,
    domain: Option<Uuid>,
    form: Form,
}

struct MonitorInterest {
    registrant: Registrant,
    filter: NameFilter,
    domain: Option<Uuid>,
}

/// How an event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Without a callback id, to clients that know of none.
    Legacy,
    /// With one.
    Callback,
}

impl Fanout {
    fn read(&self) -> RwLockReadGuard<'_, Interests> {
        self.interests.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Interests> {
        self.interests.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registrations of a connection.
    pub(crate) fn count(&self, client: u64) -> usize {
        let interests = self.read();
        let domain = interests.domain.iter().filter(|known| known.registrant.client == client);
        let monitor = interests.monitor.iter().filter(|known| known.registrant.client == client);
        domain.count().saturating_add(monitor.count())
    }

    /// Whether a connection is registered for just this already.
    pub(crate) fn has(&self, client: u64, event: DomainEventID, domain: Option<Uuid>) -> bool {
        self.read().domain.iter().any(|known| {
            known.registrant.client == client && known.event == event && known.domain == domain
        })
    }

    /// Registers for one event, of one domain or of all.
    pub(crate) fn add_domain(
        &self,
        registrant: Registrant,
        event: DomainEventID,
        domain: Option<Uuid>,
        form: Form,
    ) {
        self.write().domain.push(DomainInterest { registrant, event, domain, form });
    }

    /// Registers for what monitors say, of one domain or of all.
    pub(crate) fn add_monitor(
        &self,
        registrant: Registrant,
        filter: NameFilter,
        domain: Option<Uuid>,
    ) {
        self.write().monitor.push(MonitorInterest { registrant, filter, domain });
    }

    /// Ends a registration by its callback id; whether there was one.
    pub(crate) fn remove_domain(&self, client: u64, callback_id: i32) -> bool {
        remove(&mut self.write().domain, |known| {
            known.registrant.client == client && known.registrant.callback_id == callback_id
        })
    }

    /// Ends a registration by its event; whether there was one.
    pub(crate) fn remove_legacy(&self, client: u64, event: DomainEventID) -> bool {
        remove(&mut self.write().domain, |known| {
            known.registrant.client == client && known.event == event && known.form == Form::Legacy
        })
    }

    /// Ends a registration for what monitors say; whether there was one.
    pub(crate) fn remove_monitor(&self, client: u64, callback_id: i32) -> bool {
        remove(&mut self.write().monitor, |known| {
            known.registrant.client == client && known.registrant.callback_id == callback_id
        })
    }

    /// Ends all registrations of a connection.
    pub(crate) fn forget(&self, client: u64) {
        let mut interests = self.write();
        interests.domain.retain(|known| known.registrant.client != client);
        interests.monitor.retain(|known| known.registrant.client != client);
    }

    fn tell_domain_event(&self, event: &DomainEvent) {
        let interests = self.read();
        for id in event.body.ids() {
            let (mut legacy, mut callback) = (None, None);
            let wanted = interests.domain.iter().filter(|known| {
                known.event == *id && known.domain.is_none_or(|uuid| uuid == event.domain.uuid)
            });
            for DomainInterest { registrant, form, .. } in wanted {
                let cached = match form {
                    Form::Legacy => &mut legacy,
                    Form::Callback => &mut callback,
                };
                let packet = cached.get_or_insert_with(|| {
                    domain::packet(event, *id, *form).unwrap_or_else(|fault| {
                        tracing::error!(%fault, event = ?id.name(), "event is not told");
                        None
                    })
                });
                if let Some(packet) = packet {
                    registrant.tell(packet, *form);
                }
            }
        }
    }

    fn tell_monitor_event(&self, event: &MonitorEvent) {
        let interests = self.read();
        let wanted = interests.monitor.iter().filter(|known| {
            known.domain.is_none_or(|uuid| uuid == event.domain.uuid)
                && known.filter.matches(&event.name)
        });
        let mut packet = None;
        for MonitorInterest { registrant, .. } in wanted {
            let packet = packet.get_or_insert_with(|| monitor_packet(event));
            match packet {
                Ok(packet) => registrant.tell(packet, Form::Callback),
                Err(fault) => tracing::error!(%fault, event = event.name, "event is not told"),
            }
        }
    }
}

impl Subscriber for Fanout {
    fn deliver(&self, event: &Arc<Event>) {
        match &**event {
            Event::Domain(event) => self.tell_domain_event(event),
            Event::Monitor(event) => self.tell_monitor_event(event),
        }
    }
}

impl Registrant {
    fn tell(&self, packet: &[u8], form: Form) {
        let mut packet = packet.to_vec();
        // The callback id is the first word of the payload in every message that has one.
        if form == Form::Callback
            && let Some(place) = packet.get_mut(HEADER_BYTES..HEADER_BYTES + 4)
        {
            place.copy_from_slice(&self.callback_id.to_be_bytes());
        }
        self.outgoing.event(packet);
    }
}

fn remove<T>(list: &mut Vec<T>, which: impl FnMut(&T) -> bool) -> bool {
    let place = list.iter().position(which);
    // Order is not of use among registrations, but their events keep theirs.
    place.map(|place| list.remove(place)).is_some()
}

fn monitor_packet(event: &MonitorEvent) -> Result<Vec<u8>, xdr::Error> {
    let MonitorEvent { domain, name, seconds, micros, details } = event.clone();
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
