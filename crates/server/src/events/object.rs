//! Events of objects other than domains on the wire; they have one form, with a callback id.

use api::remote::*;
use api::xdr;
use driver::{
    NetworkEvent, NetworkEventBody, NodeDeviceEvent, NodeDeviceEventBody, SecretEvent,
    SecretEventBody, StoragePoolEvent, StoragePoolEventBody,
};

use super::encode;

/// The packet, with callback id 0; or why it cannot be made.
type Packet = Result<Vec<u8>, xdr::Error>;

pub(super) fn network(event: &NetworkEvent) -> Packet {
    let (callback_id, net) = (0, event.network.clone());
    match event.body.clone() {
        NetworkEventBody::Lifecycle { event, detail } => {
            let event = event.0;
            encode::<NetworkEventLifecycle>(&NetworkEventLifecycleMsg {
                callback_id,
                net,
                event,
                detail,
            })
        }
        NetworkEventBody::MetadataChange { kind, ns_uri } => {
            encode::<NetworkEventCallbackMetadataChange>(&NetworkEventCallbackMetadataChangeMsg {
                callback_id,
                net,
                kind: kind.0,
                nsuri: ns_uri,
            })
        }
    }
}

pub(super) fn storage_pool(event: &StoragePoolEvent) -> Packet {
    let (callback_id, pool) = (0, event.pool.clone());
    match event.body {
        StoragePoolEventBody::Lifecycle { event, detail } => {
            let event = event.0;
            encode::<StoragePoolEventLifecycle>(&StoragePoolEventLifecycleMsg {
                callback_id,
                pool,
                event,
                detail,
            })
        }
        StoragePoolEventBody::Refresh => {
            encode::<StoragePoolEventRefresh>(&StoragePoolEventRefreshMsg { callback_id, pool })
        }
    }
}

pub(super) fn node_device(event: &NodeDeviceEvent) -> Packet {
    let (callback_id, dev) = (0, event.device.clone());
    match event.body {
        NodeDeviceEventBody::Lifecycle { event, detail } => {
            let event = event.0;
            encode::<NodeDeviceEventLifecycle>(&NodeDeviceEventLifecycleMsg {
                callback_id,
                dev,
                event,
                detail,
            })
        }
        NodeDeviceEventBody::Update => {
            encode::<NodeDeviceEventUpdate>(&NodeDeviceEventUpdateMsg { callback_id, dev })
        }
    }
}

pub(super) fn secret(event: &SecretEvent) -> Packet {
    let (callback_id, secret) = (0, event.secret.clone());
    match event.body {
        SecretEventBody::Lifecycle { event, detail } => {
            let event = event.0;
            encode::<SecretEventLifecycle>(&SecretEventLifecycleMsg {
                callback_id,
                secret,
                event,
                detail,
            })
        }
        SecretEventBody::ValueChanged => {
            encode::<SecretEventValueChanged>(&SecretEventValueChangedMsg { callback_id, secret })
        }
    }
}
