//! The host's devices.

use xdr::List;

use super::shared::NonnullNodeDevice;
use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// How many devices the host has, of a capability or in all.
    ///
    /// **Source**: `virNodeNumOfDevices`.
    NodeNumOfDevices = 111, Quick, access: [connect.search_node_devices], filter: node_device.getattr, since: "0.5.0";
        args NodeNumOfDevicesArgs, ret NodeNumOfDevicesRet;
    /// Names of the host's devices, of a capability or of all, at most `maxnames`.
    ///
    /// **Source**: `virNodeListDevices`.
    NodeListDevices = 112, Quick, access: [connect.search_node_devices], filter: node_device.getattr, since: "0.5.0";
        args NodeListDevicesArgs, ret NodeListDevicesRet;
    /// Finds a device of the host by its name.
    ///
    /// **Source**: `virNodeDeviceLookupByName`.
    NodeDeviceLookupByName = 113, Quick, access: [node_device.getattr], since: "0.5.0";
        args NodeDeviceLookupByNameArgs, ret NodeDeviceLookupByNameRet;
    /// The device's document.
    ///
    /// **Source**: `virNodeDeviceGetXMLDesc`.
    NodeDeviceGetXmlDesc = 114, Ordinary, access: [node_device.read], since: "0.5.0";
        args NodeDeviceGetXmlDescArgs, ret NodeDeviceGetXmlDescRet;
    /// Name of the device that this one hangs on; none for the computer itself.
    ///
    /// **Source**: `virNodeDeviceGetParent`.
    NodeDeviceGetParent = 115, Quick, access: [node_device.read], since: "0.5.0";
        args NodeDeviceGetParentArgs, ret NodeDeviceGetParentRet;
    /// How many capabilities the device has.
    ///
    /// **Source**: `virNodeDeviceNumOfCaps`.
    NodeDeviceNumOfCaps = 116, Quick, access: [node_device.read], since: "0.5.0";
        args NodeDeviceNumOfCapsArgs, ret NodeDeviceNumOfCapsRet;
    /// The device's capabilities, at most `maxnames`.
    ///
    /// **Source**: `virNodeDeviceListCaps`.
    NodeDeviceListCaps = 117, Quick, access: [node_device.read], since: "0.5.0";
        args NodeDeviceListCapsArgs, ret NodeDeviceListCapsRet;
    /// Takes a device from the host's driver, so that a guest may have it.
    ///
    /// **Source**: `virNodeDeviceDettach`.
    NodeDeviceDettach = 118, Ordinary, access: [node_device.detach], since: "0.6.1";
        args NodeDeviceDettachArgs, ret ();
    /// Gives a device back to the host's driver.
    ///
    /// **Source**: `virNodeDeviceReAttach`.
    NodeDeviceReAttach = 119, Ordinary, access: [node_device.detach], since: "0.6.1";
        args NodeDeviceReAttachArgs, ret ();
    /// Resets a device that no guest has.
    ///
    /// **Source**: `virNodeDeviceReset`.
    NodeDeviceReset = 120, Ordinary, access: [node_device.detach], since: "0.6.1";
        args NodeDeviceResetArgs, ret ();
    /// Makes a virtual device, such as a mediated device or an HBA, until it is destroyed.
    ///
    /// **Source**: `virNodeDeviceCreateXML`.
    NodeDeviceCreateXml = 123, Ordinary, access: [node_device.write, node_device.start], since: "0.6.3";
        args NodeDeviceCreateXmlArgs, ret NodeDeviceCreateXmlRet;
    /// Ends a virtual device.
    ///
    /// **Source**: `virNodeDeviceDestroy`.
    NodeDeviceDestroy = 124, Quick, access: [node_device.stop], since: "0.6.3";
        args NodeDeviceDestroyArgs, ret ();
    /// The host's devices, by flag some of them.
    ///
    /// **Source**: `virConnectListAllNodeDevices`.
    ConnectListAllNodeDevices = 285, Quick, access: [connect.search_node_devices], filter: node_device.getattr, since: "0.10.2";
        args ConnectListAllNodeDevicesArgs, ret ConnectListAllNodeDevicesRet;
    /// Finds an HBA by its node and port names.
    ///
    /// **Source**: `virNodeDeviceLookupSCSIHostByWWN`.
    NodeDeviceLookupScsiHostByWwn = 297, Quick, access: [node_device.getattr], since: "1.0.3";
        args NodeDeviceLookupScsiHostByWwnArgs, ret NodeDeviceLookupScsiHostByWwnRet;
    /// As [`NodeDeviceDettach`], with the driver that takes the device.
    ///
    /// **Source**: `virNodeDeviceDetachFlags`.
    NodeDeviceDetachFlags = 301, Ordinary, access: [node_device.detach], since: "1.0.5";
        args NodeDeviceDetachFlagsArgs, ret ();
    /// Registers for one kind of event of the host's devices, of one or of all; the reply has the
    /// callback id.
    ///
    /// **Source**: `virConnectNodeDeviceEventRegisterAny`.
    ConnectNodeDeviceEventRegisterAny = 374, Quick, access: [connect.search_node_devices], filter: node_device.getattr, since: "2.2.0";
        args ConnectNodeDeviceEventRegisterAnyArgs, ret ConnectNodeDeviceEventRegisterAnyRet;
    /// Ends a registration by its callback id.
    ///
    /// **Source**: `virConnectNodeDeviceEventDeregisterAny`.
    ConnectNodeDeviceEventDeregisterAny = 375, Quick, access: [connect.read], since: "2.2.0";
        args ConnectNodeDeviceEventDeregisterAnyArgs, ret ();
    /// Event: a device came, went, was defined or undefined.
    NodeDeviceEventLifecycle = 376, Event, since: "2.2.0";
        args NodeDeviceEventLifecycleMsg, ret ();
    /// Event: a device's document changed.
    NodeDeviceEventUpdate = 377, Event, since: "2.2.0";
        args NodeDeviceEventUpdateMsg, ret ();
    /// Defines a mediated device, to be made now and after each boot.
    ///
    /// **Source**: `virNodeDeviceDefineXML`.
    NodeDeviceDefineXml = 428, Ordinary, access: [node_device.write, node_device.save], since: "7.3.0";
        args NodeDeviceDefineXmlArgs, ret NodeDeviceDefineXmlRet;
    /// Takes away a device's definition.
    ///
    /// **Source**: `virNodeDeviceUndefine`.
    NodeDeviceUndefine = 429, Quick, access: [node_device.delete], since: "7.3.0";
        args NodeDeviceUndefineArgs, ret ();
    /// Makes a defined device.
    ///
    /// **Source**: `virNodeDeviceCreate`.
    NodeDeviceCreate = 430, Quick, access: [node_device.start], since: "7.3.0";
        args NodeDeviceCreateArgs, ret ();
    /// Whether the device is made when its parent appears: 1 or 0.
    ///
    /// **Source**: `virNodeDeviceGetAutostart`.
    NodeDeviceGetAutostart = 433, Quick, access: [node_device.read], since: "7.8.0";
        args NodeDeviceGetAutostartArgs, ret NodeDeviceGetAutostartRet;
    /// Says whether the device is made when its parent appears.
    ///
    /// **Source**: `virNodeDeviceSetAutostart`.
    NodeDeviceSetAutostart = 434, Quick, access: [node_device.write], since: "7.8.0";
        args NodeDeviceSetAutostartArgs, ret ();
    /// Whether the device has a definition: 1 or 0.
    ///
    /// **Source**: `virNodeDeviceIsPersistent`.
    NodeDeviceIsPersistent = 435, Quick, access: [node_device.read], since: "7.8.0";
        args NodeDeviceIsPersistentArgs, ret NodeDeviceIsPersistentRet;
    /// Whether the device exists now: 1 or 0.
    ///
    /// **Source**: `virNodeDeviceIsActive`.
    NodeDeviceIsActive = 436, Quick, access: [node_device.read], since: "7.8.0";
        args NodeDeviceIsActiveArgs, ret NodeDeviceIsActiveRet;
    /// Changes a device as it is, its definition, or both, by flag.
    ///
    /// **Source**: `virNodeDeviceUpdate`.
    NodeDeviceUpdate = 447, Quick, access: [node_device.write, node_device.save if Without(0x3), node_device.save if With(0x2)], since: "10.1.0";
        args NodeDeviceUpdateArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`NodeNumOfDevices`].
    pub struct NodeNumOfDevicesArgs {
        cap: Option<String>,
        flags: u32,
    }

    /// Results of [`NodeNumOfDevices`].
    pub struct NodeNumOfDevicesRet {
        num: i32,
    }

    /// Arguments of [`NodeListDevices`].
    pub struct NodeListDevicesArgs {
        cap: Option<String>,
        maxnames: i32,
        flags: u32,
    }

    /// Results of [`NodeListDevices`].
    pub struct NodeListDevicesRet {
        names: List<String, { limits::NODE_DEVICE_LIST_MAX }>,
    }

    /// Arguments of [`NodeDeviceLookupByName`].
    pub struct NodeDeviceLookupByNameArgs {
        name: String,
    }

    /// Results of [`NodeDeviceLookupByName`].
    pub struct NodeDeviceLookupByNameRet {
        dev: NonnullNodeDevice,
    }

    /// Arguments of [`NodeDeviceLookupScsiHostByWwn`].
    pub struct NodeDeviceLookupScsiHostByWwnArgs {
        wwnn: String,
        wwpn: String,
        flags: u32,
    }

    /// Results of [`NodeDeviceLookupScsiHostByWwn`].
    pub struct NodeDeviceLookupScsiHostByWwnRet {
        dev: NonnullNodeDevice,
    }

    /// Arguments of [`NodeDeviceGetXmlDesc`].
    pub struct NodeDeviceGetXmlDescArgs {
        name: String,
        flags: u32,
    }

    /// Results of [`NodeDeviceGetXmlDesc`].
    pub struct NodeDeviceGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`NodeDeviceGetParent`].
    pub struct NodeDeviceGetParentArgs {
        name: String,
    }

    /// Results of [`NodeDeviceGetParent`].
    pub struct NodeDeviceGetParentRet {
        parent_name: Option<String>,
    }

    /// Arguments of [`NodeDeviceNumOfCaps`].
    pub struct NodeDeviceNumOfCapsArgs {
        name: String,
    }

    /// Results of [`NodeDeviceNumOfCaps`].
    pub struct NodeDeviceNumOfCapsRet {
        num: i32,
    }

    /// Arguments of [`NodeDeviceListCaps`].
    pub struct NodeDeviceListCapsArgs {
        name: String,
        maxnames: i32,
    }

    /// Results of [`NodeDeviceListCaps`].
    pub struct NodeDeviceListCapsRet {
        names: List<String, { limits::NODE_DEVICE_CAPS_LIST_MAX }>,
    }

    /// Arguments of [`NodeDeviceDettach`].
    pub struct NodeDeviceDettachArgs {
        name: String,
    }

    /// Arguments of [`NodeDeviceDetachFlags`].
    pub struct NodeDeviceDetachFlagsArgs {
        name: String,
        driver_name: Option<String>,
        flags: u32,
    }

    /// Arguments of [`NodeDeviceReAttach`].
    pub struct NodeDeviceReAttachArgs {
        name: String,
    }

    /// Arguments of [`NodeDeviceReset`].
    pub struct NodeDeviceResetArgs {
        name: String,
    }

    /// Arguments of [`NodeDeviceCreateXml`].
    pub struct NodeDeviceCreateXmlArgs {
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`NodeDeviceCreateXml`].
    pub struct NodeDeviceCreateXmlRet {
        dev: NonnullNodeDevice,
    }

    /// Arguments of [`NodeDeviceDestroy`].
    pub struct NodeDeviceDestroyArgs {
        name: String,
    }

    /// Arguments of [`NodeDeviceDefineXml`].
    pub struct NodeDeviceDefineXmlArgs {
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`NodeDeviceDefineXml`].
    pub struct NodeDeviceDefineXmlRet {
        dev: NonnullNodeDevice,
    }

    /// Arguments of [`NodeDeviceUndefine`].
    pub struct NodeDeviceUndefineArgs {
        name: String,
        flags: u32,
    }

    /// Arguments of [`NodeDeviceCreate`].
    pub struct NodeDeviceCreateArgs {
        name: String,
        flags: u32,
    }

    /// Arguments of [`NodeDeviceGetAutostart`].
    pub struct NodeDeviceGetAutostartArgs {
        name: String,
    }

    /// Results of [`NodeDeviceGetAutostart`].
    pub struct NodeDeviceGetAutostartRet {
        autostart: i32,
    }

    /// Arguments of [`NodeDeviceSetAutostart`].
    pub struct NodeDeviceSetAutostartArgs {
        name: String,
        autostart: i32,
    }

    /// Arguments of [`NodeDeviceIsPersistent`].
    pub struct NodeDeviceIsPersistentArgs {
        name: String,
    }

    /// Results of [`NodeDeviceIsPersistent`].
    pub struct NodeDeviceIsPersistentRet {
        persistent: i32,
    }

    /// Arguments of [`NodeDeviceIsActive`].
    pub struct NodeDeviceIsActiveArgs {
        name: String,
    }

    /// Results of [`NodeDeviceIsActive`].
    pub struct NodeDeviceIsActiveRet {
        active: i32,
    }

    /// Arguments of [`NodeDeviceUpdate`].
    pub struct NodeDeviceUpdateArgs {
        name: String,
        xml_desc: String,
        flags: u32,
    }

    /// Arguments of [`ConnectListAllNodeDevices`].
    pub struct ConnectListAllNodeDevicesArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllNodeDevices`].
    pub struct ConnectListAllNodeDevicesRet {
        devices: List<NonnullNodeDevice, { limits::NODE_DEVICE_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ConnectNodeDeviceEventRegisterAny`].
    pub struct ConnectNodeDeviceEventRegisterAnyArgs {
        event_id: i32,
        dev: Option<NonnullNodeDevice>,
    }

    /// Results of [`ConnectNodeDeviceEventRegisterAny`].
    pub struct ConnectNodeDeviceEventRegisterAnyRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectNodeDeviceEventDeregisterAny`].
    pub struct ConnectNodeDeviceEventDeregisterAnyArgs {
        callback_id: i32,
    }

    /// Body of [`NodeDeviceEventLifecycle`].
    pub struct NodeDeviceEventLifecycleMsg {
        callback_id: i32,
        dev: NonnullNodeDevice,
        event: i32,
        detail: i32,
    }

    /// Body of [`NodeDeviceEventUpdate`].
    pub struct NodeDeviceEventUpdateMsg {
        callback_id: i32,
        dev: NonnullNodeDevice,
    }
}
