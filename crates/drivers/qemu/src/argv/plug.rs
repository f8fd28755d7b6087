//! A device for a QEMU that runs: the very arguments it would have had at start, told to the monitor.
//!
//! ```text
//! Device ─> Line (as at start) ─> -object {…} -device {…} ─> object-add {…}, device_add {…}
//! ```
//!
//! Backends come before the device that uses them. What a step adds its `undo` takes away, which is also how
//! the backends of a device go once the guest has let go of it.

use config::domain::plug::Device;
use config::{Domain, Error};
use serde_json::{Value, json};

use super::chardev_backend::{backend, split};
use super::command_line::Descriptor;
use super::line::{Line, plugged_name};
use super::{Context, Result};

/// What adds a device to a QEMU that runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plug {
    /// What QEMU has to be handed open first, each with the name that the steps know it by.
    pub(crate) descriptors: Vec<(String, Descriptor)>,
    /// The commands, in order.
    pub(crate) steps: Vec<Step>,
}

/// A command, and the one that takes back what it did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Name of the command.
    pub(crate) command: &'static str,
    /// Its arguments.
    pub(crate) arguments: Value,
    /// What takes it back; `None` for a device, which only the guest can let go of.
    pub(crate) undo: Option<(&'static str, Value)>,
}

impl Step {
    /// Whether it adds what the guest sees.
    pub(crate) fn is_device(&self) -> bool {
        self.command == "device_add"
    }
}

/// What adds `device`, which is complete and named, to a running `domain`, which has what it is attached to.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` for what cannot be added to a guest that runs, or what this QEMU cannot do.
pub(crate) fn plug(domain: &Domain, device: &Device, context: &Context<'_>) -> Result<Plug> {
    let mut line = Line::new(domain, context)?;
    match device {
        Device::Disk(disk) => line.disk(0, disk)?,
        Device::Controller(controller) => line.controller_device(controller)?,
        Device::Interface(interface) => line.interface(0, interface)?,
        Device::Serial(serial) => line.serial(serial)?,
        Device::Parallel(parallel) => line.parallel(parallel)?,
        Device::Console(console) => line.console(console)?,
        Device::Channel(channel) => line.channel(channel)?,
        Device::Input(input) => line.input(input)?,
        Device::Hostdev(hostdev) => line.host_device(hostdev)?,
        Device::Redirdev(redirdev) => line.redirected_device(redirdev)?,
        Device::Watchdog(watchdog) => line.watchdog_device(watchdog)?,
        Device::Rng(rng) => line.random_generator(rng)?,
        Device::Shmem(shmem) => line.shared_memory(shmem)?,
        Device::Memory(memory) => line.memory_device(memory)?,
        Device::Vsock(vsock) => line.guest_socket(vsock)?,
        other => {
            let kind = other.kind().word();
            return Err(Error::unsupported(format!("a device of type '{kind}' cannot be plugged")));
        }
    }
    let (args, descriptors) = line.into_parts();
    let mut steps = args
        .chunks(2)
        .map(|pair| match pair {
            [option, value] => step(option, value),
            _ => Err(Error::internal("option without a value")),
        })
        .collect::<Result<Vec<_>>>()?;
    // At start their order does not matter.
    steps.sort_by_key(Step::is_device);
    let named = |descriptor: Descriptor| (plugged_name(descriptor.number), descriptor);
    Ok(Plug { descriptors: descriptors.into_iter().map(named).collect(), steps })
}

/// The command that does what an option does at start.
fn step(option: &str, value: &str) -> Result<Step> {
    if option == "-chardev" {
        let words = split(value);
        let (id, backend) = backend(&words)?;
        return Ok(Step {
            command: "chardev-add",
            arguments: json!({ "id": id, "backend": backend }),
            undo: Some(("chardev-remove", json!({ "id": id }))),
        });
    }
    let (command, key, taken_back) = match option {
        "-object" => ("object-add", "id", Some(("object-del", "id"))),
        "-blockdev" => ("blockdev-add", "node-name", Some(("blockdev-del", "node-name"))),
        "-netdev" => ("netdev_add", "id", Some(("netdev_del", "id"))),
        "-device" => ("device_add", "id", None),
        other => {
            let what = format!("option '{other}' cannot be given to a guest that runs");
            return Err(Error::unsupported(what));
        }
    };
    let arguments: Value = serde_json::from_str(value)
        .map_err(|fault| Error::internal(format!("argument of {option}: {fault}")))?;
    let name = arguments.get(key).cloned().unwrap_or_default();
    let undo = taken_back.map(|(command, key)| (command, json!({ key: name })));
    Ok(Step { command, arguments, undo })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_becomes_the_command_that_does_the_same() {
        let object = step(
            "-object",
            r#"{"qom-type":"rng-random","id":"objrng0","filename":"/dev/urandom"}"#,
        );
        let object = object.unwrap();
        assert_eq!(object.command, "object-add");
        assert_eq!(object.arguments["filename"], "/dev/urandom");
        assert_eq!(object.undo, Some(("object-del", json!({"id": "objrng0"}))));
        let node =
            step("-blockdev", r#"{"driver":"file","node-name":"libvirt-4-storage"}"#).unwrap();
        assert_eq!(node.undo, Some(("blockdev-del", json!({"node-name": "libvirt-4-storage"}))));
        let device = step("-device", r#"{"driver":"virtio-rng-pci","id":"rng0"}"#).unwrap();
        assert!(device.is_device() && device.undo.is_none());
        let chardev = step("-chardev", "pty,id=charserial1").unwrap();
        assert_eq!(
            chardev.arguments,
            json!({"id": "charserial1", "backend": {"type": "pty", "data": {}}})
        );
        assert!(step("-watchdog-action", "reset").is_err());
    }
}
