//! Which event goes to which stream.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use api::xdr::{Reader, Xdr};
use api::{EventMessage, qemu, remote};

use super::{DomainEvent, MonitorEvent, Queue, body};
use crate::error::{Closed, Misbehaviour};

/// Events kept for registrations whose reply is still on its way; the oldest go first.
const EARLY_MAX: usize = 64;

/// Where the events of one registration go.
#[derive(Debug, Clone)]
pub(crate) enum Subscriber {
    Domain(Arc<Queue<DomainEvent>>),
    Monitor(Arc<Queue<MonitorEvent>>),
}

/// All registrations of a connection, by callback id.
#[derive(Debug, Default)]
pub(crate) struct Subscribers {
    by_id: HashMap<i32, Subscriber>,
    /// Registrations whose reply has not come.
    expected: usize,
    /// Events that overtook the reply to their registration.
    early: VecDeque<(i32, Event)>,
}

#[derive(Debug)]
enum Event {
    Domain(DomainEvent),
    Monitor(MonitorEvent),
}

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
    pub(crate) fn insert(&mut self, callback_id: i32, subscriber: Subscriber) {
        for (id, event) in std::mem::take(&mut self.early) {
            if id == callback_id {
                subscriber.take(event);
            } else if self.expected > 0 {
                self.early.push_back((id, event));
            }
        }
        self.by_id.insert(callback_id, subscriber);
    }

    /// A registration ends.
    pub(crate) fn remove(&mut self, callback_id: i32) {
        self.by_id.remove(&callback_id);
    }

    /// The connection ends.
    pub(crate) fn close(&mut self, reason: &Closed) {
        for (_, subscriber) in self.by_id.drain() {
            match subscriber {
                Subscriber::Domain(queue) => queue.close(reason.clone()),
                Subscriber::Monitor(queue) => queue.close(reason.clone()),
            }
        }
    }

    /// Brings an event to its stream. One that nobody knows is passed over: servers grow.
    pub(crate) fn deliver(
        &mut self,
        program: u32,
        procedure: i32,
        payload: &[u8],
    ) -> Result<(), Misbehaviour> {
        let (callback_id, event) = if program == remote::PROGRAM.number {
            match body::decode(procedure, payload)? {
                Some((callback_id, event)) => (callback_id, Event::Domain(event)),
                None => return Ok(()),
            }
        } else if (program, procedure) == monitor_event() {
            let (callback_id, event) = decode_monitor(payload)?;
            (callback_id, Event::Monitor(event))
        } else {
            tracing::debug!(program, procedure, "event of an unknown kind");
            return Ok(());
        };
        match self.by_id.get(&callback_id) {
            Some(subscriber) => subscriber.take(event),
            None if self.expected > 0 => {
                if self.early.len() == EARLY_MAX {
                    self.early.pop_front();
                }
                self.early.push_back((callback_id, event));
            }
            // Of a registration that has just ended.
            None => {}
        }
        Ok(())
    }
}

impl Subscriber {
    fn take(&self, event: Event) {
        match (self, event) {
            (Self::Domain(queue), Event::Domain(event)) => queue.push(event),
            (Self::Monitor(queue), Event::Monitor(event)) => queue.push(event),
            (Self::Domain(_), Event::Monitor(_)) | (Self::Monitor(_), Event::Domain(_)) => {
                tracing::debug!("event with the callback id of another kind");
            }
        }
    }
}

fn monitor_event() -> (u32, i32) {
    let row = qemu::DomainMonitorEvent::ROW;
    (row.program, row.number)
}

fn decode_monitor(payload: &[u8]) -> Result<(i32, MonitorEvent), Misbehaviour> {
    let name = qemu::DomainMonitorEvent::ROW.name;
    let message = qemu::DomainMonitorEventMsg::decode(&mut Reader::new(payload))
        .map_err(|fault| Misbehaviour::Payload { name, fault })?;
    let event = MonitorEvent {
        domain: message.dom,
        name: message.event,
        seconds: message.seconds,
        micros: message.micros,
        details: message.details,
    };
    Ok((message.callback_id, event))
}
