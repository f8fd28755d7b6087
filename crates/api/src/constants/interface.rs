//! Constants: interface.

flags! {
    /// Values of `virConnectListAllInterfacesFlags`.
    pub struct ConnectListAllInterfacesFlags {
        /// `VIR_CONNECT_LIST_INTERFACES_INACTIVE`, since 0.10.2.
        INACTIVE = 0x1,
        /// `VIR_CONNECT_LIST_INTERFACES_ACTIVE`, since 0.10.2.
        ACTIVE = 0x2,
    }

    /// Values of `virInterfaceXMLFlags`.
    pub struct InterfaceXMLFlags {
        /// `VIR_INTERFACE_XML_INACTIVE`, since 0.7.3.
        INACTIVE = 0x1,
    }

    /// Values of `virInterfaceDefineFlags`.
    pub struct InterfaceDefineFlags {
        /// `VIR_INTERFACE_DEFINE_VALIDATE`, since 7.7.0.
        VALIDATE = 0x1,
    }
}
