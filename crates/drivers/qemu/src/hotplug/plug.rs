//! Putting one device, complete but for its name, into a QEMU that runs.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use api::{Error, Result};
use config::Kib;
use config::domain::chardev::{CharSource, Path, SocketMode, SocketPath};
use config::domain::complete::aliases;
use config::domain::disk::Disk;
use config::domain::interface::{Interface, LinkState};
use config::domain::plug::{self, Device};
use config::domain::tuning::IoTune;
use driver::DomainEventBody;
use host::Root;
use qmp::Command;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::argv::{self, Context, Descriptor, Directories, Plug, Purpose, Step};
use crate::block;
use crate::capabilities::Emulator;
use crate::domain::{Domain, Live, not_running};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::host_devices::{self, Moment};
use crate::lifecycle::{io_limits, vhost_net, wall_clock};
use crate::secrets::GuestSecrets;
use crate::{guest_socket, host_needs, interfaces};

/// How long QEMU may take to take back one step of an attempt that failed.
const UNDO: Duration = Duration::from_secs(2);

impl QemuDriver {
    /// Puts `device` into the guest: QEMU, live document and status, or none of them. The caller
    /// holds a modify job.
    pub(super) async fn plug_device(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        mut device: Device,
    ) -> Result<()> {
        if let Device::Lease(_) = device {
            self.change_live(domain, live, |document| document.devices.put(device));
            return Ok(());
        }
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let mut grown = config::Domain::clone(&document);
        aliases::name_device(&grown, &mut device);
        let vsock = self.prepare(domain, live, &grown, &mut device).await?;
        let alias = device.alias().map(str::to_owned);
        let alias = alias.ok_or_else(|| Error::internal(QEMU, "device without an alias"))?;
        put(&mut grown, device.clone());
        let plug = self.plan(live, &grown, &device).await?;
        let handed: Vec<Descriptor> =
            plug.descriptors.iter().map(|(_, descriptor)| descriptor.clone()).collect();
        // Completes the document with the names that the kernel gave.
        let (opened, grown) = self.open_resources(handed, grown, &live.directory, vsock).await?;
        let named = grown.devices.find_alias(&alias);
        if let Some(named) = named.and_then(|(kind, number)| grown.devices.device(kind, number)) {
            device = named;
        }
        // Whatever becomes of us, the one after us knows what may be in QEMU.
        self.save_status_of(domain, live, &grown);
        if let Err(error) = self.carry_out(domain, live, &plug, opened, &mut device).await {
            self.undo_interface(live, &device).await;
            self.save_status(domain, live);
            return Err(error);
        }
        self.change_live(domain, live, |document| put(document, device));
        self.tell(domain, DomainEventBody::DeviceAdded { alias });
        Ok(())
    }

    /// What a device needs of the host before its arguments can be made; a socket to the guest is open then.
    async fn prepare(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
        device: &mut Device,
    ) -> Result<Option<OwnedFd>> {
        match device {
            Device::Disk(disk) => {
                self.require_volume(disk)?;
                follow_and_number(live, document, disk).await?;
            }
            Device::Interface(interface) => {
                self.require_network(interface)?;
                interfaces::check_new(interface)?;
                host_needs::check_interface(interface)?;
            }
            Device::Hostdev(hostdev) => {
                host_needs::check_device(hostdev, host_needs::For::Start)?;
                host_devices::find(hostdev, Moment::Plug, &Root::default())?;
                host_devices::check_free(hostdev, &self.taken_devices(domain))?;
            }
            Device::Vsock(vsock) => return guest_socket::open(vsock).map(Some),
            Device::Channel(channel) => {
                let directory =
                    self.settings.directories().channels(live.id, document.name.as_str());
                let (CharSource::Unix(unix), Some(name)) =
                    (&mut channel.source, &channel.target.name)
                else {
                    return Ok(None);
                };
                let source = unix.source.get_or_insert(SocketPath {
                    mode: Some(SocketMode::Bind),
                    path: None,
                    reconnect: None,
                    seclabels: Vec::new(),
                });
                if source.path.is_none() {
                    source.path = Some(directory.join(&**name).to_string_lossy().into());
                }
            }
            _ => {}
        }
        Ok(None)
    }

    /// The commands that put `device` into the QEMU of `document`.
    pub(super) async fn plan(
        &self,
        live: &Live,
        document: &config::Domain,
        device: &Device,
    ) -> Result<Plug> {
        let path = self.settings.directories().master_key(live.id, document.name.as_str());
        let store = &*self.neighbours.secrets;
        let mut secrets = GuestSecrets::none();
        match device {
            Device::Disk(disk) => argv::gather_disk(&mut secrets, disk, store)?,
            Device::Hostdev(device) => argv::gather_hostdev(&mut secrets, device, store)?,
            _ => {}
        }
        let secrets = secrets.sealed_by(&path)?;
        self.plan_with(live, document, device, &secrets).await
    }

    /// The same for who only takes back what they do: secrets, which may be gone, are not in them.
    pub(super) async fn plan_backwards(
        &self,
        live: &Live,
        document: &config::Domain,
        device: &Device,
    ) -> Result<Plug> {
        self.plan_with(live, document, device, &GuestSecrets::none()).await
    }

    async fn plan_with(
        &self,
        live: &Live,
        document: &config::Domain,
        device: &Device,
        secrets: &GuestSecrets,
    ) -> Result<Plug> {
        let emulator = self.emulators.of(document).await?;
        let directories = self.settings.directories();
        let scsi_files = host_devices::scsi_files(document, &Root::default())?;
        let context = context(live, &emulator, &directories, (&scsi_files, secrets));
        argv::plug(document, device, &context).map_err(|error| errors::document(&error))
    }

    /// Runs the commands, and what a device of its class needs beside them; takes back what was done
    /// if one fails.
    pub(super) async fn carry_out(
        &self,
        domain: &Domain,
        live: &Live,
        plug: &Plug,
        opened: Vec<(OwnedFd, i32)>,
        device: &mut Device,
    ) -> Result<()> {
        let monitor = live.monitor()?;
        for ((name, _), (fd, _)) in plug.descriptors.iter().zip(opened) {
            self.ask(domain, monitor.getfd(name, fd)).await?;
        }
        if let Device::Watchdog(watchdog) = device {
            let action = json!({ "watchdog": argv::watchdog_action(watchdog).word() });
            self.ask(domain, monitor.perform(&Command::with("set-action", action))).await?;
        }
        let mut done = Vec::with_capacity(plug.steps.len());
        for step in &plug.steps {
            let command = Command::with(step.command, step.arguments.clone());
            match self.ask(domain, monitor.execute_value(&command)).await {
                Ok(answer) => note(device, &answer),
                Err(error) => {
                    self.undo(domain, live, done.into_iter().rev()).await;
                    return Err(error);
                }
            }
            done.push(step);
        }
        self.settle(domain, live, device).await.inspect_err(|error| {
            tracing::warn!(domain = %domain.name(), %error, "device plugged, but not set up");
        })
    }

    /// Takes back what steps did; what is not there is no fault.
    pub(super) async fn undo<'s>(
        &self,
        domain: &Domain,
        live: &Live,
        steps: impl Iterator<Item = &'s Step>,
    ) {
        let Ok(monitor) = live.monitor() else { return };
        let monitor = monitor.within(UNDO);
        for (command, arguments) in steps.filter_map(|step| step.undo.clone()) {
            if let Err(error) = monitor.perform(&Command::with(command, arguments)).await {
                tracing::debug!(domain = %domain.name(), %error, "not taken back");
            }
        }
    }

    /// What QEMU is told of a device that is there: limits, the link's state; and what it says of it.
    async fn settle(&self, domain: &Domain, live: &Live, device: &mut Device) -> Result<()> {
        let monitor = live.monitor()?;
        match device {
            Device::Disk(disk) => {
                let limited = *disk.iotune != IoTune::default();
                if let Some(limits) = io_limits(disk).filter(|_| limited) {
                    let command = Command::with("block_set_io_throttle", limits);
                    self.ask(domain, monitor.perform(&command)).await?;
                }
            }
            Device::Interface(interface) => {
                let down = interface.link.is_some_and(|link| link.state == LinkState::Down);
                if let Some(alias) = interface.info.alias.name().filter(|_| down) {
                    let link = json!({ "name": alias, "up": false });
                    self.ask(domain, monitor.perform(&Command::with("set_link", link))).await?;
                }
                let interface = Interface::clone(interface);
                self.on_host(move || interfaces::switch_on(&interface)).await?;
            }
            Device::Memory(memory) => {
                let command = Command::new("query-memory-devices");
                let found: Vec<MemoryModule> =
                    self.ask(domain, monitor.execute_as(&command)).await?;
                let module = found.into_iter().map(|module| module.data);
                let mut module = module.filter(|m| m.id.as_deref() == memory.info.alias.name());
                if let (Some(module), Some(config::domain::address::Address::Dimm(place))) =
                    (module.next(), &mut memory.info.address)
                {
                    place.base = module.addr.map(xml::Hex);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// An answer of `query-memory-devices`. **Source**: `MemoryDeviceInfo`.
#[derive(Debug, Deserialize)]
struct MemoryModule {
    data: MemoryModuleData,
}

#[derive(Debug, Deserialize)]
struct MemoryModuleData {
    id: Option<String>,
    addr: Option<u64>,
}

/// What a builder of arguments is told of a guest that runs.
fn context<'a>(
    live: &Live,
    emulator: &'a Arc<Emulator>,
    directories: &'a Directories,
    (scsi_files, secrets): (&'a HashMap<String, String>, &'a GuestSecrets),
) -> Context<'a> {
    Context {
        emulator: &**emulator,
        id: live.id,
        directories,
        now: wall_clock(),
        vhost_net: vhost_net(),
        scsi_files,
        secrets,
        purpose: Purpose::Plug,
    }
}

/// Follows a disk's chain, and numbers its images after all that there were.
pub(super) async fn follow_and_number(
    live: &Live,
    document: &config::Domain,
    disk: &mut Disk,
) -> Result<()> {
    block::chain::resolve_disk(disk).await?;
    let next = live.parts().last_layer.max(argv::last_layer(document)).saturating_add(1);
    let after = argv::number_disk(disk, next);
    live.parts().last_layer = after.saturating_sub(1);
    Ok(())
}

/// Adds a device to a document, with the room that it brings.
fn put(document: &mut config::Domain, device: Device) {
    if let Device::Memory(memory) = &device {
        let Kib(size) = memory.target.size;
        plug::grow(document, Kib(size));
    }
    document.devices.put(device);
}

/// Notes what QEMU said when it made a backend: the terminal that it opened.
fn note(device: &mut Device, answer: &Value) {
    let Some(path) = answer.get("pty").and_then(Value::as_str) else { return };
    let source = match device {
        Device::Serial(serial) => &mut serial.source,
        Device::Parallel(parallel) => &mut parallel.source,
        Device::Channel(channel) => &mut channel.source,
        Device::Console(console) => {
            console.tty = Some(path.into());
            &mut console.source
        }
        Device::Redirdev(redirdev) => &mut redirdev.source,
        _ => return,
    };
    if let CharSource::Pty(pty) = source {
        pty.source = Some(Path { path: path.into(), seclabels: Vec::new() });
    }
}
