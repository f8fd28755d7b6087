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

pub use crate::driver::NetworkDriver;
