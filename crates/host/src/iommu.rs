//! Devices that guests can be given.

use crate::Root;

/// Whether the machine's devices are behind an IOMMU.
pub fn has_iommu(root: &Root) -> bool {
    let groups = std::fs::read_dir(root.path("sys/kernel/iommu_groups"));
    groups.is_ok_and(|mut groups| groups.next().is_some())
}

/// Whether devices behind it can be given to guests.
pub fn has_vfio(root: &Root) -> bool {
    has_iommu(root) && root.path("dev/vfio/vfio").exists()
}
