//! The targets, a file each.

mod domain;
mod kinds;
mod messages;
mod packet;
mod policy;
mod sasl;
mod tls_name;
mod typed_params;

use crate::Target;

/// All of them.
pub static TARGETS: &[Target] = &[
    packet::TARGET,
    messages::TARGET,
    typed_params::TARGET,
    domain::TARGET,
    kinds::TARGET,
    sasl::TARGET,
    tls_name::TARGET,
    policy::TARGET,
];
