//! A command line while it grows.

use std::path::PathBuf;

use config::domain::device::DeviceInfo;
use config::{Domain, Error};

use super::boot_order::BootOrder;
use super::chipset::Chipset;
use super::command_line::{CommandLine, Descriptor, FIRST_DESCRIPTOR, Resource};
use super::options::Options;
use super::props::Props;
use super::{Context, Purpose, Result};

/// A command line while it grows; each device class adds to it in a file of its own.
pub(super) struct Line<'a> {
    pub(super) domain: &'a Domain,
    pub(super) context: &'a Context<'a>,
    pub(super) chipset: Chipset,
    pub(super) boot_order: BootOrder,
    args: Vec<String>,
    descriptors: Vec<Descriptor>,
    sets: u32,
}

impl<'a> Line<'a> {
    /// A line without arguments.
    pub(super) fn new(domain: &'a Domain, context: &'a Context<'a>) -> Result<Self> {
        Ok(Self {
            domain,
            context,
            chipset: Chipset::of(domain)?,
            boot_order: match context.purpose {
                Purpose::Plug => BootOrder::default(),
                Purpose::Start | Purpose::Native => BootOrder::of(domain),
            },
            args: Vec::with_capacity(128),
            descriptors: Vec::new(),
            sets: 0,
        })
    }

    /// The line, complete.
    pub(super) fn finish(self) -> Result<CommandLine> {
        let program = self.domain.devices.emulator.as_deref();
        Ok(CommandLine {
            program: program.ok_or_else(|| Error::internal("domain has no emulator"))?.to_owned(),
            env: self.environment(),
            args: self.args,
            descriptors: self.descriptors,
        })
    }

    /// What was added so far, for a guest that runs already: options with their values, and what
    /// has to be open.
    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Descriptor>) {
        (self.args, self.descriptors)
    }

    /// Adds a switch.
    pub(super) fn flag(&mut self, flag: &str) {
        self.args.push(flag.to_owned());
    }

    /// Adds an option with its value.
    pub(super) fn option(&mut self, option: &str, value: impl ToString) {
        self.flag(option);
        self.args.push(value.to_string());
    }

    /// Adds `-object`.
    pub(super) fn object(&mut self, props: &Props) {
        self.option("-object", props);
    }

    /// Whether there is an object of this name already.
    pub(super) fn has_object(&self, id: &str) -> bool {
        let id = format!("\"id\":\"{id}\"");
        self.args.windows(2).any(
            |pair| matches!(pair, [option, value] if option == "-object" && value.contains(&id)),
        )
    }

    /// Adds `-blockdev`.
    pub(super) fn blockdev(&mut self, props: &Props) {
        self.option("-blockdev", props);
    }

    /// Adds `-device`, with what the `qemu:override` says of it.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` if it is to run in a QEMU that has no such device.
    pub(super) fn device(&mut self, mut props: Props) -> Result<()> {
        if let Some(driver) = props.text("driver").filter(|_| self.starts())
            && !self.context.emulator.has_device(full_name(driver))
        {
            let what = format!("device '{driver}' is not supported by this QEMU binary");
            return Err(Error::unsupported(what));
        }
        self.override_properties(&mut props)?;
        self.option("-device", props);
        Ok(())
    }

    /// Whether it is for a process of the daemon, be it one that is to be started or one that runs.
    pub(super) fn starts(&self) -> bool {
        self.context.purpose != Purpose::Native
    }

    /// Whether files come open: a QEMU that runs opens those that a device needs itself.
    pub(super) fn opens_files(&self) -> bool {
        self.context.purpose == Purpose::Start
    }

    /// The error of a device that cannot be started yet; in the native form it is shown.
    pub(super) fn not_started_yet(&self, what: &str) -> Result<()> {
        if self.starts() {
            return Err(Error::unsupported(format!("{what} is not supported yet")));
        }
        Ok(())
    }

    /// Has `resource` open in QEMU; its number there, or its name if QEMU runs already.
    pub(super) fn open(&mut self, resource: Resource) -> String {
        // There are as many as devices in a document, which has a limit.
        let number =
            FIRST_DESCRIPTOR.saturating_add(self.descriptors.len().try_into().unwrap_or(i32::MAX));
        self.descriptors.push(Descriptor { number, resource });
        match self.context.purpose {
            Purpose::Plug => plugged_name(number),
            Purpose::Start | Purpose::Native => number.to_string(),
        }
    }

    /// Has `resource` open in QEMU as a file that a path can name; that path.
    pub(super) fn open_as_file(&mut self, resource: Resource, purpose: &str) -> String {
        if let (Resource::Device { path }, false) = (&resource, self.opens_files()) {
            return path.display().to_string();
        }
        let number = self.open(resource);
        let set = self.sets;
        self.sets += 1;
        let mut options = Options::keyed();
        options.set("set", set).set("fd", number).set("opaque", purpose);
        self.option("-add-fd", options);
        format!("/dev/fdset/{set}")
    }

    /// Directory of the guest.
    pub(super) fn directory(&self) -> PathBuf {
        self.context.directories.guest(self.context.id, self.domain.name.as_str())
    }
}

/// The name in QEMU's monitor of what comes open to a guest that runs.
pub(super) fn plugged_name(number: i32) -> String {
    format!("plug{number}")
}

/// The name that QEMU lists a device by, of one that has a shorter one, too.
fn full_name(driver: &str) -> &str {
    match driver {
        "lsi" => "lsi53c895a",
        "ahci" => "ich9-ahci",
        driver => driver,
    }
}

/// A device's alias.
///
/// # Errors
/// `INTERNAL_ERROR` if none was assigned.
pub(super) fn alias(info: &DeviceInfo) -> Result<&str> {
    info.alias.name().ok_or_else(|| Error::internal("device without an alias"))
}
