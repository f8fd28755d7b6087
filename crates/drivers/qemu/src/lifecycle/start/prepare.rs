//! From a definition to everything that QEMU needs before it runs.

use std::os::fd::{OwnedFd, RawFd};
use std::sync::Arc;

use api::Result;
use config::domain::chardev::{CharSource, SocketMode, SocketPath};
use config::domain::cpu::CpuMode;
use host::Root;

use super::beside::Making;
use super::scaffold::make_private;
use super::{Scaffold, beside, displays, running};
use crate::argv::{self, CommandLine, Context, Directories, Purpose, VhostNet, WallClock};
use crate::capabilities::Emulator;
use crate::companions::{Companions, Plan};
use crate::domain::{Domain, Taint};
use crate::driver::QemuDriver;
use crate::errors;
use crate::host_devices::Taken;
use crate::lifecycle::start_settings::DisplayPassword;
use crate::secrets::{GuestSecrets, MasterKey};
use crate::{
    block, firmware, guest_cpu, guest_log, guest_socket, host_devices, host_needs, interfaces,
};

/// A guest that can be spawned.
pub(super) struct Prepared {
    pub domain: Arc<Domain>,
    pub document: config::Domain,
    pub emulator: Arc<Emulator>,
    pub command: CommandLine,
    /// What QEMU inherits, and at which numbers its command line expects it.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
    pub secrets: Vec<DisplayPassword>,
    /// What is to run beside QEMU.
    pub companions: Vec<Plan>,
    /// Highest number of an image.
    pub last_layer: u32,
    pub scaffold: Scaffold,
}

impl Prepared {
    pub(super) async fn new(
        driver: &QemuDriver,
        domain: &Arc<Domain>,
        definition: &config::Domain,
        companions: Arc<Companions>,
    ) -> Result<Self> {
        let emulator = driver.emulators.of(definition).await?;
        let mut document = definition.clone();
        guest_cpu::settle(&mut document, &emulator)?;
        host_needs::settle(&mut document)?;
        let key = MasterKey::fresh();
        let opened = driver.look_around(&mut document, GuestSecrets::new(key))?;
        document.devices.interfaces.iter().try_for_each(interfaces::check_new)?;
        host_needs::check(&document, &driver.settings.huge_pages, host_needs::For::Start)?;
        host_needs::look_for(&document, host_needs::For::Start).await?;
        let vsock = document.devices.vsock.as_deref_mut().map(guest_socket::open).transpose()?;
        host_devices::find_all(&mut document, &Root::default(), &driver.taken_devices(domain))?;
        beside::choose(&mut document)?;
        let mut scaffold = Scaffold::new(driver, domain, companions).await?;
        let directories = driver.settings.directories();
        opened.write_key(&directories.master_key(scaffold.id, &domain.name()))?;
        document.id = u32::try_from(scaffold.id).ok();
        driver.control_groups.describe(&mut document);
        config::domain::complete::aliases::assign_aliases(&mut document);
        let last_layer = block::chain::resolve(&mut document).await?;
        let secrets = complete(driver, &scaffold, &mut document).await?;
        let memory = directories.memory(scaffold.id, &domain.name());
        scaffold.extra = vec![directories.channels(scaffold.id, &domain.name()), memory.clone()];
        taint(&mut scaffold, &document);
        let command = command(&document, &emulator, (scaffold.id, &directories), &opened)?;
        // Memory that is a file of nobody's choosing: QEMU makes the file, not its directory.
        let memory_text = memory.to_string_lossy();
        if command.args.iter().any(|argument| argument.contains(&*memory_text)) {
            make_private(&memory)?;
        }
        let (descriptors, document) = driver
            .open_resources(command.descriptors.clone(), document, &scaffold.directory, vsock)
            .await?;
        let domain = Arc::clone(domain);
        let companions = Vec::new();
        let mut prepared = Self {
            domain,
            document,
            emulator,
            command,
            descriptors,
            secrets,
            companions,
            last_layer,
            scaffold,
        };
        prepared.companions = prepared.making(driver).companions().await?;
        let scaffold = &mut prepared.scaffold;
        scaffold.log.line(&guest_log::start_record(&prepared.emulator, &prepared.command));
        scaffold.log_position = scaffold.log.position();
        Ok(prepared)
    }

    /// It as a status file tells of it.
    pub(super) fn making<'a>(&'a self, driver: &'a QemuDriver) -> Making<'a> {
        Making {
            driver,
            domain: &self.domain,
            scaffold: &self.scaffold,
            emulator: &self.emulator,
            document: &self.document,
            last_layer: self.last_layer,
        }
    }
}

/// Completes a document whose disks are known with what the host gives it; the passwords of its displays.
async fn complete(
    driver: &QemuDriver,
    scaffold: &Scaffold,
    document: &mut config::Domain,
) -> Result<Vec<DisplayPassword>> {
    firmware::select(document, &driver.settings.nvram_dir)?;
    firmware::make_variables(document).await?;
    let directories = driver.settings.directories();
    channel_sockets(document, &directories, scaffold.id);
    let displays =
        running::Displays { listen: &directories.listen, directory: &scaffold.directory };
    running::describe(document, &displays, wall_clock());
    displays::assign(&driver.settings, document)
}

fn command(
    document: &config::Domain,
    emulator: &Emulator,
    (id, directories): (i32, &Directories),
    secrets: &GuestSecrets,
) -> Result<CommandLine> {
    let context = Context {
        emulator,
        id,
        directories,
        now: wall_clock(),
        vhost_net: vhost_net(),
        scsi_files: &host_devices::scsi_files(document, &Root::default())?,
        secrets,
        purpose: Purpose::Start,
    };
    argv::command_line(document, &context).map_err(|error| errors::arguments(&error))
}

impl QemuDriver {
    /// The host's devices that other guests than `domain` have.
    pub(crate) fn taken_devices(&self, domain: &Domain) -> Vec<Taken> {
        let others = self.registry.all().into_iter().filter(|other| other.uuid != domain.uuid);
        let documents = others.filter_map(|other| other.published().live.clone());
        documents.flat_map(|document| host_devices::taken(&document).collect::<Vec<_>>()).collect()
    }
}

/// A channel whose document names no socket gets one beside the guest's others.
fn channel_sockets(document: &mut config::Domain, directories: &Directories, id: i32) {
    let directory = directories.channels(id, document.name.as_str());
    for channel in &mut document.devices.channels {
        let (CharSource::Unix(unix), Some(name)) = (&mut channel.source, &channel.target.name)
        else {
            continue;
        };
        if unix.source.as_ref().is_some_and(|source| source.path.is_some()) {
            continue;
        }
        let path = directory.join(&**name).to_string_lossy().into();
        unix.source = Some(SocketPath {
            mode: Some(SocketMode::Bind),
            path: Some(path),
            reconnect: None,
            seclabels: Vec::new(),
        });
    }
}

/// What is unusual about a guest from its start.
fn taint(scaffold: &mut Scaffold, document: &config::Domain) {
    let mode = document.cpu.as_ref().and_then(|cpu| cpu.mode);
    let taints = [
        (document.qemu.commandline.is_some(), Taint::CustomArgv),
        (document.qemu.capabilities.is_some(), Taint::CustomCapabilities),
        (document.qemu.overrides.is_some(), Taint::CustomDevice),
        (mode == Some(CpuMode::HostPassthrough), Taint::HostCpu),
    ];
    let holding = taints.into_iter().filter(|(holds, _)| *holds);
    holding.for_each(|(_, taint)| scaffold.taint(taint));
}

/// What time it is here.
pub(crate) fn wall_clock() -> WallClock {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let utc_s = i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
    WallClock { utc_s, local_offset_s: host::clock::utc_offset_s(utc_s) }
}

/// Whether the kernel can move packets of virtio interfaces itself.
pub(crate) fn vhost_net() -> VhostNet {
    if std::path::Path::new("/dev/vhost-net").exists() {
        VhostNet::Present
    } else {
        VhostNet::Absent
    }
}
