//! SASL, both sides, without a socket: bytes in, bytes out.
//!
//! | mechanism | server | client | where |
//! |---|---|---|---|
//! | SCRAM-SHA-256 (RFC 7677) | yes | yes | where the transport is safe by itself |
//! | PLAIN (RFC 4616) | yes | yes | under TLS |
//! | DIGEST-MD5 (RFC 2831), `auth-conf` with RC4 | yes | | plain TCP: the clients in use know no other that encrypts |
//!
//! The server keeps verifiers, never passwords, in a text file: [`Store`]. Whoever does not exist
//! is refused by the same steps and in the same time as whoever gives a wrong password. Names and
//! passwords are compared as the bytes that they are: nothing is normalised.
#![forbid(unsafe_code)]

pub mod client;
mod digest_md5;
mod mechanism;
mod password;
mod plain;
mod random;
mod scram;
mod server;
mod store;
mod verifier;

pub use digest_md5::{Layer, LayerError};
pub use mechanism::{Mechanism, Wire};
pub use password::Password;
pub use server::{Exchange, Proven, Refusal, Step};
pub use store::{Store, StoreError, is_name};
pub use verifier::Verifier;
