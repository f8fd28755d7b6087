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
//! Each element's declaration is also a table, its [`Shape`]. From it come [`to_json`] and [`from_json`],
//! the [`reference()`] of all names, and the list of what a document says that is [`unknown()`].
//!
//! Deliberately absent: unknown elements. A reader asks for what it knows, the rest is not looked at.
#![forbid(unsafe_code)]

mod attributes;
mod document;
mod element;
mod error;
mod json;
mod macros;
mod number;
mod reference;
mod reformat;
mod shape;
mod unknown;
mod value;
mod view;
mod writer;

pub use attributes::{MAX_ATTRIBUTES, MAX_NAMESPACES};
pub use document::{Document, MAX_BYTES, MAX_DEPTH, MAX_NODES, Namespaces, Node};
pub use element::{AttributeField, ChildField, Element, LeafField, loose_child};
pub use error::{Error, Fault, Position};
pub use json::{JsonError, from_json, json_document, to_json};
pub use number::{AnyBase, Base16, Hex, Octal};
pub use reference::{Entry, reference};
pub use shape::{Choice, Count, Field, Kind, Shape, ValueKind, Variant};
pub use unknown::{Unknown, unknown};
pub use value::{Value, unsigned};
pub use view::View;
pub use writer::Writer;

#[cfg(test)]
mod tests;
