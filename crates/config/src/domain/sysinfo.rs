//! `<sysinfo>`: strings in the guest's SMBIOS tables and firmware configuration.

use xml::{element, words};

words! {
    /// Where the strings go.
    pub enum SysinfoType { Smbios = "smbios", Fwcfg = "fwcfg" }
}

element! {
    /// `<sysinfo>`
    #[derive(Eq)]
    pub struct Sysinfo {
        /// Where the strings go.
        attr kind: SysinfoType = "type",
        /// Firmware.
        child bios: Option<SysinfoTable> = "bios",
        /// System.
        child system: Option<SysinfoTable> = "system",
        /// Boards.
        child boards: Vec<SysinfoTable> = "baseBoard",
        /// Chassis.
        child chassis: Option<SysinfoTable> = "chassis",
        /// Strings for the firmware's vendor.
        child oem: Option<OemStrings> = "oemStrings",
        /// Firmware configuration.
        child entries: Vec<FwCfgEntry> = "entry",
    }

    /// A table of named strings.
    #[derive(Eq)]
    pub struct SysinfoTable {
        /// Its strings.
        child entries: Vec<SysinfoEntry> = "entry",
    }

    /// `<entry name='…'>…</entry>`
    #[derive(Eq)]
    pub struct SysinfoEntry {
        /// Name.
        attr name: Box<str> = "name",
        /// String.
        text value: Box<str>,
    }

    /// `<oemStrings>`
    #[derive(Eq)]
    pub struct OemStrings {
        /// Strings.
        leaf entries: Vec<Box<str>> = "entry",
    }

    /// `<entry name='…' file='…'>…</entry>`
    #[derive(Eq)]
    pub struct FwCfgEntry {
        /// Name.
        attr name: Box<str> = "name",
        /// File with the value.
        attr file: Option<Box<str>> = "file",
        /// The value.
        text value: Box<str>,
    }
}
