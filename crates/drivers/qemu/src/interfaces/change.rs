//! Changing the device of the host while its guest runs.

use api::{Error, Result};
use config::YesNo;
use config::domain::interface::{Interface, InterfaceSource};
use host::net;
use host::net::bridge::{self, Isolation};

use super::failed;
use super::make::{gathered, isolate, join};
use crate::errors::QEMU;

/// Moves a TAP device from the bridge of `old` to that of `new`; if it cannot be there, it goes back.
///
/// # Errors
/// `OPERATION_FAILED` when there is no such bridge, `SYSTEM_ERROR`.
pub(crate) fn rejoin(old: &Interface, new: &Interface) -> Result<()> {
    let (Some(device), Some(from), Some(to)) =
        (old.target.dev.as_deref(), bridge_of(old), bridge_of(new))
    else {
        return Ok(());
    };
    if !net::exists(to) {
        return Err(Error::operation_failed(QEMU, format!("bridge {to} doesn't exist")));
    }
    if let Err(error) = bridge::detach(from, device) {
        // Somebody else may have taken it out.
        tracing::warn!(device, from, %error, "not in its bridge");
    }
    join(to, device, new).inspect_err(|_| {
        if let Err(error) = join(from, device, old) {
            tracing::error!(device, from, %error, "cannot be put back into its bridge");
        }
    })
}

/// The bridge that an interface is in.
pub(crate) fn bridge_of(interface: &Interface) -> Option<&str> {
    match &interface.source.source {
        InterfaceSource::Bridge(bridge) => Some(&bridge.source.bridge),
        _ => None,
    }
}

/// Lets a device hear the isolated ports of its bridge, or not, as the document says.
///
/// # Errors
/// `SYSTEM_ERROR`.
pub(crate) fn reisolate(interface: &Interface) -> Result<()> {
    let Some(device) = interface.target.dev.as_deref() else { return Ok(()) };
    let isolated = interface.port.is_some_and(|port| port.isolated == Some(YesNo::Yes));
    isolate(device, if isolated { Isolation::Isolated } else { Isolation::Shared })
}

/// Has a device gather packets as the document says.
///
/// # Errors
/// `SYSTEM_ERROR`.
pub(crate) fn regather(interface: &Interface) -> Result<()> {
    let Some(device) = interface.target.dev.as_deref() else { return Ok(()) };
    net::set_gathered_packets(device, gathered(interface).unwrap_or(0))
        .map_err(|error| failed(&error, format_args!("Cannot set coalesce info on '{device}'")))
}
