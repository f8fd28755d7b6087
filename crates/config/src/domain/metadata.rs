//! `<metadata>`: what applications keep with a domain, untouched.

use std::borrow::Cow;

use xml::{ChildField, Document, Error, Node, View, Writer};

/// The children of `<metadata>`, each as XML that stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The children, in order.
    pub entries: Vec<MetadataEntry>,
    /// Declarations of namespaces that stand at the element itself instead of at its children.
    pub declarations: Vec<Box<str>>,
    /// Whether the element stands there though it is empty: it was written so, or lost what it had.
    pub stays: bool,
}

/// One application's element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataEntry {
    /// Its namespace.
    pub namespace: Box<str>,
    /// It, indented as it stands in a domain's document.
    pub xml: Box<str>,
}

/// How deep an application's element stands.
const DEPTH: usize = 2;

/// Why a text is no application's element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// It is no XML.
    #[error("(metadata_xml):{0}")]
    Xml(String),
    /// The prefix cannot be one.
    #[error("failed to validate prefix for a new XML namespace")]
    Prefix,
}

impl Metadata {
    /// The element of the application that has `namespace`.
    pub fn entry(&self, namespace: &str) -> Option<&MetadataEntry> {
        self.entries.iter().find(|entry| &*entry.namespace == namespace)
    }

    /// Puts an element in place of the one of its application.
    pub fn replace(&mut self, entry: MetadataEntry) {
        self.remove(&entry.namespace);
        self.entries.push(entry);
        self.stays = true;
    }

    /// Removes an application's element, if it has one.
    pub fn remove(&mut self, namespace: &str) {
        self.entries.retain(|entry| &*entry.namespace != namespace);
    }
}

impl MetadataEntry {
    /// The element `text` of the application that has `namespace`, which `prefix` stands for.
    ///
    /// # Errors
    /// [`InvalidMetadata`].
    pub fn new(text: &str, prefix: &str, namespace: &str) -> Result<Self, InvalidMetadata> {
        if !is_prefix(prefix) {
            return Err(InvalidMetadata::Prefix);
        }
        let fault = |error: Error| InvalidMetadata::Xml(error.to_string());
        let document = Document::parse(text).map_err(fault)?;
        let xml = document.any_root(View::PLAIN).reformatted_into(DEPTH, prefix, namespace);
        Ok(Self { namespace: namespace.into(), xml: xml.into() })
    }

    /// The element as its application gave it: in no namespace, and by itself.
    pub fn plain(&self) -> String {
        match Document::parse(&self.xml) {
            Ok(document) => document.any_root(View::PLAIN).reformatted_out_of(0, &self.namespace),
            Err(_) => self.xml.to_string(),
        }
    }
}

/// Whether a text is a name without a colon, so far as XML of one byte a character goes.
fn is_prefix(text: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || c == '_';
    text.starts_with(begins)
        && text.chars().all(|c| begins(c) || c.is_numeric() || matches!(c, '-' | '.'))
}

/// An element without a declaration in its own tag, which stands above it.
fn without_declaration<'x>(xml: Cow<'x, str>, declaration: &str) -> Cow<'x, str> {
    let tag = xml.find('>').unwrap_or(xml.len());
    let said = format!(" {declaration}");
    match xml.find(&said).filter(|at| *at < tag) {
        Some(at) => Cow::Owned(format!("{}{}", &xml[..at], &xml[at + said.len()..])),
        None => xml,
    }
}

impl ChildField for Metadata {
    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let Some(metadata) = node.child(name) else {
            return Ok(Self::default());
        };
        let declarations = metadata.namespace_declarations();
        let declarations = declarations.into_iter().map(String::into_boxed_str).collect();
        let mut read = Self { entries: Vec::new(), declarations, stays: true };
        for child in metadata.elements() {
            // An application has one element: the first of its namespace.
            let Some(namespace) = child.namespace().filter(|uri| read.entry(uri).is_none()) else {
                continue;
            };
            let xml = child.reformatted(DEPTH).into();
            read.entries.push(MetadataEntry { namespace: namespace.into(), xml });
        }
        Ok(read)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if self.entries.is_empty() && !self.stays {
            return;
        }
        w.nest(name, |w| {
            self.declarations.iter().for_each(|declaration| w.verbatim_attribute(declaration));
            for entry in &self.entries {
                let mut xml = Cow::Borrowed(&*entry.xml);
                for declaration in &self.declarations {
                    xml = without_declaration(xml, declaration);
                }
                w.verbatim(&xml);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_gets_its_applications_namespace_and_loses_it_again() {
        let text = "<x y=\"1\"><z>t</z><w/></x>";
        let entry = MetadataEntry::new(text, "k", "u:1").unwrap();
        let stored = "<k:x xmlns:k=\"u:1\" y=\"1\">\n      <k:z>t</k:z>\n      <k:w/>\n    </k:x>";
        assert_eq!(&*entry.xml, stored);
        assert_eq!(entry.plain(), "<x y=\"1\">\n  <z>t</z>\n  <w/>\n</x>");
    }

    #[test]
    fn what_is_no_element_or_no_prefix_is_refused() {
        let fault = |text, prefix| MetadataEntry::new(text, prefix, "u:1").unwrap_err();
        assert!(matches!(fault("<a", "k"), InvalidMetadata::Xml(_)));
        assert_eq!(fault("<a/>", "a b"), InvalidMetadata::Prefix);
        assert_eq!(fault("<a/>", "1"), InvalidMetadata::Prefix);
        assert_eq!(fault("<a/>", "a:b"), InvalidMetadata::Prefix);
    }

    #[test]
    fn one_application_has_one_element() {
        let entry = |text| MetadataEntry::new(text, "k", "u:1").unwrap();
        let mut metadata = Metadata::default();
        metadata.replace(entry("<a/>"));
        metadata.replace(entry("<b/>"));
        assert_eq!(metadata.entries, [entry("<b/>")]);
        metadata.remove("u:1");
        assert_eq!(metadata.entry("u:1"), None);
    }

    #[test]
    fn an_element_that_lost_its_last_child_stays() {
        let written = |metadata: &Metadata| {
            let mut w = Writer::new(View::PLAIN);
            metadata.write("metadata", &mut w);
            w.finish()
        };
        let mut metadata = Metadata::default();
        assert_eq!(written(&metadata), "");
        metadata.replace(MetadataEntry::new("<a/>", "k", "u:1").unwrap());
        metadata.remove("u:1");
        assert_eq!(written(&metadata), "<metadata/>\n");
    }
}
