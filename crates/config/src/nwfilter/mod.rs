//! A packet filter: rules for what guests send and receive, and other filters that it includes.
//!
//! `parse` → `complete` (draws the identity) → `format`. Reading alone says the rest: the chain and each
//! rule's priority are always there, a chain's usual priority too.
//!
//! ```text
//! let mut filter = NwFilter::parse(text)?;
//! filter.complete(&mut entropy);
//! let printed = filter.format();
//! ```
//!
//! The attributes of each protocol are a table ([`protocol`]), not a type: a rule has the ones it gives.

pub mod binding;
mod chain;
mod datum;
mod parse;
pub mod protocol;
mod rule;

use xml::{
    Count, Element, Error as XmlError, Field, Kind, Node, Shape, ValueKind, View, Writer, element,
};

pub use self::binding::NwFilterBinding;
pub use self::datum::{Base, Datum, IpSetDirection};
pub use self::rule::{Action, Direction, Match, Rule, StateMatch};
use crate::kind::rule as broken;
use crate::{Code, ObjectName, Uuid};

element! {
    /// `<filter>`
    pub struct NwFilter {
        /// Name.
        attr name: ObjectName = "name",
        /// Chain that its rules go to.
        attr chain: Box<str> = "chain",
        /// Order among chains, if it is not zero.
        attr priority: Option<i32> = "priority",
        /// Identity for good; complete after completion.
        leaf uuid: Option<Uuid> = "uuid",
        /// What is in it.
        part entries: Entries,
    }
}

/// What is in a filter, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entries(pub Vec<Entry>);

/// A rule, or another filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A rule.
    Rule(Rule),
    /// Another filter.
    Include(Include),
}

/// `<filterref>`: another filter with variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Name of the filter.
    pub filter: Box<str>,
    /// Variables with their values, sorted by name.
    pub parameters: Vec<(Box<str>, Vec<Box<str>>)>,
}

impl NwFilter {
    /// Names of the filters that it includes, in order.
    pub fn includes(&self) -> impl Iterator<Item = &str> {
        self.entries.0.iter().filter_map(|entry| match entry {
            Entry::Include(include) => Some(&*include.filter),
            Entry::Rule(_) => None,
        })
    }
}

impl Element for Entries {
    const NAMES: &'static [&'static str] = &["rule", "filterref"];
    const SHAPE: &'static Shape = &Shape::of(
        "",
        &[Field {
            name: "entries",
            doc: "What is in it, in order.",
            kind: Kind::Mixed(&[
                Field {
                    name: "rule",
                    doc: "A rule.",
                    kind: Kind::Child { shape: Rule::shape, count: Count::Many },
                    view: View::PLAIN,
                },
                Field {
                    name: "filterref",
                    doc: "Another filter.",
                    kind: Kind::Child { shape: Include::shape, count: Count::Many },
                    view: View::PLAIN,
                },
            ]),
            view: View::PLAIN,
        }],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        let mut entries = Vec::new();
        for child in node.elements() {
            match child.name() {
                "rule" => entries.push(Entry::Rule(Rule::read(child)?)),
                "filterref" => entries.push(Entry::Include(Include::read(child)?)),
                _ => {}
            }
        }
        Ok(Self(entries))
    }

    fn write_attributes(&self, _: &mut Writer) {}

    fn write_children(&self, w: &mut Writer) {
        for entry in &self.0 {
            match entry {
                Entry::Rule(rule) => w.element("rule", rule),
                Entry::Include(include) => w.element("filterref", include),
            }
        }
    }
}

/// What a value of a variable is declared as.
const PARAMETER: &Shape = &Shape::of(
    "A value of a variable; one with several has one of these for each.",
    &[
        Field::attribute("name", "The variable.", ValueKind::Text),
        Field::attribute("value", "Its value.", ValueKind::Text),
    ],
);

impl Element for Include {
    const NAMES: &'static [&'static str] = &["filter", "parameter"];
    const SHAPE: &'static Shape = &Shape::of(
        "A filter, and what its variables are.",
        &[
            Field::attribute("filter", "Name of the filter.", ValueKind::Text),
            Field {
                name: "parameter",
                doc: "A value of a variable.",
                kind: Kind::Child { shape: || PARAMETER, count: Count::Many },
                view: View::PLAIN,
            },
        ],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, XmlError> {
        let Some(filter) = node.attribute("filter") else {
            return Err(broken(node, Code::InternalError, "rule node requires action attribute"));
        };
        let mut include = Self { filter: filter.into(), parameters: Vec::new() };
        for parameter in node.children("parameter") {
            let (name, value) = (parameter.attribute("name"), parameter.attribute("value"));
            if let (Some(name), Some(value)) = (name, value)
                && is_variable(name)
                && is_value(value)
            {
                include.add(name, value);
            }
        }
        Ok(include)
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("filter", &self.filter);
    }

    fn write_children(&self, w: &mut Writer) {
        for (name, values) in &self.parameters {
            for value in values {
                w.nest("parameter", |w| {
                    w.attribute("name", name);
                    w.attribute("value", value);
                });
            }
        }
    }
}

impl Include {
    fn add(&mut self, name: &str, value: &str) {
        match self.parameters.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(at) => self.parameters[at].1.push(value.into()),
            Err(at) => self.parameters.insert(at, (name.into(), vec![value.into()])),
        }
    }
}

/// Whether a text can name a variable.
fn is_variable(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a text can be a variable's value.
fn is_value(text: &str) -> bool {
    let may = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':');
    !text.is_empty() && text.bytes().all(may)
}
