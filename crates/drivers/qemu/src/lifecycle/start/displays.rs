//! Ports and passwords of a guest's displays.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;

use api::{Error, Result};
use config::YesNo;
use config::domain::graphics::{DisplayPassword as Password, Graphics, Listen, PasswordPolicy};

use crate::errors::QEMU;
use crate::lifecycle::start_settings::DisplayPassword;
use crate::settings::Settings;

/// Ports of displays for browsers.
const WEBSOCKET_PORTS: RangeInclusive<u16> = 5700..=65535;

/// Gives each display that wants one a port that is free now, and returns the passwords.
pub(super) fn assign(
    settings: &Settings,
    document: &mut config::Domain,
) -> Result<Vec<DisplayPassword>> {
    let mut passwords = Vec::new();
    let mut taken = Vec::new();
    for graphics in &mut document.devices.graphics {
        match graphics {
            Graphics::Vnc(vnc) => {
                passwords.extend(password("vnc", &vnc.password));
                if vnc.socket.is_none() && vnc.autoport == Some(YesNo::Yes) && listens(&vnc.listens)
                {
                    vnc.port = Some(free_port(settings.vnc_ports.clone(), &mut taken)?.into());
                }
                if vnc.websocket == Some(-1) {
                    vnc.websocket = Some(free_port(WEBSOCKET_PORTS, &mut taken)?.into());
                }
            }
            Graphics::Spice(spice) => {
                passwords.extend(password("spice", &spice.password));
                if wants_port(spice.autoport, spice.port) && listens(&spice.listens) {
                    spice.port = Some(free_port(settings.vnc_ports.clone(), &mut taken)?.into());
                }
            }
            _ => {}
        }
    }
    Ok(passwords)
}

fn wants_port(autoport: Option<YesNo>, port: Option<i32>) -> bool {
    autoport == Some(YesNo::Yes) || port.is_none_or(|port| port < 0)
}

/// Whether a display listens on the network at all.
fn listens(listens: &[Listen]) -> bool {
    listens.is_empty()
        || listens.iter().any(|listen| matches!(listen, Listen::Address(_) | Listen::Network(_)))
}

fn password(protocol: &'static str, password: &Password) -> Option<DisplayPassword> {
    let connected = match password.connected {
        Some(PasswordPolicy::Fail) => "fail",
        Some(PasswordPolicy::Disconnect) => "disconnect",
        Some(PasswordPolicy::Keep) | None => "keep",
    };
    let (valid_to, password) = (password.valid_to, password.passwd.clone()?);
    Some(DisplayPassword { protocol, password, connected, valid_to })
}

/// The first port of the range on which nobody listens, on any address.
fn free_port(mut range: RangeInclusive<u16>, taken: &mut Vec<u16>) -> Result<u16> {
    let free = |port: &u16| {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), *port);
        !taken.contains(port) && TcpListener::bind(any).is_ok()
    };
    let port = range
        .find(free)
        .ok_or_else(|| Error::internal(QEMU, "Unable to find an unused port in range 'vnc'"))?;
    taken.push(port);
    Ok(port)
}
