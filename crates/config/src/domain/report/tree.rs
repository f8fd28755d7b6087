//! A document as a tree of names and texts, each with its path.

use xml::Node;

use super::super::namespace::QEMU_NAMESPACE;

/// An element.
pub(super) struct Tree<'a, 'i> {
    /// Its name, with `qemu:` before it in that namespace.
    pub(super) name: String,
    /// Its path, with a key where its parent has more of its name.
    pub(super) path: String,
    /// The same without keys.
    pub(super) plain: String,
    /// Attributes in order.
    pub(super) attributes: Vec<(&'a str, &'a str)>,
    /// Text without blanks around it, if it has no children.
    pub(super) text: String,
    /// Child elements; none of what belongs to others.
    pub(super) children: Vec<Tree<'a, 'i>>,
    /// What it was made from.
    pub(super) node: Node<'a, 'i>,
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

impl<'a, 'i> Tree<'a, 'i> {
    /// The tree of `node`, whose parent has these paths.
    pub(super) fn of(node: Node<'a, 'i>, parent: Option<(&str, &str, String)>) -> Self {
        let name = match node.namespace() {
            Some(QEMU_NAMESPACE) => format!("qemu:{}", node.name()),
            _ => node.name().to_owned(),
        };
        let (path, plain) = match parent {
            None => (format!("/{name}"), format!("/{name}")),
            Some((path, plain, key)) => (format!("{path}/{name}{key}"), format!("{plain}/{name}")),
        };
        let mut elements: Vec<Node<'a, 'i>> = Vec::new();
        if plain != "/domain/metadata" {
            elements = node.elements().collect();
        }
        let text = if elements.is_empty() { node.text().trim().to_owned() } else { String::new() };
        let children = (0..elements.len())
            .map(|at| Self::of(elements[at], Some((&path, &plain, key(&elements, at)))))
            .collect();
        let attributes =
            node.raw().attributes().map(|attribute| (attribute.name(), attribute.value()));
        Self { name, attributes: attributes.collect(), path, plain, text, children, node }
    }

    /// An attribute's text.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(given, _)| *given == name).map(|(_, text)| *text)
    }

    /// What the element says by itself: its text, or its attributes as they are printed. A size is one
    /// value with its unit.
    pub(super) fn value(&self) -> String {
        if self.is_quantity() {
            let unit = self.attribute("unit").unwrap_or_default();
            return format!("{} {unit}", self.text).trim_end().to_owned();
        }
        let mut value: Vec<String> =
            self.attributes.iter().map(|(name, text)| format!("{name}='{text}'")).collect();
        if !self.text.is_empty() {
            value.push(self.text.clone());
        }
        value.join(" ")
    }

    /// Whether it is a number with a unit and nothing else.
    pub(super) fn is_quantity(&self) -> bool {
        self.children.is_empty()
            && !self.text.is_empty()
            && self.attributes.iter().all(|(name, _)| *name == "unit")
            && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Everything that it and what is below it says, for a guess at which is which.
    pub(super) fn leaves<'t>(&'t self, prefix: &str, leaves: &mut Vec<(String, &'t str)>) {
        for (name, text) in &self.attributes {
            leaves.push((format!("{prefix}@{name}"), text));
        }
        if !self.text.is_empty() {
            leaves.push((prefix.to_owned(), &self.text));
        }
        for child in &self.children {
            child.leaves(&format!("{prefix}{}/", child.name), leaves);
        }
    }
}

/// What stands behind the name of one of `elements` in its path: nothing if it is the only one.
fn key(elements: &[Node<'_, '_>], at: usize) -> String {
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
