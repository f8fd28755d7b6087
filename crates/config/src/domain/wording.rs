//! libvirt's codes and words for values that it refuses in its own way.
//!
//! Most wrong values are an `XML_ERROR` worded by one rule. Older parts of a document have codes and words
//! of their own, and clients know the codes.

use xml::{Element, Fault, Node};

use super::features::Features;
use crate::{Code, DomainName, Error, InvalidName};

/// Element, attribute, code, words; `{}` stands for the value.
type Wording = (&'static str, &'static str, Code, &'static str);

const ATTRIBUTES: &[Wording] = {
    use Code::{
        ConfigUnsupported as Unsupported, InternalError as Internal, InvalidArg, XmlError as Xml,
    };
    &[
        ("domain", "type", Unsupported, "invalid domain type {}"),
        ("address", "type", Unsupported, "unknown address type '{}'"),
        ("access", "mode", Unsupported, "unknown memoryBacking/access/mode '{}'"),
        ("allocation", "mode", Unsupported, "unknown memoryBacking/allocation/mode '{}'"),
        ("channel", "type", Unsupported, "unknown type presented to host for character device: {}"),
        ("backend", "model", Unsupported, "unknown RNG backend model '{}'"),
        ("codec", "type", Unsupported, "unknown codec type '{}'"),
        ("input", "model", Unsupported, "unknown input model '{}'"),
        ("model", "heads", Internal, "cannot parse video heads '{}'"),
        ("protocol", "type", Unsupported, "Unknown protocol '{}'"),
        ("virtualport", "type", Unsupported, "unknown virtualport type {}"),
        ("clock", "basis", Unsupported, "unknown clock basis '{}'"),
        ("clock", "offset", Unsupported, "unknown clock offset '{}'"),
        ("console", "type", Unsupported, "unknown type presented to host for character device: {}"),
        ("controller", "model", Unsupported, "Unknown model type '{}'"),
        ("cpu", "mode", Unsupported, "Invalid mode attribute '{}'"),
        ("driver", "type", Unsupported, "unknown driver format value '{}'"),
        ("feature", "policy", Unsupported, "Invalid CPU feature policy"),
        (
            "graphics",
            "passwdValidTo",
            Internal,
            "cannot parse password validity time '{}', expect YYYY-MM-DDTHH:MM:SS",
        ),
        ("graphics", "port", Internal, "cannot parse vnc port {}"),
        ("hostdev", "mode", Unsupported, "unknown hostdev mode '{}'"),
        ("hostdev", "type", Unsupported, "unknown host device source address type '{}'"),
        ("hub", "type", Unsupported, "unknown hub device type '{}'"),
        ("input", "bus", Unsupported, "unknown input bus type '{}'"),
        ("input", "type", Unsupported, "unknown input device type '{}'"),
        ("link", "state", Unsupported, "unknown interface link state '{}'"),
        ("mac", "address", Xml, "unable to parse mac address '{}'"),
        ("memory", "mode", Unsupported, "Unsupported NUMA memory tuning mode '{}'"),
        ("memory", "nodeset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("memory", "placement", Unsupported, "Unsupported NUMA memory placement mode '{}'"),
        ("model", "fallback", Unsupported, "Invalid fallback attribute"),
        ("model", "type", Unsupported, "unknown video model '{}'"),
        ("mtu", "size", Xml, "malformed mtu size"),
        ("panic", "model", Unsupported, "unknown panic model '{}'"),
        (
            "parallel",
            "type",
            Unsupported,
            "unknown type presented to host for character device: {}",
        ),
        ("redirdev", "bus", Unsupported, "unknown redirdev bus '{}'"),
        (
            "redirdev",
            "type",
            Unsupported,
            "unknown type presented to host for character device: {}",
        ),
        ("rng", "model", Unsupported, "unknown RNG model '{}'"),
        ("serial", "type", Unsupported, "unknown type presented to host for character device: {}"),
        ("smbios", "mode", Unsupported, "unknown smbios mode '{}'"),
        ("target", "type", Unsupported, "unknown target type '{}' specified for character device"),
        ("vcpu", "cpuset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("vcpupin", "cpuset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("emulatorpin", "cpuset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("watchdog", "action", Unsupported, "unknown watchdog action '{}'"),
        ("watchdog", "model", Unsupported, "unknown watchdog model '{}'"),
    ]
};

/// The same for the text of elements.
const TEXTS: &[(&str, Code, &str)] = &[
    ("genid", Code::InternalError, "malformed genid element"),
    ("iothreads", Code::XmlError, "invalid iothreads count '{}'"),
    ("on_crash", Code::ConfigUnsupported, "unknown on_crash action: {}"),
    ("on_lockfailure", Code::ConfigUnsupported, "unknown on_lockfailure action: {}"),
    ("on_poweroff", Code::ConfigUnsupported, "unknown on_poweroff action: {}"),
    ("on_reboot", Code::ConfigUnsupported, "unknown on_reboot action: {}"),
    ("uuid", Code::InternalError, "malformed uuid element"),
    ("vcpu", Code::XmlError, "maximum vcpus count must be an integer"),
];

/// The same for elements that must be there: parent, child.
const MISSING: &[Wording] = &[
    ("channel", "target", Code::XmlError, "target type must be specified for channel device"),
    ("device", "path", Code::ConfigUnsupported, "missing per-device path"),
    ("filesystem", "target", Code::NoTarget, "missing target information for device"),
    ("disk", "source", Code::NoSource, "missing source information for device"),
    ("disk", "target", Code::NoTarget, "missing target information for device"),
    ("domain", "name", Code::NoName, "missing name information"),
    ("domain", "os", Code::XmlError, "an os <type> must be specified"),
    ("lease", "key", Code::XmlError, "Missing 'key' element for lease"),
    ("os", "type", Code::XmlError, "an os <type> must be specified"),
    ("rng", "backend", Code::XmlError, "only one RNG backend is supported"),
    ("serial", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("tpm", "backend", Code::XmlError, "missing TPM device backend"),
];

/// The same for attributes that must be there: element, attribute.
const MISSING_ATTRIBUTES: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, InternalError as Internal};
    &[
        ("add", "capability", Internal, "missing capability name"),
        ("arg", "value", Internal, "No qemu command-line argument specified"),
        ("del", "capability", Internal, "missing capability name"),
        ("domain", "type", Internal, "missing domain type attribute"),
        ("emulatorpin", "cpuset", Internal, "missing cpuset for emulatorpin"),
        ("env", "name", Internal, "No qemu environment name specified"),
        ("hub", "type", Internal, "missing hub device type"),
        ("input", "type", Internal, "missing input device type"),
        ("redirdev", "type", Internal, "missing type in redirdev"),
        ("target", "dev", Code::NoTarget, "missing target information for device"),
        (
            "target",
            "type",
            Unsupported,
            "unknown target type '(null)' specified for character device",
        ),
        ("vcpupin", "cpuset", Internal, "missing cpuset for vcpupin"),
        ("watchdog", "model", Internal, "watchdog must contain model name"),
    ]
};

/// What libvirt says of a fault in a domain's document, where it has words of its own.
pub(super) fn of(error: &xml::Error) -> Option<Error> {
    let (code, words, value) = match &*error.fault {
        Fault::Text { element, value, .. } if element == "name" => {
            let invalid = value.parse::<DomainName>().err()?;
            let code = if invalid == InvalidName::Empty { Code::NoName } else { Code::XmlError };
            return Some(Error {
                position: Some(error.position),
                ..Error::new(code, invalid.to_string())
            });
        }
        Fault::Attribute { element, attribute, value, .. } => {
            let found = ATTRIBUTES.iter().find(|(e, a, ..)| e == element && a == attribute)?;
            (found.2, found.3, value.as_str())
        }
        Fault::Text { element, value, .. } => {
            let found = TEXTS.iter().find(|(e, ..)| e == element)?;
            (found.1, found.2, value.as_str())
        }
        Fault::MissingAttribute { element, attribute } => {
            let found =
                MISSING_ATTRIBUTES.iter().find(|(e, a, ..)| e == element && a == attribute)?;
            (found.2, found.3, "")
        }
        Fault::MissingElement { element, child } => {
            let found = MISSING.iter().find(|(e, c, ..)| e == element && c == child)?;
            (found.2, found.3, "")
        }
        _ => return None,
    };
    let mut made = Error::new(code, words.replace("{}", value));
    made.position = Some(error.position);
    Some(made)
}

/// Devices of which a guest has one, and what libvirt says of a second.
const SINGLE: &[(&str, Code, &str)] = &[
    ("iommu", Code::XmlError, "only a single IOMMU device is supported"),
    ("memballoon", Code::InternalError, "only a single memory balloon device is supported"),
    ("nvram", Code::InternalError, "only a single nvram device is supported"),
    ("redirfilter", Code::InternalError, "only one set of redirection filter rule is supported"),
    ("tpm", Code::ConfigUnsupported, "only a single TPM non-proxy device is supported"),
    ("vsock", Code::XmlError, "only a single vsock device is supported"),
    ("watchdog", Code::InternalError, "only a single watchdog device is supported"),
];

/// Refuses what reading would pass over: a second device where a guest can have one, an unknown
/// feature. A document without a name is refused first, whatever else is wrong with it.
pub(super) fn refuse_lost(domain: Node<'_, '_>) -> Result<(), xml::Error> {
    let has_name = domain.child("name").is_some_and(|name| !name.text().is_empty());
    if !has_name {
        return Err(domain.rule(Code::NoName.number(), "missing name information"));
    }
    for feature in domain.child("features").into_iter().flat_map(Node::elements) {
        if !Features::NAMES.contains(&feature.name()) {
            let what = format!("unexpected feature '{}'", feature.name());
            return Err(feature.rule(Code::ConfigUnsupported.number(), what));
        }
    }
    let Some(devices) = domain.child("devices") else { return Ok(()) };
    let mut seen = 0u32;
    for device in devices.elements() {
        let Some(kind) = SINGLE.iter().position(|(name, ..)| *name == device.name()) else {
            continue;
        };
        let (_, code, words) = SINGLE[kind];
        if seen & 1 << kind != 0 {
            return Err(device.rule(code.number(), words));
        }
        seen |= 1 << kind;
    }
    Ok(())
}
