//! `<input>`

use config::Error;
use config::domain::peripheral::{Input, InputBus, InputGrab, InputType};

use super::Result;
use super::line::{Line, alias};
use super::props::Props;
use super::virtio;

impl Line<'_> {
    /// `<input>`
    pub(super) fn inputs(&mut self) -> Result<()> {
        let inputs = &self.domain.devices.inputs;
        inputs.iter().try_for_each(|input| self.input(input))
    }

    pub(super) fn input(&mut self, input: &Input) -> Result<()> {
        match (input.kind, input.bus) {
            (InputType::Evdev, _) => self.host_input(input),
            (kind, Some(InputBus::Usb)) => {
                let driver = match kind {
                    InputType::Mouse => "usb-mouse",
                    InputType::Tablet => "usb-tablet",
                    InputType::Keyboard => "usb-kbd",
                    InputType::Passthrough | InputType::Evdev => return Err(refused(input)),
                };
                self.input_device(Props::driver(driver), input)
            }
            (kind, Some(InputBus::Virtio)) => {
                let name = match kind {
                    InputType::Mouse => "virtio-mouse",
                    InputType::Tablet => "virtio-tablet",
                    InputType::Keyboard => "virtio-keyboard",
                    InputType::Passthrough => "virtio-input-host",
                    InputType::Evdev => return Err(refused(input)),
                };
                let props = virtio::device(name, input.model.into(), &input.driver.virtio);
                self.input_device(props, input)
            }
            // The machine has its own.
            (_, None | Some(InputBus::Ps2)) => Ok(()),
            (_, Some(InputBus::Xen | InputBus::Parallels | InputBus::None)) => Err(refused(input)),
        }
    }

    fn input_device(&mut self, mut props: Props, input: &Input) -> Result<()> {
        props.set("id", alias(&input.info)?);
        if input.kind == InputType::Passthrough {
            props.set("evdev", input.source.as_ref().and_then(|source| source.evdev.as_ref()));
        }
        self.place(&mut props, &input.info)?;
        self.device(props)
    }

    /// A device of the host whose events also reach the guest.
    fn host_input(&mut self, input: &Input) -> Result<()> {
        let source = input.source.as_ref().ok_or_else(|| refused(input))?;
        let mut object = Props::object("input-linux", alias(&input.info)?);
        object
            .set("evdev", source.dev.as_ref())
            .set("repeat", source.repeat)
            .set("grab_all", source.grab.map(|grab| grab == InputGrab::All))
            .set("grab-toggle", source.grab_toggle.map(|toggle| toggle.word()));
        self.object(&object);
        Ok(())
    }
}

fn refused(input: &Input) -> Error {
    let bus = input.bus.map(InputBus::word).unwrap_or("none");
    Error::unsupported(format!("input type '{}' on bus '{bus}' is not supported", input.kind))
}
