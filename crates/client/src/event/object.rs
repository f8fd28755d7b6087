//! Events of objects other than domains.

use api::remote::{self, NonnullNetwork, NonnullNodeDevice, NonnullSecret, NonnullStoragePool};
use api::{
    EventMessage, NetworkEventLifecycleType, NetworkMetadataType, NodeDeviceEventLifecycleType,
    SecretEventLifecycleType, StoragePoolEventLifecycleType,
};

use super::body::take;
use super::subscribers::Told;
use crate::error::Misbehaviour;

/// What happened to an object: its lifecycle went on, or what else its kind has.
macro_rules! object_events {
    ($($(#[$meta:meta])* $event:ident, $body:ident {
        $field:ident: $object:ident from $wire:ident,
        Lifecycle($lifecycle:ident) by $told:ident,
        $(#[$ometa:meta])* $other:ident $({ $($ofield:ident: $otype:ty = $make:expr),* })? by $otold:ident as $m:ident
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
    )*};
}

object_events! {
    /// What happens to a virtual network.
    NetworkEvent, NetworkEventBody {
        network: NonnullNetwork from net,
        Lifecycle(NetworkEventLifecycleType) by NetworkEventLifecycle,
        /// Title, description or metadata changed.
        MetadataChange {
            kind: NetworkMetadataType = NetworkMetadataType(m.kind),
            ns_uri: Option<String> = m.nsuri
        } by NetworkEventCallbackMetadataChange as m
    }
    /// What happens to a storage pool.
    StoragePoolEvent, StoragePoolEventBody {
        pool: NonnullStoragePool from pool,
        Lifecycle(StoragePoolEventLifecycleType) by StoragePoolEventLifecycle,
        /// Its volumes were looked up anew.
        Refresh by StoragePoolEventRefresh as m
    }
    /// What happens to a device of the host.
    NodeDeviceEvent, NodeDeviceEventBody {
        device: NonnullNodeDevice from dev,
        Lifecycle(NodeDeviceEventLifecycleType) by NodeDeviceEventLifecycle,
        /// What its document says changed.
        Update by NodeDeviceEventUpdate as m
    }
    /// What happens to a secret.
    SecretEvent, SecretEventBody {
        secret: NonnullSecret from secret,
        Lifecycle(SecretEventLifecycleType) by SecretEventLifecycle,
        /// It has another value.
        ValueChanged by SecretEventValueChanged as m
    }
}
