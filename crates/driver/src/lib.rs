//! What a hypervisor driver is.
//!
//! A driver implements [`Handler`] for each procedure that it serves, names them all in one
//! [`Routes`] table, and publishes what happens on its [`EventBus`]. It knows no socket and no
//! packet: a [`CallContext`] tells who asks and takes what travels beside the reply. The server
//! sees every driver through the object-safe [`Driver`] and knows no hypervisor.
#![forbid(unsafe_code)]

mod access;
mod combined;
mod context;
mod events;
mod job;
mod neighbours;
mod object_events;
mod routes;
mod stream;
pub mod timing;

pub use access::{Guard, Identity, Key, ObjectKind, Reference, Ruling, Tags};
pub use combined::{Combined, ObjectDriver};
pub use context::{CallContext, Client, ClientAccess, Extras, Peer, Transport};
pub use events::{
    DomainEvent, DomainEventBody, Event, EventBus, GraphicsAddress, MonitorEvent, Subscriber,
    Subscription,
};
pub use job::{JobGate, JobHolder, JobKind, JobPermit, JobTimeout};
pub use neighbours::{Neighbours, NetworkStore, PoolStore, SecretKey, SecretStore, no_secret};
pub use object_events::{
    NetworkEvent, NetworkEventBody, NodeDeviceEvent, NodeDeviceEventBody, SecretEvent,
    SecretEventBody, StoragePoolEvent, StoragePoolEventBody,
};
pub use routes::{Answer, Handler, Outcome, Routes};
pub use stream::{Pending, Piece, Sink, Source, SparseRead, SparseWrite, Stream};

use std::sync::Arc;

use api::{Feature, Result, xdr};

/// A driver as the server sees it.
pub trait Driver: Send + Sync + 'static {
    /// The scheme of the URIs that it serves, such as `qemu`.
    fn scheme(&self) -> &'static str;

    /// Whether this driver serves `path` of `scheme:///path`; the answer is the whole URI as the
    /// driver spells it.
    ///
    /// # Errors
    /// With libvirt's code when the path is not for this daemon (system against session).
    fn open(&self, path: &str) -> Result<String>;

    /// Whether it has an optional feature. Those of the protocol itself are the server's.
    fn supports(&self, feature: Feature) -> bool;

    /// Whether something runs for which the daemon should stay, though nobody is connected.
    fn is_busy(&self) -> bool {
        false
    }

    /// Where it says what happens.
    fn events(&self) -> &Arc<EventBus>;

    /// Its name where libvirt tells it to people, such as `QEMU`.
    fn name(&self) -> &'static str {
        self.scheme()
    }

    /// The object that a call names, from what is known of it now; never waits. None when this
    /// driver has no objects of that kind.
    ///
    /// # Errors
    /// What the call itself would say when there is no such object.
    fn identify(&self, _object: &Reference) -> Result<Option<Identity>> {
        Ok(None)
    }

    /// Begins a call: decodes `args`, then returns the future that runs it and appends its result
    /// to `out`. None when no route serves the procedure.
    ///
    /// # Errors
    /// When `args` is not what the procedure takes.
    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: xdr::Writer,
    ) -> Result<Option<Answer>, xdr::Error>;
}
