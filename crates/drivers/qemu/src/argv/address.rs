//! Addresses of devices as properties.

use config::domain::address::{Address, PciAddress};
use config::domain::controller::{ControllerModel, ControllerType};
use config::domain::device::DeviceInfo;
use config::{Error, OnOff};

use super::Result;
use super::chipset::Chipset;
use super::line::Line;
use super::props::Props;

impl Line<'_> {
    /// Adds where a device is, what its option ROM is and its ACPI index.
    pub(super) fn place(&self, props: &mut Props, info: &DeviceInfo) -> Result<()> {
        match &info.address {
            Some(Address::Pci(pci)) => self.pci_place(props, pci, info)?,
            Some(Address::Usb(usb)) => {
                let bus = self.controller_alias(ControllerType::Usb, usb.bus)?;
                props.set("bus", format!("{bus}.0"));
                props.set("port", usb.port.map(|port| port.to_string()));
            }
            Some(Address::SpaprVio(vio)) => {
                props.set("reg", vio.reg.map(|reg| reg.0));
            }
            Some(Address::Isa(isa)) => {
                props.set("iobase", isa.iobase.map(|base| base.0));
                props.set("irq", isa.irq.map(|irq| irq.0));
            }
            Some(Address::Dimm(dimm)) => {
                props.set("slot", dimm.slot).set("addr", dimm.base.map(|base| base.0));
            }
            Some(Address::Ccid(ccid)) => {
                let bus = self.controller_alias(ControllerType::Ccid, ccid.controller)?;
                props.set("bus", format!("{bus}.0"));
            }
            Some(Address::VirtioSerial(port)) => {
                let bus = self.controller_alias(ControllerType::VirtioSerial, port.controller)?;
                props.set("bus", format!("{bus}.{}", port.bus)).set("nr", port.port);
            }
            // A drive's place depends on its bus, so `disk` writes it.
            Some(Address::Drive(_) | Address::Unassigned) | None => {}
            // Not on PCI: the device itself, for a transport that the board has.
            Some(Address::VirtioMmio) => {
                let bare = props.text("driver").and_then(|driver| driver.strip_suffix("-pci"));
                if let Some(driver) = bare.map(|bare| format!("{bare}-device")) {
                    props.set("driver", driver);
                }
            }
            Some(Address::Ccw(_)) => {
                return Err(Error::unsupported("CCW addresses are not supported"));
            }
        }
        Ok(())
    }

    fn pci_place(&self, props: &mut Props, pci: &PciAddress, info: &DeviceInfo) -> Result<()> {
        props.set("bus", self.pci_bus(pci.bus)?);
        props.set("multifunction", pci.multifunction);
        props.set("addr", pci_slot(pci));
        props.set("acpi-index", info.acpi.map(|acpi| acpi.index));
        if let Some(rom) = &info.rom {
            if rom.enabled == Some(config::YesNo::No) {
                props.set("romfile", "");
            } else {
                props.set("rombar", rom.bar.map(|bar| u32::from(bar == OnOff::On)));
                props.set("romfile", rom.file.as_ref());
            }
        }
        Ok(())
    }

    /// QEMU's name of a PCI bus.
    fn pci_bus(&self, bus: u8) -> Result<String> {
        let bus = u32::from(bus);
        let root = self
            .domain
            .devices
            .controllers
            .iter()
            .find(|c| c.kind == ControllerType::Pci && c.index.unwrap_or_default() == bus);
        match root.and_then(|controller| controller.model) {
            Some(ControllerModel::PciRoot) => Ok("pci.0".to_owned()),
            Some(ControllerModel::PcieRoot) => Ok("pcie.0".to_owned()),
            None if bus == 0 => Ok(match self.chipset {
                Chipset::Q35 => "pcie.0",
                Chipset::I440fx => "pci.0",
            }
            .to_owned()),
            _ => Ok(self.controller_alias(ControllerType::Pci, bus)?.to_owned()),
        }
    }

    /// Alias of the controller that a device is attached to.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if there is none: completion adds it.
    pub(super) fn controller_alias(&self, kind: ControllerType, index: u32) -> Result<&str> {
        let controllers = &self.domain.devices.controllers;
        controllers
            .iter()
            .find(|c| c.kind == kind && c.index.unwrap_or_default() == index)
            .and_then(|controller| controller.info.alias.name())
            .ok_or_else(|| {
                Error::internal(format!("Unable to find {kind} controller with index {index}"))
            })
    }
}

/// A slot and function as QEMU writes them: `0x1.0x2`, `0x3`.
fn pci_slot(pci: &PciAddress) -> String {
    match pci.function {
        0 => format!("0x{:x}", pci.slot),
        function => format!("0x{:x}.0x{function:x}", pci.slot),
    }
}
