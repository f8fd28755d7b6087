//! Typed XML documents to and from text, each element declared once.
//!
//! An [`element!`] lists the fields of a struct in printing order, each with its kind; reading, writing
//! and the list of known names come from that list. [`words!`] declares the closed word lists of
//! attributes, [`tagged!`] an element whose shape one of its attributes decides.
//!
//! ```text
//! text ── Document::parse ──> Node ── Element::read ──> struct ── Writer ──> text
//!          size, depth, node            typed error with
//!          count, no DTD                line and column
//! ```
//!
//! Invariant: whatever the text, reading ends in a value or in an [`Error`] that names what was wrong
//! and where; it does not recurse deeper than [`MAX_DEPTH`].
//!
//! Deliberately absent: unknown elements. A reader asks for what it knows, the rest is not looked at.
#![forbid(unsafe_code)]

mod attributes;
mod document;
mod element;
mod error;
mod macros;
mod number;
mod reformat;
mod value;
mod view;
mod writer;

pub use attributes::{MAX_ATTRIBUTES, MAX_NAMESPACES};
pub use document::{Document, MAX_BYTES, MAX_DEPTH, MAX_NODES, Namespaces, Node};
pub use element::{AttributeField, ChildField, Element, LeafField};
pub use error::{Error, Fault, Position};
pub use number::{Hex, Octal};
pub use value::{Value, unsigned};
pub use view::View;
pub use writer::Writer;

#[cfg(test)]
mod tests;
