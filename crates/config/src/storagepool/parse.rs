//! Text to [`StoragePool`], as written, and back.

use std::borrow::Cow;

use xml::{Error as XmlError, Node, View};

use super::complete::check_format;
use super::kinds::Part;
use super::source::PoolSource;
use super::{FS_NAMESPACE, PoolName, PoolType, RBD_NAMESPACE, StoragePool, kinds};
use crate::kind::{Declarations, Kind, Wording, json, rule};
use crate::{Code, Error, ObjectName};

const KIND: Kind = Kind {
    root: "pool",
    text: "storage_pool_definition",
    namespaces: &[("fs", FS_NAMESPACE), ("rbd", RBD_NAMESPACE)],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, XmlError as Xml};
    &[
        ("auth", "type", Unsupported, "unknown auth type '{}'"),
        ("group", "", Xml, "malformed group element"),
        ("mode", "", Xml, "malformed octal mode"),
        ("owner", "", Xml, "malformed owner element"),
        ("parentaddr", "unique_id", Xml, "Missing or invalid scsi adapter 'unique_id' value"),
        ("secret", "uuid", Xml, "invalid secret uuid '{}'"),
        (
            "volume",
            "allocation",
            Unsupported,
            "unknown storage pool volume refresh allocation type {}",
        ),
        ("uuid", "", Xml, "malformed uuid element"),
    ]
};

const MISSING: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, XmlError as Xml};
    &[
        ("adapter", "wwnn", Xml, "'wwnn' and 'wwpn' must be specified for adapter type 'fchost'"),
        ("adapter", "wwpn", Xml, "'wwnn' and 'wwpn' must be specified for adapter type 'fchost'"),
        ("auth", "secret", Xml, "Missing <secret> element in auth"),
        ("auth", "type", Unsupported, "storage pool missing auth type"),
        ("auth", "username", Xml, "missing username for auth"),
        ("device", "path", Xml, "missing storage pool source device path"),
        ("host", "name", Xml, "missing storage pool host name"),
        ("option", "name", Xml, "no fs mount option name specified"),
        ("option", "value", Xml, "no rbd option value specified for name"),
        ("parentaddr", "address", Xml, "Missing scsi_host PCI address element"),
        ("parentaddr", "unique_id", Xml, "Missing or invalid scsi adapter 'unique_id' value"),
    ]
};

/// A source standing alone.
const SOURCE: Kind = Kind { root: "source", text: "storage_source_specification", ..KIND };

impl PoolSource {
    /// Reads a source that is to be searched for pools of a type.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str, kind: PoolType) -> Result<Self, Error> {
        let mut source: Self = SOURCE.read(text, View::PLAIN, |_| Ok(()))?;
        check_format(&mut source, kinds::of(kind))?;
        Ok(source)
    }
}

impl StoragePool {
    /// `VIR_FROM_STORAGE`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 18;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, check)
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |prefix| match prefix {
            "fs" => self.mount_opts.is_some(),
            _ => self.config_opts.is_some(),
        })
    }
}

json! { StoragePool, KIND, View::PLAIN }

/// The pool's name, or that of its source if the type has one.
pub(super) fn name(pool: Node<'_, '_>, name: &'static str) -> Result<PoolName, XmlError> {
    let kind: PoolType = pool.required("type")?;
    let of_source = || {
        pool.child("source")
            .filter(|_| kinds::of(kind).has(Part::Name))
            .and_then(|source| text(source, name))
    };
    let Some(text) = text(pool, name).or_else(of_source) else {
        return Err(rule(pool, Code::XmlError, "missing pool source name element"));
    };
    if text.contains('/') {
        return Err(rule(pool, Code::XmlError, format!("name {text} cannot contain '/'")));
    }
    match text.parse::<ObjectName>() {
        Ok(name) => Ok(PoolName(name)),
        Err(_) => Err(rule(pool, Code::XmlDetail, format!("invalid char in name: {text}"))),
    }
}

/// An adapter of no type is a SCSI host, by name.
/// What reading a pool would pass over, refused.
fn check(pool: Node<'_, '_>) -> Result<(), XmlError> {
    let named = pool.child("source").and_then(|source| source.child("name"));
    let is_named = named.is_some_and(|name| !name.text().is_empty());
    if pool.attribute("type") == Some(PoolType::Rbd.word()) && !is_named {
        return Err(rule(pool, Code::XmlError, "element 'name' is mandatory for RBD pool"));
    }
    check_adapter(pool)
}

fn check_adapter(pool: Node<'_, '_>) -> Result<(), XmlError> {
    let adapter = pool.child("source").and_then(|source| source.child("adapter"));
    let Some(adapter) = adapter.filter(|adapter| adapter.attribute("type").is_none()) else {
        return Ok(());
    };
    if ["wwnn", "wwpn", "parent"].iter().any(|name| adapter.attribute(name).is_some()) {
        let what =
            "Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'";
        return Err(rule(adapter, Code::XmlError, what));
    }
    if adapter.attribute("name").is_none() {
        return Err(rule(adapter, Code::XmlError, "missing storage pool source adapter"));
    }
    Ok(())
}

fn text<'a>(node: Node<'a, '_>, child: &str) -> Option<Cow<'a, str>> {
    node.child(child).map(|child| child.text()).filter(|text| !text.is_empty())
}
