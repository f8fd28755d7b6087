//! A guest's end of sockets between it and its host: its number, chosen or given.

use std::os::fd::OwnedFd;

use api::{Error, ErrorDomain, Result};
use config::YesNo;
use config::domain::peripheral::{Vsock, VsockCid};

use crate::errors::QEMU;

/// Opens what the guest is reached through, and gives it its number. One that is left to the daemon is the
/// first that is free; the document gets it.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` on a kernel without such sockets; `SYSTEM_ERROR` for a number that another guest has.
pub(crate) fn open(vsock: &mut Vsock) -> Result<OwnedFd> {
    let device = host::vsock::open().map_err(|error| {
        tracing::debug!(%error, "no vhost-vsock");
        Error::config_unsupported(QEMU, "unable to open vhost-vsock device")
    })?;
    let failed =
        |error: std::io::Error| Error::io(ErrorDomain::NONE, &error, "failed to set guest cid");
    let cid = vsock.cid.get_or_insert(VsockCid { auto: Some(YesNo::Yes), address: None });
    match cid.address.filter(|_| cid.auto != Some(YesNo::Yes)) {
        Some(number) => host::vsock::set(&device, number).map_err(failed)?,
        None => cid.address = Some(host::vsock::choose(&device).map_err(failed)?),
    }
    Ok(device)
}
