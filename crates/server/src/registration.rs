//! What clients register for.

use std::sync::atomic::{AtomicI32, Ordering};

use api::qemu::{
    ConnectDomainMonitorEventDeregister, ConnectDomainMonitorEventRegister,
    ConnectDomainMonitorEventRegisterRet,
};
use api::remote::{
    ConnectDomainEventCallbackDeregisterAny, ConnectDomainEventCallbackRegisterAny,
    ConnectDomainEventCallbackRegisterAnyRet, ConnectDomainEventDeregister,
    ConnectDomainEventDeregisterAny, ConnectDomainEventDeregisterRet, ConnectDomainEventRegister,
    ConnectDomainEventRegisterAny, ConnectDomainEventRegisterRet, ConnectNetworkEventDeregisterAny,
    ConnectNetworkEventRegisterAny, ConnectNetworkEventRegisterAnyRet,
    ConnectNodeDeviceEventDeregisterAny, ConnectNodeDeviceEventRegisterAny,
    ConnectNodeDeviceEventRegisterAnyRet, ConnectSecretEventDeregisterAny,
    ConnectSecretEventRegisterAny, ConnectSecretEventRegisterAnyRet,
    ConnectStoragePoolEventDeregisterAny, ConnectStoragePoolEventRegisterAny,
    ConnectStoragePoolEventRegisterAnyRet,
};
use api::{DomainEventID, Error, ErrorDomain, Procedure, Result, Uuid};

use crate::answers::Answer;
use crate::events::{Form, NameFilter, Registrant};
use crate::session::Session;

/// The last event that clients without callback ids know.
const LAST_LEGACY_EVENT: i32 = 15;
/// The last event there is.
const LAST_EVENT: i32 = 27;

impl Session {
    fn registrant(&self, callback_id: i32) -> Registrant {
        let outgoing = std::sync::Arc::clone(&self.outgoing);
        Registrant { client: self.client.id, callback_id, outgoing }
    }

    fn register_domain_event(
        &mut self,
        event_id: i32,
        domain: Option<Uuid>,
        form: Form,
    ) -> Result<i32> {
        let last = if form == Form::Legacy { LAST_LEGACY_EVENT } else { LAST_EVENT };
        if !(0..=last).contains(&event_id) {
            return Err(internal(format!("unsupported event ID {event_id}")));
        }
        let served = std::sync::Arc::clone(&self.opened()?.served);
        let client = self.client.id;
        self.check_room(served.events.count(client))?;
        let event = DomainEventID(event_id);
        if served.events.has(client, event, domain) {
            return Err(already_tracked());
        }
        let callback_id = served.driver.events().next_callback_id();
        served.events.add_domain(self.registrant(callback_id), event, domain, form);
        Ok(callback_id)
    }

    fn deregister_legacy(&mut self, event_id: i32) -> Result<()> {
        if !(0..=LAST_LEGACY_EVENT).contains(&event_id) {
            return Err(internal(format!("unsupported event ID {event_id}")));
        }
        let events = &self.opened()?.served.events;
        if events.remove_legacy(self.client.id, DomainEventID(event_id)) {
            Ok(())
        } else {
            Err(internal(format!("domain event {event_id} not registered")))
        }
    }

    fn check_room(&self, count: usize) -> Result<()> {
        if count < self.limits.max_registrations {
            return Ok(());
        }
        let detail = format!("connection has {count} event registrations already");
        Err(Error::operation_failed(ErrorDomain::EVENT, detail))
    }
}

fn internal(detail: String) -> Error {
    Error::internal(ErrorDomain::RPC, detail)
}

fn already_tracked() -> Error {
    Error::invalid_arg(ErrorDomain::NONE, "event callback already tracked")
}

impl Answer<ConnectDomainEventRegister> for Session {
    fn answer(&mut self, (): ()) -> Result<ConnectDomainEventRegisterRet> {
        self.register_domain_event(DomainEventID::LIFECYCLE.0, None, Form::Legacy)?;
        Ok(ConnectDomainEventRegisterRet::default())
    }
}

impl Answer<ConnectDomainEventDeregister> for Session {
    fn answer(&mut self, (): ()) -> Result<ConnectDomainEventDeregisterRet> {
        self.deregister_legacy(DomainEventID::LIFECYCLE.0)?;
        Ok(ConnectDomainEventDeregisterRet::default())
    }
}

impl Answer<ConnectDomainEventRegisterAny> for Session {
    fn answer(&mut self, args: <ConnectDomainEventRegisterAny as Procedure>::Args) -> Result<()> {
        self.register_domain_event(args.event_id, None, Form::Legacy).map(drop)
    }
}

impl Answer<ConnectDomainEventDeregisterAny> for Session {
    fn answer(&mut self, args: <ConnectDomainEventDeregisterAny as Procedure>::Args) -> Result<()> {
        self.deregister_legacy(args.event_id)
    }
}

impl Answer<ConnectDomainEventCallbackRegisterAny> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainEventCallbackRegisterAny as Procedure>::Args,
    ) -> Result<ConnectDomainEventCallbackRegisterAnyRet> {
        let domain = args.dom.map(|domain| domain.uuid);
        let callback_id = self.register_domain_event(args.event_id, domain, Form::Callback)?;
        Ok(ConnectDomainEventCallbackRegisterAnyRet { callback_id })
    }
}

impl Answer<ConnectDomainEventCallbackDeregisterAny> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainEventCallbackDeregisterAny as Procedure>::Args,
    ) -> Result<()> {
        let id = args.callback_id;
        if self.opened()?.served.events.remove_domain(self.client.id, id) {
            Ok(())
        } else {
            Err(internal(format!("domain event callback {id} not registered")))
        }
    }
}

impl Answer<ConnectDomainMonitorEventRegister> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainMonitorEventRegister as Procedure>::Args,
    ) -> Result<ConnectDomainMonitorEventRegisterRet> {
        let served = std::sync::Arc::clone(&self.opened()?.served);
        self.check_room(served.events.count(self.client.id))?;
        let filter = NameFilter::new(args.event, args.flags)?;
        let domain = args.dom.map(|domain| domain.uuid);
        let callback_id = served.driver.events().next_callback_id();
        served.events.add_monitor(self.registrant(callback_id), filter, domain);
        Ok(ConnectDomainMonitorEventRegisterRet { callback_id })
    }
}

impl Answer<ConnectDomainMonitorEventDeregister> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainMonitorEventDeregister as Procedure>::Args,
    ) -> Result<()> {
        let id = args.callback_id;
        if self.opened()?.served.events.remove_monitor(self.client.id, id) {
            Ok(())
        } else {
            Err(internal(format!("qemu monitor event callback {id} not registered")))
        }
    }
}

/// Registrations for events of objects that no driver has yet. Each kind has ids of its own, as in
/// libvirtd; they are good until taken back, and nothing comes.
#[derive(Debug, Default)]
pub(crate) struct ObjectEvents {
    registered: Vec<(&'static ObjectKind, i32)>,
}

/// A kind of object that has events.
#[derive(Debug)]
struct ObjectKind {
    name: &'static str,
    last_event: i32,
    next_id: AtomicI32,
}

impl ObjectKind {
    const fn new(name: &'static str) -> Self {
        // Each of them has two: lifecycle, and one of its own.
        Self { name, last_event: 1, next_id: AtomicI32::new(0) }
    }
}

static NETWORK: ObjectKind = ObjectKind::new("network");
static STORAGE_POOL: ObjectKind = ObjectKind::new("storage pool");
static NODE_DEVICE: ObjectKind = ObjectKind::new("node device");
static SECRET: ObjectKind = ObjectKind::new("secret");

impl Session {
    fn register_object_event(&mut self, kind: &'static ObjectKind, event_id: i32) -> Result<i32> {
        self.opened()?;
        if !(0..=kind.last_event).contains(&event_id) {
            return Err(internal(format!("unsupported {} event ID {event_id}", kind.name)));
        }
        self.check_room(self.object_events.registered.len())?;
        let id = kind.next_id.fetch_add(1, Ordering::Relaxed);
        self.object_events.registered.push((kind, id));
        Ok(id)
    }

    fn deregister_object_event(&mut self, kind: &'static ObjectKind, id: i32) -> Result<()> {
        self.opened()?;
        let registered = &mut self.object_events.registered;
        let mine =
            |(known, number): &(&ObjectKind, i32)| std::ptr::eq(*known, kind) && *number == id;
        match registered.iter().position(mine) {
            Some(place) => {
                registered.swap_remove(place);
                Ok(())
            }
            None => Err(internal(format!("{} event callback {id} not registered", kind.name))),
        }
    }
}

macro_rules! object_events {
    ($($kind:ident: $register:ident -> $ret:ident, $deregister:ident;)*) => {$(
        impl Answer<$register> for Session {
            fn answer(&mut self, args: <$register as Procedure>::Args) -> Result<$ret> {
                let callback_id = self.register_object_event(&$kind, args.event_id)?;
                Ok($ret { callback_id })
            }
        }
        impl Answer<$deregister> for Session {
            fn answer(&mut self, args: <$deregister as Procedure>::Args) -> Result<()> {
                self.deregister_object_event(&$kind, args.callback_id)
            }
        }
    )*};
}
object_events! {
    NETWORK: ConnectNetworkEventRegisterAny -> ConnectNetworkEventRegisterAnyRet,
        ConnectNetworkEventDeregisterAny;
    STORAGE_POOL: ConnectStoragePoolEventRegisterAny -> ConnectStoragePoolEventRegisterAnyRet,
        ConnectStoragePoolEventDeregisterAny;
    NODE_DEVICE: ConnectNodeDeviceEventRegisterAny -> ConnectNodeDeviceEventRegisterAnyRet,
        ConnectNodeDeviceEventDeregisterAny;
    SECRET: ConnectSecretEventRegisterAny -> ConnectSecretEventRegisterAnyRet,
        ConnectSecretEventDeregisterAny;
}
