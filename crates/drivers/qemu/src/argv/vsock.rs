//! `<vsock>`

use config::domain::peripheral::Vsock;

use super::Result;
use super::command_line::Resource;
use super::line::{Line, alias};
use super::virtio;

impl Line<'_> {
    /// `<vsock>`
    pub(super) fn vsock(&mut self) -> Result<()> {
        let vsock = self.domain.devices.vsock.as_deref();
        vsock.map_or(Ok(()), |vsock| self.guest_socket(vsock))
    }

    pub(super) fn guest_socket(&mut self, vsock: &Vsock) -> Result<()> {
        // One that is to be chosen is chosen when the guest starts.
        let cid = vsock.cid.and_then(|cid| cid.address).unwrap_or_default();
        let mut props = virtio::device("vhost-vsock", vsock.model.into(), &vsock.driver.virtio);
        let descriptor = match self.starts() {
            true => self.open(Resource::VhostVsock),
            false => "-1".to_owned(),
        };
        props.set("id", alias(&vsock.info)?).set("guest-cid", cid).set("vhostfd", descriptor);
        self.place(&mut props, &vsock.info)?;
        self.device(props)
    }
}
