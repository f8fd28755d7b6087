//! Who the guest is: its UUID, the strings of its firmware tables, its generation.

use config::Error;
use config::domain::os::SmbiosMode;
use config::domain::sysinfo::{Sysinfo, SysinfoTable, SysinfoType};

use super::Result;
use super::line::Line;
use super::options::Options;
use super::props::Props;

/// The strings of each table, in the order that they are told.
const BIOS: &[&str] = &["vendor", "version", "date", "release"];
const SYSTEM: &[&str] = &["manufacturer", "product", "version", "serial", "uuid", "sku", "family"];
const BOARD: &[&str] = &["manufacturer", "product", "version", "serial", "asset", "location"];
const CHASSIS: &[&str] = &["manufacturer", "version", "serial", "asset", "sku"];

impl Line<'_> {
    /// `-uuid`, `-smbios`, `-fw_cfg` and the generation.
    pub(super) fn identity(&mut self) -> Result<()> {
        let uuid = self.domain.uuid.ok_or_else(|| Error::internal("domain has no UUID"))?;
        self.option("-uuid", uuid);
        self.smbios()?;
        for info in self.domain.sysinfo.iter().filter(|info| info.kind == SysinfoType::Fwcfg) {
            self.firmware_configuration(info);
        }
        if let Some(genid) = self.domain.genid {
            let guid = genid.0.ok_or_else(|| Error::internal("domain has no generation id"))?;
            let mut device = Props::driver("vmgenid");
            device.set("guid", guid.to_string()).set("id", "vmgenid0");
            self.device(device)?;
        }
        Ok(())
    }

    fn smbios(&mut self) -> Result<()> {
        match self.domain.os.smbios.map(|smbios| smbios.mode) {
            None | Some(SmbiosMode::Emulate) => Ok(()),
            Some(SmbiosMode::Host) => {
                Err(Error::unsupported("Host SMBIOS information is not available"))
            }
            Some(SmbiosMode::Sysinfo) => {
                let info = self.domain.sysinfo.iter().find(|info| info.kind == SysinfoType::Smbios);
                let missing = || {
                    let name = &self.domain.name;
                    Error::xml(format!("Domain '{name}' sysinfo are not available"))
                };
                let info = info.ok_or_else(missing)?;
                if info.boards.len() > 1 {
                    return Err(Error::unsupported(
                        "qemu does not support more than one entry to Type 2 in SMBIOS table",
                    ));
                }
                self.smbios_tables(info);
                Ok(())
            }
        }
    }

    fn smbios_tables(&mut self, info: &Sysinfo) {
        self.smbios_table(0, info.bios.as_ref(), BIOS);
        self.smbios_table(1, info.system.as_ref(), SYSTEM);
        self.smbios_table(2, info.boards.first(), BOARD);
        self.smbios_table(3, info.chassis.as_ref(), CHASSIS);
        if let Some(oem) = &info.oem {
            let mut options = Options::keyed();
            options.set("type", 11_u32);
            oem.entries.iter().for_each(|entry| {
                options.set("value", entry);
            });
            self.option("-smbios", options);
        }
    }

    fn smbios_table(&mut self, number: u32, table: Option<&SysinfoTable>, names: &[&str]) {
        let Some(table) = table else {
            return;
        };
        let mut options = Options::keyed();
        options.set("type", number);
        for name in names {
            let entry = table.entries.iter().find(|entry| *entry.name == **name);
            options.set(name, entry.map(|entry| &entry.value));
        }
        self.option("-smbios", options);
    }

    fn firmware_configuration(&mut self, info: &Sysinfo) {
        for entry in &info.entries {
            let mut options = Options::keyed();
            options.set("name", &entry.name);
            match &entry.file {
                Some(file) => options.set("file", file),
                None => options.set("string", &entry.value),
            };
            self.option("-fw_cfg", options);
        }
    }
}
