//! `<vsock>`

use config::Error;

use super::Result;
use super::command_line::Resource;
use super::line::{Line, alias};
use super::virtio;

impl Line<'_> {
    /// `<vsock>`
    pub(super) fn vsock(&mut self) -> Result<()> {
        let Some(vsock) = self.domain.devices.vsock.as_deref() else {
            return Ok(());
        };
        let cid = vsock.cid.and_then(|cid| cid.address).ok_or_else(|| {
            Error::unsupported("vsock whose address the daemon chooses is not supported yet")
        })?;
        let mut props = virtio::device("vhost-vsock", vsock.model.into(), &vsock.driver.virtio);
        let descriptor = if self.starts() { self.open(Resource::VhostVsock { cid }) } else { -1 };
        props
            .set("id", alias(&vsock.info)?)
            .set("guest-cid", cid)
            .set("vhostfd", descriptor.to_string());
        self.place(&mut props, &vsock.info)?;
        self.device(props)
    }
}
