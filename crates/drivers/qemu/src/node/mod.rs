//! The host and the connection: what is true without any domain.
//!
//! What is expensive to find out (emulators, the capability document) is found out in the background
//! and kept; the rest is read from the kernel for each call.

mod capabilities;
mod connection;
mod cpu;
mod cpu_documents;
mod memory;
mod pages;
mod state;
mod suspend;
mod sysinfo;
mod tuning;

pub(crate) use state::Node;

use api::{Error, ErrorCode, ErrorDomain, Result};
use host::FactError;

/// What libvirt's host part calls its own domain: none.
const HOST: ErrorDomain = ErrorDomain::NONE;

/// The kernel did not tell.
fn unknown(error: &FactError) -> Error {
    Error::new(ErrorCode::SYSTEM_ERROR, HOST, error.to_string())
}

/// An argument is wrong, in words that are no code's.
fn invalid(domain: ErrorDomain, message: String) -> Error {
    Error { code: ErrorCode::INVALID_ARG, domain, detail: None, message, errno: -1 }
}

/// Refuses all flags.
fn no_flags(flags: u32, domain: ErrorDomain, function: &str) -> Result<()> {
    match flags {
        0 => Ok(()),
        _ => {
            Err(invalid(domain, format!("unsupported flags (0x{flags:x}) in function {function}")))
        }
    }
}

/// Refuses room for fewer or more than there is; asking with none is asking how many.
fn check_room(nparams: i32, count: usize, function: &str) -> Result<()> {
    if usize::try_from(nparams) == Ok(count) {
        return Ok(());
    }
    Err(invalid(HOST, format!("nparams in {function} must be equal to {count}")))
}
