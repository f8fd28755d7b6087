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

pub use crate::driver::NwfilterDriver;
