//! What happens on shutdown and sleep, and who can plug in devices.

use config::YesNo;
use config::domain::controller::{ControllerModel, ControllerType};

use super::Result;
use super::chipset::Chipset;
use super::line::Line;

impl Line<'_> {
    /// `-no-shutdown`, `-no-acpi` and the `-global` of the power management.
    pub(super) fn power(&mut self) -> Result<()> {
        // The daemon decides what follows a shutdown, when QEMU has told it.
        self.flag("-no-shutdown");
        if !self.domain.features.acpi && self.context.emulator.has_switch("no-acpi") {
            self.flag("-no-acpi");
        }
        let device = self.power_management();
        if let Some(pm) = self.domain.pm {
            for (property, state) in
                [("disable_s3", pm.suspend_to_mem), ("disable_s4", pm.suspend_to_disk)]
            {
                if let Some(enabled) = state.and_then(|state| state.enabled) {
                    let disabled = u32::from(enabled == YesNo::No);
                    self.option("-global", format_args!("{device}.{property}={disabled}"));
                }
            }
        }
        Ok(())
    }

    /// Whether devices can be plugged into the root bus.
    pub(super) fn root_hotplug(&mut self) {
        let device = self.power_management();
        let root = self.domain.devices.controllers.iter().find(|controller| {
            controller.kind == ControllerType::Pci
                && controller.model == Some(ControllerModel::PciRoot)
        });
        if let Some(hotplug) = root.and_then(|root| root.target.hotplug) {
            self.option("-global", format_args!("{device}.acpi-root-pci-hotplug={hotplug}"));
        }
    }

    fn power_management(&self) -> &'static str {
        match self.chipset {
            Chipset::I440fx => "PIIX4_PM",
            Chipset::Q35 => "ICH9-LPC",
        }
    }
}
