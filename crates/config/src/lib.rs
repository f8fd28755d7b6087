//! libvirt's documents: domains and what they are made of.
//!
//! A document goes through named phases: `parse` (as written) → `complete` (defaults, addresses,
//! controllers) → `validate` → `format`. The printed form is libvirt's to the byte: clients compare it.
//!
//! Invariant: nothing here does I/O. What a phase must know of the machine it asks of a `Host`; random
//! numbers it draws from an `Entropy`.
#![forbid(unsafe_code)]

pub mod domain;
mod entropy;
mod error;
mod identity;
mod quantity;
mod ranges;
mod switch;

pub use domain::Domain;
pub use entropy::Entropy;
pub use error::{Code, Error, Position};
pub use identity::{DomainName, InvalidMac, InvalidName, InvalidUuid, Mac, Uuid};
pub use quantity::{Bytes, Kib, scale};
pub use ranges::RangeSet;
pub use switch::{OnOff, YesNo};
