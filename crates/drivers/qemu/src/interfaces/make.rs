//! Making the device of the host that a guest's packets go through.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use api::{Error, ErrorDomain, Result};
use config::YesNo;
use config::domain::interface::{
    DirectNetSource, Interface, InterfaceSource, MacvtapMode, VirtualPortType,
};
use host::net::bridge::{self, Isolation};
use host::net::macvtap::{self, Macvtap, Sharing};
use host::net::tap::{self, Header, Tap, TapError, TapLifetime};
use host::net::{self, Link, NAME_LIMIT};
use host::program;

use super::names::{Counted, Names};
use super::trace::{Begun, SCRIPT, Trace};
use super::{failed, forget_queue, refused, shape, switch, switch_of};
use crate::errors::QEMU;

/// The first byte of the address of a TAP device, and what it is if the guest's card has that: the two must not
/// be the same.
const TAP_PREFIXES: [u8; 2] = [0xfe, 0xfa];

/// What the devices of a guest are made with.
#[derive(Clone, Copy)]
pub(crate) struct HostEnds<'a> {
    /// Names for those that have none.
    pub(crate) names: &'a Names,
    /// The guest's directory, which remembers what has to be undone.
    pub(crate) directory: &'a Path,
    /// The guest's UUID.
    pub(crate) guest: &'a str,
}

/// Makes the device of an interface, or opens the one that its document names, and gives a descriptor a
/// queue. The document, which has been checked, gets its name.
///
/// # Errors
/// `SYSTEM_ERROR` for what the kernel refuses, `OPERATION_INVALID` for a name that is taken.
pub(crate) fn make(
    interface: &mut Interface,
    queues: usize,
    ends: HostEnds<'_>,
) -> Result<Vec<OwnedFd>> {
    let (opened, begun) = match interface.source.source.clone() {
        InterfaceSource::Ethernet(_) if interface.target.managed == Some(YesNo::No) => {
            existing(interface, queues, ends)?
        }
        InterfaceSource::Ethernet(_) => ethernet(interface, queues, ends)?,
        InterfaceSource::Bridge(bridge) => bridged(interface, &bridge.source.bridge, queues, ends)?,
        InterfaceSource::Direct(direct) => self::direct(interface, &direct.source, queues, ends)?,
        other => {
            let what = format!("interface of type '{}' has no device of the host", other.word());
            return Err(Error::internal(QEMU, what));
        }
    };
    forget_queue(interface);
    if interface.bandwidth.is_some() {
        shape(interface, ends.guest, ends.directory)?;
    }
    begun.keep();
    Ok(opened)
}

fn header(interface: &Interface) -> Header {
    let model = interface.model.as_ref().map_or("", |model| &*model.kind);
    if model.starts_with("virtio") { Header::Virtio } else { Header::None }
}

/// The queues of a device, which is still in the making.
type Making<'a> = (Vec<OwnedFd>, Begun<'a>);

/// Opens a device that is somebody else's, and leaves it as it is.
fn existing<'a>(interface: &Interface, queues: usize, ends: HostEnds<'a>) -> Result<Making<'a>> {
    let internal = |what: &str| Error::internal(QEMU, what);
    let device = interface.target.dev.as_deref();
    let device = device.ok_or_else(|| internal("target dev must be supplied when managed='no'"))?;
    if !net::exists(device) {
        return Err(internal("target managed='no' but specified dev doesn't exist"));
    }
    let script = interface.downscript.as_ref().map(|script| script.path.to_string());
    let begun = begin(Trace { device: device.into(), script, ..Trace::default() }, ends)?;
    let file = macvtap::file_of(device).ok().filter(|file| Path::new(file).exists());
    let opened = match file {
        Some(file) => open_macvtap(interface, &file, queues)?,
        None => open_tap(interface, device, queues)?.1,
    };
    Ok((opened, begun))
}

/// A TAP device by itself.
fn ethernet<'a>(
    interface: &mut Interface,
    queues: usize,
    ends: HostEnds<'a>,
) -> Result<Making<'a>> {
    let script = interface.downscript.as_ref().map(|script| script.path.to_string());
    let (opened, mut begun) = new_tap(interface, queues, ends, |trace| trace.script = script)?;
    let device = begun.trace.device.clone();
    if let Some(script) = &interface.script {
        let told = program::run(&script.path, &[&device], SCRIPT);
        // Who did not set it up need not hear that it goes.
        told.inspect_err(|_| begun.trace.script = None).map_err(|error| refused(&error))?;
    }
    if let Some(mtu) = &interface.mtu {
        set_mtu(&device, mtu.size)?;
    }
    switch_on(&device)?;
    Ok((opened, begun))
}

/// A TAP device in a bridge.
fn bridged<'a>(
    interface: &mut Interface,
    bridge: &str,
    queues: usize,
    ends: HostEnds<'a>,
) -> Result<Making<'a>> {
    let switch = switch_of(interface);
    let port = switch::port_id(interface);
    let (opened, begun) = new_tap(interface, queues, ends, |trace| match switch {
        Some(VirtualPortType::OpenVSwitch) => trace.ovs = true,
        Some(VirtualPortType::Midonet) => trace.midonet = Some(port),
        _ => {}
    })?;
    let device = &*begun.trace.device;
    let mtu = match &interface.mtu {
        Some(mtu) => mtu.size,
        None => net::mtu(bridge).map_err(|error| {
            failed(&error, format_args!("Cannot get interface MTU on '{bridge}'"))
        })?,
    };
    set_mtu(device, mtu)?;
    match switch {
        Some(_) => switch::attach(interface, device, ends.guest)?,
        None => join(bridge, device, interface)?,
    }
    switch_on(device)?;
    if let Some(packets) = gathered(interface) {
        net::set_gathered_packets(device, packets).map_err(|error| {
            failed(&error, format_args!("Cannot set coalesce info on '{device}'"))
        })?;
    }
    Ok((opened, begun))
}

/// Attaches a device to a bridge.
///
/// # Errors
/// `SYSTEM_ERROR`.
pub(super) fn join(bridge: &str, device: &str, interface: &Interface) -> Result<()> {
    let attached = bridge::attach(bridge, device);
    attached.map_err(|error| {
        failed(&error, format_args!("Unable to add bridge {bridge} port {device}"))
    })?;
    let isolated = interface.port.is_some_and(|port| port.isolated == Some(YesNo::Yes));
    if isolated { isolate(device, Isolation::Isolated) } else { Ok(()) }
}

/// Lets a device in a bridge hear the others, or not.
///
/// # Errors
/// `SYSTEM_ERROR`.
pub(super) fn isolate(device: &str, isolation: Isolation) -> Result<()> {
    bridge::isolate(device, isolation).map_err(|error| {
        failed(&error, format_args!("Unable to set bridge port isolation on '{device}'"))
    })
}

/// How many packets a device is to gather before it tells of them.
pub(super) fn gathered(interface: &Interface) -> Option<u32> {
    interface.coalesce?.rx?.frames?.max
}

/// Makes a TAP device with the name and the address that it should have.
fn new_tap<'a>(
    interface: &mut Interface,
    queues: usize,
    ends: HostEnds<'a>,
    complete: impl FnOnce(&mut Trace),
) -> Result<Making<'a>> {
    let name = ends.names.next(Counted::Tap, interface.target.dev.as_deref())?;
    check_name(&name)?;
    if net::exists(&name) {
        let what = format!("The {name} interface already exists");
        return Err(Error::operation_invalid(ErrorDomain::NONE, what));
    }
    let mut trace = Trace { device: name.clone(), ..Trace::default() };
    complete(&mut trace);
    let begun = begin(trace, ends)?;
    let (device, opened) = open_tap(interface, &name, queues)?;
    interface.target.dev = Some(device.as_str().into());
    if let Some(mac) = tap_mac(interface) {
        net::set_mac(&device, mac).map_err(|error| {
            failed(&error, format_args!("Cannot set interface MAC on '{device}'"))
        })?;
    }
    Ok((opened, begun))
}

fn open_macvtap(interface: &Interface, file: &str, queues: usize) -> Result<Vec<OwnedFd>> {
    macvtap::open_queues(file, queues, header(interface)).map_err(|error| {
        Error::io(ErrorDomain::NET, &error, format_args!("cannot open macvtap tap device {file}"))
    })
}

fn open_tap(interface: &Interface, name: &str, queues: usize) -> Result<(String, Vec<OwnedFd>)> {
    let maker = Path::new(interface.backend.tap.as_deref().unwrap_or(tap::TUN));
    let (header, lifetime) = (header(interface), TapLifetime::Descriptors);
    Tap { name, queues, header, lifetime, maker }.open().map_err(|error| match error {
        TapError::Open { maker, error } => {
            failed(&error, format_args!("Unable to open {maker}, is tun module loaded?"))
        }
        TapError::Make(error) => failed(&error, format_args!("Unable to create tap device {name}")),
    })
}

fn tap_mac(interface: &Interface) -> Option<[u8; 6]> {
    let mut mac = *interface.source.mac.as_ref()?.address.as_bytes();
    let [usual, other] = TAP_PREFIXES;
    mac[0] = if mac[0] == usual { other } else { usual };
    Some(mac)
}

/// A macvtap device.
fn direct<'a>(
    interface: &mut Interface,
    source: &DirectNetSource,
    queues: usize,
    ends: HostEnds<'a>,
) -> Result<Making<'a>> {
    let lower = &*source.dev;
    let no_index = |device: &str, error: io::Error| {
        failed(&error, format_args!("Unable to get index for interface {device}"))
    };
    net::index(lower).map_err(|error| no_index(lower, error))?;
    let name = ends.names.next(Counted::Macvtap, interface.target.dev.as_deref())?;
    check_name(&name)?;
    let mac = interface.source.mac.as_ref().map(|mac| *mac.address.as_bytes());
    let mac = mac.ok_or_else(|| Error::internal(QEMU, "interface has no MAC address"))?;
    let device = Macvtap { name: &name, lower, mac, sharing: sharing(source) };
    // Whatever is there, it is not ours: there must be no trace that would have it deleted.
    if net::exists(&name) {
        let taken = io::Error::from(rustix::io::Errno::EXIST);
        return Err(Error::io(ErrorDomain::NONE, &taken, not_made(&device)));
    }
    let mut trace = Trace { device: name.clone(), macvtap: Some(mac), ..Trace::default() };
    if device.sharing == Sharing::Passthrough {
        let before = net::mac(lower).map_err(|error| {
            failed(&error, format_args!("Cannot get interface MAC on '{lower}'"))
        })?;
        trace.lower = Some((lower.to_owned(), before));
    }
    let begun = begin(trace, ends)?;
    if begun.trace.lower.is_some() {
        net::set_mac(lower, mac).map_err(|error| {
            failed(&error, format_args!("Cannot set interface MAC on '{lower}'"))
        })?;
    }
    device.make().map_err(|error| Error::io(ErrorDomain::NET, &error, not_made(&device)))?;
    interface.target.dev = Some(name.as_str().into());
    let file = macvtap::file_of(&name).map_err(|error| no_index(&name, error))?;
    Ok((open_macvtap(interface, &file, queues)?, begun))
}

fn sharing(source: &DirectNetSource) -> Sharing {
    match source.mode.unwrap_or(MacvtapMode::Vepa) {
        MacvtapMode::Vepa => Sharing::Vepa,
        MacvtapMode::Private => Sharing::Private,
        MacvtapMode::Bridge => Sharing::Bridge,
        MacvtapMode::Passthrough => Sharing::Passthrough,
    }
}

fn not_made(device: &Macvtap<'_>) -> String {
    let Macvtap { name, lower, mac, .. } = device;
    let mac = config::Mac::from_bytes(*mac);
    format!("error creating macvtap interface {name}@{lower} ({mac})")
}

fn check_name(name: &str) -> Result<()> {
    if name.len() <= NAME_LIMIT {
        return Ok(());
    }
    let errno = rustix::io::Errno::RANGE.raw_os_error();
    let what = format_args!("Network interface name '{name}' is too long");
    Err(Error::system(ErrorDomain::NONE, errno, what))
}

fn begin(trace: Trace, ends: HostEnds<'_>) -> Result<Begun<'_>> {
    trace.begin(ends.directory).map_err(|error| {
        let directory = ends.directory.display();
        Error::io(QEMU, &error, format_args!("cannot write in directory '{directory}'"))
    })
}

fn set_mtu(device: &str, mtu: u32) -> Result<()> {
    net::set_mtu(device, mtu)
        .map_err(|error| failed(&error, format_args!("Cannot set interface MTU on '{device}'")))
}

fn switch_on(device: &str) -> Result<()> {
    net::set_link(device, Link::Up)
        .map_err(|error| failed(&error, format_args!("Cannot set interface flags on '{device}'")))
}
