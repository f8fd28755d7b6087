//! Lists of children that are read more leniently, or in another order, than they stand there.

use std::ops::Deref;

use xml::{ChildField, Count, Element, Error, Fault, Kind, Node, Writer};

use crate::Code;
use crate::kind::rule;

/// Any number of children; one that lacks what it must have is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole<E>(pub Vec<E>);

impl<E> Default for Whole<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E> Deref for Whole<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        &self.0
    }
}

impl<E: Element> ChildField for Whole<E> {
    const KIND: Kind = Kind::Child { shape: E::shape, count: Count::Many };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let whole = node.children(name).filter_map(|child| match E::read(child) {
            Err(error) if lacks_something(&error) => None,
            read => Some(read),
        });
        whole.collect::<Result<_, _>>().map(Self)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        self.0.write(name, w);
    }
}

fn lacks_something(error: &Error) -> bool {
    match &*error.fault {
        Fault::MissingAttribute { .. } | Fault::MissingElement { .. } => true,
        Fault::Text { value, .. } => value.is_empty(),
        _ => false,
    }
}

/// What becomes of a child of no declared kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// It is passed over.
    Passed,
    /// The document is refused with these words, after which an unknown kind is named.
    Refused(Code, &'static str),
}

/// One of several kinds of child that share a name and differ by a word in an attribute.
pub trait Typed: Element {
    /// What becomes of one without the word.
    const NAMELESS: Stranger = Stranger::Passed;
    /// What becomes of one with another word.
    const UNKNOWN: Stranger = Stranger::Passed;

    /// Whether there is anything to say of it.
    fn says_something(&self) -> bool {
        true
    }
}

/// Children that differ by a word: one of each, read in any order, printed in that of their declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOfEach<E>(pub Vec<E>);

impl<E> Default for OneOfEach<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E> Deref for OneOfEach<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        &self.0
    }
}

impl<E: Typed> ChildField for OneOfEach<E> {
    const KIND: Kind = Kind::Child { shape: E::shape, count: Count::Many };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let mut found: Vec<(usize, E)> = Vec::new();
        for child in node.children(name) {
            let Some(place) = place::<E>(child)? else { continue };
            if found.iter().any(|(other, _)| *other == place) {
                continue;
            }
            let read = E::read(child)?;
            if read.says_something() {
                found.push((place, read));
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(Self(found.into_iter().map(|(_, child)| child).collect()))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        self.0.write(name, w);
    }
}

/// Where a child's kind stands among the declared ones; `None` if it is passed over.
fn place<E: Typed>(child: Node<'_, '_>) -> Result<Option<usize>, Error> {
    let Some(choice) = &E::SHAPE.choice else { return Ok(None) };
    let word = child.attribute(choice.tag).unwrap_or_default();
    if let Some(place) = choice.variants.iter().position(|kind| kind.word == word) {
        return Ok(Some(place));
    }
    match if word.is_empty() { E::NAMELESS } else { E::UNKNOWN } {
        Stranger::Passed => Ok(None),
        Stranger::Refused(code, words) if word.is_empty() => Err(rule(child, code, words)),
        Stranger::Refused(code, words) => Err(rule(child, code, format!("{words} '{word}'"))),
    }
}
