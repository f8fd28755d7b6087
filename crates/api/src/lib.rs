//! The contract: every call, type, constant, event and error of libvirt's wire protocol.
//!
//! Each procedure is one row (see [`procedure`]); names in traces, routes, clients and tests all
//! come from it. Nothing in this crate does I/O, and nothing here knows how a call is served.
//!
//! Types and rows stand together by object in [`remote`], with the small programs [`qemu`],
//! [`lxc`], [`admin`], [`keepalive`] and our own [`ferrovirt`] beside it. Names are libvirt's, in Rust's case:
//! `remote_domain_get_block_info_args` is [`remote::DomainGetBlockInfoArgs`].
#![forbid(unsafe_code)]

pub mod admin;
mod constants;
mod error;
mod feature;
pub mod ferrovirt;
pub mod keepalive;
pub mod limits;
pub mod lxc;
pub mod permission;
pub mod procedure;
pub mod qemu;
pub mod remote;
mod typed_param;
mod uuid;

pub use constants::*;
pub use error::{Error, Result};
pub use feature::Feature;
pub use procedure::{EventMessage, Procedure, Program, Row};
pub use typed_param::{Params, TypedParam, TypedParamValue};
pub use uuid::{Uuid, UuidError};
pub use xdr;

/// The programs that the main socket serves.
pub static MAIN_PROGRAMS: [&Program; 3] = [&remote::PROGRAM, &qemu::PROGRAM, &lxc::PROGRAM];

/// The programs that the admin socket serves.
pub static ADMIN_PROGRAMS: [&Program; 2] = [&admin::PROGRAM, &ferrovirt::PROGRAM];

/// The version of libvirt whose behaviour this contract describes: 11.3.0.
///
/// **Units**: major * 1,000,000 + minor * 1,000 + release.
pub const LIBVIRT_VERSION: u64 = 11_003_000;

#[cfg(test)]
mod tests;
