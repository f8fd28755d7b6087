//! Flags that a call knows.

use api::{Error, ErrorCode, ErrorDomain, Result};

/// An argument is refused in libvirt's own words, which for flags and missing arguments come
/// without the words of the code before them.
pub(crate) fn refused(domain: ErrorDomain, message: impl Into<String>) -> Error {
    let message = message.into();
    let detail = Some(message.clone());
    Error { code: ErrorCode::INVALID_ARG, domain, message, detail, errno: -1 }
}

/// Refuses flags outside `known`, as libvirt words it.
///
/// # Errors
/// `INVALID_ARG`, naming the bits and the function.
pub(crate) fn only(flags: u32, known: u32, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(refused(
            ErrorDomain::QEMU,
            format!("unsupported flags (0x{unknown:x}) in function {function}"),
        )),
    }
}

/// Refuses two flags together.
///
/// # Errors
/// `INVALID_ARG`.
pub(crate) fn exclusive(
    flags: u32,
    one: (u32, &str),
    other: (u32, &str),
    function: &str,
) -> Result<()> {
    if flags & one.0 == 0 || flags & other.0 == 0 {
        return Ok(());
    }
    let detail = format!(
        "Flags '{}' and '{}' are mutually exclusive in function {function}",
        one.1, other.1
    );
    Err(refused(ErrorDomain::QEMU, detail))
}
