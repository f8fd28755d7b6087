//! Text to [`NwFilter`], and back.

use xml::{Element, Error as XmlError, Node, View, Writer};

use super::{Entries, NwFilter, chain};
use crate::kind::{Declarations, Kind, Wording, json, rule};
use crate::{Code, Entropy, Error, ObjectName, Uuid};

const KIND: Kind = Kind {
    root: "filter",
    text: "nwfilter_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: &[],
};

const WRONG: &[Wording] = &[
    ("filter", "name", Code::SystemError, "Failed to create file for filter '{}'"),
    ("rule", "action", Code::ConfigUnsupported, "unknown rule action attribute value"),
    ("rule", "direction", Code::ConfigUnsupported, "unknown rule direction attribute value"),
    ("uuid", "", Code::XmlError, "malformed uuid element"),
];

/// A filter as it is read: chain and priority follow from more than their own text.
struct Read(NwFilter);

impl Element for Read {
    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        if node.attribute("name").is_none_or(str::is_empty) {
            return Err(rule(node, Code::InternalError, "filter has no name"));
        }
        let name: ObjectName = node.required("name")?;
        chain::check(node)?;
        Ok(Self(NwFilter {
            name,
            chain: chain::of(node).into(),
            priority: chain::priority(node)?,
            uuid: xml::LeafField::read(node, "uuid")?,
            entries: Entries::read(node)?,
        }))
    }

    fn write_attributes(&self, w: &mut Writer) {
        self.0.write_attributes(w);
    }

    fn write_children(&self, w: &mut Writer) {
        self.0.write_children(w);
    }
}

impl NwFilter {
    /// `VIR_FROM_NWFILTER`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 33;

    /// Reads a document.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, |_| Ok(())).map(|Read(filter)| filter)
    }

    /// Draws the identity if it has none.
    pub fn complete(&mut self, entropy: &mut dyn Entropy) {
        self.uuid.get_or_insert_with(|| Uuid::random(entropy));
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { NwFilter, KIND, View::PLAIN }
