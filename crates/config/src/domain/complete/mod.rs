//! What the user left out: defaults, implicit controllers and devices, addresses.
//!
//! ```text
//! order      disks and controllers as libvirt lists them
//! machine    architecture, emulator, machine type
//! defaults   memory, vCPUs, CPU, clock, actions
//! devices    what the machine always has; what each device does not say
//! controllers  what devices need
//! places     virtio-serial, ccid, PCI, USB
//! ```
//!
//! Invariant: completing a completed domain changes nothing but the order of controllers, which `order` may
//! bring closer to what it would have been had the user written them.

pub mod aliases;
mod chardevs;
mod controllers;
mod cpu;
mod defaults;
mod devices;
mod dimm;
mod displays;
pub mod drive;
mod machine;
pub(super) mod order;
mod pci;
mod unsaid;
pub(crate) mod usb;
mod virtio_serial;

use std::borrow::Cow;

use super::graphics::VideoModelType;
use super::report::{Decider, Decisions};
use super::{Domain, FormatFlags, VirtType};
use crate::{Entropy, Error};

pub use displays::default_audio;
pub use machine::Chipset;
pub(crate) use machine::check as check_machine;

/// What completion asks of the machine. Answers are facts the caller already has: no call does I/O.
pub trait Host {
    /// Architecture of the host: `x86_64`.
    fn arch(&self) -> &str;

    /// The QEMU binary that emulates `arch`; `None` if there is none.
    fn emulator(&self, arch: &str) -> Option<Cow<'_, str>>;

    /// Where the daemon keeps firmware variables of guests.
    fn nvram_directory(&self) -> Cow<'_, str> {
        Cow::Borrowed("/var/lib/libvirt/qemu/nvram")
    }

    /// What a QEMU binary can do; `None` if `emulator` cannot be run.
    fn qemu(&self, emulator: &str) -> Option<&dyn Qemu>;
}

/// What completion asks about one QEMU binary.
pub trait Qemu {
    /// Architecture it emulates.
    fn arch(&self) -> &str;

    /// Whether it can run guests this way.
    fn supports(&self, virt: VirtType) -> bool;

    /// Whether it has a machine type, by its canonical name.
    fn has_machine(&self, virt: VirtType, machine: &str) -> bool;

    /// The machine type that an alias such as `pc` stands for; `None` if it is no alias.
    fn canonical_machine(&self, machine: &str) -> Option<Cow<'_, str>>;

    /// The machine type of a guest that names none.
    fn default_machine(&self, virt: VirtType) -> Option<Cow<'_, str>>;

    /// The CPU model that a machine type has by itself: `qemu64`.
    fn default_cpu(&self, virt: VirtType, machine: &str) -> Option<Cow<'_, str>>;

    /// The most vCPUs that a machine type can have; `None` if that is not known.
    fn max_vcpus(&self, _virt: VirtType, _machine: &str) -> Option<u32> {
        None
    }

    /// Whether it has a device of this name: `qemu-xhci`.
    fn has_device(&self, device: &str) -> bool;

    /// The graphics card of a guest that names none.
    fn default_video(&self) -> VideoModelType {
        if self.has_device("cirrus-vga") { VideoModelType::Cirrus } else { VideoModelType::Vga }
    }
}

impl Domain {
    /// Fills in what the user left out, as libvirt would.
    ///
    /// # Errors
    /// What cannot be completed: no emulator, an address that is taken or does not suit.
    pub fn complete(&mut self, host: &dyn Host, entropy: &mut dyn Entropy) -> Result<(), Error> {
        self.steps(host, entropy, &mut |_, _| ())
    }

    /// The same, and who decided what: for a [`Report`](super::report::Report).
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub fn complete_explained(
        &mut self,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
    ) -> Result<Decisions, Error> {
        let print = |domain: &Self| domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE));
        let mut decisions = Decisions::default();
        let mut before = print(self);
        self.steps(host, entropy, &mut |domain, by| {
            let after = print(domain);
            decisions.note(&before, &after, by);
            before = after;
        })?;
        Ok(decisions)
    }

    /// Completes step by step and tells `done` after each whose decisions they were.
    fn steps(
        &mut self,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
        done: &mut dyn FnMut(&Self, Decider),
    ) -> Result<(), Error> {
        use Decider::{Daemon, Machine};
        self.check_written()?;
        order::sort(self);
        let qemu = machine::complete(self, host)?;
        done(self, Machine);
        let chipset = Chipset::of(self);
        defaults::complete(self, entropy)?;
        defaults::complete_nvram(self, host);
        done(self, Daemon);
        cpu::complete(self, qemu);
        done(self, Machine);
        controllers::number(self);
        drive::assign_hostdevs(self);
        controllers::add_for_hostdevs(self, qemu);
        done(self, Daemon);
        controllers::add_machines(self, chipset, qemu)?;
        done(self, Machine);
        devices::add_balloon(self);
        displays::add(self);
        chardevs::pair_consoles(self);
        done(self, Daemon);
        controllers::complete_written(self, qemu)?;
        done(self, Machine);
        devices::complete(self, qemu, entropy);
        done(self, Daemon);
        chardevs::complete(self);
        displays::complete(self, qemu);
        done(self, Machine);
        drive::assign(self)?;
        controllers::add_needed(self, qemu);
        done(self, Daemon);
        devices::add_inputs(self, chipset);
        done(self, Machine);
        virtio_serial::assign_smartcards(self);
        virtio_serial::assign(self)?;
        pci::assign(self, chipset, qemu)?;
        usb::assign(self)?;
        dimm::assign(self);
        chardevs::show_paired(self);
        unsaid::drop(self);
        done(self, Daemon);
        Ok(())
    }
}
