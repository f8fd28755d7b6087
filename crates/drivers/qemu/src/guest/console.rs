//! Consoles and channels as streams.
//!
//! A device has one user at a time, as libvirt has it; who asks with force takes over, and the
//! stream of the user before ends.

use std::path::Path;
use std::time::Duration;

use api::remote::{
    DomainOpenChannel, DomainOpenChannelArgs, DomainOpenConsole, DomainOpenConsoleArgs,
};
use api::{DomainChannelFlags, DomainConsoleFlags, Error, Result};
use config::domain::Devices;
use config::domain::chardev::CharSource;
use config::domain::device::DeviceInfo;
use driver::{CallContext, Handler, Stream};
use tokio::sync::watch;

use super::terminal;
use crate::domain::Live;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// For QEMU to take a connection to a device's socket.
const CONNECT: Duration = Duration::from_secs(5);

impl Handler<DomainOpenConsole> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainOpenConsoleArgs) -> Result<()> {
        let known = DomainConsoleFlags::SAFE | DomainConsoleFlags::FORCE;
        flags::only(args.flags, known.0, "qemuDomainOpenConsole")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let document = domain.published().live.clone();
        let devices = document.as_deref().map(|live| &live.devices);
        let name = args.dev_name.as_deref();
        let device = devices.and_then(|devices| console(devices, name)).ok_or_else(|| {
            let detail = format!("cannot find character device {}", name.unwrap_or("<null>"));
            Error::internal(QEMU, detail)
        })?;
        if !matches!(device.source, CharSource::Pty(_) | CharSource::Unix(_)) {
            let detail = format!("character device {} is not using a PTY", device.label);
            return Err(Error::internal(QEMU, detail));
        }
        let force = DomainConsoleFlags(args.flags).contains(DomainConsoleFlags::FORCE);
        let busy = "Active console session exists for this domain";
        cx.open_stream(open(&live, device, Claim::of(force), busy).await?);
        Ok(())
    }
}

impl Handler<DomainOpenChannel> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainOpenChannelArgs) -> Result<()> {
        flags::only(args.flags, DomainChannelFlags::FORCE.0, "qemuDomainOpenChannel")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let document = domain.published().live.clone();
        let devices = document.as_deref().map(|live| &live.devices);
        let name = args.name.as_deref();
        let device = devices.and_then(|devices| channel(devices, name)).ok_or_else(|| {
            Error::internal(QEMU, format!("cannot find channel {}", name.unwrap_or("<null>")))
        })?;
        if !matches!(device.source, CharSource::Unix(_)) {
            let label = name.unwrap_or(device.label);
            let detail = format!("channel {label} is not using a UNIX socket");
            return Err(Error::internal(QEMU, detail));
        }
        let force = DomainChannelFlags(args.flags).contains(DomainChannelFlags::FORCE);
        let busy = "Active channel stream exists for this domain";
        cx.open_stream(open(&live, device, Claim::of(force), busy).await?);
        Ok(())
    }
}

/// What becomes of a device's user when another one comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// It stays.
    Polite,
    /// It goes.
    Force,
}

impl Claim {
    fn of(force: bool) -> Self {
        if force { Self::Force } else { Self::Polite }
    }
}

/// A character device.
#[derive(Debug, Clone, Copy)]
struct Device<'a> {
    alias: &'a str,
    /// What an error calls it.
    label: &'a str,
    source: &'a CharSource,
}

impl<'a> Device<'a> {
    fn of(info: &'a DeviceInfo, source: &'a CharSource) -> Self {
        let alias = info.alias.name().unwrap_or_default();
        Self { alias, label: alias, source }
    }
}

/// The console, serial or parallel port with this alias; without one, the first console. That one
/// mirrors the first serial port, with its alias and its terminal.
fn console<'a>(devices: &'a Devices, alias: Option<&str>) -> Option<Device<'a>> {
    let mut consoles =
        devices.consoles.iter().map(|device| Device::of(&device.info, &device.source));
    let mut serials = devices.serials.iter().map(|device| Device::of(&device.info, &device.source));
    let parallels = devices.parallels.iter().map(|device| Device::of(&device.info, &device.source));
    match alias {
        Some(alias) => {
            consoles.chain(serials).chain(parallels).find(|device| device.alias == alias)
        }
        // In errors it goes by its own name, not by that of the port it mirrors.
        None => match consoles.next() {
            Some(first) => Some(Device { label: "console0", ..first }),
            None => serials.next(),
        },
    }
}

/// The channel with this name in the guest; without one, the first.
fn channel<'a>(devices: &'a Devices, name: Option<&str>) -> Option<Device<'a>> {
    let mut channels = devices.channels.iter();
    let found = match name {
        Some(name) => channels.find(|channel| channel.target.name.as_deref() == Some(name)),
        None => channels.next(),
    };
    found.map(|channel| Device::of(&channel.info, &channel.source))
}

async fn open(live: &Live, device: Device<'_>, claim: Claim, busy: &str) -> Result<Stream> {
    let path = match device.source {
        CharSource::Pty(pty) => pty.source.as_ref().map(|source| &*source.path),
        CharSource::Unix(unix) => unix.source.as_ref().and_then(|source| source.path.as_deref()),
        _ => None,
    };
    let path = Path::new(path.ok_or_else(|| {
        Error::internal(QEMU, format!("character device {} has no path", device.alias))
    })?);
    let lease =
        lease(live, device.alias, claim).ok_or_else(|| Error::operation_failed(QEMU, busy))?;
    let opened = match device.source {
        CharSource::Pty(_) => terminal::open_pty(path, lease),
        _ => tokio::time::timeout(CONNECT, terminal::connect(path, lease))
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into())),
    };
    opened.map_err(|error| {
        Error::io(QEMU, &error, format_args!("unable to open tty: {}", path.display()))
    })
}

/// Takes a device for one user; none when it has one who stays.
fn lease(live: &Live, alias: &str, claim: Claim) -> Option<watch::Receiver<()>> {
    let mut parts = live.parts();
    // A user whose stream is gone has left.
    parts.consoles.retain(|_, user| !user.is_closed());
    if claim == Claim::Polite && parts.consoles.contains_key(alias) {
        return None;
    }
    let (user, lease) = watch::channel(());
    parts.consoles.insert(alias.to_owned(), user);
    Some(lease)
}
