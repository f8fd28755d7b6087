//! Flags that a call knows.

use api::{Error, ErrorCode, ErrorDomain, Result};

/// How a document is checked beyond what it must be to be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// libvirt's rules.
    Rules,
    /// Those, and nothing in it may be unknown.
    Schema,
}

/// An argument is refused in libvirt's own words, which for flags and missing arguments come
/// without the words of the code before them.
pub fn refused(domain: ErrorDomain, message: impl Into<String>) -> Error {
    let message = message.into();
    let detail = Some(message.clone());
    Error { code: ErrorCode::INVALID_ARG, domain, message, detail, errno: -1 }
}

/// Refuses flags outside `known`, as libvirt words it.
///
/// # Errors
/// `INVALID_ARG`, naming the bits and the function.
pub fn only(flags: u32, known: u32, domain: ErrorDomain, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => {
            let message = format!("unsupported flags (0x{unknown:x}) in function {function}");
            Err(refused(domain, message))
        }
    }
}
