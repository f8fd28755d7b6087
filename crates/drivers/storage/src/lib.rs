//! Storage pools: their definitions.
//!
//! A pool can be defined, looked up, printed, marked for the start of the daemon and undefined.
//! None is ever active, so none has volumes: what starts one, or is about one that runs, says so.
#![forbid(unsafe_code)]

mod calls;
mod capabilities;
mod conflict;
mod define;
mod driver;
mod inactive;
mod kind;
mod routes;
mod sources;

use std::sync::Arc;

use definitions::Place;
use host::files::FileError;

pub use crate::driver::StorageDriver;

/// Reads every definition. What is broken is logged and left alone. Blocks.
///
/// # Errors
/// When the directory cannot be used.
pub fn load(place: &Place) -> Result<Arc<StorageDriver>, FileError> {
    StorageDriver::load(place, routes::routes())
}
