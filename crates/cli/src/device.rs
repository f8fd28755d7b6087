//! Single devices: what is done to one, and its text taken from a domain's document, maybe changed.

use ferrovirt::{Domain, DomainDeviceModifyFlags, DomainXMLFlags};
use roxmltree::{Document, Node};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};

/// Work on the running guest, if there is one, and on the definition.
pub(crate) const PERSISTENT: Opt = Opt::flag("persistent", "make a live change persistent");
/// Print the device's document and do nothing.
pub(crate) const PRINT_XML: Opt = Opt::flag("print-xml", "print the document only");

/// What `--persistent`, `--config`, `--live` and `--current` ask for; by itself, the running guest.
pub(crate) async fn flags(
    args: &Args,
    domain: &Domain,
) -> Result<DomainDeviceModifyFlags, Failure> {
    for other in ["persistent", "config", "live"] {
        args.exclusive(&[other, "current"])?;
    }
    let (live, config) = (DomainDeviceModifyFlags::LIVE.0, DomainDeviceModifyFlags::CONFIG.0);
    let mut bits = args.bits(&[("config", config), ("live", live), ("persistent", config)]);
    if args.has("persistent") && domain.info().await?.state == ferrovirt::DomainState::RUNNING {
        bits |= live;
    }
    if bits == 0 && !args.has("current") {
        bits = live;
    }
    Ok(DomainDeviceModifyFlags(bits))
}

/// Attaches the device of `xml` as `args` ask, or prints it; `kind` is what people call it.
pub(crate) async fn attach(cx: &Context, args: &Args, xml: &str, kind: &str) -> Outcome {
    if args.has("print-xml") {
        return cx.print(xml);
    }
    let domain = cx.domain(args.required("domain")).await?;
    let flags = flags(args, &domain).await?;
    let done = domain.attach_device(xml, flags).await;
    done.while_doing(|| format!("Failed to attach {kind}"))?;
    let mut kind = kind.to_owned();
    kind[..1].make_ascii_uppercase();
    cx.remark(format!("{kind} attached successfully"))
}

/// The document that a change of `flags` is about: the definition's, if it alone is.
pub(crate) async fn document(
    domain: &Domain,
    flags: DomainDeviceModifyFlags,
) -> Result<String, Failure> {
    let sides = DomainDeviceModifyFlags::LIVE.0 | DomainDeviceModifyFlags::CONFIG.0;
    let view = match flags.0 & sides == DomainDeviceModifyFlags::CONFIG.0 {
        true => DomainXMLFlags::INACTIVE,
        false => DomainXMLFlags::default(),
    };
    Ok(domain.xml(view).await?)
}

/// Reads a document.
pub(crate) fn parse(xml: &str) -> Result<Document<'_>, Failure> {
    Document::parse(xml).map_err(|error| Failure::new(format!("cannot read the document: {error}")))
}

/// The devices of one kind.
pub(crate) fn of_kind<'a>(document: &'a Document<'_>, kind: &str) -> Vec<Node<'a, 'a>> {
    let lists = document.root_element().children().filter(|node| node.has_tag_name("devices"));
    lists.flat_map(|list| list.children()).filter(|node| node.has_tag_name(kind)).collect()
}

/// An attribute of a child.
pub(crate) fn attribute<'a>(node: Node<'a, 'a>, element: &str, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.has_tag_name(element))?.attribute(name)
}

/// The disk with this target or source.
pub(crate) fn disk<'a>(document: &'a Document<'_>, path: &str) -> Result<Node<'a, 'a>, Failure> {
    let is_it = |disk: &Node<'_, '_>| {
        let source = disk.children().find(|child| child.has_tag_name("source"));
        let sources = ["file", "dev", "dir", "name"];
        attribute(*disk, "target", "dev") == Some(path)
            || sources.iter().any(|name| source.and_then(|it| it.attribute(*name)) == Some(path))
    };
    of_kind(document, "disk")
        .into_iter()
        .find(is_it)
        .ok_or_else(|| Failure::new(format!("No disk found whose source path or target is {path}")))
}

/// The cards with this MAC address or host device.
pub(crate) fn interfaces<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    let is_it = |card: &Node<'_, '_>| {
        attribute(*card, "mac", "address").is_some_and(|mac| mac.eq_ignore_ascii_case(name))
            || attribute(*card, "target", "dev") == Some(name)
    };
    of_kind(document, "interface").into_iter().filter(is_it).collect()
}

/// How a device's text differs from what a document has.
#[derive(Debug, Default)]
pub(crate) struct Changes<'c> {
    /// Its type, if that is another.
    pub(crate) kind: Option<&'c str>,
    /// Children that are left out.
    pub(crate) without: &'c [&'c str],
    /// What stands at the end instead.
    pub(crate) with: Option<String>,
}

/// A device as a text of its own.
pub(crate) fn print(device: Node<'_, '_>, changes: &Changes<'_>) -> String {
    let mut text = String::new();
    write(&mut text, device, changes);
    text
}

fn write(text: &mut String, node: Node<'_, '_>, changes: &Changes<'_>) {
    if node.is_text() {
        text.push_str(&escaped(node.text().unwrap_or_default()));
    }
    if !node.is_element() {
        return;
    }
    text.push_str(&format!("<{}", node.tag_name().name()));
    for attribute in node.attributes() {
        let value = changes.kind.filter(|_| attribute.name() == "type");
        let value = escaped(value.unwrap_or(attribute.value()));
        text.push_str(&format!(" {}=\"{value}\"", attribute.name()));
    }
    let kept = |child: &Node<'_, '_>| !changes.without.iter().any(|name| child.has_tag_name(*name));
    let children: Vec<_> = node.children().filter(kept).collect();
    if children.is_empty() && changes.with.is_none() {
        text.push_str("/>");
        return;
    }
    text.push('>');
    for child in children {
        write(text, child, &Changes::default());
    }
    text.push_str(changes.with.as_deref().unwrap_or_default());
    text.push_str(&format!("</{}>", node.tag_name().name()));
}

/// An empty element with the attributes that have a value.
pub(crate) fn element(name: &str, attributes: &[(&str, Option<&str>)]) -> String {
    let given = attributes
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!(" {name}='{}'", escaped(value))));
    format!("<{name}{}/>", given.collect::<String>())
}

/// A text as it stands in an attribute or an element.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: &str = "<domain><devices><disk type='file' device='cdrom'>\
        <source file='/a&amp;b'/><target dev='hdc'/></disk>\
        <interface type='user'><mac address='52:54:00:00:00:0a'/></interface></devices></domain>";

    #[test]
    fn a_device_is_found_by_what_names_it() {
        let document = parse(DOMAIN).unwrap();
        assert!(disk(&document, "hdc").is_ok() && disk(&document, "/a&b").is_ok());
        assert!(disk(&document, "hdd").is_err());
        assert_eq!(interfaces(&document, "52:54:00:00:00:0A").len(), 1);
        assert!(interfaces(&document, "tap0").is_empty());
    }

    #[test]
    fn a_device_is_printed_with_changes() {
        let document = parse(DOMAIN).unwrap();
        let drive = disk(&document, "hdc").unwrap();
        let whole = "<disk type=\"file\" device=\"cdrom\"><source file=\"/a&amp;b\"/>\
                     <target dev=\"hdc\"/></disk>";
        assert_eq!(print(drive, &Changes::default()), whole);
        let source = element("source", &[("dev", Some("/dev/<x>")), ("index", None)]);
        let changes = Changes { kind: Some("block"), without: &["source"], with: Some(source) };
        let changed = "<disk type=\"block\" device=\"cdrom\"><target dev=\"hdc\"/>\
                       <source dev='/dev/&lt;x&gt;'/></disk>";
        assert_eq!(print(drive, &changes), changed);
    }
}
