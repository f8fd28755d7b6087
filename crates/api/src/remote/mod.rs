//! The main program: everything but administration and what is special to QEMU and LXC.

mod auth;
mod connect;
mod domain;
mod domain_block;
mod domain_checkpoint;
mod domain_device;
mod domain_event;
mod domain_guest;
mod domain_job;
mod domain_migrate;
mod domain_snapshot;
mod domain_tuning;
mod interface;
mod network;
mod node;
mod node_device;
mod nwfilter;
mod secret;
mod shared;
mod storage_pool;
mod storage_vol;

pub use auth::*;
pub use connect::*;
pub use domain::*;
pub use domain_block::*;
pub use domain_checkpoint::*;
pub use domain_device::*;
pub use domain_event::*;
pub use domain_guest::*;
pub use domain_job::*;
pub use domain_migrate::*;
pub use domain_snapshot::*;
pub use domain_tuning::*;
pub use interface::*;
pub use network::*;
pub use node::*;
pub use node_device::*;
pub use nwfilter::*;
pub use secret::*;
pub use shared::*;
pub use storage_pool::*;
pub use storage_vol::*;

use crate::procedure::Program;

/// The program `remote`, number 0x20008086.
pub static PROGRAM: Program = Program {
    name: "remote",
    number: 0x2000_8086,
    version: 1,
    groups: &[
        auth::ROWS,
        domain_event::ROWS,
        domain_migrate::ROWS,
        domain_snapshot::ROWS,
        domain_checkpoint::ROWS,
        domain_block::ROWS,
        domain_device::ROWS,
        domain_guest::ROWS,
        domain_tuning::ROWS,
        domain_job::ROWS,
        domain::ROWS,
        network::ROWS,
        interface::ROWS,
        storage_pool::ROWS,
        storage_vol::ROWS,
        node_device::ROWS,
        node::ROWS,
        secret::ROWS,
        nwfilter::ROWS,
        connect::ROWS,
    ],
};
