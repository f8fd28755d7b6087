//! Sessions, authentication, access, dispatch and event fan-out.
//!
//! ```text
//!  listener ──> admission ──> session ──> dispatch ──> a driver's handler, or the session's own
//!                               │  ▲                        │ at once, or later
//!                               ▼  │                        ▼
//!                              socket <──── outgoing <── replies, streams, events
//! ```
//!
//! One task owns a connection's socket. A call is polled once in that task; what is not ready then
//! runs on its own and outlives its client. Everything that waits for a client is bounded, and no
//! client can hold up another. The server knows no hypervisor.
#![forbid(unsafe_code)]

mod access;
mod admission;
mod answers;
mod call;
mod deadlines;
mod dispatch;
mod events;
mod limits;
mod outgoing;
mod programs;
mod registration;
mod server;
mod session;
mod stream;

pub use limits::Limits;
pub use server::{ListenerKind, Server};
