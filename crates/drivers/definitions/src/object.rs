//! One defined object: what readers see of it, and the order of its changes.

use std::sync::Arc;

use api::{Error, Result, Uuid};
use arc_swap::ArcSwapOption;
use driver::Identity;
use tokio::sync::Mutex;

use crate::Kind;

/// A defined object.
pub struct Object<K: Kind> {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    view: ArcSwapOption<View<K>>,
    /// Who holds it makes the next change; whether the object is gone for good.
    pub(crate) order: Mutex<Gone>,
}

/// Whether an object is no longer in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It is.
    Yes,
    /// It is there, or about to be.
    No,
}

/// A consistent view of one object. Swapped whole; never changed in place.
pub struct View<K: Kind> {
    /// The definition.
    pub document: Arc<K::Document>,
    /// Whether it starts with the daemon.
    pub autostart: bool,
    /// What else is known.
    pub state: K::State,
}

impl<K: Kind> Clone for View<K> {
    fn clone(&self) -> Self {
        let (document, state) = (Arc::clone(&self.document), self.state.clone());
        Self { document, autostart: self.autostart, state }
    }
}

impl<K: Kind> Object<K> {
    /// An object that nobody sees before it has a view.
    pub(crate) fn new(uuid: Uuid, name: String) -> Arc<Self> {
        let (view, order) = (ArcSwapOption::empty(), Mutex::new(Gone::No));
        Arc::new(Self { uuid, name, view, order })
    }

    /// What is known of it now.
    ///
    /// # Errors
    /// The kind's own for one that is not there, when it has just gone or is not there yet.
    pub fn view(&self) -> Result<Arc<View<K>>> {
        self.published().ok_or_else(|| missing_uuid::<K>(self.uuid, &self.name))
    }

    /// The same; none for an object that is not defined yet or no longer.
    pub fn published(&self) -> Option<Arc<View<K>>> {
        self.view.load_full()
    }

    pub(crate) fn publish(&self, view: Option<View<K>>) -> Option<Arc<View<K>>> {
        let view = view.map(Arc::new);
        self.view.store(view.clone());
        view
    }

    /// Who it is, for access rules.
    ///
    /// # Errors
    /// As for [`Object::view`].
    pub fn identity(&self) -> Result<Identity> {
        Ok(K::identity(&self.view()?.document))
    }
}

/// No object has the UUID; `name` is what the client believes, and may be empty.
pub(crate) fn missing_uuid<K: Kind>(uuid: Uuid, name: &str) -> Error {
    let noun = K::NOUN;
    let detail = match name {
        "" => format!("no {noun} with matching uuid '{uuid}'"),
        name => format!("no {noun} with matching uuid '{uuid}' ({name})"),
    };
    Error::new(K::MISSING, K::DOMAIN, detail)
}
