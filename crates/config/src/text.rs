//! Texts that are nothing when they are empty, answers, elements with an end tag.

use std::borrow::Cow;
use std::ops::Deref;

use xml::{Element, Error, Node, Shape, Value, Writer};

/// A text that is not empty: an attribute or element that is empty is as good as none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub Box<str>);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Value for Text {
    const BLANK_IS_NONE: bool = true;

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() { None } else { Some(Self(text.into())) }
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

/// `yes` or `no`, which is also what an empty text says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer(pub bool);

impl Value for Answer {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "yes" => Some(Self(true)),
            "no" | "" => Some(Self(false)),
            _ => None,
        }
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(if self.0 { "yes" } else { "no" })
    }
}

/// First part of an element that has an end tag even when it has no content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndTag;

impl Element for EndTag {
    const SHAPE: &'static Shape = &Shape::of("Nothing.", &[]);

    fn read(_: Node<'_, '_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn write_attributes(&self, _: &mut Writer) {}

    fn write_children(&self, w: &mut Writer) {
        w.paired();
    }
}
