//! Every object of a kind, by UUID and name, and the documents that are about to be theirs.
//!
//! The lock is held for a look-up or an insertion, never across a wait.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use api::{Result, Uuid};

use crate::{Kind, Object, Taken};

/// Every object of a kind.
pub(crate) struct Index<K: Kind>(RwLock<Entries<K>>);

/// What the lock guards.
pub(crate) struct Entries<K: Kind> {
    pub(crate) by_uuid: HashMap<Uuid, Arc<Object<K>>>,
    pub(crate) by_name: HashMap<String, Arc<Object<K>>>,
    /// Documents on their way to the disk, each with a number.
    proposed: Vec<(u64, Uuid, Arc<K::Document>)>,
    last: u64,
}

/// The definitions of all objects but one, those that are on their way to the disk included.
pub struct Others<'a, K: Kind> {
    entries: &'a Entries<K>,
    uuid: Uuid,
}

impl<K: Kind> Others<'_, K> {
    /// The document of the one that is left out, if it is known or on its way.
    pub fn itself(&self) -> Option<Arc<K::Document>> {
        let proposed = self.entries.proposed.iter().rev().find(|(_, uuid, _)| *uuid == self.uuid);
        let known = || self.entries.by_uuid.get(&self.uuid)?.published();
        proposed
            .map(|(_, _, document)| Arc::clone(document))
            .or_else(|| known().map(|view| Arc::clone(&view.document)))
    }

    /// Their documents.
    pub fn documents(&self) -> impl Iterator<Item = Arc<K::Document>> {
        let objects = self.entries.by_uuid.values().filter(|object| object.uuid != self.uuid);
        let views = objects.filter_map(|object| object.published());
        let proposed = self.entries.proposed.iter().filter(|(_, uuid, _)| *uuid != self.uuid);
        views
            .map(|view| Arc::clone(&view.document))
            .chain(proposed.map(|(_, _, document)| Arc::clone(document)))
    }
}

/// A document on its way to the disk; no longer once this is dropped.
pub(crate) struct Proposed<'a, K: Kind> {
    index: &'a Index<K>,
    number: u64,
}

impl<K: Kind> Drop for Proposed<'_, K> {
    fn drop(&mut self) {
        self.index.write().proposed.retain(|(number, ..)| *number != self.number);
    }
}

impl<K: Kind> Default for Index<K> {
    fn default() -> Self {
        let (by_uuid, by_name) = (HashMap::new(), HashMap::new());
        Self(RwLock::new(Entries { by_uuid, by_name, proposed: Vec::new(), last: 0 }))
    }
}

impl<K: Kind> Index<K> {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Entries<K>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Entries<K>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets an object.
    pub(crate) fn remove(&self, object: &Arc<Object<K>>) {
        let mut entries = self.write();
        entries.by_uuid.remove(&object.uuid);
        if entries.by_name.get(&object.name).is_some_and(|known| Arc::ptr_eq(known, object)) {
            entries.by_name.remove(&object.name);
        }
    }

    /// Notes a document, for those who ask what others have or are about to have.
    pub(crate) fn propose(
        &self,
        entries: &mut Entries<K>,
        uuid: Uuid,
        document: Arc<K::Document>,
    ) -> Proposed<'_, K> {
        entries.last += 1;
        let number = entries.last;
        entries.proposed.push((number, uuid, document));
        Proposed { index: self, number }
    }
}

impl<K: Kind> Entries<K> {
    /// What all but one have.
    pub(crate) fn others(&self, uuid: Uuid) -> Others<'_, K> {
        Others { entries: self, uuid }
    }

    /// Refuses a name or UUID that another has.
    pub(crate) fn refuse_taken(&self, uuid: Uuid, name: &str) -> Result<()> {
        match (self.by_uuid.get(&uuid), self.by_name.get(name)) {
            (Some(known), _) if known.name != name => Err(K::taken(Taken::Uuid(uuid, &known.name))),
            (None, Some(other)) => Err(K::taken(Taken::Name(name, other.uuid))),
            _ => Ok(()),
        }
    }

    /// The object of that UUID and name, new if there is none of them.
    pub(crate) fn find_or_add(&mut self, uuid: Uuid, name: &str) -> Arc<Object<K>> {
        let found = self.by_uuid.entry(uuid).or_insert_with(|| Object::new(uuid, name.to_owned()));
        self.by_name.entry(name.to_owned()).or_insert_with(|| Arc::clone(found));
        Arc::clone(found)
    }
}
