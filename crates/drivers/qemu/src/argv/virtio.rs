//! What all virtio devices have in common.

use config::domain::device::VirtioOptions;
use config::domain::disk::VirtioModel;
use config::domain::peripheral::VirtioDeviceModel;

use super::props::Props;

/// Which revision of virtio a device speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revision {
    /// What QEMU chooses for its place.
    Default,
    /// Both.
    Transitional,
    /// Virtio 1 only.
    NonTransitional,
}

impl From<Option<VirtioModel>> for Revision {
    fn from(model: Option<VirtioModel>) -> Self {
        match model {
            None | Some(VirtioModel::Virtio) => Self::Default,
            Some(VirtioModel::Transitional) => Self::Transitional,
            Some(VirtioModel::NonTransitional) => Self::NonTransitional,
        }
    }
}

impl From<Option<VirtioDeviceModel>> for Revision {
    fn from(model: Option<VirtioDeviceModel>) -> Self {
        match model {
            None | Some(VirtioDeviceModel::Virtio) => Self::Default,
            Some(VirtioDeviceModel::Transitional) => Self::Transitional,
            Some(VirtioDeviceModel::NonTransitional) => Self::NonTransitional,
        }
    }
}

/// A virtio device on PCI: `virtio-NAME-pci` and what the document says of its transport.
pub(super) fn device(name: &str, revision: Revision, options: &VirtioOptions) -> Props {
    let suffix = match revision {
        Revision::Default => "",
        Revision::Transitional => "-transitional",
        Revision::NonTransitional => "-non-transitional",
    };
    let mut props = Props::driver(&format!("{name}-pci{suffix}"));
    add_options(&mut props, options);
    props
}

/// What the document says of a virtio device's transport.
pub(super) fn add_options(props: &mut Props, options: &VirtioOptions) {
    props
        .set("iommu_platform", options.iommu)
        .set("ats", options.ats)
        .set("packed", options.packed)
        .set("page-per-vq", options.page_per_vq);
}
