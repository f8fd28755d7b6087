//! What the kinds of documents share on their way from text and to it.

use xml::{Document, Element, Fault, Namespaces, Node, View, Writer};

use crate::{Code, Error};

/// Element, attribute or child, code, words; `{}` stands for the value, `{name}` for the document's name.
pub(crate) type Wording = (&'static str, &'static str, Code, &'static str);

/// Wrong values in parts that documents of several kinds have, unless a kind has words of its own.
pub(crate) const SHARED: &[Wording] = {
    use Code::ConfigUnsupported as Unsupported;
    &[
        ("inbound", "average", Unsupported, "could not convert bandwidth average value '{}'"),
        ("inbound", "peak", Unsupported, "could not convert bandwidth peak value '{}'"),
        ("inbound", "burst", Unsupported, "could not convert bandwidth burst value '{}'"),
        ("outbound", "average", Unsupported, "could not convert bandwidth average value '{}'"),
        ("outbound", "peak", Unsupported, "could not convert bandwidth peak value '{}'"),
        ("outbound", "burst", Unsupported, "could not convert bandwidth burst value '{}'"),
        ("virtualport", "type", Unsupported, "unknown virtualport type {}"),
    ]
};

/// A kind of document: its root, and libvirt's words for what it refuses in its own way.
pub(crate) struct Kind {
    /// Name of the root element.
    pub root: &'static str,
    /// libvirt's name for a text of this kind.
    pub text: &'static str,
    /// The namespaces it knows.
    pub namespaces: Namespaces,
    /// Where they are declared.
    pub declarations: Declarations,
    /// Wrong attributes, and texts of elements (whose attribute is empty).
    pub wrong: &'static [Wording],
    /// Attributes and children that must be there.
    pub missing: &'static [Wording],
}

/// Where a root element declares namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declarations {
    /// Before its attributes.
    First,
    /// After them.
    Last,
}

impl Kind {
    /// Reads a document that passes `check`.
    pub(crate) fn read<E: Element>(
        &self,
        text: &str,
        view: View,
        check: impl FnOnce(Node<'_, '_>) -> Result<(), xml::Error>,
    ) -> Result<E, Error> {
        let mut name = String::new();
        let read = || {
            let document = Document::parse(text)?.with_namespaces(self.namespaces);
            let root = document.root(self.root, view)?;
            name = root.child("name").map(|name| name.text().into_owned()).unwrap_or_default();
            check(root)?;
            E::read(root)
        };
        read().map_err(|error| {
            self.worded(&error, &name).unwrap_or_else(|| Error::reading(self.text, error))
        })
    }

    /// Prints a document; `namespaces` says which of those it knows are declared.
    pub(crate) fn print<E: Element>(
        &self,
        element: &E,
        view: View,
        declared: impl Fn(&str) -> bool,
    ) -> String {
        let mut w = Writer::new(view);
        w.open(self.root);
        let declare = |w: &mut Writer| {
            for (prefix, uri) in self.namespaces.iter().filter(|(prefix, _)| declared(prefix)) {
                w.attribute(&format!("xmlns:{prefix}"), uri);
            }
        };
        match self.declarations {
            Declarations::First => {
                declare(&mut w);
                element.write_attributes(&mut w);
            }
            Declarations::Last => {
                element.write_attributes(&mut w);
                declare(&mut w);
            }
        }
        element.write_children(&mut w);
        w.close(self.root);
        w.finish()
    }

    fn worded(&self, error: &xml::Error, name: &str) -> Option<Error> {
        let find = |table: &'static [Wording], element: &str, part: &str| {
            table.iter().find(|(e, p, ..)| *e == element && *p == part)
        };
        let (found, value) = match &*error.fault {
            Fault::Attribute { element, attribute, value, .. } => {
                let found = find(self.wrong, element, attribute);
                (found.or_else(|| find(SHARED, element, attribute))?, value.as_str())
            }
            Fault::Text { element, value, .. } if element == "name" && value.is_empty() => {
                (find(self.missing, self.root, "name")?, "")
            }
            Fault::Text { element, value, .. } => (find(self.wrong, element, "")?, value.as_str()),
            Fault::MissingAttribute { element, attribute } => {
                (find(self.missing, element, attribute)?, "")
            }
            Fault::MissingElement { element, child } => (find(self.missing, element, child)?, ""),
            _ => return None,
        };
        let mut made = Error::new(found.2, found.3.replace("{name}", name).replace("{}", value));
        made.position = Some(error.position);
        Some(made)
    }
}

/// An error about a broken rule.
pub(crate) fn rule(node: Node<'_, '_>, code: Code, what: impl Into<String>) -> xml::Error {
    node.rule(code.number(), what)
}

/// Refuses limits that name a class of traffic, which only a port of a network that is active has.
pub(crate) fn refuse_class(bandwidth: Node<'_, '_>) -> Result<(), xml::Error> {
    match bandwidth.attribute("classID") {
        Some(_) => Err(rule(
            bandwidth,
            Code::XmlDetail,
            "classID attribute not supported on <bandwidth> in this usage context",
        )),
        None => Ok(()),
    }
}

/// JSON for a kind of document, which is read by `parse` once it is text.
macro_rules! json {
    ($Document:ty, $kind:expr, $view:expr) => {
        impl $Document {
            /// The document as JSON; see [`xml::to_json`] for the shape.
            ///
            /// # Errors
            /// [`Code::XmlDetail`](crate::Code::XmlDetail) if what others keep in it is no XML.
            pub fn to_json(&self) -> Result<serde_json::Value, $crate::Error> {
                xml::to_json(self, $view, $kind.namespaces)
                    .map_err(|error| $crate::Error::reading($kind.text, error))
            }

            /// The document that JSON stands for.
            ///
            /// # Errors
            /// What is wrong with the JSON, by its path; else what [`Self::parse`] says.
            pub fn from_json(json: &serde_json::Value) -> Result<Self, $crate::InvalidJson> {
                let text = xml::json_document::<Self>(json, $kind.root, $view, $kind.namespaces)?;
                Ok(Self::parse(&text)?)
            }
        }
    };
}

pub(crate) use json;
