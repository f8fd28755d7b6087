//! `<memballoon>`

use config::Error;
use config::domain::memory::BalloonModel;

use super::Result;
use super::line::{Line, alias};
use super::virtio::{self, Revision};

impl Line<'_> {
    /// `<memballoon>`
    pub(super) fn balloon(&mut self) -> Result<()> {
        let Some(balloon) = self.domain.devices.memballoon.as_deref() else {
            return Ok(());
        };
        let revision = match balloon.model {
            BalloonModel::None => return Ok(()),
            BalloonModel::Virtio => Revision::Default,
            BalloonModel::Transitional => Revision::Transitional,
            BalloonModel::NonTransitional => Revision::NonTransitional,
            BalloonModel::Xen => {
                return Err(Error::unsupported(
                    "Memory balloon device type 'xen' is not supported by this version of qemu",
                ));
            }
        };
        let mut props = virtio::device("virtio-balloon", revision, &balloon.driver.virtio);
        props
            .set("id", alias(&balloon.info)?)
            .set("deflate-on-oom", balloon.autodeflate)
            .set("free-page-reporting", balloon.free_page_reporting);
        self.place(&mut props, &balloon.info)?;
        self.device(props)
    }
}
