//! Events of objects other than domains, and registering for them.

use std::sync::Arc;

use api::remote::{self, NonnullNetwork, NonnullNodeDevice, NonnullSecret, NonnullStoragePool};
use api::{
    EventMessage, NetworkEventID, NetworkEventLifecycleType, NetworkMetadataType,
    NodeDeviceEventID, NodeDeviceEventLifecycleType, Procedure, SecretEventID,
    SecretEventLifecycleType, StoragePoolEventID, StoragePoolEventLifecycleType,
};

use super::body::take;
use super::subscribers::Told;
use super::{EventStream, Family, Queue, Registration, Subscriber};
use crate::connection::Connection;
use crate::error::{Misbehaviour, Result};

/// What happened to an object: its lifecycle went on, or what else its kind has.
macro_rules! object_events {
    ($($(#[$meta:meta])* $event:ident, $body:ident, $family:ident {
        $field:ident: $object:ident from $wire:ident,
        Lifecycle($lifecycle:ident) by $told:ident,
        $(#[$ometa:meta])* $other:ident $({ $($ofield:ident: $otype:ty = $make:expr),* })? by $otold:ident as $m:ident,
        fn $method:ident: $id:ident, $register:ident($args:ident), $deregister:ident
    })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $event {
            /// The object, as it was then.
            pub $field: $object,
            /// What happened.
            pub body: $body,
        }

        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the fields are those of the event messages in `api`")]
        pub enum $body {
            /// It was defined, started, stopped, …; `detail` belongs to the event's own enum.
            Lifecycle { event: $lifecycle, detail: i32 },
            $(#[$ometa])*
            $other $({ $($ofield: $otype),* })?,
        }

        impl Told for $event {
            fn decode(procedure: i32, payload: &[u8]) -> Result<Option<Self>, Misbehaviour> {
                if procedure == remote::$told::ROW.number {
                    let message = take::<remote::$told>(payload)?;
                    let (event, detail) = ($lifecycle(message.event), message.detail);
                    let body = $body::Lifecycle { event, detail };
                    return Ok(Some(Self { $field: message.$wire, body }));
                }
                if procedure == remote::$otold::ROW.number {
                    let $m = take::<remote::$otold>(payload)?;
                    let body = $body::$other $({ $($ofield: $make),* })?;
                    return Ok(Some(Self { $field: $m.$wire, body }));
                }
                Ok(None)
            }
        }

        impl Connection {
            $(#[$meta])*
            ///
            /// Subscribes to the given kinds of event, of one object or of all.
            ///
            /// # Errors
            /// Code 1 for a kind that the server does not know.
            pub async fn $method(
                &self,
                kinds: &[$id],
                $field: Option<$object>,
            ) -> Result<EventStream<$event>, crate::Error> {
                let queue = Arc::new(Queue::default());
                let registrations = Vec::new();
                let mut events = EventStream { connection: self.clone(), queue, registrations };
                for kind in kinds {
                    let args = remote::$args {
                        event_id: kind.0,
                        $wire: $field.clone(),
                    };
                    let subscriber = Subscriber::new(Family::$family, &events.queue);
                    let ret = self.subscribe::<remote::$register>(args, subscriber).await?;
                    events.registrations.push(Registration {
                        family: Family::$family,
                        callback_id: ret.callback_id,
                        row: remote::$deregister::ROW,
                    });
                }
                Ok(events)
            }
        }
    )*};
}

object_events! {
    /// What happens to a virtual network.
    NetworkEvent, NetworkEventBody, Network {
        network: NonnullNetwork from net,
        Lifecycle(NetworkEventLifecycleType) by NetworkEventLifecycle,
        /// Title, description or metadata changed.
        MetadataChange {
            kind: NetworkMetadataType = NetworkMetadataType(m.kind),
            ns_uri: Option<String> = m.nsuri
        } by NetworkEventCallbackMetadataChange as m,
        fn network_events: NetworkEventID, ConnectNetworkEventRegisterAny(ConnectNetworkEventRegisterAnyArgs),
            ConnectNetworkEventDeregisterAny
    }
    /// What happens to a storage pool.
    StoragePoolEvent, StoragePoolEventBody, StoragePool {
        pool: NonnullStoragePool from pool,
        Lifecycle(StoragePoolEventLifecycleType) by StoragePoolEventLifecycle,
        /// Its volumes were looked up anew.
        Refresh by StoragePoolEventRefresh as m,
        fn storage_pool_events: StoragePoolEventID, ConnectStoragePoolEventRegisterAny(ConnectStoragePoolEventRegisterAnyArgs),
            ConnectStoragePoolEventDeregisterAny
    }
    /// What happens to a device of the host.
    NodeDeviceEvent, NodeDeviceEventBody, NodeDevice {
        device: NonnullNodeDevice from dev,
        Lifecycle(NodeDeviceEventLifecycleType) by NodeDeviceEventLifecycle,
        /// What its document says changed.
        Update by NodeDeviceEventUpdate as m,
        fn node_device_events: NodeDeviceEventID, ConnectNodeDeviceEventRegisterAny(ConnectNodeDeviceEventRegisterAnyArgs),
            ConnectNodeDeviceEventDeregisterAny
    }
    /// What happens to a secret.
    SecretEvent, SecretEventBody, Secret {
        secret: NonnullSecret from secret,
        Lifecycle(SecretEventLifecycleType) by SecretEventLifecycle,
        /// It has another value.
        ValueChanged by SecretEventValueChanged as m,
        fn secret_events: SecretEventID, ConnectSecretEventRegisterAny(ConnectSecretEventRegisterAnyArgs),
            ConnectSecretEventDeregisterAny
    }
}
