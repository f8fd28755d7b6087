//! A document as a tree of names and texts: each with its path, and with who decided it.

use xml::{Document, Node, Position, View};

use super::super::namespace::QEMU_NAMESPACE;
use super::Decision;
use crate::Error;

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// Its name, with `qemu:` before it in that namespace.
    pub(super) name: Box<str>,
    /// Its path, with a key where its parent has more of its name.
    pub(super) path: Box<str>,
    /// Attributes in order.
    pub(super) attributes: Vec<Attribute>,
    /// Text without blanks around it, if it has no children.
    pub(super) text: Text,
    /// Child elements; none of what belongs to others.
    pub(super) children: Vec<Tree>,
    /// Whose decision it was that the element is there.
    pub(super) decision: Decision,
    /// Where it begins in the text as written; none if nobody wrote it. **Units**: bytes.
    pub(super) written_at: Option<usize>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    /// Its name.
    pub(super) name: Box<str>,
    /// What it says.
    pub(super) text: Text,
}

/// A text, and who decided what it says.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The text.
    pub(super) text: Box<str>,
    /// Whose decision it was.
    pub(super) decision: Decision,
}

/// What tells one of several devices from the others, best first.
const KEYS: &[(&str, &[&[&str]])] = &[
    ("disk", &[&["target", "dev"]]),
    ("interface", &[&["mac", "address"], &["target", "dev"]]),
    ("filesystem", &[&["target", "dir"]]),
    ("vcpupin", &[&["vcpu"]]),
    ("iothreadpin", &[&["iothread"]]),
    ("feature", &[&["name"]]),
    ("timer", &[&["name"]]),
    ("event", &[&["name"]]),
    ("cell", &[&["id"]]),
    ("entry", &[&["name"]]),
    ("audio", &[&["id"]]),
    ("vcpu", &[&["id"]]),
    ("iothread", &[&["id"]]),
];

impl Tree {
    /// The tree of a domain's document, everything in which is one decision.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) if it is no XML,
    /// [`Code::XmlError`](crate::Code::XmlError) if it is no domain's.
    pub(super) fn read(document: &str, decision: Decision) -> Result<Self, Error> {
        let reading = |error| Error::reading("domain_definition", error);
        let document = Document::parse(document).map_err(reading)?;
        let root = document.root("domain", View::PLAIN).map_err(reading)?;
        Ok(Self::of(root, "", "", decision))
    }

    /// The tree of `node`, which has `key` behind its name in its path.
    fn of(node: Node<'_, '_>, above: &str, key: &str, decision: Decision) -> Self {
        let name: Box<str> = match node.namespace() {
            Some(QEMU_NAMESPACE) => format!("qemu:{}", node.name()).into(),
            _ => node.name().into(),
        };
        let path = format!("{above}/{name}{key}");
        let mut elements = Vec::new();
        if path != "/domain/metadata" {
            elements.extend(node.elements());
        }
        let text = if elements.is_empty() { node.text() } else { "".into() };
        let said = |text: &str| Text { text: text.into(), decision };
        let attributes = node
            .raw()
            .attributes()
            .map(|given| Attribute { name: given.name().into(), text: said(given.value()) });
        Self {
            attributes: attributes.collect(),
            text: said(text.trim()),
            children: (0..elements.len())
                .map(|at| Self::of(elements[at], &path, &key_of(&elements, at), decision))
                .collect(),
            decision,
            written_at: (decision == Decision::USERS).then_some(node.raw().range().start),
            name,
            path: path.into(),
        }
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&Text> {
        self.attributes.iter().find(|given| &*given.name == name).map(|given| &given.text)
    }

    /// What the element says by itself: its text, or its attributes as they are printed. A size is one
    /// value with its unit.
    pub(super) fn value(&self) -> String {
        self.value_where(|_| true)
    }

    /// The same without what is not `wanted` of it.
    pub(super) fn value_where(&self, wanted: impl Fn(&Text) -> bool) -> String {
        if self.is_quantity() {
            let unit = self.attribute("unit").map_or("", |unit| &unit.text);
            return format!("{} {unit}", self.text.text).trim_end().to_owned();
        }
        let attributes = self.attributes.iter().filter(|given| wanted(&given.text));
        let mut value: Vec<String> =
            attributes.map(|given| format!("{}='{}'", given.name, given.text.text)).collect();
        if !self.text.text.is_empty() && wanted(&self.text) {
            value.push(self.text.text.to_string());
        }
        value.join(" ")
    }

    /// Whether it is a number with a unit and nothing else.
    pub(super) fn is_quantity(&self) -> bool {
        self.children.is_empty()
            && !self.text.text.is_empty()
            && self.attributes.iter().all(|given| &*given.name == "unit")
            && self.text.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether both say the same, whoever decided it.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let attributes =
            |tree: &Self, other: &Self| {
                tree.attributes.len() == other.attributes.len()
                    && tree.attributes.iter().zip(&other.attributes).all(|(one, other)| {
                        one.name == other.name && one.text.text == other.text.text
                    })
            };
        self.name == other.name
            && self.text.text == other.text.text
            && attributes(self, other)
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(one, other)| one.says_as(other))
    }

    /// Everything that it and what is below it says, for a guess at which is which.
    pub(super) fn leaves<'t>(&'t self, prefix: &str, leaves: &mut Vec<(String, &'t str)>) {
        for given in &self.attributes {
            leaves.push((format!("{prefix}@{}", given.name), &given.text.text));
        }
        if !self.text.text.is_empty() {
            leaves.push((prefix.to_owned(), &self.text.text));
        }
        for child in &self.children {
            child.leaves(&format!("{prefix}{}/", child.name), leaves);
        }
    }
}

/// The place of a byte of `text`.
pub(super) fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position {
        line: count(before.matches('\n').count()).saturating_add(1),
        column: count(line.chars().count()).saturating_add(1),
    }
}

/// What stands behind the name of one of `elements` in its path: nothing if it is the only one.
fn key_of(elements: &[Node<'_, '_>], at: usize) -> String {
    let name = elements[at].name();
    let alike = |node: &&Node<'_, '_>| node.name() == name;
    if elements.iter().filter(alike).take(2).count() < 2 {
        return String::new();
    }
    if name == "controller"
        && let (Some(kind), Some(index)) =
            (elements[at].attribute("type"), elements[at].attribute("index"))
    {
        return format!("[@type='{kind}'][@index='{index}']");
    }
    let keys = KEYS.iter().find(|(of, _)| *of == name).map(|(_, keys)| *keys).unwrap_or_default();
    for key in keys {
        let found = match key {
            [child, attribute] => elements[at]
                .child(child)
                .and_then(|child| child.attribute(attribute))
                .map(|text| format!("[{child}/@{attribute}='{text}']")),
            [attribute] => {
                elements[at].attribute(attribute).map(|text| format!("[@{attribute}='{text}']"))
            }
            _ => None,
        };
        if let Some(found) = found {
            return found;
        }
    }
    let before = elements.iter().take(at).filter(|node| node.name() == name).count();
    format!("[{}]", before + 1)
}
