//! The host's interfaces.

use xdr::List;

use super::shared::NonnullInterface;
use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// How many network interfaces of the host are up.
    ///
    /// **Source**: `virConnectNumOfInterfaces`.
    ConnectNumOfInterfaces = 126, Quick, access: [connect.search_interfaces], filter: interface.getattr, since: "0.6.4";
        args (), ret ConnectNumOfInterfacesRet;
    /// Names of the host's network interfaces that are up, at most `maxnames`.
    ///
    /// **Source**: `virConnectListInterfaces`.
    ConnectListInterfaces = 127, Quick, access: [connect.search_interfaces], filter: interface.getattr, since: "0.6.4";
        args ConnectListInterfacesArgs, ret ConnectListInterfacesRet;
    /// Finds a network interface of the host by its name.
    ///
    /// **Source**: `virInterfaceLookupByName`.
    InterfaceLookupByName = 128, Quick, access: [interface.getattr], since: "0.6.4";
        args InterfaceLookupByNameArgs, ret InterfaceLookupByNameRet;
    /// Finds a network interface of the host by its address, such as `52:54:00:12:34:56`.
    ///
    /// **Source**: `virInterfaceLookupByMACString`.
    InterfaceLookupByMacString = 129, Quick, access: [interface.getattr], since: "0.6.4";
        args InterfaceLookupByMacStringArgs, ret InterfaceLookupByMacStringRet;
    /// The interface's document, as it is or by flag as it is configured.
    ///
    /// **Source**: `virInterfaceGetXMLDesc`.
    InterfaceGetXmlDesc = 130, Ordinary, access: [interface.read], since: "0.6.4";
        args InterfaceGetXmlDescArgs, ret InterfaceGetXmlDescRet;
    /// Configures a network interface of the host.
    ///
    /// **Source**: `virInterfaceDefineXML`.
    InterfaceDefineXml = 131, Quick, access: [interface.write, interface.save], since: "0.6.4";
        args InterfaceDefineXmlArgs, ret InterfaceDefineXmlRet;
    /// Takes away an interface's configuration.
    ///
    /// **Source**: `virInterfaceUndefine`.
    InterfaceUndefine = 132, Quick, access: [interface.delete], since: "0.6.4";
        args InterfaceUndefineArgs, ret ();
    /// Brings a configured interface up.
    ///
    /// **Source**: `virInterfaceCreate`.
    InterfaceCreate = 133, Ordinary, access: [interface.start], since: "0.6.4";
        args InterfaceCreateArgs, ret ();
    /// Brings an interface down.
    ///
    /// **Source**: `virInterfaceDestroy`.
    InterfaceDestroy = 134, Quick, access: [interface.stop], since: "0.6.4";
        args InterfaceDestroyArgs, ret ();
    /// How many network interfaces of the host are configured and down.
    ///
    /// **Source**: `virConnectNumOfDefinedInterfaces`.
    ConnectNumOfDefinedInterfaces = 137, Quick, access: [connect.search_interfaces], filter: interface.getattr, since: "0.7.0";
        args (), ret ConnectNumOfDefinedInterfacesRet;
    /// Names of the host's interfaces that are configured and down, at most `maxnames`.
    ///
    /// **Source**: `virConnectListDefinedInterfaces`.
    ConnectListDefinedInterfaces = 138, Quick, access: [connect.search_interfaces], filter: interface.getattr, since: "0.7.0";
        args ConnectListDefinedInterfacesArgs, ret ConnectListDefinedInterfacesRet;
    /// Whether the interface is up: 1 or 0.
    ///
    /// **Source**: `virInterfaceIsActive`.
    InterfaceIsActive = 156, Quick, access: [interface.read], since: "0.7.3";
        args InterfaceIsActiveArgs, ret InterfaceIsActiveRet;
    /// Remembers the configuration of all interfaces, to return to it.
    ///
    /// **Source**: `virInterfaceChangeBegin`.
    InterfaceChangeBegin = 220, Ordinary, access: [connect.interface_transaction], since: "0.9.2";
        args InterfaceChangeBeginArgs, ret ();
    /// Keeps the configuration as it became since [`InterfaceChangeBegin`].
    ///
    /// **Source**: `virInterfaceChangeCommit`.
    InterfaceChangeCommit = 221, Ordinary, access: [connect.interface_transaction], since: "0.9.2";
        args InterfaceChangeCommitArgs, ret ();
    /// Returns to the configuration of [`InterfaceChangeBegin`].
    ///
    /// **Source**: `virInterfaceChangeRollback`.
    InterfaceChangeRollback = 222, Ordinary, access: [connect.interface_transaction], since: "0.9.2";
        args InterfaceChangeRollbackArgs, ret ();
    /// The host's network interfaces, by flag some of them.
    ///
    /// **Source**: `virConnectListAllInterfaces`.
    ConnectListAllInterfaces = 284, Quick, access: [connect.search_interfaces], filter: interface.getattr, since: "0.10.2";
        args ConnectListAllInterfacesArgs, ret ConnectListAllInterfacesRet;
}

xdr::structs! {
    /// Results of [`ConnectNumOfInterfaces`].
    pub struct ConnectNumOfInterfacesRet {
        num: i32,
    }

    /// Arguments of [`ConnectListInterfaces`].
    pub struct ConnectListInterfacesArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListInterfaces`].
    pub struct ConnectListInterfacesRet {
        names: List<String, { limits::INTERFACE_LIST_MAX }>,
    }

    /// Results of [`ConnectNumOfDefinedInterfaces`].
    pub struct ConnectNumOfDefinedInterfacesRet {
        num: i32,
    }

    /// Arguments of [`ConnectListDefinedInterfaces`].
    pub struct ConnectListDefinedInterfacesArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListDefinedInterfaces`].
    pub struct ConnectListDefinedInterfacesRet {
        names: List<String, { limits::INTERFACE_LIST_MAX }>,
    }

    /// Arguments of [`InterfaceLookupByName`].
    pub struct InterfaceLookupByNameArgs {
        name: String,
    }

    /// Results of [`InterfaceLookupByName`].
    pub struct InterfaceLookupByNameRet {
        iface: NonnullInterface,
    }

    /// Arguments of [`InterfaceLookupByMacString`].
    pub struct InterfaceLookupByMacStringArgs {
        mac: String,
    }

    /// Results of [`InterfaceLookupByMacString`].
    pub struct InterfaceLookupByMacStringRet {
        iface: NonnullInterface,
    }

    /// Arguments of [`InterfaceGetXmlDesc`].
    pub struct InterfaceGetXmlDescArgs {
        iface: NonnullInterface,
        flags: u32,
    }

    /// Results of [`InterfaceGetXmlDesc`].
    pub struct InterfaceGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`InterfaceDefineXml`].
    pub struct InterfaceDefineXmlArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`InterfaceDefineXml`].
    pub struct InterfaceDefineXmlRet {
        iface: NonnullInterface,
    }

    /// Arguments of [`InterfaceUndefine`].
    pub struct InterfaceUndefineArgs {
        iface: NonnullInterface,
    }

    /// Arguments of [`InterfaceCreate`].
    pub struct InterfaceCreateArgs {
        iface: NonnullInterface,
        flags: u32,
    }

    /// Arguments of [`InterfaceDestroy`].
    pub struct InterfaceDestroyArgs {
        iface: NonnullInterface,
        flags: u32,
    }

    /// Arguments of [`InterfaceChangeBegin`].
    pub struct InterfaceChangeBeginArgs {
        flags: u32,
    }

    /// Arguments of [`InterfaceChangeCommit`].
    pub struct InterfaceChangeCommitArgs {
        flags: u32,
    }

    /// Arguments of [`InterfaceChangeRollback`].
    pub struct InterfaceChangeRollbackArgs {
        flags: u32,
    }

    /// Arguments of [`InterfaceIsActive`].
    pub struct InterfaceIsActiveArgs {
        iface: NonnullInterface,
    }

    /// Results of [`InterfaceIsActive`].
    pub struct InterfaceIsActiveRet {
        active: i32,
    }

    /// Arguments of [`ConnectListAllInterfaces`].
    pub struct ConnectListAllInterfacesArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllInterfaces`].
    pub struct ConnectListAllInterfacesRet {
        ifaces: List<NonnullInterface, { limits::INTERFACE_LIST_MAX }>,
        ret: u32,
    }
}
