//! The guest's IOMMU.

use config::Error;
use config::domain::peripheral::IommuModel;

use super::Result;
use super::line::{Line, alias};
use super::props::{Props, word};

impl Line<'_> {
    /// `-device intel-iommu`
    pub(super) fn iommu(&mut self) -> Result<()> {
        let Some(iommu) = self.domain.devices.iommu.as_deref() else {
            return Ok(());
        };
        let mut props = match iommu.model {
            IommuModel::Intel => Props::driver("intel-iommu"),
            IommuModel::Virtio => Props::driver("virtio-iommu"),
            IommuModel::Smmuv3 => {
                return Err(Error::unsupported(
                    "IOMMU device: 'smmuv3' is only supported with ARM Virt machines",
                ));
            }
        };
        props.set("id", alias(&iommu.info)?);
        if iommu.model == IommuModel::Intel {
            props
                .set("intremap", word(iommu.driver.intremap))
                .set("caching-mode", iommu.driver.caching_mode)
                .set("eim", word(iommu.driver.eim))
                .set("device-iotlb", iommu.driver.iotlb)
                .set("aw-bits", iommu.driver.aw_bits);
        }
        self.place(&mut props, &iommu.info)?;
        self.device(props)
    }
}
