//! Objects that access rules are about.
//!
//! The server decides; only a driver knows which object a call is about. So a driver says who its
//! objects are ([`Driver::identify`](crate::Driver::identify)), and asks back through its
//! [`CallContext`] when an object is known only after a document was read, or when a list must
//! show no more than its reader may see.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use api::procedure::{Permission, Row};
use api::{Error, ErrorDomain, Result, Uuid};

use crate::CallContext;

/// What kind of object; named as in permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ObjectKind {
    Domain,
    Interface,
    Network,
    NetworkPort,
    NodeDevice,
    Nwfilter,
    NwfilterBinding,
    Secret,
    StoragePool,
    StorageVol,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Domain,
        Self::Interface,
        Self::Network,
        Self::NetworkPort,
        Self::NodeDevice,
        Self::Nwfilter,
        Self::NwfilterBinding,
        Self::Secret,
        Self::StoragePool,
        Self::StorageVol,
    ];

    /// Name in permissions, such as `storage_pool`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Interface => "interface",
            Self::Network => "network",
            Self::NetworkPort => "network_port",
            Self::NodeDevice => "node_device",
            Self::Nwfilter => "nwfilter",
            Self::NwfilterBinding => "nwfilter_binding",
            Self::Secret => "secret",
            Self::StoragePool => "storage_pool",
            Self::StorageVol => "storage_vol",
        }
    }

    /// The kind of that name; none for `connect` and what is unknown.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Words that an operator put on an object, for access rules.
pub type Tags = Arc<[Box<str>]>;

/// An object as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name; a port's, a binding's or a device's where those have no other.
    pub name: String,
    /// Its UUID, if its kind has them.
    pub uuid: Option<Uuid>,
    /// Its tags.
    pub tags: Tags,
    /// What else polkit is told about it, such as `vol_key` or `interface_macaddr`.
    pub details: Vec<(&'static str, String)>,
}

impl Identity {
    /// A domain.
    pub fn domain(name: impl Into<String>, uuid: Uuid, tags: Tags) -> Self {
        let (kind, name) = (ObjectKind::Domain, name.into());
        Self { kind, name, uuid: Some(uuid), tags, details: Vec::new() }
    }
}

/// An object as a call names it: a claim of the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it is said to be.
    pub kind: ObjectKind,
    /// Which it is said to be.
    pub key: Key,
}

/// What a call knows an object by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Its UUID; the name is what the client believes, and may be empty.
    Uuid {
        /// What counts.
        uuid: Uuid,
        /// For messages.
        name: String,
    },
    /// Its name.
    Name(String),
    /// The number of a running domain.
    Id(i32),
    /// An interface's hardware address.
    Mac(String),
    /// A volume's path, or the path that a pool stands for.
    Path(String),
    /// A volume's key.
    VolumeKey(String),
    /// A volume, by its pool and name; or the pool that has it.
    Volume {
        /// Name of the pool.
        pool: String,
        /// Name of the volume.
        name: String,
        /// Its key; empty in a look-up.
        key: String,
    },
    /// A network's port.
    Port {
        /// The network's UUID.
        network: Uuid,
        /// The port's.
        uuid: Uuid,
    },
    /// What a secret is for.
    Usage {
        /// Number of the kind of use.
        kind: i32,
        /// What uses it.
        id: String,
    },
    /// A host adapter's world wide names.
    Wwn {
        /// Of the node.
        node: String,
        /// Of the port.
        port: String,
    },
}

/// A decision that is there, or comes.
pub enum Ruling<T> {
    /// It is there.
    Now(T),
    /// Somebody else is asked first.
    Later(Pin<Box<dyn Future<Output = T> + Send>>),
}

impl<T> Ruling<T> {
    /// Waits for it.
    pub async fn get(self) -> T {
        match self {
            Self::Now(decision) => decision,
            Self::Later(decision) => decision.await,
        }
    }
}

/// Decides what one client may do.
pub trait Guard: Send + Sync {
    /// Whether the client may do this to the object, by the call of `row`.
    fn check(
        self: Arc<Self>,
        row: &'static Row,
        permission: Permission,
        object: &Identity,
    ) -> Ruling<Result<()>>;

    /// Whether the client may know of the object. Who may not is told nothing.
    fn sees(self: Arc<Self>, permission: Permission, object: &Identity) -> Ruling<bool>;
}

impl CallContext {
    /// Checks what the call's row demands against an object that its arguments only describe. A
    /// handler of a call that brings a document asks as soon as it knows the object.
    ///
    /// # Errors
    /// `ACCESS_DENIED`.
    pub async fn check(&self, object: &Identity) -> Result<()> {
        self.owes.store(false, Ordering::Relaxed);
        let Some(guard) = &self.guard else { return Ok(()) };
        for permission in &self.needs {
            if permission.object == object.kind.name() {
                Arc::clone(guard).check(self.row, *permission, object).get().await?;
            }
        }
        Ok(())
    }

    /// Those of `objects` that the caller may know of, by the row's filter.
    pub async fn visible<T>(
        &self,
        mut objects: Vec<T>,
        identity: impl Fn(&T) -> Identity,
    ) -> Vec<T> {
        self.owes.store(false, Ordering::Relaxed);
        let (Some(guard), Some(permission)) = (&self.guard, self.row.filter) else {
            return objects;
        };
        let sees = |object: &T| Arc::clone(guard).sees(permission, &identity(object));
        let rulings: Vec<_> = objects.iter().map(sees).collect();
        let mut seen = Vec::with_capacity(objects.len());
        for ruling in rulings {
            seen.push(ruling.get().await);
        }
        let mut seen = seen.into_iter();
        objects.retain(|_| seen.next() == Some(true));
        objects
    }

    /// Whether all that was to be decided has been.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when the handler never asked about what only it knows: its result must not
    /// leave the daemon.
    pub(crate) fn decided(&self) -> Result<()> {
        if !self.owes.load(Ordering::Relaxed) {
            return Ok(());
        }
        let text =
            format!("nobody decided whether the client may see what {} is about", self.row.name);
        Err(Error::internal(ErrorDomain::ACCESS, text))
    }
}
