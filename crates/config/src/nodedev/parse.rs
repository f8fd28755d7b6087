//! Text to [`NodeDevice`] and back.

use xml::{Error as XmlError, Node, View};

use super::NodeDevice;
use crate::kind::{Declarations, Kind, Wording, json, rule};
use crate::{Code, Error};

const KIND: Kind = Kind {
    root: "device",
    text: "node_device_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, InternalError as Internal, XmlError as Xml};
    &[
        ("ap-adapter", "", Unsupported, "invalid ap-adapter value '{}' for '{name}'"),
        ("ap-domain", "", Unsupported, "invalid ap-domain value '{}' for '{name}'"),
        ("availableInstances", "", Xml, "missing number of available instances"),
        ("bus", "", Internal, "invalid bus number supplied for '{name}'"),
        (
            "capability",
            "type",
            Xml,
            "Invalid value for attribute 'type' in element 'capability': '{}'",
        ),
        ("class", "", Internal, "invalid class supplied for '{name}'"),
        ("cssid", "", Unsupported, "invalid cssid value '{}' for '{name}'"),
        ("device", "", Internal, "invalid USB device number supplied for '{name}'"),
        ("devno", "", Unsupported, "invalid devno value '{}' for '{name}'"),
        ("domain", "", Internal, "invalid PCI domain ID supplied for '{name}'"),
        ("feature", "name", Xml, "unknown network device feature '{}'"),
        ("function", "", Internal, "invalid PCI function ID supplied for '{name}'"),
        ("host", "", Internal, "invalid SCSI host ID supplied for '{name}'"),
        ("logical_block_size", "", Internal, "invalid block size supplied for '{name}'"),
        ("lun", "", Internal, "invalid SCSI LUN ID supplied for '{name}'"),
        ("max_vports", "", Internal, "invalid number of virtual ports supplied for '{name}'"),
        ("media_available", "", Internal, "invalid media_available supplied for '{name}'"),
        ("media_size", "", Internal, "invalid removable media size supplied for '{name}'"),
        ("num_blocks", "", Internal, "invalid number of blocks supplied for '{name}'"),
        ("numa", "node", Internal, "invalid NUMA node ID supplied for '{name}'"),
        ("number", "", Internal, "invalid USB interface number supplied for '{name}'"),
        ("product", "id", Internal, "invalid product ID supplied for '{name}'"),
        ("protocol", "", Internal, "invalid USB interface protocol supplied for '{name}'"),
        ("size", "", Internal, "invalid size supplied for '{name}'"),
        ("slot", "", Internal, "invalid PCI slot ID supplied for '{name}'"),
        ("ssid", "", Unsupported, "invalid ssid value '{}' for '{name}'"),
        ("subclass", "", Internal, "invalid USB interface subclass supplied for '{name}'"),
        ("target", "", Internal, "invalid SCSI target ID supplied for '{name}'"),
        ("type", "", Unsupported, "unknown drm type '{}' for '{name}'"),
        ("unique_id", "", Internal, "invalid unique_id supplied for '{name}'"),
        ("uuid", "", Internal, "malformed uuid element for '{name}'"),
        ("vendor", "id", Internal, "invalid vendor ID supplied for '{name}'"),
        ("virt_functions", "maxCount", Xml, "Malformed 'maxCount' parameter"),
        ("vports", "", Internal, "invalid number of virtual ports supplied for '{name}'"),
    ]
};

/// What each capability must have, and how one without it is refused.
const MISSING: &[Wording] = {
    use Code::{
        ConfigUnsupported as Unsupported, InternalError as Internal, NoName, XmlError as Xml,
    };
    &[
        ("device", "name", NoName, "missing name information"),
        ("capability", "ap-adapter", Unsupported, "missing ap-adapter value for '{name}'"),
        ("capability", "ap-domain", Unsupported, "missing ap-domain value for '{name}'"),
        ("capability", "block", Internal, "no block device path supplied for '{name}'"),
        ("capability", "bus", Internal, "no bus number supplied for '{name}'"),
        ("capability", "char", Internal, "no character device path supplied for '{name}'"),
        ("capability", "chardev", Internal, "no character device path supplied for '{name}'"),
        ("capability", "class", Internal, "no USB interface class supplied for '{name}'"),
        ("capability", "cssid", Unsupported, "missing cssid value for '{name}'"),
        ("capability", "device", Internal, "no USB device number supplied for '{name}'"),
        ("capability", "devno", Unsupported, "missing devno value for '{name}'"),
        ("capability", "domain", Internal, "no PCI domain ID supplied for '{name}'"),
        ("capability", "function", Internal, "no PCI function ID supplied for '{name}'"),
        ("capability", "hardware", Internal, "no system UUID supplied for '{name}'"),
        ("capability", "host", Internal, "no SCSI host ID supplied for '{name}'"),
        ("capability", "interface", Internal, "no network interface supplied for '{name}'"),
        ("capability", "lun", Internal, "no SCSI LUN ID supplied for '{name}'"),
        ("capability", "media_size", Internal, "no removable media size supplied for '{name}'"),
        ("capability", "number", Internal, "no USB interface number supplied for '{name}'"),
        ("capability", "product", Internal, "no product ID supplied for '{name}'"),
        ("capability", "protocol", Internal, "no USB interface protocol supplied for '{name}'"),
        ("capability", "rport", Internal, "missing rport name for '{name}'"),
        ("capability", "slot", Internal, "no PCI slot ID supplied for '{name}'"),
        ("capability", "ssid", Unsupported, "missing ssid value for '{name}'"),
        ("capability", "subclass", Internal, "no USB interface subclass supplied for '{name}'"),
        ("capability", "target", Internal, "no target supplied for '{name}'"),
        ("capability", "type", Unsupported, "no type supplied for '{name}'"),
        ("capability", "vendor", Internal, "no vendor ID supplied for '{name}'"),
        ("capability", "wwnn", Internal, "no WWNN supplied for '{name}'"),
        ("capability", "wwpn", Internal, "no WWPN supplied for '{name}'"),
        ("capability", "name", Xml, "Could not read a device name from the <name> element"),
        ("capability", "address", Xml, "Missing address in capability"),
        ("channel_dev_addr", "cssid", Unsupported, "missing cssid value for '{name}'"),
        ("channel_dev_addr", "devno", Unsupported, "missing devno value for '{name}'"),
        ("channel_dev_addr", "ssid", Unsupported, "missing ssid value for '{name}'"),
        ("feature", "name", Xml, "missing network device feature name"),
        ("hardware", "uuid", Internal, "no system UUID supplied for '{name}'"),
        ("product", "id", Internal, "no product ID supplied for '{name}'"),
        ("type", "id", Unsupported, "missing type id attribute for '{name}'"),
        ("vendor", "id", Internal, "no vendor ID supplied for '{name}'"),
    ]
};

impl NodeDevice {
    /// `VIR_FROM_NODEDEV`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 22;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, check)
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { NodeDevice, KIND, View::PLAIN }

fn check(device: Node<'_, '_>) -> Result<(), XmlError> {
    if let Some(parent) = device.child("parent") {
        names_both(parent, "wwnn", "wwpn")?;
        names_both(parent, "wwpn", "wwnn")?;
    }
    let named = device.child("name").is_some_and(|name| !name.text().is_empty());
    if named && device.child("capability").is_none() {
        return Err(rule(device, Code::InternalError, "no device capabilities"));
    }
    if let Some(nameless) = device.children("capability").find(|it| it.attribute("type").is_none())
    {
        return Err(rule(
            nameless,
            Code::XmlError,
            "Missing required attribute 'type' in element 'capability'",
        ));
    }
    let storage = |node: &Node<'_, '_>| node.attribute("type") == Some("storage");
    device.children("capability").filter(storage).try_for_each(has_size)
}

/// Whether a host adapter that is found by one name is found by the other, too.
fn names_both(parent: Node<'_, '_>, one: &str, other: &str) -> Result<(), XmlError> {
    match (parent.attribute(one), parent.attribute(other)) {
        (Some(name), None) => {
            let what =
                format!("when providing parent {one}='{name}', the {other} must also be provided");
            Err(rule(parent, Code::XmlError, what))
        }
        _ => Ok(()),
    }
}

/// Whether something has a size, or can get a medium that has one.
fn has_size(storage: Node<'_, '_>) -> Result<(), XmlError> {
    let removable = |node: Node<'_, '_>| node.attribute("type") == Some("removable");
    let known = |node: Node<'_, '_>| {
        node.attribute("type").is_some_and(|word| word == "removable" || word == "hotpluggable")
    };
    let mut capabilities = storage.children("capability");
    if storage.child("block").is_none()
        || storage.child("size").is_some()
        || storage.children("capability").any(removable)
        || !capabilities.all(known)
    {
        return Ok(());
    }
    Err(rule(storage, Code::InternalError, "no size supplied"))
}
