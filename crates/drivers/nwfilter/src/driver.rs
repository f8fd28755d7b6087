//! The driver itself: how it comes up, and what all its calls share.

use std::sync::Arc;

use api::remote::NonnullNwfilter;
use api::{Error, ErrorCode, Result};
use definitions::{Definitions, Object, Place};
use driver::{EventBus, Key, ObjectKind, Routes};
use host::files::FileError;

use crate::kind::{Filters, NWFILTER};

/// Keeps network filters.
pub struct NwfilterDriver {
    pub(crate) filters: Definitions<Filters>,
    /// Filters have no events.
    events: Arc<EventBus>,
    routes: Routes<Self>,
}

impl NwfilterDriver {
    /// Reads every definition. What is broken is logged and left alone. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub(crate) fn load(place: &Place, routes: Routes<Self>) -> Result<Arc<Self>, FileError> {
        let filters = Definitions::load(place)?;
        Ok(Arc::new(Self { filters, events: Arc::default(), routes }))
    }

    /// The filter that a client's reference is about.
    ///
    /// # Errors
    /// `NO_NWFILTER`.
    pub(crate) fn find(&self, filter: &NonnullNwfilter) -> Result<Arc<Object<Filters>>> {
        self.filters.find(filter.uuid, "")
    }
}

/// What a client knows a filter by.
pub(crate) fn reference(filter: &Object<Filters>) -> NonnullNwfilter {
    NonnullNwfilter { name: filter.name.clone(), uuid: filter.uuid }
}

/// No filter is bound to a card: `card` is its name on the host.
pub(crate) fn no_binding(card: &str) -> Error {
    let detail = format!("no nwfilter binding for port dev '{card}'");
    Error::new(ErrorCode::NO_NWFILTER_BINDING, NWFILTER, detail)
}

definitions::object_driver!(NwfilterDriver, |driver, object| match (object.kind, &object.key) {
    (ObjectKind::NwfilterBinding, Key::Name(card)) => Err(no_binding(card)),
    // Its name is not part of what libvirt says of one that is not there.
    (ObjectKind::Nwfilter, Key::Uuid { uuid, .. }) => {
        driver.filters.find(*uuid, "")?.identity().map(Some)
    }
    _ => driver.filters.identify(object),
});
