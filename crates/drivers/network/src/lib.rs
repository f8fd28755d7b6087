//! Virtual networks: their definitions.
//!
//! A network can be defined, looked up, printed, changed, marked for the start of the daemon and
//! undefined. None is ever active: what starts one, or is about one that runs, says so.
#![forbid(unsafe_code)]

mod calls;
mod define;
mod driver;
mod inactive;
mod kind;
mod metadata;
mod routes;
mod update;

use std::sync::Arc;

use definitions::Place;
use host::files::FileError;

pub use crate::driver::NetworkDriver;

/// Reads every definition. What is broken is logged and left alone. Blocks.
///
/// # Errors
/// When the directory cannot be used.
pub fn load(place: &Place) -> Result<Arc<NetworkDriver>, FileError> {
    NetworkDriver::load(place, routes::routes())
}
