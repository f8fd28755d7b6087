//! `<controller>`

use config::Error;
use config::domain::address::Address;
use config::domain::controller::{Controller, ControllerModel, ControllerType, PciModelName};
use config::domain::peripheral::Hub;

use super::Result;
use super::chipset::Chipset;
use super::line::{Line, alias};
use super::props::Props;
use super::virtio::{self, Revision};

/// Kinds of controllers in the order in which QEMU is told of them. Readers of cards come after the hubs, the
/// floppy controller with its disks, and the others are the machine's own.
const ORDER: [ControllerType; 6] = [
    ControllerType::Pci,
    ControllerType::Usb,
    ControllerType::Scsi,
    ControllerType::Ide,
    ControllerType::Sata,
    ControllerType::VirtioSerial,
];

impl Line<'_> {
    /// Controllers that the machine does not have by itself.
    pub(super) fn controllers(&mut self) -> Result<()> {
        self.pci_holes();
        let controllers = &self.domain.devices.controllers;
        for kind in ORDER {
            for controller in controllers.iter().filter(|controller| controller.kind == kind) {
                self.controller_device(controller)?;
            }
        }
        let unknown = controllers.iter().find(|controller| {
            matches!(controller.kind, ControllerType::Xenbus | ControllerType::Isa)
        });
        match unknown {
            Some(controller) => Err(Error::unsupported(format!(
                "controller type '{}' is not supported",
                controller.kind
            ))),
            None => Ok(()),
        }
    }

    /// Controllers that may be attached to a hub.
    pub(super) fn card_readers(&mut self) -> Result<()> {
        let controllers = self.domain.devices.controllers.iter();
        let mut readers = controllers.filter(|one| one.kind == ControllerType::Ccid);
        readers.try_for_each(|reader| self.controller_device(reader))
    }

    /// A controller, unless the machine has it.
    pub(super) fn controller_device(&mut self, controller: &Controller) -> Result<()> {
        match self.controller(controller)? {
            Some(props) => self.device(props),
            None => Ok(()),
        }
    }

    /// Room for devices above 4 GiB.
    fn pci_holes(&mut self) {
        let bridge = match self.chipset {
            Chipset::I440fx => "i440FX-pcihost",
            Chipset::Q35 => "q35-pcihost",
        };
        for controller in &self.domain.devices.controllers {
            if let Some(size) = controller.pcihole64 {
                self.option("-global", format_args!("{bridge}.pci-hole64-size={}K", size.0));
            }
        }
    }

    /// A controller; `None` for one that the machine has.
    fn controller(&self, controller: &Controller) -> Result<Option<Props>> {
        let index = controller.index.unwrap_or_default();
        let props = match controller.kind {
            ControllerType::Pci => return self.pci_controller(controller),
            ControllerType::Usb if controller.model == Some(ControllerModel::None) => {
                return Ok(None);
            }
            ControllerType::Usb => self.usb_controller(controller)?,
            ControllerType::Scsi => scsi_controller(controller)?,
            ControllerType::Ide => {
                return if index == 0 && self.chipset == Chipset::I440fx {
                    Ok(None)
                } else {
                    Err(Error::unsupported(
                        "Only a single IDE controller is supported for this machine type",
                    ))
                };
            }
            ControllerType::Sata if index == 0 && self.chipset == Chipset::Q35 => return Ok(None),
            ControllerType::Sata => identified("ahci", controller)?,
            ControllerType::VirtioSerial => {
                let mut props = virtio_controller("virtio-serial", controller)?;
                props.set("max_ports", controller.ports).set("vectors", controller.vectors);
                props
            }
            ControllerType::Ccid => identified("usb-ccid", controller)?,
            ControllerType::Fdc | ControllerType::Xenbus | ControllerType::Isa => return Ok(None),
        };
        let mut props = props;
        self.place(&mut props, &controller.info)?;
        Ok(Some(props))
    }

    fn usb_controller(&self, controller: &Controller) -> Result<Props> {
        let model = controller.model.unwrap_or(ControllerModel::Piix3Uhci);
        let name = match model {
            ControllerModel::Piix3Uhci => "piix3-usb-uhci",
            ControllerModel::Piix4Uhci => "piix4-usb-uhci",
            ControllerModel::Ehci => "usb-ehci",
            ControllerModel::Ich9Ehci1 => "ich9-usb-ehci1",
            ControllerModel::Ich9Uhci1 => "ich9-usb-uhci1",
            ControllerModel::Ich9Uhci2 => "ich9-usb-uhci2",
            ControllerModel::Ich9Uhci3 => "ich9-usb-uhci3",
            ControllerModel::Vt82c686bUhci => "vt82c686b-usb-uhci",
            ControllerModel::PciOhci => "pci-ohci",
            ControllerModel::NecXhci => "nec-usb-xhci",
            ControllerModel::QemuXhci => "qemu-xhci",
            model => {
                return Err(Error::unsupported(format!(
                    "USB controller model '{model}' is not supported"
                )));
            }
        };
        self.refuse_usb(controller, model, name)?;
        let mut props = Props::driver(name);
        props.set("p2", controller.ports).set("p3", controller.ports);
        // A companion shares the bus of its master.
        match controller.info.master {
            Some(master) => {
                let bus = self.usb_master(controller)?;
                props.set("masterbus", format!("{bus}.0")).set("firstport", master.startport);
            }
            None => {
                props.set("id", alias(&controller.info)?);
            }
        }
        Ok(props)
    }

    fn refuse_usb(
        &self,
        controller: &Controller,
        model: ControllerModel,
        name: &str,
    ) -> Result<()> {
        let xhci = matches!(model, ControllerModel::NecXhci | ControllerModel::QemuXhci);
        let what = if !self.context.emulator.has_device(name) {
            format!("USB controller model '{model}' not supported in this QEMU binary")
        } else if controller.ports.is_some() && !xhci {
            format!("usb controller type '{model}' doesn't support 'ports' with this QEMU binary")
        } else {
            return Ok(());
        };
        Err(Error::unsupported(what))
    }

    fn usb_master(&self, companion: &Controller) -> Result<&str> {
        let mut controllers = self.domain.devices.controllers.iter();
        let master = controllers.find(|controller| {
            controller.kind == ControllerType::Usb
                && controller.index == companion.index
                && controller.info.master.is_none()
        });
        let master = master.ok_or_else(|| {
            let index = companion.index.unwrap_or_default();
            Error::unsupported(format!("masterbus not found for USB controller with index {index}"))
        })?;
        alias(&master.info)
    }

    fn pci_controller(&self, controller: &Controller) -> Result<Option<Props>> {
        let model =
            controller.model.ok_or_else(|| Error::internal("PCI controller without a model"))?;
        if matches!(model, ControllerModel::PciRoot | ControllerModel::PcieRoot) {
            return Ok(None);
        }
        let target = &controller.target;
        let mut props = Props::driver(pci_driver(controller, model)?);
        match model {
            ControllerModel::PciBridge => {
                props.set("chassis_nr", target.chassis_nr.map(|number| number.0));
            }
            ControllerModel::PciExpanderBus | ControllerModel::PcieExpanderBus => {
                props.set("bus_nr", target.bus_nr.map(|number| number.0));
            }
            ControllerModel::PcieRootPort | ControllerModel::PcieSwitchDownstreamPort => {
                props
                    .set("port", target.port.map(|port| port.0))
                    .set("chassis", target.chassis.map(|number| number.0));
            }
            _ => {}
        }
        props.set("id", alias(&controller.info)?);
        match model {
            ControllerModel::PciExpanderBus | ControllerModel::PcieExpanderBus => {
                props.set("numa_node", target.node);
            }
            ControllerModel::PcieRootPort | ControllerModel::PcieSwitchDownstreamPort => {
                props.set("hotplug", target.hotplug);
            }
            _ => {}
        }
        self.place(&mut props, &controller.info)?;
        Ok(Some(props))
    }

    /// `<hub>`
    pub(super) fn hubs(&mut self) -> Result<()> {
        let hubs = &self.domain.devices.hubs;
        hubs.iter().try_for_each(|hub: &Hub| {
            if !matches!(hub.info.address, Some(Address::Usb(_))) {
                return Err(Error::unsupported("hub without a USB address"));
            }
            let mut props = Props::driver("usb-hub");
            props.set("id", alias(&hub.info)?);
            self.place(&mut props, &hub.info)?;
            self.device(props)
        })
    }
}

/// A controller that has nothing but its alias.
fn identified(driver: &str, controller: &Controller) -> Result<Props> {
    let mut props = Props::driver(driver);
    props.set("id", alias(&controller.info)?);
    Ok(props)
}

fn virtio_controller(name: &str, controller: &Controller) -> Result<Props> {
    let revision = match controller.model {
        Some(ControllerModel::VirtioTransitional) => Revision::Transitional,
        Some(ControllerModel::VirtioNonTransitional) => Revision::NonTransitional,
        _ => Revision::Default,
    };
    let mut props = virtio::device(name, revision, &controller.driver.virtio);
    props.set("iothread", controller.driver.iothread.map(|thread| format!("iothread{thread}")));
    props.set("id", alias(&controller.info)?);
    Ok(props)
}

fn scsi_controller(controller: &Controller) -> Result<Props> {
    let model = controller.model.unwrap_or(ControllerModel::Lsilogic);
    let driver = match model {
        ControllerModel::VirtioScsi
        | ControllerModel::VirtioTransitional
        | ControllerModel::VirtioNonTransitional => {
            let options = &controller.driver;
            let mut props = virtio_controller("virtio-scsi", controller)?;
            props
                .set("num_queues", options.queues)
                .set("cmd_per_lun", options.cmd_per_lun)
                .set("max_sectors", options.max_sectors)
                .set("ioeventfd", options.ioeventfd);
            return Ok(props);
        }
        ControllerModel::Lsilogic => "lsi",
        ControllerModel::Ibmvscsi => "spapr-vscsi",
        ControllerModel::Lsisas1068 => "mptsas1068",
        ControllerModel::Lsisas1078 => "megasas",
        ControllerModel::Vmpvscsi => "pvscsi",
        ControllerModel::Am53c974 => "am53c974",
        ControllerModel::Dc390 => "dc390",
        model => return Err(Error::unsupported(format!("Unsupported controller model: {model}"))),
    };
    identified(driver, controller)
}

fn pci_driver(controller: &Controller, model: ControllerModel) -> Result<&'static str> {
    if let Some(name) = controller.pci_model {
        return Ok(match name.name {
            PciModelName::X3130Upstream => "x3130-upstream",
            PciModelName::Xio3130Downstream => "xio3130-downstream",
            PciModelName::PciBridge => "pci-bridge",
            PciModelName::I82801b11Bridge => "i82801b11-bridge",
            PciModelName::Ioh3420 => "ioh3420",
            PciModelName::Pxb => "pxb",
            PciModelName::PxbPcie => "pxb-pcie",
            PciModelName::PcieRootPort => "pcie-root-port",
            PciModelName::PciePciBridge => "pcie-pci-bridge",
            PciModelName::SpaprPciHostBridge => "spapr-pci-host-bridge",
        });
    }
    match model {
        ControllerModel::PciBridge => Ok("pci-bridge"),
        ControllerModel::DmiToPciBridge => Ok("i82801b11-bridge"),
        ControllerModel::PcieToPciBridge => Ok("pcie-pci-bridge"),
        ControllerModel::PcieRootPort => Ok("pcie-root-port"),
        ControllerModel::PcieSwitchUpstreamPort => Ok("x3130-upstream"),
        ControllerModel::PcieSwitchDownstreamPort => Ok("xio3130-downstream"),
        ControllerModel::PciExpanderBus => Ok("pxb"),
        ControllerModel::PcieExpanderBus => Ok("pxb-pcie"),
        model => {
            Err(Error::unsupported(format!("PCI controller model '{model}' is not supported")))
        }
    }
}
