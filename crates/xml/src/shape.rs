//! What an element is declared as, as a table: JSON, the reference and the search for unknown names
//! are made from it, so that each of them knows what the reader knows.

use crate::View;

/// The declaration of one element.
#[derive(Debug)]
pub struct Shape {
    /// Its documentation.
    pub doc: &'static str,
    /// Its fields, in printing order.
    pub fields: &'static [Field],
    /// The shapes that the word in one of its attributes chooses between.
    pub choice: Option<Choice>,
    /// Whether only the reader itself knows what it has: nothing inside is unknown.
    pub opaque: bool,
}

impl Shape {
    /// The shape of an element that says nothing about itself.
    pub const OPAQUE: Self = Self { doc: "", fields: &[], choice: None, opaque: true };

    /// An element with these fields.
    pub const fn of(doc: &'static str, fields: &'static [Field]) -> Self {
        Self { doc, fields, choice: None, opaque: false }
    }
}

/// Shapes by the word in an attribute.
#[derive(Debug)]
pub struct Choice {
    /// The attribute.
    pub tag: &'static str,
    /// The word of an element that has no such attribute; without one it must be there.
    pub usual: Option<&'static str>,
    /// Each word and what it brings.
    pub variants: &'static [Variant],
}

/// One word of a [`Choice`].
#[derive(Debug)]
pub struct Variant {
    /// The word.
    pub word: &'static str,
    /// Its documentation; may be empty.
    pub doc: &'static str,
    /// What the element has in addition.
    pub shape: Option<fn() -> &'static Shape>,
}

/// One field of an element.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the document; empty for a text and a part. Mixed children have one only in JSON.
    pub name: &'static str,
    /// Its documentation; may be empty.
    pub doc: &'static str,
    /// How it stands in the element.
    pub kind: Kind,
    /// The part of the document that it belongs to.
    pub view: View,
}

impl Field {
    /// An attribute that need not be there.
    pub const fn attribute(name: &'static str, doc: &'static str, value: ValueKind) -> Self {
        Self { name, doc, kind: Kind::Attribute { value, required: false }, view: View::PLAIN }
    }

    /// The element's own text.
    pub const fn text(doc: &'static str, value: ValueKind) -> Self {
        Self { name: "", doc, kind: Kind::Text(value), view: View::PLAIN }
    }

    /// A child that need not be there.
    pub const fn child(
        name: &'static str,
        doc: &'static str,
        shape: fn() -> &'static Shape,
    ) -> Self {
        let kind = Kind::Child { shape, count: Count::Optional };
        Self { name, doc, kind, view: View::PLAIN }
    }

    /// What another declaration has, in the same element.
    pub const fn part(shape: fn() -> &'static Shape) -> Self {
        Self { name: "", doc: "", kind: Kind::Part(shape), view: View::PLAIN }
    }
}

/// How a field stands in its element.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An attribute.
    Attribute {
        /// What it says.
        value: ValueKind,
        /// Whether it must be there.
        required: bool,
    },
    /// The element's own text.
    Text(ValueKind),
    /// A child with nothing but text.
    Leaf {
        /// What it says.
        value: ValueKind,
        /// How many of them.
        count: Count,
    },
    /// An empty child, there or not.
    Flag,
    /// A child element.
    Child {
        /// Its declaration.
        shape: fn() -> &'static Shape,
        /// How many of them.
        count: Count,
    },
    /// Further attributes and children of the same element.
    Part(fn() -> &'static Shape),
    /// Children of several names that are told apart by their order too; each of them is a child.
    Mixed(&'static [Field]),
    /// A child whose own children belong to others and are kept as they stand.
    Foreign,
}

/// How many of a child there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// One or none.
    Optional,
    /// Any number.
    Many,
}

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Anything; its reader may want more of it.
    Text,
    /// A whole number in decimal.
    Number,
    /// One of these words.
    Words(&'static [&'static str]),
}

/// The fields of an element with those of its parts and of what its tag chose.
pub(crate) fn flatten(shape: &'static Shape, word: &dyn Fn(&str) -> Option<String>) -> Vec<Field> {
    let mut fields = Vec::with_capacity(shape.fields.len() + 8);
    collect(shape, word, &mut fields);
    fields
}

fn collect(shape: &'static Shape, word: &dyn Fn(&str) -> Option<String>, fields: &mut Vec<Field>) {
    if let Some(choice) = &shape.choice {
        fields.push(choice.field());
        let said = word(choice.tag);
        let said = said.as_deref().or(choice.usual);
        let variant = choice.variants.iter().find(|variant| Some(variant.word) == said);
        if let Some(of) = variant.and_then(|variant| variant.shape) {
            collect(of(), word, fields);
        }
    }
    for field in shape.fields {
        match field.kind {
            Kind::Part(of) => collect(of(), word, fields),
            Kind::Attribute { .. }
            | Kind::Text(_)
            | Kind::Leaf { .. }
            | Kind::Flag
            | Kind::Child { .. }
            | Kind::Mixed(_)
            | Kind::Foreign => fields.push(*field),
        }
    }
}

impl Choice {
    /// The attribute that chooses, as a field.
    pub(crate) fn field(&self) -> Field {
        let kind = Kind::Attribute { value: ValueKind::Text, required: self.usual.is_none() };
        Field { name: self.tag, doc: "Which kind it is.", kind, view: View::PLAIN }
    }
}
