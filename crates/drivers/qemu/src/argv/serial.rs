//! Serial and parallel ports, and consoles.

use config::Error;
use config::domain::chardev::{Console, ConsoleType, Parallel, Serial, SerialModel, SerialType};

use super::Result;
use super::chardev::{HostEnd, Port};
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// `<serial>`
    pub(super) fn serials(&mut self) -> Result<()> {
        let serials = &self.domain.devices.serials;
        serials.iter().try_for_each(|serial| self.serial(serial))
    }

    pub(super) fn serial(&mut self, serial: &Serial) -> Result<()> {
        let alias = alias(&serial.info)?;
        let id = format!("char{alias}");
        self.chardev(&HostEnd::new(&serial.source, id.clone()))?;
        let model = serial_model(serial)?;
        let mut props = Props::driver(model.word());
        props.set("chardev", id).set("id", alias);
        if model == SerialModel::Isa {
            props.set("index", serial.target.port);
        }
        self.place(&mut props, &serial.info)?;
        self.device(props)
    }

    /// `<parallel>`
    pub(super) fn parallels(&mut self) -> Result<()> {
        let parallels = &self.domain.devices.parallels;
        parallels.iter().try_for_each(|parallel| self.parallel(parallel))
    }

    pub(super) fn parallel(&mut self, parallel: &Parallel) -> Result<()> {
        let alias = alias(&parallel.info)?;
        let id = format!("char{alias}");
        self.chardev(&HostEnd {
            port: Port::Parallel,
            ..HostEnd::new(&parallel.source, id.clone())
        })?;
        let mut props = Props::driver("isa-parallel");
        props.set("chardev", id).set("id", alias);
        self.device(props)
    }

    /// `<console>`; one that is a serial port has been told as such.
    pub(super) fn consoles(&mut self) -> Result<()> {
        let consoles = &self.domain.devices.consoles;
        consoles.iter().try_for_each(|console| self.console(console))
    }

    pub(super) fn console(&mut self, console: &Console) -> Result<()> {
        let kind = console.target.kind.unwrap_or(ConsoleType::Serial);
        match kind {
            ConsoleType::Serial => Ok(()),
            ConsoleType::Virtio => {
                let alias = alias(&console.info)?;
                let id = format!("char{alias}");
                self.chardev(&HostEnd::new(&console.source, id.clone()))?;
                let mut props = Props::driver("virtconsole");
                self.place(&mut props, &console.info)?;
                props.set("chardev", id).set("id", alias);
                self.device(props)
            }
            ConsoleType::Xen
            | ConsoleType::Uml
            | ConsoleType::Lxc
            | ConsoleType::Sclp
            | ConsoleType::SclpLm => {
                Err(Error::unsupported(format!("console target type '{kind}' is not supported")))
            }
        }
    }
}

fn serial_model(serial: &Serial) -> Result<SerialModel> {
    if let Some(model) = serial.target.model {
        return match model.name {
            SerialModel::Isa | SerialModel::Usb | SerialModel::Pci | SerialModel::IsaDebugcon => {
                Ok(model.name)
            }
            other => Err(Error::unsupported(format!("serial device '{other}' is not supported"))),
        };
    }
    match serial.target.kind.unwrap_or(SerialType::Isa) {
        SerialType::Isa => Ok(SerialModel::Isa),
        SerialType::Usb => Ok(SerialModel::Usb),
        SerialType::Pci => Ok(SerialModel::Pci),
        SerialType::IsaDebug => Ok(SerialModel::IsaDebugcon),
        SerialType::SpaprVio | SerialType::System | SerialType::Sclp => {
            Err(Error::internal("Invalid target model for serial device"))
        }
    }
}
