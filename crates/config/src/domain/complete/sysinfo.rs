//! Strings of firmware tables: those that the tables have, in their order.

use crate::domain::sysinfo::{Sysinfo, SysinfoTable, SysinfoType};

/// What a table can say of each.
const BIOS: &[&str] = &["vendor", "version", "date", "release"];
const SYSTEM: &[&str] = &["manufacturer", "product", "version", "serial", "uuid", "sku", "family"];
const BOARD: &[&str] = &["manufacturer", "product", "version", "serial", "asset", "location"];
const CHASSIS: &[&str] = &["manufacturer", "version", "serial", "asset", "sku"];

/// Keeps of each table what it can say, the first of each name; of entries of the firmware, the file or
/// the value.
pub(super) fn complete(tables: &mut [Sysinfo]) {
    for tables in tables.iter_mut().filter(|tables| tables.kind == SysinfoType::Smbios) {
        keep(&mut tables.bios, BIOS);
        keep(&mut tables.system, SYSTEM);
        keep(&mut tables.chassis, CHASSIS);
        tables.boards.iter_mut().for_each(|board| sort(board, BOARD));
        tables.boards.retain(|board| !board.entries.is_empty());
        tables.entries.clear();
    }
    for tables in tables.iter_mut().filter(|tables| tables.kind == SysinfoType::Fwcfg) {
        for entry in tables.entries.iter_mut().filter(|entry| entry.file.is_some()) {
            entry.value = "".into();
        }
    }
}

fn keep(table: &mut Option<SysinfoTable>, known: &[&str]) {
    if let Some(table) = table {
        sort(table, known);
    }
    *table = table.take().filter(|table| !table.entries.is_empty());
}

fn sort(table: &mut SysinfoTable, known: &[&str]) {
    let rank = |name: &str| known.iter().position(|known| *known == name);
    table.entries.retain(|entry| rank(&entry.name).is_some() && !entry.value.is_empty());
    table.entries.sort_by_key(|entry| rank(&entry.name));
    table.entries.dedup_by(|later, first| later.name == first.name);
}
