//! Serial ports, consoles and channels: numbers, kinds, and the console that is a serial port seen twice.

use crate::domain::Domain;
use crate::domain::address::Address;
use crate::domain::chardev::{
    Channel, ChannelName, ChannelType, CharSource, Console, ConsoleTarget, ConsoleType, Serial,
    SerialModel, SerialTarget, SerialTargetModel, SerialType, SocketMode, UnixSource,
};
use crate::domain::device::DeviceInfo;

/// Below the state directory of a daemon: where it puts the sockets of channels.
const DEFAULT_CHANNELS: &str = "/qemu/channel/target/";

/// Channel of a D-Bus display for USB redirection.
const USB_REDIRECTION: &str = "org.qemu.usbredir";

/// Makes the first serial console and the first serial port one: either stands for both.
pub(super) fn pair_consoles(domain: &mut Domain) {
    let devices = &mut domain.devices;
    for (at, console) in devices.consoles.iter_mut().enumerate() {
        // A console is numbered by its rank among those that are written, whatever it says.
        console.target.port = Some(at as u32);
    }
    let serial_console =
        |console: &Console| matches!(console.target.kind, None | Some(ConsoleType::Serial));
    match (devices.consoles.first().is_some_and(serial_console), devices.serials.first()) {
        (true, None) => {
            let console = &mut devices.consoles[0];
            devices.serials.push(Serial {
                source: console.source.clone(),
                target: SerialTarget::default(),
                info: std::mem::take(&mut console.info),
            });
        }
        (false, Some(serial)) if kind(serial).is_some_and(is_console) => {
            let target = ConsoleTarget { kind: Some(ConsoleType::Serial), port: None };
            let source = serial.source.clone();
            devices
                .consoles
                .insert(0, Console { source, tty: None, target, info: DeviceInfo::default() });
        }
        _ => {}
    }
    if let (Some(console), Some(serial)) = (devices.consoles.first_mut(), devices.serials.first())
        && serial_console(console)
    {
        console.source = serial.source.clone();
        console.target.kind = Some(ConsoleType::Serial);
        console.info = DeviceInfo::default();
    }
}

/// Shows the first serial port in the console that stands for it.
pub(super) fn show_paired(domain: &mut Domain) {
    let devices = &mut domain.devices;
    if let (Some(console), Some(serial)) = (devices.consoles.first_mut(), devices.serials.first())
        && console.target.kind == Some(ConsoleType::Serial)
    {
        console.target.port = serial.target.port;
        console.info = serial.info.clone();
    }
}

/// The kind a serial port has or will have.
fn kind(serial: &Serial) -> Option<SerialType> {
    serial.target.kind.or(match serial.info.address {
        Some(Address::Usb(_)) => Some(SerialType::Usb),
        Some(Address::Pci(_)) => Some(SerialType::Pci),
        _ => Some(SerialType::Isa),
    })
}

/// Whether the first serial port of a kind is a console, too.
const fn is_console(kind: SerialType) -> bool {
    !matches!(kind, SerialType::Pci | SerialType::Usb | SerialType::IsaDebug)
}

/// Numbers serial ports; those that say that they are on ISA come first.
pub(super) fn number_serials(domain: &mut Domain) {
    let serials = domain.devices.serials.iter_mut();
    let (isa, others): (Vec<_>, Vec<_>) =
        serials.partition(|serial| serial.target.kind == Some(SerialType::Isa));
    number(isa.into_iter().chain(others).map(|serial| &mut serial.target.port));
}

/// Names the kind and model of each serial port.
pub(super) fn name_kinds(domain: &mut Domain) {
    for serial in &mut domain.devices.serials {
        let found = kind(serial);
        serial.target.kind = found;
        if serial.target.model.is_none() {
            serial.target.model = found.and_then(model_of).map(|name| SerialTargetModel { name });
        }
    }
}

/// Numbers ports and names the kinds of the others.
pub(super) fn complete(domain: &mut Domain) {
    let devices = &mut domain.devices;
    for console in &mut devices.consoles {
        console.target.kind.get_or_insert(ConsoleType::Serial);
    }
    for channel in &mut devices.channels {
        drop_default_path(channel);
    }
    for source in devices.char_sources_mut() {
        if let CharSource::Udp(udp) = source {
            for end in &mut udp.sources {
                end.mode.get_or_insert(SocketMode::Connect);
            }
        }
        if let CharSource::Tcp(tcp) = source {
            tcp.protocol.get_or_insert_default();
            tcp.source.mode.get_or_insert(SocketMode::Connect);
        }
        if let CharSource::Unix(UnixSource { source: Some(socket), .. }) = source
            && socket.path.is_some()
        {
            socket.mode.get_or_insert(SocketMode::Connect);
        }
    }
    for redirdev in &mut devices.redirdevs {
        if let CharSource::DBus(channel) = &mut redirdev.source {
            channel.source.get_or_insert_with(|| ChannelName { channel: USB_REDIRECTION.into() });
        }
    }
    let mut next = 0;
    for parallel in &mut devices.parallels {
        // Unlike serial ports these look only at those before them.
        let port = *parallel.target.port.get_or_insert(next);
        next = next.max(port.saturating_add(1));
    }
}

/// Forgets the path of a channel's socket if a daemon chose it: this guest is to get its own.
fn drop_default_path(channel: &mut Channel) {
    let CharSource::Unix(UnixSource { source, .. }) = &mut channel.source else { return };
    let name =
        channel.target.name.as_deref().filter(|_| channel.target.kind == ChannelType::Virtio);
    let chosen = |path: &str| {
        let (Some(name), Some((_, rest))) = (name, path.split_once(DEFAULT_CHANNELS)) else {
            return false;
        };
        let before = rest.strip_suffix(name);
        before.is_some_and(|before| {
            (before.starts_with("domain-") && before.ends_with('/'))
                || (before.ends_with('.') && !before.contains('/'))
        })
    };
    if source.as_ref().is_some_and(|socket| {
        let path = socket.path.as_deref();
        path.is_none() || socket.mode != Some(SocketMode::Connect) && path.is_some_and(chosen)
    }) {
        *source = None;
    }
}

/// The model that a kind of serial port has by itself.
const fn model_of(kind: SerialType) -> Option<SerialModel> {
    match kind {
        SerialType::Isa => Some(SerialModel::Isa),
        SerialType::Usb => Some(SerialModel::Usb),
        SerialType::Pci => Some(SerialModel::Pci),
        SerialType::IsaDebug => Some(SerialModel::IsaDebugcon),
        SerialType::SpaprVio => Some(SerialModel::SpaprVty),
        SerialType::Sclp => Some(SerialModel::SclpConsole),
        SerialType::System => None,
    }
}

/// Gives each port without a number the one after the highest.
fn number<'a>(ports: impl Iterator<Item = &'a mut Option<u32>>) {
    let mut ports: Vec<_> = ports.collect();
    for at in 0..ports.len() {
        if ports[at].is_none() {
            let highest = ports.iter().filter_map(|port| **port).max();
            *ports[at] = Some(highest.map_or(0, |port| port.saturating_add(1)));
        }
    }
}
