//! Rules of network interfaces.

use std::net::IpAddr;

use super::refuse;
use crate::Error;
use crate::YesNo;
use crate::domain::Domain;
use crate::domain::interface::{Bandwidth, Interface, InterfaceSource, Ip, IpFamily};

/// The highest VLAN tag.
const HIGHEST_TAG: u32 = 4095;

/// Refuses interfaces that no guest can have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    domain.devices.interfaces.iter().try_for_each(check_interface)
}

fn check_interface(interface: &Interface) -> Result<(), Error> {
    for tag in interface.vlan.iter().flat_map(|vlan| &vlan.tags) {
        refuse(tag.id > HIGHEST_TAG, || {
            Error::xml(format!("vlan tag id {} too large (maximum {HIGHEST_TAG})", tag.id))
        })?;
    }
    interface.ips.iter().try_for_each(check_ip)?;
    let source = &interface.source.source;
    if let InterfaceSource::User(ends) | InterfaceSource::Ethernet(ends) = source {
        ends.source.ips.iter().try_for_each(check_ip)?;
    }
    check_end(interface)?;
    if let Some(bandwidth) = &interface.bandwidth {
        check_bandwidth(bandwidth, source)?;
    }
    for (size, what) in [
        (interface.driver.rx_queue_size, "rx_queue_size"),
        (interface.driver.tx_queue_size, "tx_queue_size"),
    ] {
        refuse(size.is_some_and(|size| size != 0 && !size.is_power_of_two()), || {
            Error::unsupported(format!("{what} has to be a power of two"))
        })?;
    }
    let guests = !interface.routes.is_empty() || !interface.ips.is_empty();
    refuse(guests && !matches!(source, InterfaceSource::User(_)), || {
        Error::unsupported(
            "Invalid attempt to set network interface guest-side IP route and/or address info, not supported by QEMU",
        )
    })
}

fn check_ip(ip: &Ip) -> Result<(), Error> {
    let address = ip.address.parse::<IpAddr>().ok();
    let suits = |address: IpAddr| match ip.family {
        Some(IpFamily::Ipv6) => address.is_ipv6(),
        Some(IpFamily::Ipv4) | None => address.is_ipv4(),
    };
    refuse(!address.is_some_and(suits), || {
        Error::xml(format!("Invalid address '{}' in <ip>", ip.address))
    })?;
    let longest = if ip.family == Some(IpFamily::Ipv6) { 128 } else { 32 };
    match ip.prefix.filter(|prefix| *prefix == 0 || *prefix > longest) {
        Some(prefix) => Err(Error::xml(format!("Invalid prefix value '{prefix}' in <ip>"))),
        None => Ok(()),
    }
}

fn check_end(interface: &Interface) -> Result<(), Error> {
    let source = &interface.source.source;
    match source {
        InterfaceSource::Client(socket)
        | InterfaceSource::Mcast(socket)
        | InterfaceSource::Udp(socket)
            if socket.source.address.is_none() =>
        {
            return Err(Error::xml("Missing required attribute 'address' in element 'source'"));
        }
        InterfaceSource::Udp(socket) if socket.source.local.is_none() => {
            return Err(Error::xml("'<local>' element missing for 'udp' socket interface"));
        }
        InterfaceSource::VhostUser(_) => {
            let model = interface.model.as_ref().map_or("", |model| &model.kind);
            refuse(!model.starts_with("virtio"), || {
                Error::internal(
                    "Wrong or no <model> 'type' attribute specified with <interface type='vhostuser'/>. vhostuser requires the virtio-net* frontend",
                )
            })?;
        }
        _ => {}
    }
    let isolated = interface.port.is_some_and(|port| port.isolated == Some(YesNo::Yes));
    let bridged = matches!(source, InterfaceSource::Network(_) | InterfaceSource::Bridge(_));
    refuse(isolated && !bridged, || {
        Error::unsupported(format!(
            "<port isolated='yes'/> is not supported for network interfaces with type='{}'",
            source.word()
        ))
    })
}

/// A guarantee is one of a network, for what comes in; else there is an average.
fn check_bandwidth(bandwidth: &Bandwidth, source: &InterfaceSource) -> Result<(), Error> {
    let without = || Error::detail("Missing mandatory average or floor attributes");
    if let Some(rate) = bandwidth.inbound {
        refuse(rate.average.is_none() && rate.floor.is_none(), without)?;
        let network = matches!(source, InterfaceSource::Network(_));
        refuse(rate.floor.is_some() && !network, || {
            Error::unsupported("floor attribute is not supported for this config")
        })?;
    }
    if let Some(rate) = bandwidth.outbound {
        refuse(rate.floor.is_some(), || {
            Error::unsupported("'floor' attribute allowed only in <inbound> element")
        })?;
        refuse(rate.average.is_none(), without)?;
    }
    Ok(())
}
