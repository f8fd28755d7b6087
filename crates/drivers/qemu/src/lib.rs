//! The QEMU driver.
//!
//! A domain's readers take its published snapshot and never wait (`domain`); what works on a
//! guest goes through its monitor, behind the domain's job gate. The life of a domain is in
//! `lifecycle`, what can be asked of it in `lookup`, `block`, `stats` and `tuning`, what reaches
//! into it in `guest` and `monitor`, devices that come and go in `hotplug`; `argv` turns a document into QEMU's command line.
//! `routes.rs` lists every procedure that is served.
//!
//! Not here: sockets, packets and who may call; those are the server's.
#![forbid(unsafe_code)]

mod access;
mod answers;
mod argv;
mod block;
pub mod capabilities;
mod companions;
mod complete;
mod control_group;
mod documents;
mod domain;
mod driver;
mod errors;
mod firmware;
mod flags;
mod guest;
mod guest_cpu;
mod guest_log;
mod guest_socket;
mod host_devices;
mod host_needs;
mod hotplug;
mod interfaces;
mod lifecycle;
mod lookup;
mod monitor;
mod neighbours;
mod node;
mod registry;
mod routes;
mod secrets;
mod settings;
mod slow_storage;
mod stats;
mod status;
mod tuning;

use std::sync::Arc;

use ::driver::Neighbours;

pub use crate::driver::{QemuDriver, StartError};
pub use settings::{Deadlines, Scope, Settings};

/// Reads every definition, finds the guests that run, and has what is marked for it started in the background. The
/// `neighbours` are the drivers whose objects guests need.
///
/// # Errors
/// When a directory cannot be used. A broken definition is logged and left alone.
pub async fn load(
    settings: Settings,
    neighbours: Neighbours,
) -> Result<Arc<QemuDriver>, StartError> {
    QemuDriver::load(settings, neighbours, routes::routes()).await
}
