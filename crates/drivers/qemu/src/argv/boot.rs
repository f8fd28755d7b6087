//! What the guest boots from: `-boot`, a kernel, and the order of its devices.

use config::domain::os::AcpiTableType;
use config::{OnOff, YesNo};

use super::line::Line;
use super::options::Options;

impl Line<'_> {
    /// `-boot`, `-kernel` and what goes with it.
    pub(super) fn boot(&mut self) {
        let os = &self.domain.os;
        let mut boot = Options::keyed();
        boot.set("menu", os.bootmenu.map(|menu| menu.enable));
        boot.set("reboot-timeout", os.bios.and_then(|bios| bios.reboot_timeout));
        let wait =
            os.bootmenu.filter(|menu| menu.enable == YesNo::Yes).and_then(|menu| menu.timeout);
        boot.set("splash-time", wait);
        boot.set("strict", OnOff::On);
        self.option("-boot", boot);
        for (option, value) in [
            ("-kernel", &os.kernel),
            ("-initrd", &os.initrd),
            ("-append", &os.cmdline),
            ("-dtb", &os.dtb),
        ] {
            if let Some(value) = value {
                self.option(option, value);
            }
        }
        for table in os.acpi.iter().flat_map(|acpi| &acpi.tables) {
            let signature = match table.kind {
                AcpiTableType::Slic => "SLIC",
            };
            let mut options = Options::keyed();
            options.set("sig", signature).set("file", &table.path);
            self.option("-acpitable", options);
        }
    }
}
