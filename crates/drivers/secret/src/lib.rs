//! Secrets: definitions, and values that go with them.
//!
//! A value is in a file of its own beside the definition, unless its secret is ephemeral, and in
//! memory that is cleared when it is given up. It is in no log, no trace and no debug output. The
//! definition's file decides whether a secret is there: a value without one is removed at start.
#![forbid(unsafe_code)]

mod calls;
mod driver;
mod kind;
mod routes;
mod store;
mod value;
mod value_calls;

use std::sync::Arc;

use definitions::Place;
use host::files::FileError;

pub use crate::driver::SecretDriver;

/// Reads every definition. What is broken is logged and left alone. Blocks.
///
/// # Errors
/// When the directory cannot be used.
pub fn load(place: &Place) -> Result<Arc<SecretDriver>, FileError> {
    SecretDriver::load(place, routes::routes())
}
