//! Virtual networks and their ports.

use xdr::List;

use super::shared::{NonnullNetwork, NonnullNetworkPort};
use crate::{TypedParam, Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// Names of the networks that are defined and not started, at most `maxnames`.
    ///
    /// **Source**: `virConnectListDefinedNetworks`.
    ConnectListDefinedNetworks = 36, Quick, access: [connect.search_networks], filter: network.getattr, since: "0.2.0";
        args ConnectListDefinedNetworksArgs, ret ConnectListDefinedNetworksRet;
    /// Names of the networks that are started, at most `maxnames`.
    ///
    /// **Source**: `virConnectListNetworks`.
    ConnectListNetworks = 38, Quick, access: [connect.search_networks], filter: network.getattr, since: "0.2.0";
        args ConnectListNetworksArgs, ret ConnectListNetworksRet;
    /// Starts a defined network.
    ///
    /// **Source**: `virNetworkCreate`.
    NetworkCreate = 39, Ordinary, access: [network.start], since: "0.2.0";
        args NetworkCreateArgs, ret ();
    /// Starts a network that has no definition.
    ///
    /// **Source**: `virNetworkCreateXML`.
    NetworkCreateXml = 40, Ordinary, access: [network.write, network.start], since: "0.2.0";
        args NetworkCreateXmlArgs, ret NetworkCreateXmlRet;
    /// Defines a network, or changes its definition.
    ///
    /// **Source**: `virNetworkDefineXML`.
    NetworkDefineXml = 41, Quick, access: [network.write, network.save], since: "0.2.0";
        args NetworkDefineXmlArgs, ret NetworkDefineXmlRet;
    /// Stops a network; one without a definition is gone.
    ///
    /// **Source**: `virNetworkDestroy`.
    NetworkDestroy = 42, Quick, access: [network.stop], since: "0.2.0";
        args NetworkDestroyArgs, ret ();
    /// The network's document, as it is or by flag as it is defined.
    ///
    /// **Source**: `virNetworkGetXMLDesc`.
    NetworkGetXmlDesc = 43, Quick, access: [network.read], since: "0.2.0";
        args NetworkGetXmlDescArgs, ret NetworkGetXmlDescRet;
    /// Whether the network starts with the daemon: 1 or 0.
    ///
    /// **Source**: `virNetworkGetAutostart`.
    NetworkGetAutostart = 44, Quick, access: [network.read], since: "0.2.1";
        args NetworkGetAutostartArgs, ret NetworkGetAutostartRet;
    /// Name of the host's bridge behind the network.
    ///
    /// **Source**: `virNetworkGetBridgeName`.
    NetworkGetBridgeName = 45, Quick, access: [network.read], since: "0.2.0";
        args NetworkGetBridgeNameArgs, ret NetworkGetBridgeNameRet;
    /// Finds a network by its name.
    ///
    /// **Source**: `virNetworkLookupByName`.
    NetworkLookupByName = 46, Quick, access: [network.getattr], since: "0.2.0";
        args NetworkLookupByNameArgs, ret NetworkLookupByNameRet;
    /// Finds a network by its UUID.
    ///
    /// **Source**: `virNetworkLookupByUUID`.
    NetworkLookupByUuid = 47, Quick, access: [network.getattr], since: "0.2.0";
        args NetworkLookupByUuidArgs, ret NetworkLookupByUuidRet;
    /// Says whether the network starts with the daemon.
    ///
    /// **Source**: `virNetworkSetAutostart`.
    NetworkSetAutostart = 48, Quick, access: [network.write], since: "0.2.1";
        args NetworkSetAutostartArgs, ret ();
    /// Takes away a network's definition; one that is started becomes transient.
    ///
    /// **Source**: `virNetworkUndefine`.
    NetworkUndefine = 49, Quick, access: [network.delete], since: "0.2.0";
        args NetworkUndefineArgs, ret ();
    /// How many networks are defined and not started.
    ///
    /// **Source**: `virConnectNumOfDefinedNetworks`.
    ConnectNumOfDefinedNetworks = 50, Quick, access: [connect.search_networks], filter: network.getattr, since: "0.2.0";
        args (), ret ConnectNumOfDefinedNetworksRet;
    /// How many networks are started.
    ///
    /// **Source**: `virConnectNumOfNetworks`.
    ConnectNumOfNetworks = 52, Quick, access: [connect.search_networks], filter: network.getattr, since: "0.2.0";
        args (), ret ConnectNumOfNetworksRet;
    /// Whether the network is started: 1 or 0.
    ///
    /// **Source**: `virNetworkIsActive`.
    NetworkIsActive = 152, Quick, access: [network.read], since: "0.7.3";
        args NetworkIsActiveArgs, ret NetworkIsActiveRet;
    /// Whether the network has a definition: 1 or 0.
    ///
    /// **Source**: `virNetworkIsPersistent`.
    NetworkIsPersistent = 153, Quick, access: [network.read], since: "0.7.3";
        args NetworkIsPersistentArgs, ret NetworkIsPersistentRet;
    /// The networks, by flag some of them.
    ///
    /// **Source**: `virConnectListAllNetworks`.
    ConnectListAllNetworks = 283, Quick, access: [connect.search_networks], filter: network.getattr, since: "0.10.2";
        args ConnectListAllNetworksArgs, ret ConnectListAllNetworksRet;
    /// Changes one part of a network: a host, a range, a record, …. The meaning of `command` and
    /// `section` is swapped unless the server has feature 16.
    ///
    /// **Source**: `virNetworkUpdate`.
    NetworkUpdate = 291, Quick, access: [network.write, network.save if Without(0x3), network.save if With(0x2)], since: "0.10.2";
        args NetworkUpdateArgs, ret ();
    /// Registers for one kind of network event, of one network or of all; the reply has the
    /// callback id.
    ///
    /// **Source**: `virConnectNetworkEventRegisterAny`.
    ConnectNetworkEventRegisterAny = 313, Quick, access: [connect.search_networks], filter: network.getattr, since: "1.2.1";
        args ConnectNetworkEventRegisterAnyArgs, ret ConnectNetworkEventRegisterAnyRet;
    /// Ends a registration by its callback id.
    ///
    /// **Source**: `virConnectNetworkEventDeregisterAny`.
    ConnectNetworkEventDeregisterAny = 314, Quick, access: [connect.read], since: "1.2.1";
        args ConnectNetworkEventDeregisterAnyArgs, ret ();
    /// Event: a network was defined, started, stopped or undefined.
    NetworkEventLifecycle = 315, Event, since: "1.2.1";
        args NetworkEventLifecycleMsg, ret ();
    /// The addresses that the network has lent, by card or in all.
    ///
    /// **Units**: seconds since 1970.
    ///
    /// **Source**: `virNetworkGetDHCPLeases`.
    NetworkGetDhcpLeases = 341, Ordinary, access: [network.read], since: "1.2.6";
        args NetworkGetDhcpLeasesArgs, ret NetworkGetDhcpLeasesRet;
    /// The ports of a network.
    ///
    /// **Source**: `virNetworkListAllPorts`.
    NetworkListAllPorts = 404, Quick, access: [network.search_ports], filter: network_port.getattr, since: "5.5.0";
        args NetworkListAllPortsArgs, ret NetworkListAllPortsRet;
    /// Finds a port of a network by its UUID.
    ///
    /// **Source**: `virNetworkPortLookupByUUID`.
    NetworkPortLookupByUuid = 405, Quick, access: [network_port.getattr], since: "5.5.0";
        args NetworkPortLookupByUuidArgs, ret NetworkPortLookupByUuidRet;
    /// Makes a port, through which a guest's card joins the network.
    ///
    /// **Source**: `virNetworkPortCreateXML`.
    NetworkPortCreateXml = 406, Ordinary, access: [network_port.create], since: "5.5.0";
        args NetworkPortCreateXmlArgs, ret NetworkPortCreateXmlRet;
    /// The limits of a port's traffic.
    ///
    /// **Units**: KiB/s, KiB of bursts.
    ///
    /// **Source**: `virNetworkPortGetParameters`.
    NetworkPortGetParameters = 407, Ordinary, access: [network_port.read], since: "5.5.0";
        args NetworkPortGetParametersArgs, ret NetworkPortGetParametersRet;
    /// Limits a port's traffic.
    ///
    /// **Units**: KiB/s, KiB of bursts.
    ///
    /// **Source**: `virNetworkPortSetParameters`.
    NetworkPortSetParameters = 408, Ordinary, access: [network_port.write], since: "5.5.0";
        args NetworkPortSetParametersArgs, ret ();
    /// The port's document.
    ///
    /// **Source**: `virNetworkPortGetXMLDesc`.
    NetworkPortGetXmlDesc = 409, Ordinary, access: [network_port.read], since: "5.5.0";
        args NetworkPortGetXmlDescArgs, ret NetworkPortGetXmlDescRet;
    /// Deletes a port.
    ///
    /// **Source**: `virNetworkPortDelete`.
    NetworkPortDelete = 410, Ordinary, access: [network_port.delete], since: "5.5.0";
        args NetworkPortDeleteArgs, ret ();
    /// As [`NetworkDefineXml`], by flag validated first.
    ///
    /// **Source**: `virNetworkDefineXMLFlags`.
    NetworkDefineXmlFlags = 432, Quick, access: [network.write, network.save], since: "7.7.0";
        args NetworkDefineXmlFlagsArgs, ret NetworkDefineXmlFlagsRet;
    /// As [`NetworkCreateXml`], by flag validated first.
    ///
    /// **Source**: `virNetworkCreateXMLFlags`.
    NetworkCreateXmlFlags = 437, Quick, access: [network.write, network.start], since: "7.8.0";
        args NetworkCreateXmlFlagsArgs, ret NetworkCreateXmlFlagsRet;
    /// Sets a network's title, description or metadata of one namespace; absent takes it away.
    ///
    /// **Source**: `virNetworkSetMetadata`.
    NetworkSetMetadata = 444, Ordinary, access: [network.write, network.save if Without(0x3), network.save if With(0x2)], since: "9.7.0";
        args NetworkSetMetadataArgs, ret ();
    /// A network's title, description or metadata of one namespace.
    ///
    /// **Source**: `virNetworkGetMetadata`.
    NetworkGetMetadata = 445, Ordinary, access: [network.read], since: "9.7.0";
        args NetworkGetMetadataArgs, ret NetworkGetMetadataRet;
    /// Event: a network's title, description or metadata changed.
    NetworkEventCallbackMetadataChange = 446, Event, since: "9.8.0";
        args NetworkEventCallbackMetadataChangeMsg, ret ();
}

xdr::structs! {
    /// Results of [`ConnectNumOfNetworks`].
    pub struct ConnectNumOfNetworksRet {
        num: i32,
    }

    /// Arguments of [`ConnectListNetworks`].
    pub struct ConnectListNetworksArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListNetworks`].
    pub struct ConnectListNetworksRet {
        names: List<String, { limits::NETWORK_LIST_MAX }>,
    }

    /// Results of [`ConnectNumOfDefinedNetworks`].
    pub struct ConnectNumOfDefinedNetworksRet {
        num: i32,
    }

    /// Arguments of [`ConnectListDefinedNetworks`].
    pub struct ConnectListDefinedNetworksArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListDefinedNetworks`].
    pub struct ConnectListDefinedNetworksRet {
        names: List<String, { limits::NETWORK_LIST_MAX }>,
    }

    /// Arguments of [`NetworkLookupByUuid`].
    pub struct NetworkLookupByUuidArgs {
        uuid: Uuid,
    }

    /// Results of [`NetworkLookupByUuid`].
    pub struct NetworkLookupByUuidRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkLookupByName`].
    pub struct NetworkLookupByNameArgs {
        name: String,
    }

    /// Results of [`NetworkLookupByName`].
    pub struct NetworkLookupByNameRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkCreateXml`].
    pub struct NetworkCreateXmlArgs {
        xml: String,
    }

    /// Results of [`NetworkCreateXml`].
    pub struct NetworkCreateXmlRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkCreateXmlFlags`].
    pub struct NetworkCreateXmlFlagsArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`NetworkCreateXmlFlags`].
    pub struct NetworkCreateXmlFlagsRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkDefineXml`].
    pub struct NetworkDefineXmlArgs {
        xml: String,
    }

    /// Results of [`NetworkDefineXml`].
    pub struct NetworkDefineXmlRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkDefineXmlFlags`].
    pub struct NetworkDefineXmlFlagsArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`NetworkDefineXmlFlags`].
    pub struct NetworkDefineXmlFlagsRet {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkUndefine`].
    pub struct NetworkUndefineArgs {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkUpdate`].
    pub struct NetworkUpdateArgs {
        net: NonnullNetwork,
        command: u32,
        section: u32,
        parent_index: i32,
        xml: String,
        flags: u32,
    }

    /// Arguments of [`NetworkCreate`].
    pub struct NetworkCreateArgs {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkDestroy`].
    pub struct NetworkDestroyArgs {
        net: NonnullNetwork,
    }

    /// Arguments of [`NetworkGetXmlDesc`].
    pub struct NetworkGetXmlDescArgs {
        net: NonnullNetwork,
        flags: u32,
    }

    /// Results of [`NetworkGetXmlDesc`].
    pub struct NetworkGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`NetworkGetBridgeName`].
    pub struct NetworkGetBridgeNameArgs {
        net: NonnullNetwork,
    }

    /// Results of [`NetworkGetBridgeName`].
    pub struct NetworkGetBridgeNameRet {
        name: String,
    }

    /// Arguments of [`NetworkGetAutostart`].
    pub struct NetworkGetAutostartArgs {
        net: NonnullNetwork,
    }

    /// Results of [`NetworkGetAutostart`].
    pub struct NetworkGetAutostartRet {
        autostart: i32,
    }

    /// Arguments of [`NetworkSetAutostart`].
    pub struct NetworkSetAutostartArgs {
        net: NonnullNetwork,
        autostart: i32,
    }

    /// Arguments of [`NetworkIsActive`].
    pub struct NetworkIsActiveArgs {
        net: NonnullNetwork,
    }

    /// Results of [`NetworkIsActive`].
    pub struct NetworkIsActiveRet {
        active: i32,
    }

    /// Arguments of [`NetworkIsPersistent`].
    pub struct NetworkIsPersistentArgs {
        net: NonnullNetwork,
    }

    /// Results of [`NetworkIsPersistent`].
    pub struct NetworkIsPersistentRet {
        persistent: i32,
    }

    /// Arguments of [`ConnectListAllNetworks`].
    pub struct ConnectListAllNetworksArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllNetworks`].
    pub struct ConnectListAllNetworksRet {
        nets: List<NonnullNetwork, { limits::NETWORK_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ConnectNetworkEventRegisterAny`].
    pub struct ConnectNetworkEventRegisterAnyArgs {
        event_id: i32,
        net: Option<NonnullNetwork>,
    }

    /// Results of [`ConnectNetworkEventRegisterAny`].
    pub struct ConnectNetworkEventRegisterAnyRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectNetworkEventDeregisterAny`].
    pub struct ConnectNetworkEventDeregisterAnyArgs {
        callback_id: i32,
    }

    /// Body of [`NetworkEventLifecycle`].
    pub struct NetworkEventLifecycleMsg {
        callback_id: i32,
        net: NonnullNetwork,
        event: i32,
        detail: i32,
    }

    /// Body of [`NetworkEventCallbackMetadataChange`].
    pub struct NetworkEventCallbackMetadataChangeMsg {
        callback_id: i32,
        net: NonnullNetwork,
        kind: i32,
        nsuri: Option<String>,
    }

    /// Arguments of [`NetworkSetMetadata`].
    pub struct NetworkSetMetadataArgs {
        network: NonnullNetwork,
        kind: i32,
        metadata: Option<String>,
        key: Option<String>,
        uri: Option<String>,
        flags: u32,
    }

    /// Arguments of [`NetworkGetMetadata`].
    pub struct NetworkGetMetadataArgs {
        network: NonnullNetwork,
        kind: i32,
        uri: Option<String>,
        flags: u32,
    }

    /// Results of [`NetworkGetMetadata`].
    pub struct NetworkGetMetadataRet {
        metadata: String,
    }

    /// An address that a network has lent.
    pub struct NetworkDhcpLease {
        iface: String,
        /// **Units**: seconds since 1970; 0: never.
        expirytime: i64,
        kind: i32,
        mac: Option<String>,
        iaid: Option<String>,
        ipaddr: String,
        prefix: u32,
        hostname: Option<String>,
        clientid: Option<String>,
    }

    /// Arguments of [`NetworkGetDhcpLeases`].
    pub struct NetworkGetDhcpLeasesArgs {
        net: NonnullNetwork,
        mac: Option<String>,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`NetworkGetDhcpLeases`].
    pub struct NetworkGetDhcpLeasesRet {
        leases: List<NetworkDhcpLease, { limits::NETWORK_DHCP_LEASES_MAX }>,
        ret: u32,
    }

    /// Arguments of [`NetworkListAllPorts`].
    pub struct NetworkListAllPortsArgs {
        network: NonnullNetwork,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`NetworkListAllPorts`].
    pub struct NetworkListAllPortsRet {
        ports: List<NonnullNetworkPort, { limits::NETWORK_PORT_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`NetworkPortLookupByUuid`].
    pub struct NetworkPortLookupByUuidArgs {
        network: NonnullNetwork,
        uuid: Uuid,
    }

    /// Results of [`NetworkPortLookupByUuid`].
    pub struct NetworkPortLookupByUuidRet {
        port: NonnullNetworkPort,
    }

    /// Arguments of [`NetworkPortCreateXml`].
    pub struct NetworkPortCreateXmlArgs {
        network: NonnullNetwork,
        xml: String,
        flags: u32,
    }

    /// Results of [`NetworkPortCreateXml`].
    pub struct NetworkPortCreateXmlRet {
        port: NonnullNetworkPort,
    }

    /// Arguments of [`NetworkPortSetParameters`].
    pub struct NetworkPortSetParametersArgs {
        port: NonnullNetworkPort,
        params: List<TypedParam, { limits::NETWORK_PORT_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`NetworkPortGetParameters`].
    pub struct NetworkPortGetParametersArgs {
        port: NonnullNetworkPort,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`NetworkPortGetParameters`].
    pub struct NetworkPortGetParametersRet {
        params: List<TypedParam, { limits::NETWORK_PORT_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`NetworkPortGetXmlDesc`].
    pub struct NetworkPortGetXmlDescArgs {
        port: NonnullNetworkPort,
        flags: u32,
    }

    /// Results of [`NetworkPortGetXmlDesc`].
    pub struct NetworkPortGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`NetworkPortDelete`].
    pub struct NetworkPortDeleteArgs {
        port: NonnullNetworkPort,
        flags: u32,
    }
}
