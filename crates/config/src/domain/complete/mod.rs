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
mod disks;
mod displays;
pub mod drive;
mod generic;
mod machine;
pub(super) mod order;
mod pci;
mod security;
mod sysinfo;
mod trail;
mod tuning;
mod unsaid;
pub(crate) mod usb;
mod virtio_serial;

use std::borrow::Cow;

use super::graphics::VideoModelType;
use super::{Domain, VirtType};
use crate::{Entropy, Error};

pub use displays::default_audio;
pub use generic::GenericHost;
pub use machine::Chipset;
pub(crate) use machine::check as check_machine;
pub use trail::Decider;
pub(in crate::domain) use trail::Trail;

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

    /// Whether a host's CPU can be had without what cannot migrate.
    fn leaves_out_unmigratable(&self) -> bool {
        self.arch() == "x86_64"
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
        self.steps(host, entropy, &mut Trail::unheard())
    }

    /// Completes step by step and tells `trail` after each whose decisions they were.
    pub(super) fn steps(
        &mut self,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
        trail: &mut Trail<'_>,
    ) -> Result<(), Error> {
        use Decider::{Daemon, Emulator, Machine};
        self.check_written()?;
        order::sort(self);
        trail.step(self, Daemon, "the bus that the disk's name means");
        let qemu = machine::complete(self, host, trail)?;
        let chipset = Chipset::of(self);
        defaults::identify(self, entropy);
        devices::identify(self, entropy);
        trail.step(self, Daemon, "drawn at random, for good");
        defaults::complete(self)?;
        trail.step(self, Daemon, "libvirt's rule for every domain");
        defaults::complete_nvram(self, host);
        trail.step(self, Daemon, "a file of its own for each guest");
        cpu::name_machines(self, qemu);
        trail.step(self, Machine, "the CPU that such a machine has");
        cpu::complete(self, qemu);
        trail.step(self, Daemon, "libvirt's rule for every domain");
        controllers::number(self);
        trail.step(self, Daemon, "the first number that is free");
        drive::assign_hostdevs(self);
        trail.step(self, Daemon, "the first place that is free");
        controllers::add_for_hostdevs(self, qemu);
        trail.step(self, Daemon, "a device needs it");
        controllers::add_machines(self, chipset, qemu)?;
        trail.step(self, Machine, "part of such a machine");
        devices::add_balloon(self);
        trail.step(self, Daemon, "each guest has one that does not say otherwise");
        displays::add(self);
        trail.step(self, Daemon, "goes with the display");
        chardevs::pair_consoles(self);
        trail.step(self, Daemon, "the first console and the first serial port are one");
        controllers::complete_written(self, qemu)?;
        trail.step(self, Emulator, "the first of the usual models that it has");
        devices::name_cards(self, qemu);
        trail.step(self, Emulator, "the first of the usual models that it has");
        devices::complete(self, entropy);
        trail.step(self, Daemon, "libvirt's rule for such a device");
        chardevs::number_serials(self);
        trail.step(self, Daemon, "the first number that is free");
        chardevs::name_kinds(self);
        trail.step(self, Machine, "what such a machine has");
        chardevs::complete(self);
        trail.step(self, Daemon, "libvirt's rule for such a device");
        displays::name_cards(self, qemu);
        trail.step(self, Emulator, "the first of the usual models that it has");
        displays::complete(self);
        trail.step(self, Daemon, "libvirt's rule for such a device");
        drive::assign(self)?;
        trail.step(self, Daemon, "the place that the disk's name means");
        controllers::add_needed(self, qemu);
        trail.step(self, Daemon, "a device needs it");
        devices::add_inputs(self, chipset);
        trail.step(self, Machine, "part of such a machine");
        virtio_serial::assign_smartcards(self);
        virtio_serial::assign(self)?;
        trail.step(self, Daemon, "the first place that is free");
        pci::assign(self, chipset, qemu, trail)?;
        usb::assign(self)?;
        dimm::assign(self);
        trail.step(self, Daemon, "the first place that is free");
        chardevs::show_paired(self);
        trail.step(self, Daemon, "the first console and the first serial port are one");
        unsaid::drop(self);
        trail.step(self, Daemon, "says nothing, or nothing on such a machine");
        Ok(())
    }
}
