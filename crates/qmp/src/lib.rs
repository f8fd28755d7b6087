//! QEMU monitor and guest agent connections.
//!
//! ```text
//!  caller ──execute()──> request written by the caller itself ──> QEMU
//!  caller <──oneshot──── reader task: one line at a time      <── QEMU
//!                        └── events ──> bounded queue ──> EventReceiver
//! ```
//!
//! [`Monitor`] speaks QMP to one QEMU; many commands may be under way at once. [`Agent`] speaks to the
//! guest agent inside a guest, one command at a time. Both treat every byte they receive as hostile:
//! a fault is a typed error, a wait has a deadline, a line and a queue have a limit.
//!
//! Invariant: a connection either matches a reply to the command that caused it, or is closed. A reply
//! that comes after its caller gave up is dropped, never given to somebody else.
//!
//! Deliberately not here: what the answers mean for a guest, reconnecting, and any retry.

#![forbid(unsafe_code)]

mod agent;
mod command;
pub mod commands;
mod error;
mod event;
mod health;
mod line;
mod message;
mod monitor;
mod observer;
pub mod scripted;
mod text;

pub use agent::{Agent, AgentError, AgentOptions};
pub use command::Command;
pub use error::{CommandError, Disconnect, QmpError, RequestFault};
pub use event::{Delivery, Event, EventReceiver};
pub use health::Health;
pub use line::LINE_LIMIT;
pub use message::{Greeting, Version, VersionTriple};
pub use monitor::{IN_FLIGHT_LIMIT, Monitor, Options, Reply};
pub use observer::{Answer, Observer, SocketObserver};
pub use text::compact;
