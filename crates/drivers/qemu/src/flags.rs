//! Flags that a call knows.

use api::Result;
use definitions::flags as shared;

pub(crate) use definitions::flags::refused;

use crate::errors::QEMU;

/// Refuses flags outside `known`, as libvirt words it.
///
/// # Errors
/// `INVALID_ARG`, naming the bits and the function.
pub(crate) fn only(flags: u32, known: u32, function: &str) -> Result<()> {
    shared::only(flags, known, QEMU, function)
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
    Err(refused(QEMU, detail))
}
