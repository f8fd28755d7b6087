//! Rules of character devices: the host end has what its kind needs, the guest end is one this machine has.

use super::refuse;
use crate::Error;
use crate::domain::Domain;
use crate::domain::chardev::{
    ChannelType, CharSource, Console, ConsoleType, Serial, SerialModel, SerialType, SocketMode,
    UnixSource,
};
use crate::domain::complete::Chipset;
use crate::domain::graphics::Graphics;

/// Refuses what no guest can have.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let devices = &domain.devices;
    devices.char_sources().into_iter().try_for_each(|source| check_source(domain, source))?;
    for channel in devices.channels.iter().filter(|c| c.target.kind == ChannelType::Guestfwd) {
        check_path(&channel.source)?;
        refuse(channel.target.port.is_none(), || {
            Error::xml("Missing required attribute 'port' in element 'target'")
        })?;
    }
    devices.parallels.iter().try_for_each(|parallel| check_path(&parallel.source))?;
    devices.serials.iter().try_for_each(|serial| check_serial(domain, serial))?;
    check_consoles(domain, has)
}

fn check_source(domain: &Domain, source: &CharSource) -> Result<(), Error> {
    let spice = domain.devices.graphics.iter().any(|display| matches!(display, Graphics::Spice(_)));
    let without_service = || Error::internal("Missing source service attribute for char device");
    match source {
        CharSource::Udp(udp) => {
            let mut there = udp.sources.iter().filter(|end| end.mode != Some(SocketMode::Bind));
            refuse(!there.any(|end| end.service.is_some()), without_service)
        }
        CharSource::Tcp(tcp) => refuse(tcp.source.service.is_none(), without_service),
        CharSource::DBus(port) => refuse(port.source.is_none(), || {
            Error::unsupported("Missing source channel attribute for char device")
        }),
        CharSource::SpicePort(port) => {
            refuse(port.source.is_none(), || {
                Error::unsupported("Missing source channel attribute for char device")
            })?;
            refuse(!spice, || without_spice(source))
        }
        CharSource::SpiceVmc(_) => refuse(!spice, || without_spice(source)),
        _ => Ok(()),
    }
}

fn without_spice(source: &CharSource) -> Error {
    let kind = source.word();
    Error::unsupported(format!("chardev '{kind}' not supported without spice graphics"))
}

/// A socket that only a channel's daemon could choose.
fn check_path(source: &CharSource) -> Result<(), Error> {
    let CharSource::Unix(UnixSource { source, .. }) = source else { return Ok(()) };
    refuse(source.as_ref().is_none_or(|socket| socket.path.is_none()), || {
        Error::internal("Missing source path attribute for char device")
    })
}

fn check_serial(domain: &Domain, serial: &Serial) -> Result<(), Error> {
    refuse(matches!(serial.source, CharSource::SpiceVmc(_)), || {
        Error::unsupported("spicevmc device type only supports virtio")
    })?;
    check_path(&serial.source)?;
    let (Some(kind), Some(model)) = (serial.target.kind, &serial.target.model) else {
        return Ok(());
    };
    let model = model.name;
    let needed = match model {
        SerialModel::Isa | SerialModel::Uart16550a if kind == SerialType::System => kind,
        SerialModel::Isa => SerialType::Isa,
        SerialModel::Usb => SerialType::Usb,
        SerialModel::Pci => SerialType::Pci,
        SerialModel::SpaprVty => SerialType::SpaprVio,
        SerialModel::SclpConsole | SerialModel::SclpLmConsole => SerialType::Sclp,
        SerialModel::IsaDebugcon => SerialType::IsaDebug,
        SerialModel::Pl011 | SerialModel::Uart16550a => SerialType::System,
    };
    refuse(kind != needed, || {
        Error::unsupported(format!("Target model '{model}' requires target type '{needed}'"))
    })?;
    let foreign = matches!(kind, SerialType::SpaprVio | SerialType::Sclp);
    refuse(foreign && Chipset::of(domain) != Chipset::Other, || {
        Error::unsupported(format!(
            "Serial device with target type '{kind}' and target model '{model}' not compatible with guest architecture or machine type"
        ))
    })
}

/// Refuses a second console on the serial port that there is for one.
pub(super) fn check_written(consoles: &[Console]) -> Result<(), Error> {
    let serial =
        |console: &Console| matches!(console.target.kind, None | Some(ConsoleType::Serial));
    refuse(consoles.iter().skip(1).any(serial), || {
        Error::unsupported("Only the first console can be a serial port")
    })
}

fn check_consoles(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    for console in &domain.devices.consoles {
        let Some(kind) = console.target.kind else { continue };
        let device = match kind {
            ConsoleType::Serial => continue,
            ConsoleType::Virtio => {
                check_path(&console.source)?;
                continue;
            }
            ConsoleType::Sclp => "sclpconsole",
            ConsoleType::SclpLm => "sclplmconsole",
            ConsoleType::Xen | ConsoleType::Uml | ConsoleType::Lxc => {
                return Err(Error::unsupported(format!("unsupported console target type {kind}")));
            }
        };
        refuse(!has(device), || {
            Error::unsupported(format!("{device} is not supported in this QEMU binary"))
        })?;
    }
    Ok(())
}
