//! The QEMU command line of a completed domain.
//!
//! ```text
//! config::Domain ─┐
//!                 ├─> Line: one method a device class, in libvirt's order ─> CommandLine
//! Context ────────┘         (what QEMU can do is asked, its version never)
//! ```
//!
//! Order, spelling, ids and node names are libvirt's: they are the guest's ABI, and `domxml-to-native`
//! shows them. Every value goes through [`props::Props`] (JSON) or [`options::Options`] (`key=value`,
//! commas doubled), so no name or path can add an option.
//!
//! Invariant: a device of the document is on the command line, or it is [`Purpose::Start`] and the error
//! names it. Nothing here does I/O: what has to be open is described in [`CommandLine::descriptors`].
//!
//! Deliberately absent: what QEMU is told through its monitor before it runs, such as I/O limits of
//! disks, passwords of displays, the balloon's statistics and the action on a reboot.

mod address;
mod asks;
mod audio;
mod balloon;
mod blockdev;
mod boot;
mod boot_order;
mod channel;
mod chardev;
mod chardev_backend;
mod chipset;
mod clock;
mod command_line;
mod controller;
mod cpu;
mod disk;
mod filesystem;
mod firmware;
mod graphics;
mod hostdev;
mod input;
mod interface;
mod iommu;
mod line;
mod machine;
mod memory;
mod memory_device;
mod monitor;
mod native;
mod network_storage;
mod numa;
mod options;
mod panic;
mod plug;
mod power;
mod props;
mod qemu_namespace;
mod redirdev;
mod rng;
mod sandbox;
mod secret;
mod serial;
mod shmem;
mod smartcard;
mod smbios;
mod smp;
mod sound;
mod source;
mod tls;
mod tpm;
mod video;
mod virtio;
mod vsock;
mod watchdog;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::{Domain, Error};

pub(crate) use asks::{Asks, MachineFacts};
pub(crate) use blockdev::{last_layer, number_disk, number_layers};
pub(crate) use command_line::{CommandLine, Descriptor, Existing, Resource, quoted};
pub(crate) use memory::align as align_memory;
pub(crate) use native::{generic_interfaces, to_native};
pub(crate) use plug::{Plug, Step, plug};
pub(crate) use secret::{gather_disk, gather_hostdev};
pub(crate) use source::options as source_options;
pub(crate) use watchdog::watchdog_action;

use crate::secrets::GuestSecrets;
use line::Line;

type Result<T, E = Error> = std::result::Result<T, E>;

/// What the command line depends on besides the domain.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The QEMU that will run it.
    pub(crate) emulator: &'a dyn Asks,
    /// Number of the domain; -1 in the native form.
    pub(crate) id: i32,
    /// Where the guest's files are.
    pub(crate) directories: &'a Directories,
    /// What time it is.
    pub(crate) now: WallClock,
    /// Whether the host has `/dev/vhost-net`.
    pub(crate) vhost_net: VhostNet,
    /// Files of SCSI units of the host, by alias of the device.
    pub(crate) scsi_files: &'a HashMap<String, String>,
    /// The secrets of its devices.
    pub(crate) secrets: &'a GuestSecrets,
    /// What the command line is for.
    pub(crate) purpose: Purpose,
}

/// What a command line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A process of the daemon: sockets and files come open.
    Start,
    /// Text for a reader: sockets and files are named.
    Native,
    /// A device of a process that runs: sockets come open by name, files are named.
    Plug,
}

/// Whether the kernel can move packets of virtio interfaces itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VhostNet {
    /// It can.
    Present,
    /// It cannot.
    Absent,
}

/// The host's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WallClock {
    /// Seconds since 1970 in UTC.
    pub(crate) utc_s: i64,
    /// What has to be added for local time.
    pub(crate) local_offset_s: i64,
}

/// Directories of the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directories {
    /// Holds a directory for each guest, `channel/target` and `ram`: `/var/lib/libvirt/qemu`.
    pub(crate) state: PathBuf,
    /// Mounts of huge pages, each with the size of its pages in KiB.
    pub(crate) huge_pages: Vec<(u64, PathBuf)>,
    /// Address that displays listen on if their domain names none.
    pub(crate) listen: String,
}

impl Directories {
    /// Those of libvirt's system daemon, which the native form shows: it is text for readers, who
    /// compare it with what libvirt prints.
    pub(crate) fn of_libvirt(own: &Self) -> Self {
        Self { state: PathBuf::from("/var/lib/libvirt/qemu"), ..own.clone() }
    }

    /// Where libvirt's system daemon keeps firmware variables.
    pub(crate) fn nvram_of_libvirt() -> PathBuf {
        PathBuf::from("/var/lib/libvirt/qemu/nvram")
    }

    /// Directory of a guest: `DIR/domain-ID-NAME`, its name cut as libvirt does.
    pub(crate) fn guest(&self, id: i32, name: &str) -> PathBuf {
        self.state.join(format!("domain-{}", short_name(id, name)))
    }

    /// The monitor's socket.
    pub(crate) fn monitor(&self, id: i32, name: &str) -> PathBuf {
        self.guest(id, name).join("monitor.sock")
    }

    /// The key that encrypts what the daemon tells QEMU.
    pub(crate) fn master_key(&self, id: i32, name: &str) -> PathBuf {
        self.guest(id, name).join("master-key.aes")
    }

    /// Directory of the sockets of a guest's channels.
    pub(crate) fn channels(&self, id: i32, name: &str) -> PathBuf {
        self.state.join("channel/target").join(format!("domain-{}", short_name(id, name)))
    }

    /// Directory of the files that are a guest's memory.
    pub(crate) fn memory(&self, id: i32, name: &str) -> PathBuf {
        self.state.join("ram").join(short_name(id, name))
    }

    fn huge_pages(&self, size_kib: u64) -> Option<&Path> {
        self.huge_pages.iter().find(|(size, _)| *size == size_kib).map(|(_, path)| path.as_path())
    }
}

/// Most characters of a name that a directory's name has.
const SHORT_NAME: usize = 20;

fn short_name(id: i32, name: &str) -> String {
    let short: String = name.chars().take(SHORT_NAME).collect();
    format!("{id}-{short}")
}

/// The command line of `domain`, which is complete and has aliases.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` for what cannot be started yet or what this QEMU cannot do, naming it;
/// `INTERNAL_ERROR` for a domain that is not complete.
pub(crate) fn command_line(domain: &Domain, context: &Context<'_>) -> Result<CommandLine> {
    let mut line = Line::new(domain, context)?;
    line.name();
    line.deprecation()?;
    line.flag("-S");
    line.master_key()?;
    line.shared_helper();
    line.firmware_volumes()?;
    line.machine()?;
    line.accelerator();
    line.smm_memory()?;
    line.cpu()?;
    line.loader();
    line.memory()?;
    line.smp()?;
    line.iothreads()?;
    line.numa()?;
    line.identity()?;
    line.no_display();
    line.flag("-no-user-config");
    line.flag("-nodefaults");
    line.monitor()?;
    line.clock()?;
    line.power()?;
    line.boot();
    line.root_hotplug();
    line.iommu()?;
    line.controllers()?;
    line.memory_devices()?;
    line.hubs()?;
    line.card_readers()?;
    line.disks()?;
    line.filesystems()?;
    line.interfaces()?;
    line.smartcards()?;
    line.serials()?;
    line.parallels()?;
    line.channels()?;
    line.consoles()?;
    line.tpms()?;
    line.inputs()?;
    line.audio_backends()?;
    line.displays()?;
    line.videos()?;
    line.sounds()?;
    line.watchdog()?;
    line.redirected_devices()?;
    line.host_devices()?;
    line.balloon()?;
    line.random_generators()?;
    line.core_info()?;
    line.namespace_arguments();
    line.sandbox();
    line.panics()?;
    line.shared_memories()?;
    line.vsock()?;
    line.option("-msg", "timestamp=on");
    line.finish()
}

#[cfg(test)]
mod tests;
