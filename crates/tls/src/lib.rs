//! TLS and certificates as libvirt uses them.
//!
//! ```text
//! Files ── read ──> Credentials ── fit? ──> ServerContext ── accept ──> a stream and a name
//!                                           ClientContext ── connect ──> a stream
//! ```
//!
//! Both ends finish the handshake first and check the other's certificate then, before either has
//! said a word: the server says one byte, [`READY`], inside the channel when it is content, and the
//! client says nothing before it has that byte. So a refusal can be named on the side that refuses.
//!
//! rustls does the handshake, `webpki` builds and checks chains, and which cryptography they use is
//! said in `provider` alone. There are no priority strings: only TLS 1.2 and 1.3 with modern suites.
#![forbid(unsafe_code)]

mod certificate;
mod client;
mod credentials;
mod error;
mod files;
mod fitness;
mod name;
mod pattern;
mod peer;
mod provider;
mod seen;
mod server;
mod session;

pub use client::{ClientContext, ServerCheck};
pub use error::{CertificateFault, Error, Refusal};
pub use files::Files;
pub use fitness::OwnCheck;
pub use name::distinguished_name;
pub use pattern::Pattern;
pub use server::{Accepted, ClientCheck, ServerContext};
pub use session::Session;

/// What the server says when it is content with the client's certificate.
pub const READY: u8 = 1;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To sign others.
    Authority,
    /// To prove a server.
    Server,
    /// To prove a client.
    Client,
}
