//! Sessions, authentication, access, dispatch and event fan-out.
//!
//! ```text
//!  listener ──> admission ──> session ──> dispatch ──> a driver's handler, or the session's own
//!                               │  ▲                        │ at once, or later
//!                               ▼  │                        ▼
//!                              socket <──── outgoing <── replies, streams, events
//! ```
//!
//! A client that speaks TLS shakes hands in a task of its own before it is admitted, so that nobody
//! waits for it. One task owns a connection's socket. A call is polled once in that task; what is
//! not ready then runs on its own and outlives its client. Everything that waits for a client is bounded, and no
//! client can hold up another. The server knows no hypervisor.
#![forbid(unsafe_code)]

pub mod access;
mod admin;
mod admission;
mod answers;
mod auth;
mod call;
mod deadlines;
mod dispatch;
mod events;
mod handshakes;
mod limits;
mod listener;
mod outgoing;
mod programs;
mod registration;
mod server;
mod service;
mod session;
mod sessions;
mod stream;
mod trace;
mod turns;

pub use admin::{Log, LogSetting};
pub use auth::Authentication;
pub use limits::{AdminLimits, Limits};
pub use listener::Listener;
pub use server::{Auth, Door, ListenerKind, Server};
