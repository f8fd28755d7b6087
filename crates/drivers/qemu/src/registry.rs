//! Every domain, by UUID, name and id.
//!
//! The locks are held for the moment of a look-up or an insertion, never across a wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use api::remote::NonnullDomain;
use api::{Error, ErrorCode, ErrorDomain, Result, Uuid};

use crate::domain::Domain;

/// Every domain that the driver knows.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    index: RwLock<Index>,
    last_id: AtomicI32,
}

#[derive(Debug, Default)]
struct Index {
    by_uuid: HashMap<Uuid, Arc<Domain>>,
    by_name: HashMap<String, Arc<Domain>>,
    by_id: HashMap<i32, Arc<Domain>>,
}

impl Registry {
    /// The domain that a client's reference is about, by its UUID.
    ///
    /// # Errors
    /// `NO_DOMAIN`, naming what the client named.
    pub(crate) fn find(&self, reference: &NonnullDomain) -> Result<Arc<Domain>> {
        self.by_uuid(reference.uuid).ok_or_else(|| {
            let detail = if reference.name.is_empty() {
                format!("no domain with matching uuid '{}'", reference.uuid)
            } else {
                format!("no domain with matching uuid '{}' ({})", reference.uuid, reference.name)
            };
            Error::no_domain(ErrorDomain::QEMU, detail)
        })
    }

    /// The domain with this UUID.
    pub(crate) fn by_uuid(&self, uuid: Uuid) -> Option<Arc<Domain>> {
        self.read().by_uuid.get(&uuid).cloned()
    }

    /// The domain with this name.
    pub(crate) fn by_name(&self, name: &str) -> Option<Arc<Domain>> {
        self.read().by_name.get(name).cloned()
    }

    /// The running domain with this id.
    pub(crate) fn by_id(&self, id: i32) -> Option<Arc<Domain>> {
        self.read().by_id.get(&id).cloned()
    }

    /// All of them, in no particular order.
    pub(crate) fn all(&self) -> Vec<Arc<Domain>> {
        self.read().by_uuid.values().cloned().collect()
    }

    /// Finds the domain that a document is about, or adds the one that `make` makes.
    ///
    /// # Errors
    /// `OPERATION_FAILED` when another domain has the name or the UUID already.
    pub(crate) fn find_or_add(
        &self,
        uuid: Uuid,
        name: &str,
        make: impl FnOnce() -> Arc<Domain>,
    ) -> Result<Found> {
        let mut index = self.write();
        if let Some(domain) = index.by_uuid.get(&uuid) {
            let known = domain.name();
            return if known == name {
                Ok(Found::Known(Arc::clone(domain)))
            } else {
                Err(exists(&format!("domain '{known}' is already defined with uuid {uuid}")))
            };
        }
        if let Some(domain) = index.by_name.get(name) {
            let other = domain.uuid;
            return Err(exists(&format!("domain '{name}' already exists with uuid {other}")));
        }
        let domain = make();
        index.by_uuid.insert(uuid, Arc::clone(&domain));
        index.by_name.insert(name.to_owned(), Arc::clone(&domain));
        Ok(Found::New(domain))
    }

    /// Forgets a domain.
    pub(crate) fn remove(&self, domain: &Arc<Domain>) {
        let mut index = self.write();
        index.by_uuid.remove(&domain.uuid);
        let name = domain.name();
        if index.by_name.get(&name).is_some_and(|known| Arc::ptr_eq(known, domain)) {
            index.by_name.remove(&name);
        }
    }

    /// Gives a domain another name.
    ///
    /// # Errors
    /// `OPERATION_INVALID` when another domain has it.
    pub(crate) fn rename(&self, domain: &Arc<Domain>, old: &str, new: &str) -> Result<()> {
        let mut index = self.write();
        if index.by_name.contains_key(new) {
            let detail = format!("domain with name '{new}' already exists");
            return Err(Error::operation_invalid(ErrorDomain::QEMU, detail));
        }
        index.by_name.remove(old);
        index.by_name.insert(new.to_owned(), Arc::clone(domain));
        Ok(())
    }

    /// An id that no guest of this daemon's life has had.
    pub(crate) fn next_id(&self) -> i32 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Makes sure that `id`, which a guest has from an earlier daemon, is not given again.
    pub(crate) fn reserve_id(&self, id: i32) {
        self.last_id.fetch_max(id, Ordering::Relaxed);
    }

    /// Makes a running domain known by its id.
    pub(crate) fn bind_id(&self, id: i32, domain: &Arc<Domain>) {
        self.write().by_id.insert(id, Arc::clone(domain));
    }

    /// Forgets an id.
    pub(crate) fn release_id(&self, id: i32) {
        self.write().by_id.remove(&id);
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What [`Registry::find_or_add`] found.
#[derive(Debug)]
pub(crate) enum Found {
    /// It was there.
    Known(Arc<Domain>),
    /// It was added.
    New(Arc<Domain>),
}

fn exists(detail: &str) -> Error {
    Error::new(ErrorCode::OPERATION_FAILED, ErrorDomain::DOMAIN, detail)
}
