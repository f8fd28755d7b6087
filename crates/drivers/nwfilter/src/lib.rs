//! Network filters: their definitions.
//!
//! A filter can be defined, looked up, printed and undefined. Filters may name others, in any
//! order, but never in a circle. None is bound to a card: no guest's packets pass one yet.
#![forbid(unsafe_code)]

mod bindings;
mod calls;
mod define;
mod driver;
mod kind;
mod routes;

use std::sync::Arc;

use definitions::Place;
use host::files::FileError;

pub use crate::driver::NwfilterDriver;

/// Reads every definition. What is broken is logged and left alone. Blocks.
///
/// # Errors
/// When the directory cannot be used.
pub fn load(place: &Place) -> Result<Arc<NwfilterDriver>, FileError> {
    NwfilterDriver::load(place, routes::routes())
}
