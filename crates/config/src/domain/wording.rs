//! libvirt's codes and words for values that it refuses in its own way.
//!
//! Most wrong values are an `XML_ERROR` worded by one rule. Older parts of a document have codes and words
//! of their own, and clients know the codes.

use xml::Fault;

use crate::kind::{SHARED, Wording};
use crate::{Code, DomainName, Error, InvalidName};

/// By element, or `parent/element` for one of many with its name, and attribute.
const ATTRIBUTES: &[Wording] = {
    use Code::{
        ConfigUnsupported as Unsupported, InternalError as Internal, InvalidArg, XmlError as Xml,
    };
    &[
        ("domain", "type", Unsupported, "invalid domain type {}"),
        ("address", "type", Unsupported, "unknown address type '{}'"),
        ("address", "uuid", Internal, "Cannot parse uuid attribute of element <address>"),
        ("graphics", "connected", Unsupported, "unknown connected value {}"),
        ("memoryBacking/source", "type", Unsupported, "unknown memoryBacking/source/type '{}'"),
        ("access", "mode", Unsupported, "unknown memoryBacking/access/mode '{}'"),
        ("allocation", "mode", Unsupported, "unknown memoryBacking/allocation/mode '{}'"),
        ("cell", "cpus", InvalidArg, "Failed to parse bitmap '{}'"),
        ("channel", "type", Unsupported, "unknown type presented to host for character device: {}"),
        ("backend", "model", Unsupported, "unknown RNG backend model '{}'"),
        ("codec", "type", Unsupported, "unknown codec type '{}'"),
        ("encryption", "secret", Internal, "Unable to parse secret uuid '{}'"),
        ("encryption", "format", Unsupported, "unknown volume encryption format type {}"),
        ("encryption/secret", "type", Unsupported, "unknown volume encryption secret type {}"),
        ("host", "transport", Unsupported, "unknown protocol transport type '{}'"),
        ("disk/source", "mode", Unsupported, "unknown source mode '{}' for volume type disk"),
        ("input", "model", Unsupported, "unknown input model '{}'"),
        ("model", "heads", Internal, "cannot parse video heads '{}'"),
        ("protocol", "type", Unsupported, "Unknown protocol '{}'"),
        ("clock", "basis", Unsupported, "unknown clock basis '{}'"),
        ("clock", "offset", Unsupported, "unknown clock offset '{}'"),
        ("console", "type", Unsupported, "unknown type presented to host for character device: {}"),
        ("controller", "model", Unsupported, "Unknown model type '{}'"),
        ("cpu", "mode", Unsupported, "Invalid mode attribute '{}'"),
        ("disk/driver", "type", Unsupported, "unknown driver format value '{}'"),
        (
            "target/model",
            "name",
            Unsupported,
            "unknown target model '{}' specified for character device",
        ),
        ("clock", "start", Internal, "missing 'start' attribute for clock with offset='absolute'"),
        ("frames", "max", Code::XmlDetail, "cannot parse value '{}' for coalesce parameter"),
        ("iothreadsched", "iothreads", InvalidArg, "Failed to parse bitmap '{}'"),
        ("iothreadpin", "cpuset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("vcpusched", "vcpus", InvalidArg, "Failed to parse bitmap '{}'"),
        ("page", "nodeset", InvalidArg, "Failed to parse bitmap '{}'"),
        ("feature", "policy", Unsupported, "Invalid CPU feature policy"),
        (
            "graphics",
            "passwdValidTo",
            Internal,
            "cannot parse password validity time '{}', expect YYYY-MM-DDTHH:MM:SS",
        ),
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
        ("video/model", "type", Unsupported, "unknown video model '{}'"),
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
    ("device/read_iops_sec", Code::ConfigUnsupported, "could not parse read iops sec {}"),
    ("device/weight", Code::ConfigUnsupported, "could not parse weight {}"),
    ("device/write_iops_sec", Code::ConfigUnsupported, "could not parse write iops sec {}"),
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
    ("hostdev/source", "address", Code::ConfigUnsupported, "Missing <address> element"),
    ("filesystem", "target", Code::NoTarget, "missing target information for device"),
    ("disk", "source", Code::NoSource, "missing source information for device"),
    ("disk", "target", Code::NoTarget, "missing target information for device"),
    ("domain", "name", Code::NoName, "missing name information"),
    ("domain", "os", Code::XmlError, "an os <type> must be specified"),
    ("lease", "key", Code::XmlError, "Missing 'key' element for lease"),
    ("os", "type", Code::XmlError, "an os <type> must be specified"),
    ("rng", "backend", Code::XmlError, "only one RNG backend is supported"),
    ("channel", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("console", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("parallel", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("serial", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("redirdev", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("smartcard", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("backend", "source", Code::InternalError, "Missing source path attribute for char device"),
    ("tpm", "backend", Code::XmlError, "missing TPM device backend"),
];

/// The same for attributes that must be there: element, attribute.
const MISSING_ATTRIBUTES: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, InternalError as Internal};
    &[
        ("add", "capability", Internal, "missing capability name"),
        ("address", "type", Internal, "No type specified for device address"),
        ("address", "uuid", Unsupported, "Missing 'uuid' attribute for element <address>"),
        ("arg", "value", Internal, "No qemu command-line argument specified"),
        ("codec", "type", Unsupported, "unknown codec type '(null)'"),
        ("del", "capability", Internal, "missing capability name"),
        ("domain", "type", Internal, "missing domain type attribute"),
        ("emulatorpin", "cpuset", Internal, "missing cpuset for emulatorpin"),
        ("env", "name", Internal, "No qemu environment name specified"),
        ("hub", "type", Internal, "missing hub device type"),
        ("iothreadpin", "cpuset", Internal, "missing cpuset for iothreadpin"),
        ("source", "channel", Unsupported, "Missing source channel attribute for char device"),
        ("backend/source", "path", Internal, "Missing source path attribute for char device"),
        ("redirdev/source", "path", Internal, "Missing source path attribute for char device"),
        ("smartcard/source", "path", Internal, "Missing source path attribute for char device"),
        ("channel/source", "path", Internal, "Missing source path attribute for char device"),
        ("console/source", "path", Internal, "Missing source path attribute for char device"),
        ("parallel/source", "path", Internal, "Missing source path attribute for char device"),
        ("serial/source", "path", Internal, "Missing source path attribute for char device"),
        (
            "source",
            "slave",
            Internal,
            "Should define both master and slave path attributes for nmdm device",
        ),
        (
            "source",
            "master",
            Internal,
            "Should define both master and slave path attributes for nmdm device",
        ),
        ("filesystem/target", "dir", Code::NoTarget, "missing target information for device"),
        ("input", "type", Internal, "missing input device type"),
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
    let is = |name: &str, element: &str| match name.split_once('/') {
        Some((parent, name)) => name == element && parent == &*error.inside,
        None => name == element,
    };
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
            let mut all = ATTRIBUTES.iter().chain(SHARED);
            let found = all.find(|(e, a, ..)| is(e, element) && a == attribute)?;
            (found.2, found.3, value.as_str())
        }
        Fault::Text { element, value, .. } => {
            let found = TEXTS.iter().find(|(e, ..)| is(e, element))?;
            (found.1, found.2, value.as_str())
        }
        Fault::MissingAttribute { element, attribute } => {
            let found =
                MISSING_ATTRIBUTES.iter().find(|(e, a, ..)| is(e, element) && a == attribute)?;
            (found.2, found.3, "")
        }
        Fault::MissingElement { element, child } => {
            let found = MISSING.iter().find(|(e, c, ..)| is(e, element) && c == child)?;
            (found.2, found.3, "")
        }
        _ => return None,
    };
    let mut made = Error::new(code, words.replace("{}", value));
    made.position = Some(error.position);
    Some(made)
}
