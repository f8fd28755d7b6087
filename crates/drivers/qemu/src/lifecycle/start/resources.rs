//! Opening what QEMU inherits open: its monitor's socket, its interfaces, its output files.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use api::Result;
use config::domain::interface::{Interface, InterfaceSource};
use host::net::{Link, Tap, TapLifetime};

use crate::argv::{Descriptor, Existing, Resource};

/// Opens everything that QEMU is to have open, and completes the document with the names that the
/// kernel gave.
///
/// # Errors
/// `SYSTEM_ERROR` naming what cannot be opened; `CONFIG_UNSUPPORTED` for what is not done yet.
pub(crate) fn open(
    descriptors: &[Descriptor],
    document: &mut config::Domain,
) -> Result<Vec<(OwnedFd, RawFd)>> {
    let mut taps: HashMap<String, Vec<OwnedFd>> = HashMap::new();
    let mut opened = Vec::with_capacity(descriptors.len());
    for descriptor in descriptors {
        let fd = match &descriptor.resource {
            Resource::ListeningSocket { path } => listening_socket(path)?,
            Resource::Tap { alias, .. } => {
                if !taps.contains_key(alias) {
                    taps.insert(
                        alias.clone(),
                        open_tap(document, alias, queues(descriptors, alias))?,
                    );
                }
                next_queue(&mut taps, alias)?
            }
            Resource::VhostNet { .. } => device(Path::new("/dev/vhost-net"))?,
            Resource::VhostVsock { cid } => {
                let detail = format!("vsock with cid '{cid}' cannot be started yet");
                return Err(api::Error::config_unsupported(crate::errors::QEMU, detail));
            }
            Resource::OutputFile { path, existing } => output_file(path, *existing)?,
            Resource::Device { path } => device(path)?,
        };
        opened.push((fd, descriptor.number));
    }
    Ok(opened)
}

/// Listens where nobody else can: a socket that an earlier guest left is replaced.
fn listening_socket(path: &Path) -> Result<OwnedFd> {
    let listen = || {
        if let Some(directory) = path.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        UnixListener::bind(path).map(OwnedFd::from)
    };
    listen().map_err(|error| {
        unusable(&error, format_args!("cannot listen on socket '{}'", path.display()))
    })
}

fn output_file(path: &Path, existing: Existing) -> Result<OwnedFd> {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    match existing {
        Existing::Kept => options.append(true),
        Existing::Dropped => options.write(true).truncate(true),
    };
    let file = options.open(path).map(OwnedFd::from);
    file.map_err(|error| unusable(&error, format_args!("Unable to open file '{}'", path.display())))
}

fn device(path: &Path) -> Result<OwnedFd> {
    let opened = OpenOptions::new().read(true).write(true).open(path).map(OwnedFd::from);
    opened.map_err(|error| unusable(&error, format_args!("Unable to open '{}'", path.display())))
}

fn queues(descriptors: &[Descriptor], wanted: &str) -> usize {
    let is_queue =
        |resource: &Resource| matches!(resource, Resource::Tap { alias, .. } if alias == wanted);
    descriptors.iter().filter(|descriptor| is_queue(&descriptor.resource)).count()
}

fn next_queue(taps: &mut HashMap<String, Vec<OwnedFd>>, alias: &str) -> Result<OwnedFd> {
    taps.get_mut(alias)
        .and_then(|queues| (!queues.is_empty()).then(|| queues.remove(0)))
        .ok_or_else(|| {
            api::Error::internal(
                crate::errors::QEMU,
                format!("interface '{alias}' has too few queues"),
            )
        })
}

/// Makes the tap device of an interface, or opens the one that its document names.
fn open_tap(document: &mut config::Domain, alias: &str, queues: usize) -> Result<Vec<OwnedFd>> {
    let interface = document
        .devices
        .interfaces
        .iter_mut()
        .find(|interface| interface.info.alias.name() == Some(alias))
        .ok_or_else(|| {
            api::Error::internal(crate::errors::QEMU, format!("no interface '{alias}'"))
        })?;
    if !matches!(interface.source.source, InterfaceSource::Ethernet(_)) {
        let detail =
            format!("interface '{alias}' needs a network or bridge, which cannot be started yet");
        return Err(api::Error::config_unsupported(crate::errors::QEMU, detail));
    }
    let name = interface.target.dev.as_deref().unwrap_or("vnet%d").to_owned();
    let tap = Tap { name: &name, queues, lifetime: TapLifetime::Descriptors };
    let (name, fds) = tap
        .open()
        .map_err(|error| unusable(&error, format_args!("Unable to create tap device {name}")))?;
    set_up(interface, &name)?;
    interface.target.dev = Some(name.into());
    Ok(fds)
}

fn set_up(interface: &Interface, name: &str) -> Result<()> {
    let failed =
        |what: &str, error: std::io::Error| unusable(&error, format_args!("{what} '{name}'"));
    if let Some(mac) = &interface.source.mac {
        // The host's end must not have the guest's own address; libvirt's has fe: in front.
        let mut mac = *mac.address.as_bytes();
        mac[0] = 0xfe;
        host::net::set_mac(name, mac)
            .map_err(|error| failed("Cannot set interface MAC on", error))?;
    }
    if let Some(mtu) = &interface.mtu {
        host::net::set_mtu(name, mtu.size)
            .map_err(|error| failed("Cannot set interface MTU on", error))?;
    }
    host::net::set_link(name, Link::Up)
        .map_err(|error| failed("Cannot set interface flags on", error))
}

/// What a path in a document points to cannot be used.
fn unusable(error: &std::io::Error, what: std::fmt::Arguments<'_>) -> api::Error {
    api::Error::io(crate::errors::QEMU, error, what)
}
