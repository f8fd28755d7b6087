//! The driver itself: how it comes up, and what all its calls share.

use std::sync::Arc;

use api::remote::NonnullStoragePool;
use api::{Error, ErrorCode, Result};
use definitions::{Definitions, Object, Place};
use driver::{Event, EventBus, Key, ObjectKind, Routes, StoragePoolEvent, StoragePoolEventBody};
use host::files::FileError;

use crate::kind::{Pools, STORAGE};

/// Keeps storage pools.
pub struct StorageDriver {
    pub(crate) pools: Definitions<Pools>,
    events: Arc<EventBus>,
    routes: Routes<Self>,
}

impl StorageDriver {
    /// Reads every definition. What is broken is logged and left alone. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub(crate) fn load(place: &Place, routes: Routes<Self>) -> Result<Arc<Self>, FileError> {
        let pools = Definitions::load(place)?;
        Ok(Arc::new(Self { pools, events: Arc::default(), routes }))
    }

    /// The pool that a client's reference is about.
    ///
    /// # Errors
    /// `NO_STORAGE_POOL`.
    pub(crate) fn find(&self, pool: &NonnullStoragePool) -> Result<Arc<Object<Pools>>> {
        self.pools.find(pool.uuid, &pool.name)
    }

    /// Tells what happened to a pool.
    pub(crate) fn tell(&self, pool: &Object<Pools>, body: StoragePoolEventBody) {
        let (pool, tags) = (reference(pool), Default::default());
        self.events.publish(Event::StoragePool(StoragePoolEvent { pool, body, tags }));
    }
}

/// What a client knows a pool by.
pub(crate) fn reference(pool: &Object<Pools>) -> NonnullStoragePool {
    NonnullStoragePool { name: pool.name.clone(), uuid: pool.uuid }
}

/// Only active pools show their volumes anywhere, and none is active.
pub(crate) fn none_at(path: &str) -> Error {
    let detail = format!("no storage pool with matching target path '{path}'");
    Error::new(ErrorCode::NO_STORAGE_POOL, STORAGE, detail)
}

definitions::object_driver!(StorageDriver, |driver, object| match (object.kind, &object.key) {
    (ObjectKind::StoragePool, Key::Volume { pool, .. }) => {
        driver.pools.named(pool)?.identity().map(Some)
    }
    (ObjectKind::StoragePool, Key::Path(path)) => Err(none_at(path)),
    _ => driver.pools.identify(object),
});
