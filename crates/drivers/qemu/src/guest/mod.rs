//! What reaches into a running guest past its disks and networks: agent, consoles, keys, screen,
//! power.

pub(crate) mod agent;
mod console;
mod display;
mod keys;
mod nmi;
mod password;
mod screenshot;
mod sleep;
mod ssh_keys;
mod terminal;
pub(crate) mod vcpus;
