//! libvirt's documents: domains, networks, storage pools and volumes, packet filters, secrets, and others.
//!
//! A document goes through named phases: `parse` (as written) → `complete` (defaults, addresses,
//! controllers) → `validate` → `format`. The printed form is libvirt's to the byte: clients compare it.
//!
//! A domain is built, printed and turned to JSON without any daemon:
//!
//! ```
//! use config::domain::os::{Machine, Os};
//! use config::domain::{FormatFlags, Memory, ParseFlags, VirtType};
//! use config::{Domain, Element, Kib};
//!
//! let os = Os::new(Machine::new("hvm")).with(|os| os.machine.machine = Some("q35".into()));
//! let domain = Domain::new(VirtType::Kvm, "demo".parse()?, os)
//!     .with(|domain| domain.memory = Some(Memory::new(Kib(1 << 20))));
//! let document = domain.format(FormatFlags::INACTIVE);
//! assert_eq!(Domain::parse(&document, ParseFlags::Inactive)?, domain);
//! let json = domain.to_json(FormatFlags::INACTIVE)?;
//! assert_eq!(json["os"]["type"]["machine"], "q35");
//! assert_eq!(Domain::from_json(&json, ParseFlags::Inactive)?, domain);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each element has a constructor `new` from what must be there; [`Element::with`] sets the rest.
//! [`DocumentKind::reference`] lists every name. [`domain::report`] tells what became of a document, and who
//! decided it; [`domain::complete::GenericHost`] stands in for the machine where there is none.
//!
//! Invariant: nothing here does I/O. What a phase must know of the machine it asks of a `Host`; random
//! numbers it draws from an `Entropy`.
#![forbid(unsafe_code)]

pub mod backup;
mod cpu;
mod documents;
pub mod domain;
mod entropy;
mod error;
mod identity;
pub mod interface;
pub mod ip;
mod kind;
mod link;
mod list;
pub mod moment;
pub mod network;
pub mod networkport;
pub mod nodedev;
pub mod nwfilter;
mod quantity;
mod ranges;
pub mod secret;
pub mod storagepool;
pub mod storagevol;
mod switch;
mod text;
mod utc;

pub use documents::DocumentKind;
pub use domain::{Domain, refuse_unprinted};
pub use entropy::{Entropy, NothingDrawn};
pub use error::{Code, Error, InvalidJson, Position};
pub use identity::{DomainName, InvalidMac, InvalidName, InvalidUuid, Mac, ObjectName, Uuid};
pub use link::{HostLink, LinkState};
pub use list::{OneOfEach, Stranger, Typed, Whole};
pub use quantity::{Bytes, Kib, scale};
pub use ranges::RangeSet;
pub use switch::{OnOff, YesNo};
pub use text::{Answer, EndTag, Text};
pub use utc::UtcTime;
/// What every element can do, such as [`with`](Element::with), which sets fields of a new one.
pub use xml::Element;
pub use xml::{Entry, JsonError, Unknown};
