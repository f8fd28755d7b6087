//! What happens to objects other than domains. Each kind has a lifecycle and one thing more.

use api::remote::{NonnullNetwork, NonnullNodeDevice, NonnullSecret, NonnullStoragePool};
use api::{
    NetworkEventID, NetworkEventLifecycleType, NetworkMetadataType, NodeDeviceEventID,
    NodeDeviceEventLifecycleType, SecretEventID, SecretEventLifecycleType, StoragePoolEventID,
    StoragePoolEventLifecycleType, Uuid,
};

use crate::{Identity, ObjectKind, Tags};

/// Something happened to a virtual network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkEvent {
    /// The network, as it was then.
    pub network: NonnullNetwork,
    /// What happened.
    pub body: NetworkEventBody,
    /// The network's tags then.
    pub tags: Tags,
}

/// What happened to a virtual network.
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkEventBody {
    /// It was defined, started, stopped, …; `detail` is 0 so far.
    Lifecycle {
        /// What it went through.
        event: NetworkEventLifecycleType,
        /// Why.
        detail: i32,
    },
    /// Title, description or metadata changed.
    MetadataChange {
        /// Which of them.
        kind: NetworkMetadataType,
        /// The metadata's namespace.
        ns_uri: Option<String>,
    },
}

/// Something happened to a storage pool.
#[derive(Debug, Clone, PartialEq)]
pub struct StoragePoolEvent {
    /// The pool, as it was then.
    pub pool: NonnullStoragePool,
    /// What happened.
    pub body: StoragePoolEventBody,
    /// The pool's tags then.
    pub tags: Tags,
}

/// What happened to a storage pool.
#[derive(Debug, Clone, PartialEq)]
pub enum StoragePoolEventBody {
    /// It was defined, started, stopped, built, …; `detail` is 0 so far.
    Lifecycle {
        /// What it went through.
        event: StoragePoolEventLifecycleType,
        /// Why.
        detail: i32,
    },
    /// Its volumes were looked up anew.
    Refresh,
}

/// Something happened to a device of the host.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeDeviceEvent {
    /// The device, as it was then.
    pub device: NonnullNodeDevice,
    /// What happened.
    pub body: NodeDeviceEventBody,
    /// The device's tags then.
    pub tags: Tags,
}

/// What happened to a device of the host.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeDeviceEventBody {
    /// It came, went, was defined, …; `detail` is 0 so far.
    Lifecycle {
        /// What it went through.
        event: NodeDeviceEventLifecycleType,
        /// Why.
        detail: i32,
    },
    /// What its document says changed.
    Update,
}

/// Something happened to a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretEvent {
    /// The secret, as it was then.
    pub secret: NonnullSecret,
    /// What happened.
    pub body: SecretEventBody,
    /// The secret's tags then.
    pub tags: Tags,
}

/// What happened to a secret.
#[derive(Debug, Clone, PartialEq)]
pub enum SecretEventBody {
    /// It was defined or undefined; `detail` is 0 so far.
    Lifecycle {
        /// What it went through.
        event: SecretEventLifecycleType,
        /// Why.
        detail: i32,
    },
    /// It has another value.
    ValueChanged,
}

impl NetworkEventBody {
    /// The id under which clients register for it.
    pub fn id(&self) -> NetworkEventID {
        match self {
            Self::Lifecycle { .. } => NetworkEventID::LIFECYCLE,
            Self::MetadataChange { .. } => NetworkEventID::METADATA_CHANGE,
        }
    }
}

impl StoragePoolEventBody {
    /// The id under which clients register for it.
    pub fn id(&self) -> StoragePoolEventID {
        match self {
            Self::Lifecycle { .. } => StoragePoolEventID::LIFECYCLE,
            Self::Refresh => StoragePoolEventID::REFRESH,
        }
    }
}

impl NodeDeviceEventBody {
    /// The id under which clients register for it.
    pub fn id(&self) -> NodeDeviceEventID {
        match self {
            Self::Lifecycle { .. } => NodeDeviceEventID::LIFECYCLE,
            Self::Update => NodeDeviceEventID::UPDATE,
        }
    }
}

impl SecretEventBody {
    /// The id under which clients register for it.
    pub fn id(&self) -> SecretEventID {
        match self {
            Self::Lifecycle { .. } => SecretEventID::LIFECYCLE,
            Self::ValueChanged => SecretEventID::VALUE_CHANGED,
        }
    }
}

impl NetworkEvent {
    /// The network, for access rules.
    pub fn identity(&self) -> Identity {
        identity(ObjectKind::Network, &self.network.name, Some(self.network.uuid), &self.tags)
    }
}

impl StoragePoolEvent {
    /// The pool, for access rules.
    pub fn identity(&self) -> Identity {
        identity(ObjectKind::StoragePool, &self.pool.name, Some(self.pool.uuid), &self.tags)
    }
}

impl NodeDeviceEvent {
    /// The device, for access rules.
    pub fn identity(&self) -> Identity {
        identity(ObjectKind::NodeDevice, &self.device.name, None, &self.tags)
    }
}

impl SecretEvent {
    /// The secret, for access rules; what it is for is its name.
    pub fn identity(&self) -> Identity {
        identity(ObjectKind::Secret, &self.secret.usage_id, Some(self.secret.uuid), &self.tags)
    }
}

fn identity(kind: ObjectKind, name: &str, uuid: Option<Uuid>, tags: &Tags) -> Identity {
    Identity { kind, name: name.to_owned(), uuid, tags: tags.clone(), details: Vec::new() }
}
