//! From a definition to everything that QEMU needs before it runs.

use std::os::fd::{OwnedFd, RawFd};
use std::sync::Arc;

use api::{Error, ErrorDomain, Result};
use config::domain::chardev::{CharSource, SocketMode, SocketPath};
use config::domain::cpu::CpuMode;
use host::Root;

use super::scaffold::make_private;
use super::{Scaffold, displays, running};
use crate::argv::{self, CommandLine, Context, Directories, Purpose, VhostNet, WallClock};
use crate::capabilities::Emulator;
use crate::domain::{Domain, Taint};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::host_devices::Taken;
use crate::lifecycle::start_settings::DisplayPassword;
use crate::{
    block, firmware, guest_cpu, guest_log, guest_socket, host_devices, host_needs, interfaces,
};

/// Length of the key that protects what QEMU is told over its command line. **Units**: bytes.
const MASTER_KEY_BYTES: usize = 32;

/// A guest that can be spawned.
pub(super) struct Prepared {
    pub domain: Arc<Domain>,
    pub document: config::Domain,
    pub emulator: Arc<Emulator>,
    pub command: CommandLine,
    /// What QEMU inherits, and at which numbers its command line expects it.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
    pub secrets: Vec<DisplayPassword>,
    /// Highest number of an image.
    pub last_layer: u32,
    pub scaffold: Scaffold,
}

impl Prepared {
    pub(super) async fn new(
        driver: &QemuDriver,
        domain: &Arc<Domain>,
        definition: &config::Domain,
    ) -> Result<Self> {
        let emulator = driver.emulators.of(definition).await?;
        let mut document = definition.clone();
        guest_cpu::settle(&mut document, &emulator)?;
        document.devices.interfaces.iter().try_for_each(interfaces::check_new)?;
        host_needs::settle(&mut document)?;
        host_needs::check(&document, &driver.settings.huge_pages, host_needs::For::Start)?;
        host_needs::look_for(&document, host_needs::For::Start).await?;
        let vsock = document.devices.vsock.as_deref_mut().map(guest_socket::open).transpose()?;
        host_devices::find_all(&mut document, &Root::default(), &driver.taken_devices(domain))?;
        let mut scaffold = Scaffold::new(driver, domain).await?;
        document.id = u32::try_from(scaffold.id).ok();
        driver.control_groups.describe(&mut document);
        config::domain::complete::aliases::assign_aliases(&mut document);
        let last_layer = block::chain::resolve(&mut document).await?;
        firmware::select(&mut document, &driver.settings.nvram_dir)?;
        firmware::make_variables(&document).await?;
        let directories = driver.settings.directories();
        channel_sockets(&mut document, &directories, scaffold.id);
        let displays =
            running::Displays { listen: &directories.listen, directory: &scaffold.directory };
        running::describe(&mut document, &displays, wall_clock());
        let secrets = displays::assign(&driver.settings, &mut document)?;
        let memory = directories.memory(scaffold.id, &domain.name());
        scaffold.extra = vec![directories.channels(scaffold.id, &domain.name()), memory.clone()];
        taint(&mut scaffold, &document);
        master_key(&directories, scaffold.id, &domain.name())?;
        let command = command_line(&emulator, &document, &directories, scaffold.id)?;
        // Memory that is a file of nobody's choosing: QEMU makes the file, not its directory.
        let memory_text = memory.to_string_lossy();
        if command.args.iter().any(|argument| argument.contains(&*memory_text)) {
            make_private(&memory)?;
        }
        let (descriptors, document) = driver
            .open_resources(command.descriptors.clone(), document, &scaffold.directory, vsock)
            .await?;
        scaffold.log.line(&guest_log::start_record(&emulator, &command));
        scaffold.log_position = scaffold.log.position();
        let domain = Arc::clone(domain);
        Ok(Self { domain, document, emulator, command, descriptors, secrets, last_layer, scaffold })
    }
}

/// The command line of a guest that starts.
fn command_line(
    emulator: &Emulator,
    document: &config::Domain,
    directories: &Directories,
    id: i32,
) -> Result<CommandLine> {
    let (now, vhost_net) = (wall_clock(), vhost_net());
    let purpose = Purpose::Start;
    let scsi_files = &host_devices::scsi_files(document, &Root::default())?;
    let context = Context { emulator, id, directories, now, vhost_net, scsi_files, purpose };
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

fn master_key(directories: &Directories, id: i32, name: &str) -> Result<()> {
    use config::Entropy;
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = directories.master_key(id, name);
    let mut key = [0; MASTER_KEY_BYTES];
    crate::documents::SystemEntropy.fill(&mut key);
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(&key)).map_err(|error| {
        Error::io(QEMU, &error, format_args!("cannot write master key file '{}'", path.display()))
    })
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

/// What a path in a document points to cannot be used.
pub(super) fn unusable(error: &std::io::Error, what: std::fmt::Arguments<'_>) -> Error {
    Error::io(ErrorDomain::QEMU, error, what)
}
