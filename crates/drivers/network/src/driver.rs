//! The driver itself: how it comes up, and what all its calls share.

use std::sync::Arc;

use api::Result;
use api::remote::NonnullNetwork;
use definitions::{Definitions, Object, Place};
use driver::{Event, EventBus, NetworkEvent, NetworkEventBody, Routes};
use host::files::FileError;

use crate::kind::Networks;

/// Keeps networks.
pub struct NetworkDriver {
    pub(crate) networks: Definitions<Networks>,
    events: Arc<EventBus>,
    routes: Routes<Self>,
}

impl NetworkDriver {
    /// Reads every definition. What is broken is logged and left alone. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub(crate) fn load(place: &Place, routes: Routes<Self>) -> Result<Arc<Self>, FileError> {
        let networks = Definitions::load(place)?;
        Ok(Arc::new(Self { networks, events: Arc::default(), routes }))
    }

    /// The network that a client's reference is about.
    ///
    /// # Errors
    /// `NO_NETWORK`.
    pub(crate) fn find(&self, network: &NonnullNetwork) -> Result<Arc<Object<Networks>>> {
        self.networks.find(network.uuid, &network.name)
    }

    /// Tells what happened to a network.
    pub(crate) fn tell(&self, network: &Object<Networks>, body: NetworkEventBody) {
        let (network, tags) = (reference(network), Default::default());
        self.events.publish(Event::Network(NetworkEvent { network, body, tags }));
    }
}

/// What a client knows a network by.
pub(crate) fn reference(network: &Object<Networks>) -> NonnullNetwork {
    NonnullNetwork { name: network.name.clone(), uuid: network.uuid }
}

definitions::object_driver!(
    NetworkDriver,
    |driver, object| driver.networks.identify(object),
    api::Feature::NETWORK_UPDATE_ORDER
);
