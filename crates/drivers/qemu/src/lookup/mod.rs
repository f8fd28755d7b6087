//! What can be asked of a domain without asking its guest.
//!
//! Everything here is answered from the published snapshot, and so never waits.

mod control;
mod document;
mod find;
mod list;
mod messages;
mod metadata;
mod portable;
mod state;
mod xml_to_native;

pub(crate) use list::Filter;
