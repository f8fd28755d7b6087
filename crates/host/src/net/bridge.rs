//! Bridges of the kernel, and what is attached to them.

use super::netlink::{Request, link};
use super::{control, index};
use crate::sys;
use std::io;
use std::os::fd::AsFd;

/// **Source**: `IFLA_BRPORT_ISOLATED` of `linux/if_link.h`.
const ISOLATED: u16 = 33;
/// **Source**: `NLA_F_NESTED`.
const NESTED: u16 = 1 << 15;

/// Whether the ports of a bridge hear each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// This one hears only those that are not isolated.
    Isolated,
    /// It hears all.
    Shared,
}

/// Attaches a device to a bridge.
///
/// **Errors**: the system's; `ENODEV` when there is no such bridge, `EOPNOTSUPP` when it is none.
pub fn attach(bridge: &str, port: &str) -> io::Result<()> {
    sys::device::add_port(control()?.as_fd(), bridge, index(port)?)
}

/// Takes a device off a bridge.
///
/// **Errors**: as for [`attach`].
pub fn detach(bridge: &str, port: &str) -> io::Result<()> {
    sys::device::remove_port(control()?.as_fd(), bridge, index(port)?)
}

/// Lets a port of a bridge hear all others, or not.
///
/// **Errors**: the system's.
pub fn isolate(port: &str, isolation: Isolation) -> io::Result<()> {
    let isolated = u8::from(isolation == Isolation::Isolated);
    Request::new(libc::RTM_SETLINK, 0, &link(libc::AF_BRIDGE as u8, index(port)?))
        .with_nested(libc::IFLA_PROTINFO | NESTED, |port| port.with(ISOLATED, &[isolated]))
        .carry_out()
}
