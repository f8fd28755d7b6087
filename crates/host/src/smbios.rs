//! What the firmware says the machine is. **Source**: SMBIOS, as the kernel shows it in
//! `/sys/class/dmi/id`.
//!
//! Deliberately absent: tables that the kernel does not show, such as those of single memory
//! modules; they would take reading physical memory.

use crate::Root;

/// A table of the firmware: what its strings are called, and they.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What the table is about: `bios`, `system`, `baseBoard`, `chassis`.
    pub name: &'static str,
    /// Its strings by name, in libvirt's order; never empty.
    pub entries: Vec<(&'static str, String)>,
}

/// Tables, their strings, and the kernel's file for each.
const TABLES: [(&str, &[(&str, &str)]); 4] = [
    (
        "bios",
        &[
            ("vendor", "bios_vendor"),
            ("version", "bios_version"),
            ("date", "bios_date"),
            ("release", "bios_release"),
        ],
    ),
    (
        "system",
        &[
            ("manufacturer", "sys_vendor"),
            ("product", "product_name"),
            ("version", "product_version"),
            ("serial", "product_serial"),
            ("uuid", "product_uuid"),
            ("sku", "product_sku"),
            ("family", "product_family"),
        ],
    ),
    (
        "baseBoard",
        &[
            ("manufacturer", "board_vendor"),
            ("product", "board_name"),
            ("version", "board_version"),
            ("serial", "board_serial"),
            ("asset", "board_asset_tag"),
        ],
    ),
    (
        "chassis",
        &[
            ("manufacturer", "chassis_vendor"),
            ("version", "chassis_version"),
            ("serial", "chassis_serial"),
            ("asset", "chassis_asset_tag"),
        ],
    ),
];

/// The tables of this machine; none where the firmware has none, as in many virtual machines.
///
/// What only root may read is left out for others.
pub fn tables(root: &Root) -> Vec<Table> {
    let text = |file: &str| {
        let text = root.text(format!("sys/class/dmi/id/{file}")).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let table = |(name, files): (&'static str, &[(&'static str, &str)])| {
        let entries: Vec<_> =
            files.iter().filter_map(|(name, file)| Some((*name, text(file)?))).collect();
        (!entries.is_empty()).then_some(Table { name, entries })
    };
    TABLES.into_iter().filter_map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_are_there_are_read_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let id = directory.path().join("sys/class/dmi/id");
        std::fs::create_dir_all(&id).unwrap();
        let files = [("board_name", "X11\n"), ("sys_vendor", "Acme\n"), ("product_sku", " \n")];
        for (file, text) in files {
            std::fs::write(id.join(file), text).unwrap();
        }
        let expected = [("system", "manufacturer", "Acme"), ("baseBoard", "product", "X11")];
        let expected = expected
            .map(|(name, entry, text)| Table { name, entries: vec![(entry, text.to_owned())] });
        assert_eq!(tables(&Root::at(directory.path())), expected);
    }

    #[test]
    fn a_machine_without_tables_has_none() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(tables(&Root::at(directory.path())), []);
    }
}
