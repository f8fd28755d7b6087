//! What the declarations would pass over and libvirt refuses, looked at before a document is read.

use xml::{Element, Node, Value};

use super::clock::ClockBasis;
use super::controller::ControllerModel;
use super::features::{Features, Hyperv, KvmFeatures, XenFeatures};
use super::interface::NetBackend;
use crate::Code;

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

/// Groups of switches of which each has a name that is known, and what libvirt says of another.
const SWITCHES: &[(&str, &[&str], &str)] = &[
    ("hyperv", Hyperv::NAMES, "unsupported HyperV Enlightenment feature: "),
    ("kvm", KvmFeatures::NAMES, "unsupported KVM feature: "),
    ("xen", XenFeatures::NAMES, "unsupported Xen feature: "),
];

/// The same of how CPU time is tuned.
const TUNED_ONCE: &[(&str, &str)] = &[
    ("emulatorpin", "only one emulatorpin is supported"),
    ("emulatorsched", "only one emulatorsched is supported"),
];

/// Kinds of devices of the host that have to be said; one of USB that says nothing is printed so.
const HOSTDEVS: &[&str] = &["pci", "scsi", "scsi_host", "mdev"];

/// Elements of a device of which there is one, and what libvirt says of more.
const ONCE: &[(&str, &str, &str)] = &[
    ("rng", "backend", "only one RNG backend is supported"),
    ("tpm", "backend", "only one TPM backend is supported"),
];

/// Refuses what reading would pass over: a second device where a guest can have one, an unknown
/// feature. A document without a name is refused first, whatever else is wrong with it.
pub(super) fn refuse_lost(domain: Node<'_, '_>) -> Result<(), xml::Error> {
    let says = |parent: Option<Node<'_, '_>>, name| {
        parent.and_then(|node| node.child(name)).is_some_and(|child| !child.text().is_empty())
    };
    if !says(Some(domain), "name") {
        return Err(domain.rule(Code::NoName.number(), "missing name information"));
    }
    if !says(domain.child("os"), "type") {
        return Err(domain.rule(Code::XmlError.number(), "an os <type> must be specified"));
    }
    if let Some(clock) = domain.child("clock") {
        refuse_basis(clock)?;
    }
    for feature in domain.child("features").into_iter().flat_map(Node::elements) {
        let unsupported = |what| Err(feature.rule(Code::ConfigUnsupported.number(), what));
        if !Features::NAMES.contains(&feature.name()) {
            return unsupported(format!("unexpected feature '{}'", feature.name()));
        }
        let group = SWITCHES.iter().find(|(name, ..)| *name == feature.name());
        let Some((_, known, words)) = group else { continue };
        if let Some(unknown) = feature.elements().find(|child| !known.contains(&child.name())) {
            return unsupported(format!("{words}{}", unknown.name()));
        }
    }
    if let Some(tune) = domain.child("cputune") {
        for (child, words) in TUNED_ONCE {
            if tune.children(child).nth(1).is_some() {
                return Err(tune.rule(Code::XmlError.number(), *words));
            }
        }
    }
    let Some(devices) = domain.child("devices") else { return Ok(()) };
    refuse_usb(devices)?;
    let mut seen = 0u32;
    for device in devices.elements() {
        refuse_device(device)?;
        refuse_twice(device)?;
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

/// Refuses a device with two of what it has one of, or without what nobody else would miss.
fn refuse_twice(device: Node<'_, '_>) -> Result<(), xml::Error> {
    let known = matches!(device.attribute("mode"), None | Some("subsystem"))
        && device.attribute("type").is_some_and(|kind| HOSTDEVS.contains(&kind));
    if device.name() == "hostdev" && known && device.child("source").is_none() {
        let words = "Missing <source> element in hostdev device";
        return Err(device.rule(Code::XmlError.number(), words));
    }
    let driver = device.child("driver").and_then(|driver| driver.attribute("name"));
    if device.name() == "interface"
        && device.attribute("type") != Some("hostdev")
        && let Some(name) = driver.filter(|name| <NetBackend as xml::Value>::parse(name).is_none())
    {
        let what = format!("Invalid value for attribute 'name' in element 'driver': '{name}'.");
        return Err(device.rule(Code::XmlError.number(), what));
    }
    let once = ONCE.iter().find(|(name, ..)| *name == device.name());
    match once.filter(|(_, child, _)| device.children(child).nth(1).is_some()) {
        Some((.., words)) => Err(device.rule(Code::XmlError.number(), *words)),
        None => Ok(()),
    }
}

/// Of what a clock counts from only one that varies says anything.
fn refuse_basis(clock: Node<'_, '_>) -> Result<(), xml::Error> {
    let varies = clock.attribute("offset") == Some("variable");
    match clock.attribute("basis").filter(|basis| varies && ClockBasis::parse(basis).is_none()) {
        Some(basis) => {
            let what = format!("unknown clock basis '{basis}'");
            Err(clock.rule(Code::ConfigUnsupported.number(), what))
        }
        None => Ok(()),
    }
}

/// USB that is switched off has no controllers, and companions have a master.
fn refuse_usb(devices: Node<'_, '_>) -> Result<(), xml::Error> {
    let usb = || devices.children("controller").filter(|it| it.attribute("type") == Some("usb"));
    let off = usb().find(|controller| controller.attribute("model") == Some("none"));
    let fails = |node: Node<'_, '_>, what| Err(node.rule(Code::XmlDetail.number(), what));
    if let Some(off) = off.filter(|_| usb().nth(1).is_some()) {
        return fails(off, "Can't add another USB controller: USB is disabled for this domain");
    }
    let companion = |controller: &Node<'_, '_>| {
        let model = controller.attribute("model").and_then(ControllerModel::parse);
        controller.child("master").is_some() || model.is_some_and(ControllerModel::is_companion)
    };
    match usb().next() {
        Some(first) if usb().all(|controller| companion(&controller)) => {
            fails(first, "No master USB controller specified")
        }
        _ => Ok(()),
    }
}

/// What a character device has one of.
const OF_ONE_KIND: [&str; 3] = ["source", "log", "protocol"];

/// Refuses what a device lacks, or has in the wrong place, that its declaration does not tell.
fn refuse_device(device: Node<'_, '_>) -> Result<(), xml::Error> {
    let fails = |code: Code, what: String| Err(device.rule(code.number(), what));
    let kind = device.attribute("type");
    match device.name() {
        "disk" if device.child("target").is_none_or(|it| it.attribute("dev").is_none()) => {
            fails(Code::NoTarget, "missing target information for device".into())
        }
        "disk" => {
            let inside = |node: Node<'_, '_>| node.children("encryption").any(lacks_cipher);
            match inside(device) || device.child("source").is_some_and(inside) {
                true => fails(Code::XmlError, "ivgen element found, but cipher is missing".into()),
                false => Ok(()),
            }
        }
        "graphics" if matches!(kind, Some("vnc" | "rdp")) => match device.attribute("port") {
            Some(port) if <i32 as xml::Value>::parse(port).is_none() => {
                fails(Code::InternalError, format!("cannot parse vnc port {port}"))
            }
            _ => Ok(()),
        },
        "hostdev" if kind != Some("usb") => {
            let mut sources = device.children("source");
            match sources.any(|source| source.attribute("startupPolicy").is_some()) {
                true => fails(
                    Code::ConfigUnsupported,
                    "Setting startupPolicy is only allowed for USB devices".into(),
                ),
                false => Ok(()),
            }
        }
        "redirdev" if kind.is_none() => {
            fails(Code::InternalError, "missing type in redirdev".into())
        }
        "smartcard" if device.attribute("mode") == Some("passthrough") && kind.is_none() => fails(
            Code::XmlError,
            "passthrough mode requires a character device type attribute".into(),
        ),
        "rng" if device.child("backend").is_some_and(typeless_egd) => {
            fails(Code::XmlError, "missing EGD backend type".into())
        }
        "redirdev" | "smartcard" | "serial" | "parallel" | "console" | "channel" => {
            refuse_ends(device)
        }
        "interface" => device.children("bandwidth").try_for_each(crate::kind::refuse_class),
        "rng" => device.children("backend").try_for_each(refuse_ends),
        _ => Ok(()),
    }
}

/// Whether random numbers come from a daemon that nobody says how to reach.
fn typeless_egd(backend: Node<'_, '_>) -> bool {
    backend.attribute("model") == Some("egd") && backend.attribute("type").is_none()
}

/// Whether an encryption says how blocks are numbered, but not by what they are encrypted.
fn lacks_cipher(encryption: Node<'_, '_>) -> bool {
    encryption.child("ivgen").is_some() && encryption.child("cipher").is_none()
}

/// Refuses a character device with two of what it has one of; only UDP has two ends.
fn refuse_ends(device: Node<'_, '_>) -> Result<(), xml::Error> {
    let udp = device.attribute("type") == Some("udp");
    let mut once = OF_ONE_KIND.into_iter().filter(|name| !(udp && *name == "source"));
    match once.find(|name| device.children(name).nth(1).is_some()) {
        Some(name) => {
            let what = format!("only one {name} element is allowed for character device");
            Err(device.rule(Code::XmlError.number(), what))
        }
        None => Ok(()),
    }
}
