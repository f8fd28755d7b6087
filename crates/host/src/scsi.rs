//! SCSI units of the host.

use crate::{FactError, Root};
use std::path::Path;

const UNITS: &str = "sys/bus/scsi/devices";

/// Where a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScsiPlace {
    /// Number of the adapter.
    pub adapter: u32,
    /// Its bus.
    pub bus: u32,
    /// The target on the bus.
    pub target: u32,
    /// The unit of the target.
    pub unit: u64,
}

/// The generic device of a unit: its name below `/dev`, as in `sg3`. None for a unit that has none.
///
/// **Errors**: there is no such unit.
pub fn generic(root: &Root, place: ScsiPlace) -> Result<Option<String>, FactError> {
    let ScsiPlace { adapter, bus, target, unit } = place;
    let unit = Path::new(UNITS).join(format!("{adapter}:{bus}:{target}:{unit}"));
    let directory = root.path(unit.join("scsi_generic"));
    let listed = std::fs::read_dir(&directory);
    let listed = listed.map_err(|error| FactError::Read { path: directory, error })?;
    Ok(listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_units_generic_device_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::at(directory.path());
        let place = ScsiPlace { adapter: 2, bus: 0, target: 1, unit: 7 };
        assert!(generic(&root, place).unwrap_err().is_missing());
        let listed = directory.path().join("sys/bus/scsi/devices/2:0:1:7/scsi_generic");
        std::fs::create_dir_all(&listed).unwrap();
        assert_eq!(generic(&root, place).unwrap(), None);
        std::fs::create_dir(listed.join("sg3")).unwrap();
        assert_eq!(generic(&root, place).unwrap().as_deref(), Some("sg3"));
    }
}
