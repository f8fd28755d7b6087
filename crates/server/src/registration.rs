//! What clients register for. A kind of object that no driver publishes events of can be registered
//! for all the same: clients ask for all kinds when they connect, and nothing comes.

use std::sync::Arc;

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
use api::{
    DomainEventID, Error, ErrorDomain, NetworkEventID, NodeDeviceEventID, Procedure, Result,
    SecretEventID, StoragePoolEventID,
};

use crate::answers::Answer;
use crate::events::{Added, Form, Interest, Kind, NameFilter, ObjectKey, Registrant, Topic};
use crate::session::Session;

/// The last event that clients without callback ids know.
const LAST_LEGACY_EVENT: i32 = 15;

impl Session {
    /// Registers for an event, of one object or of all; the callback id.
    fn register(&mut self, topic: Topic, object: Option<ObjectKey>, form: Form) -> Result<i32> {
        let served = Arc::clone(&self.opened()?.served);
        let count = served.events.count(self.client.id);
        if count >= self.limits.max_registrations {
            let detail = format!("connection has {count} event registrations already");
            return Err(Error::operation_failed(ErrorDomain::EVENT, detail));
        }
        let callback_id = served.driver.events().next_callback_id();
        let outgoing = Arc::clone(&self.outgoing);
        let guard = self.opened()?.guard.clone();
        let registrant = Registrant { client: self.client.id, callback_id, outgoing, guard };
        match served.events.add(Interest { registrant, topic, object, form }) {
            Added::New => Ok(callback_id),
            Added::Already => {
                Err(Error::invalid_arg(ErrorDomain::NONE, "event callback already tracked"))
            }
        }
    }

    fn register_event(
        &mut self,
        kind: Kind,
        event_id: i32,
        object: Option<ObjectKey>,
        form: Form,
    ) -> Result<i32> {
        self.opened()?;
        let known = match form {
            Form::Legacy => LAST_LEGACY_EVENT,
            Form::Callback => last_event(kind),
        };
        if !(0..=known).contains(&event_id) {
            return Err(unsupported(kind, event_id));
        }
        self.register(Topic::Event(kind, event_id), object, form)
    }

    fn deregister(&mut self, kind: Kind, callback_id: i32) -> Result<()> {
        if self.opened()?.served.events.remove(self.client.id, kind, callback_id) {
            return Ok(());
        }
        let name = match kind {
            Kind::Domain => "domain",
            Kind::Network => "network",
            Kind::StoragePool => "storage pool",
            Kind::NodeDevice => "node device",
            Kind::Secret => "secret",
            Kind::Monitor => "qemu monitor",
        };
        Err(internal(format!("{name} event callback {callback_id} not registered")))
    }

    fn deregister_legacy(&mut self, event_id: i32) -> Result<()> {
        let events = &self.opened()?.served.events;
        if !(0..=LAST_LEGACY_EVENT).contains(&event_id) {
            return Err(unsupported(Kind::Domain, event_id));
        }
        if events.remove_legacy(self.client.id, DomainEventID(event_id)) {
            Ok(())
        } else {
            Err(internal(format!("domain event {event_id} not registered")))
        }
    }
}

/// The last event of a kind of object.
fn last_event(kind: Kind) -> i32 {
    match kind {
        Kind::Domain => DomainEventID::NIC_MAC_CHANGE.0,
        Kind::Network => NetworkEventID::METADATA_CHANGE.0,
        Kind::StoragePool => StoragePoolEventID::REFRESH.0,
        Kind::NodeDevice => NodeDeviceEventID::UPDATE.0,
        Kind::Secret => SecretEventID::VALUE_CHANGED.0,
        // Its events have names.
        Kind::Monitor => -1,
    }
}

fn unsupported(kind: Kind, event_id: i32) -> Error {
    internal(match kind {
        Kind::Domain | Kind::Monitor => format!("unsupported event ID {event_id}"),
        Kind::Network => format!("unsupported network event ID {event_id}"),
        Kind::StoragePool => format!("unsupported storage pool event ID {event_id}"),
        Kind::NodeDevice => format!("unsupported node device event ID {event_id}"),
        Kind::Secret => format!("unsupported secret event ID {event_id}"),
    })
}

fn internal(detail: String) -> Error {
    Error::internal(ErrorDomain::RPC, detail)
}

impl Answer<ConnectDomainEventRegister> for Session {
    fn answer(&mut self, (): ()) -> Result<ConnectDomainEventRegisterRet> {
        let lifecycle = DomainEventID::LIFECYCLE.0;
        self.register_event(Kind::Domain, lifecycle, None, Form::Legacy)?;
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
        self.register_event(Kind::Domain, args.event_id, None, Form::Legacy).map(drop)
    }
}

impl Answer<ConnectDomainEventDeregisterAny> for Session {
    fn answer(&mut self, args: <ConnectDomainEventDeregisterAny as Procedure>::Args) -> Result<()> {
        self.deregister_legacy(args.event_id)
    }
}

impl Answer<ConnectDomainMonitorEventRegister> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainMonitorEventRegister as Procedure>::Args,
    ) -> Result<ConnectDomainMonitorEventRegisterRet> {
        self.opened()?;
        let topic = Topic::Monitor(NameFilter::new(args.event, args.flags)?);
        let domain = args.dom.map(|domain| ObjectKey::Uuid(domain.uuid));
        let callback_id = self.register(topic, domain, Form::Callback)?;
        Ok(ConnectDomainMonitorEventRegisterRet { callback_id })
    }
}

impl Answer<ConnectDomainMonitorEventDeregister> for Session {
    fn answer(
        &mut self,
        args: <ConnectDomainMonitorEventDeregister as Procedure>::Args,
    ) -> Result<()> {
        self.deregister(Kind::Monitor, args.callback_id)
    }
}

/// A kind of object, its calls, and what its objects are found by.
macro_rules! object_events {
    ($($kind:ident: $register:ident -> $ret:ident, $deregister:ident, $field:ident . $key:ident as $form:ident;)*) => {$(
        impl Answer<$register> for Session {
            fn answer(&mut self, args: <$register as Procedure>::Args) -> Result<$ret> {
                let object = args.$field.map(|object| ObjectKey::$form(object.$key));
                let event = args.event_id;
                let callback_id = self.register_event(Kind::$kind, event, object, Form::Callback)?;
                Ok($ret { callback_id })
            }
        }
        impl Answer<$deregister> for Session {
            fn answer(&mut self, args: <$deregister as Procedure>::Args) -> Result<()> {
                self.deregister(Kind::$kind, args.callback_id)
            }
        }
    )*};
}
object_events! {
    Domain: ConnectDomainEventCallbackRegisterAny -> ConnectDomainEventCallbackRegisterAnyRet,
        ConnectDomainEventCallbackDeregisterAny, dom.uuid as Uuid;
    Network: ConnectNetworkEventRegisterAny -> ConnectNetworkEventRegisterAnyRet,
        ConnectNetworkEventDeregisterAny, net.uuid as Uuid;
    StoragePool: ConnectStoragePoolEventRegisterAny -> ConnectStoragePoolEventRegisterAnyRet,
        ConnectStoragePoolEventDeregisterAny, pool.uuid as Uuid;
    NodeDevice: ConnectNodeDeviceEventRegisterAny -> ConnectNodeDeviceEventRegisterAnyRet,
        ConnectNodeDeviceEventDeregisterAny, dev.name as Name;
    Secret: ConnectSecretEventRegisterAny -> ConnectSecretEventRegisterAnyRet,
        ConnectSecretEventDeregisterAny, secret.uuid as Uuid;
}
