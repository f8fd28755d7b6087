//! What can be wrong with a document.

use std::fmt;

/// A place in a document, both counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text is not well-formed XML.
    #[error("{0}")]
    Malformed(String),
    /// The text is longer than [`MAX_BYTES`](crate::MAX_BYTES).
    #[error("document of {0} bytes is larger than {max}", max = crate::MAX_BYTES)]
    TooLarge(usize),
    /// Elements are nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    #[error("elements are nested deeper than {max}", max = crate::MAX_DEPTH)]
    TooDeep,
    /// An element has more attributes than [`MAX_ATTRIBUTES`](crate::MAX_ATTRIBUTES), or the document
    /// more namespaces than [`MAX_NAMESPACES`](crate::MAX_NAMESPACES).
    #[error("too many attributes in one element, or namespaces in the document")]
    TooManyAttributes,
    /// The root element has another name.
    #[error("unexpected root element <{found}>, expecting <{expected}>")]
    Root {
        /// The name that is there.
        found: String,
        /// The name that was asked for.
        expected: &'static str,
    },
    /// An attribute has a value outside its type.
    #[error("Invalid value for attribute '{attribute}' in element '{element}': '{value}'.{hint}", hint = Hint(.expected))]
    Attribute {
        /// The element's name.
        element: String,
        /// The attribute's name.
        attribute: &'static str,
        /// Its text.
        value: String,
        /// What would have been right; may be empty.
        expected: &'static str,
    },
    /// An element's text is outside its type.
    #[error("Invalid value for element '{element}': '{value}'.{hint}", hint = Hint(.expected))]
    Text {
        /// The element's name.
        element: String,
        /// Its text.
        value: String,
        /// What would have been right; may be empty.
        expected: &'static str,
    },
    /// An attribute that must be there is not.
    #[error("Missing required attribute '{attribute}' in element '{element}'")]
    MissingAttribute {
        /// The element's name.
        element: String,
        /// The attribute's name.
        attribute: &'static str,
    },
    /// A child that must be there is not.
    #[error("Missing required element '{child}' in element '{element}'")]
    MissingElement {
        /// The parent's name.
        element: String,
        /// The child's name.
        child: &'static str,
    },
    /// A rule of the document's owner is broken.
    #[error("{message}")]
    Rule {
        /// The owner's number for this kind of rule.
        class: u32,
        /// What is wrong, in the owner's words.
        message: String,
    },
}

/// `Expected …`, if there is something to expect.
struct Hint<'a>(&'a str);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " Expected {}", self.0) }
    }
}

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct Error {
    /// What is wrong.
    pub fault: Box<Fault>,
    /// The name of the element around the one that it is about; empty if there is none.
    pub inside: Box<str>,
    /// Where.
    pub position: Position,
}

impl Error {
    /// One about the document as a whole.
    pub(crate) fn new(fault: Fault, position: Position) -> Self {
        Self { fault: Box::new(fault), inside: Box::default(), position }
    }

    /// Whether it says that an attribute of this very element is missing.
    pub(crate) fn is_missing_attribute_of(&self, node: crate::Node<'_, '_>) -> bool {
        matches!(*self.fault, Fault::MissingAttribute { .. }) && self.position == node.position()
    }
}
