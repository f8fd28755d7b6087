//! Subscribing to events, and the streams that they come by.

use std::fmt;
use std::sync::Arc;

use api::procedure::Row;
use api::remote::{NonnullNetwork, NonnullNodeDevice, NonnullSecret, NonnullStoragePool};
use api::{
    ConnectDomainQemuMonitorEventRegisterFlags, DomainEventID, NetworkEventID, NodeDeviceEventID,
    Procedure, SecretEventID, StoragePoolEventID, qemu, remote,
};

use crate::connection::Connection;
use crate::domain::Domain;
use crate::error::Result;
use crate::event::{
    DomainEvent, Family, MonitorEvent, NetworkEvent, NodeDeviceEvent, Notice, Queue, SecretEvent,
    StoragePoolEvent, Subscriber, Told, UnknownEvent,
};

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
    /// Registers for events, by as many calls as there are `args`, and makes one stream of them.
    async fn registered<E, P>(
        &self,
        family: Family,
        args: Vec<P::Args>,
        callback_id: fn(&P::Ret) -> i32,
        deregister: &'static Row,
    ) -> Result<EventStream<E>>
    where
        E: Told + fmt::Debug + 'static,
        P: Procedure,
    {
        let queue = Arc::new(Queue::default());
        let mut events = EventStream { connection: self.clone(), queue, registrations: Vec::new() };
        for args in args {
            let subscriber = Subscriber::new(family, &events.queue);
            let callback_id = callback_id(&self.subscribe::<P>(args, subscriber).await?);
            events.registrations.push(Registration { family, callback_id, row: deregister });
        }
        Ok(events)
    }

    /// Subscribes to the given kinds of domain event, of one domain or of all.
    ///
    /// # Errors
    /// Code 1 for a kind that the server does not know.
    pub async fn events(
        &self,
        kinds: &[DomainEventID],
        domain: Option<&Domain>,
    ) -> Result<EventStream<DomainEvent>> {
        let args = kinds.iter().map(|kind| remote::ConnectDomainEventCallbackRegisterAnyArgs {
            event_id: kind.0,
            dom: domain.map(Domain::reference),
        });
        self.registered::<_, remote::ConnectDomainEventCallbackRegisterAny>(
            Family::Domain,
            args.collect(),
            |ret| ret.callback_id,
            remote::ConnectDomainEventCallbackDeregisterAny::ROW,
        )
        .await
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
        let (event, flags) = filter.to_wire();
        let args = qemu::ConnectDomainMonitorEventRegisterArgs {
            dom: domain.map(Domain::reference),
            event,
            flags: flags.0,
        };
        self.registered::<_, qemu::ConnectDomainMonitorEventRegister>(
            Family::Monitor,
            vec![args],
            |ret| ret.callback_id,
            qemu::ConnectDomainMonitorEventDeregister::ROW,
        )
        .await
    }

    /// Events of kinds that this library does not know, as a newer server may send them to whoever
    /// registered by [`Connection::call`].
    pub fn unknown_events(&self) -> EventStream<UnknownEvent> {
        let queue = Arc::new(Queue::default());
        self.link().watch_unknown(&queue);
        EventStream { connection: self.clone(), queue, registrations: Vec::new() }
    }
}

/// Subscribing to the events of a kind of object.
macro_rules! subscriptions {
    ($($(#[$meta:meta])* $method:ident: $family:ident, $id:ident, $event:ident,
       $wire:ident: $object:ident, $register:ident($args:ident), $deregister:ident;)*) => {
        impl Connection {$(
            $(#[$meta])*
            ///
            /// Subscribes to the given kinds of event, of one object or of all.
            ///
            /// # Errors
            /// Code 1 for a kind that the server does not know.
            pub async fn $method(
                &self,
                kinds: &[$id],
                object: Option<$object>,
            ) -> Result<EventStream<$event>> {
                let args = kinds
                    .iter()
                    .map(|kind| remote::$args { event_id: kind.0, $wire: object.clone() });
                self.registered::<_, remote::$register>(
                    Family::$family,
                    args.collect(),
                    |ret| ret.callback_id,
                    remote::$deregister::ROW,
                )
                .await
            }
        )*}
    };
}

subscriptions! {
    /// What happens to virtual networks.
    network_events: Network, NetworkEventID, NetworkEvent, net: NonnullNetwork,
        ConnectNetworkEventRegisterAny(ConnectNetworkEventRegisterAnyArgs),
        ConnectNetworkEventDeregisterAny;
    /// What happens to storage pools.
    storage_pool_events: StoragePool, StoragePoolEventID, StoragePoolEvent,
        pool: NonnullStoragePool,
        ConnectStoragePoolEventRegisterAny(ConnectStoragePoolEventRegisterAnyArgs),
        ConnectStoragePoolEventDeregisterAny;
    /// What happens to devices of the host.
    node_device_events: NodeDevice, NodeDeviceEventID, NodeDeviceEvent, dev: NonnullNodeDevice,
        ConnectNodeDeviceEventRegisterAny(ConnectNodeDeviceEventRegisterAnyArgs),
        ConnectNodeDeviceEventDeregisterAny;
    /// What happens to secrets.
    secret_events: Secret, SecretEventID, SecretEvent, secret: NonnullSecret,
        ConnectSecretEventRegisterAny(ConnectSecretEventRegisterAnyArgs),
        ConnectSecretEventDeregisterAny;
}
