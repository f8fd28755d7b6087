//! What libvirt refuses, with its codes.
//!
//! Some of it of the document as written, before completion builds on it; the rest of the completed
//! domain, a file a subject.

mod chardevs;
mod cpu;
mod devices;
mod disk_options;
mod disks;
mod displays;
mod features;
mod firmware;
mod hostdevs;
mod interfaces;
mod memory;
mod namespace;
mod peripherals;
mod places;
mod storage;
mod tuning;
mod written;

use super::Domain;
use super::complete::{Host, check_machine};
use crate::Error;

impl Domain {
    /// Refuses a completed domain that no guest can be.
    ///
    /// # Errors
    /// As libvirt: code and text.
    pub fn validate(&self, host: &dyn Host) -> Result<(), Error> {
        peripherals::check_usb(self)?;
        check_machine(self, host)?;
        let qemu = self.devices.emulator.as_deref().and_then(|emulator| host.qemu(emulator));
        let has = |device: &str| qemu.is_none_or(|qemu| qemu.has_device(device));
        cpu::check(self)?;
        memory::check(self, &has)?;
        firmware::check(self)?;
        disks::check(self)?;
        devices::check(self, &has)?;
        hostdevs::check(self, &has)?;
        displays::check(self)?;
        places::check(self)?;
        tuning::check(self)?;
        features::check(self)?;
        disk_options::check(self)?;
        chardevs::check(self, &has)?;
        interfaces::check(self)?;
        peripherals::check(self, &has)
    }
}

/// The error, if a rule is broken.
fn refuse(broken: bool, error: impl FnOnce() -> Error) -> Result<(), Error> {
    if broken { Err(error()) } else { Ok(()) }
}
