//! Constants: node device.

open_enums! {
    /// Values of `virNodeDeviceEventID`.
    pub struct NodeDeviceEventID {
        /// `VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE`, since 2.2.0.
        LIFECYCLE = 0,
        /// `VIR_NODE_DEVICE_EVENT_ID_UPDATE`, since 2.2.0.
        UPDATE = 1,
    }

    /// Values of `virNodeDeviceEventLifecycleType`.
    pub struct NodeDeviceEventLifecycleType {
        /// `VIR_NODE_DEVICE_EVENT_CREATED`, since 2.2.0.
        CREATED = 0,
        /// `VIR_NODE_DEVICE_EVENT_DELETED`, since 2.2.0.
        DELETED = 1,
        /// `VIR_NODE_DEVICE_EVENT_DEFINED`, since 7.3.0.
        DEFINED = 2,
        /// `VIR_NODE_DEVICE_EVENT_UNDEFINED`, since 7.3.0.
        UNDEFINED = 3,
    }
}

flags! {
    /// Values of `virConnectListAllNodeDeviceFlags`.
    pub struct ConnectListAllNodeDeviceFlags {
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM`, since 0.10.2.
        CAP_SYSTEM = 0x1,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV`, since 0.10.2.
        CAP_PCI_DEV = 0x2,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_DEV`, since 0.10.2.
        CAP_USB_DEV = 0x4,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_INTERFACE`, since 0.10.2.
        CAP_USB_INTERFACE = 0x8,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET`, since 0.10.2.
        CAP_NET = 0x10,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_HOST`, since 0.10.2.
        CAP_SCSI_HOST = 0x20,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_TARGET`, since 0.10.2.
        CAP_SCSI_TARGET = 0x40,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI`, since 0.10.2.
        CAP_SCSI = 0x80,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE`, since 0.10.2.
        CAP_STORAGE = 0x100,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_FC_HOST`, since 1.0.4.
        CAP_FC_HOST = 0x200,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPORTS`, since 1.0.4.
        CAP_VPORTS = 0x400,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_GENERIC`, since 1.1.0.
        CAP_SCSI_GENERIC = 0x800,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_DRM`, since 3.1.0.
        CAP_DRM = 0x1000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES`, since 3.4.0.
        CAP_MDEV_TYPES = 0x2000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV`, since 3.4.0.
        CAP_MDEV = 0x4000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV`, since 3.4.0.
        CAP_CCW_DEV = 0x8000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV`, since 6.8.0.
        CAP_CSS_DEV = 0x10000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_VDPA`, since 6.9.0.
        CAP_VDPA = 0x20000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_CARD`, since 7.0.0.
        CAP_AP_CARD = 0x40000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_QUEUE`, since 7.0.0.
        CAP_AP_QUEUE = 0x80000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_MATRIX`, since 7.0.0.
        CAP_AP_MATRIX = 0x100000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD`, since 7.9.0.
        CAP_VPD = 0x200000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCWGROUP_DEV`, since 11.1.0.
        CAP_CCWGROUP_DEV = 0x400000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCWGROUP_MEMBER`, since 11.1.0.
        CAP_CCWGROUP_MEMBER = 0x800000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT`, since 10.1.0.
        PERSISTENT = 0x10000000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT`, since 10.1.0.
        TRANSIENT = 0x20000000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE`, since 7.3.0.
        INACTIVE = 0x40000000,
        /// `VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE`, since 7.3.0.
        ACTIVE = 0x80000000,
    }

    /// Values of `virNodeDeviceXMLFlags`.
    pub struct NodeDeviceXMLFlags {
        /// `VIR_NODE_DEVICE_XML_INACTIVE`, since 10.1.0.
        INACTIVE = 0x1,
    }

    /// Values of `virNodeDeviceCreateXMLFlags`.
    pub struct NodeDeviceCreateXMLFlags {
        /// `VIR_NODE_DEVICE_CREATE_XML_VALIDATE`, since 8.10.0.
        VALIDATE = 0x1,
    }

    /// Values of `virNodeDeviceDefineXMLFlags`.
    pub struct NodeDeviceDefineXMLFlags {
        /// `VIR_NODE_DEVICE_DEFINE_XML_VALIDATE`, since 8.10.0.
        VALIDATE = 0x1,
    }

    /// Values of `virNodeDeviceUpdateFlags`.
    pub struct NodeDeviceUpdateFlags {
        /// `VIR_NODE_DEVICE_UPDATE_AFFECT_CURRENT`, since 10.1.0.
        CURRENT = 0x0,
        /// `VIR_NODE_DEVICE_UPDATE_AFFECT_LIVE`, since 10.1.0.
        LIVE = 0x1,
        /// `VIR_NODE_DEVICE_UPDATE_AFFECT_CONFIG`, since 10.1.0.
        CONFIG = 0x2,
    }
}
