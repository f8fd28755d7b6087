//! A window onto the daemon: static probes for debuggers, and a feed of records for `fv trace`.
//!
//! ```text
//!  server, driver ──wants()?──> Record ──publish()──> a bounded queue for each Watcher
//!                                                             │ in the watcher's own task
//!                                                json::Lines ─┴─> one JSON object a line ──> render::line
//! ```
//!
//! Neither costs anything while nobody watches: a load and a branch. Whoever publishes never waits
//! and never formats: a watcher that is slow loses records, and is told how many. What is secret
//! is masked where a record becomes text, which is before it leaves the daemon.
#![forbid(unsafe_code)]

mod decode;
mod filter;
mod hub;
pub mod json;
mod mask;
mod names;
pub mod probes;
mod record;
pub mod render;

pub use filter::{Filter, Glob, Which};
pub use hub::{Feed, Feeds, Item, QUEUE_BYTES_MAX, TooManyWatchers, WATCHERS_MAX, Watcher};
pub use hub::{publish, wants, wants_payloads, watch};
pub use names::{Named, named};
pub use record::{
    Body, Delivery, Direction, Guest, Header, Identity, Message, MessageKind, PAYLOAD_BYTES_MAX,
    Packet, Record, Side, TimerKind, Times, keep,
};
