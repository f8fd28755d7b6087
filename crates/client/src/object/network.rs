//! Virtual networks.

use api::remote;
use api::{
    ConnectListAllNetworksFlags, Feature, NetworkDefineFlags, NetworkUpdateCommand,
    NetworkUpdateFlags, NetworkUpdateSection, NetworkXMLFlags, Uuid,
};

use super::{object, object_calls};
use crate::connection::Connection;
use crate::domain::Autostart;
use crate::error::Result;

object! {
    /// A virtual network of a connection.
    Network(NonnullNetwork) by network
}

impl Network {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.reference.name
    }
}

object_calls! { Network as net;
    /// Its document.
    ///
    /// # Errors
    /// Code 43 when it is gone.
    xml(flags: NetworkXMLFlags) -> String = |ret: remote::NetworkGetXmlDescRet| ret.xml,
        NetworkGetXmlDesc, NetworkGetXmlDescArgs { flags: flags.0 };

    /// Name of the host's bridge behind it.
    ///
    /// # Errors
    /// Code 1 when it has none.
    bridge_name() -> String = |ret: remote::NetworkGetBridgeNameRet| ret.name,
        NetworkGetBridgeName, NetworkGetBridgeNameArgs {};

    /// Whether it starts with the server.
    ///
    /// # Errors
    /// As [`Connection::call`].
    autostart() -> bool = |ret: remote::NetworkGetAutostartRet| ret.autostart != 0,
        NetworkGetAutostart, NetworkGetAutostartArgs {};

    /// Sets whether it starts with the server.
    ///
    /// # Errors
    /// Code 55 for one without a definition.
    set_autostart(on: Autostart), NetworkSetAutostart,
        NetworkSetAutostartArgs { autostart: i32::from(on == Autostart::WithServer) };

    /// Whether it is started.
    ///
    /// # Errors
    /// As [`Connection::call`].
    is_active() -> bool = |ret: remote::NetworkIsActiveRet| ret.active != 0,
        NetworkIsActive, NetworkIsActiveArgs {};

    /// Whether it has a definition.
    ///
    /// # Errors
    /// As [`Connection::call`].
    is_persistent() -> bool = |ret: remote::NetworkIsPersistentRet| ret.persistent != 0,
        NetworkIsPersistent, NetworkIsPersistentArgs {};

    /// Takes its definition away.
    ///
    /// # Errors
    /// Code 43 when it is gone.
    undefine(), NetworkUndefine, NetworkUndefineArgs {};
}

impl Network {
    /// Changes an element of its document: the whole network need not be known for it.
    ///
    /// `parent_index` says which of several elements that could hold it is meant; none, whichever
    /// fits.
    ///
    /// # Errors
    /// Code 55 when there is no such element, or already one like it; what is wrong with the element.
    pub async fn update(
        &self,
        command: NetworkUpdateCommand,
        section: NetworkUpdateSection,
        parent_index: Option<u32>,
        xml: &str,
        on: NetworkUpdateFlags,
    ) -> Result<()> {
        let (mut first, mut second) = (command.0.cast_unsigned(), section.0.cast_unsigned());
        // Servers before 7.2 read the two the other way round.
        if !self.connection().supports(Feature::NETWORK_UPDATE_ORDER).await? {
            (first, second) = (second, first);
        }
        let args = remote::NetworkUpdateArgs {
            net: self.reference(),
            command: first,
            section: second,
            parent_index: parent_index.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1),
            xml: xml.to_owned(),
            flags: on.0,
        };
        self.connection().call::<remote::NetworkUpdate>(args).await
    }
}

impl Connection {
    /// Networks that match; the empty filter matches all.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn networks(&self, filter: ConnectListAllNetworksFlags) -> Result<Vec<Network>> {
        let args = remote::ConnectListAllNetworksArgs { need_results: 1, flags: filter.0 };
        let ret = self.call::<remote::ConnectListAllNetworks>(args).await?;
        Ok(ret.nets.into_iter().map(|reference| self.network(reference)).collect())
    }

    /// The network with this name.
    ///
    /// # Errors
    /// Code 43 when there is none.
    pub async fn network_named(&self, name: &str) -> Result<Network> {
        let args = remote::NetworkLookupByNameArgs { name: name.to_owned() };
        Ok(self.network(self.call::<remote::NetworkLookupByName>(args).await?.net))
    }

    /// The network with this UUID.
    ///
    /// # Errors
    /// Code 43 when there is none.
    pub async fn network_with(&self, uuid: Uuid) -> Result<Network> {
        let args = remote::NetworkLookupByUuidArgs { uuid };
        Ok(self.network(self.call::<remote::NetworkLookupByUuid>(args).await?.net))
    }

    /// Defines a network, or changes its definition.
    ///
    /// # Errors
    /// What is wrong with the document; code 9 when name or UUID belong to another.
    pub async fn define_network(&self, xml: &str, flags: NetworkDefineFlags) -> Result<Network> {
        let xml = xml.to_owned();
        if flags.is_empty() {
            let args = remote::NetworkDefineXmlArgs { xml };
            return Ok(self.network(self.call::<remote::NetworkDefineXml>(args).await?.net));
        }
        let args = remote::NetworkDefineXmlFlagsArgs { xml, flags: flags.0 };
        Ok(self.network(self.call::<remote::NetworkDefineXmlFlags>(args).await?.net))
    }
}
