//! Rules of network interfaces.

use std::net::IpAddr;

use super::refuse;
use crate::Error;
use crate::YesNo;
use crate::domain::Domain;
use crate::domain::device::TeamingType;
use crate::domain::device::VirtioOptions;
use crate::domain::interface::{
    Bandwidth, Interface, InterfaceSource, Ip, IpFamily, VirtualPortType,
};

/// The highest VLAN tag.
const HIGHEST_TAG: u32 = 4095;

/// Refuses interfaces that no guest can have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    domain.devices.interfaces.iter().try_for_each(check_interface)
}

/// Refuses what completion would make something else of.
pub(super) fn check_written(interfaces: &[Interface]) -> Result<(), Error> {
    for interface in interfaces {
        if let Some(vlan) = interface.vlan.as_deref() {
            refuse(vlan.tags.is_empty(), || {
                Error::xml(
                    "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
                )
            })?;
            refuse(vlan.trunk == Some(YesNo::No) && vlan.tags.len() > 1, || {
                Error::xml(
                    "invalid \"trunk='no'\" in <vlan> - trunk='yes' is required for more than one vlan tag",
                )
            })?;
        }
        refuse(interface.backend.kind.is_some(), || {
            Error::xml("Invalid value for attribute 'type' in element 'backend': 'default'.")
        })?;
        check_driver(interface)?;
        check_virtualport(interface)?;
        let routes = match &interface.source.source {
            InterfaceSource::Ethernet(ends) | InterfaceSource::User(ends) => {
                &ends.source.routes[..]
            }
            _ => &[],
        };
        let all = routes.iter().chain(&interface.routes);
        refuse(all.into_iter().any(|route| route.metric == Some(0)), || {
            Error::xml(
                "Invalid value for attribute 'metric' in element 'route': Zero is not permitted",
            )
        })?;
    }
    Ok(())
}

fn check_driver(interface: &Interface) -> Result<(), Error> {
    let virtio = interface
        .model
        .as_ref()
        .is_some_and(|model| model.kind.to_ascii_lowercase().starts_with("virtio"));
    refuse(!virtio && interface.driver.virtio != VirtioOptions::default(), || {
        Error::unsupported("iommu driver option is only supported for virtio devices")
    })
}

/// What each kind of virtual port can say, and what it must; the rest the daemon draws.
const PORTS: &[(VirtualPortType, &[&str], &[&str])] = &[
    (
        VirtualPortType::Vepa,
        &["managerid", "typeid", "typeidversion", "instanceid"],
        &["managerid", "typeid", "typeidversion"],
    ),
    (VirtualPortType::Vnlink, &["profileid"], &["profileid"]),
    (VirtualPortType::OpenVSwitch, &["interfaceid", "profileid"], &[]),
    (VirtualPortType::Midonet, &["interfaceid"], &["interfaceid"]),
];

/// A virtual port has what its kind needs; that of a network may complete what is missing.
fn check_virtualport(interface: &Interface) -> Result<(), Error> {
    let Some(port) = &interface.virtualport else { return Ok(()) };
    let source = &interface.source.source;
    let network = matches!(source, InterfaceSource::Network(_));
    let plugged = network
        || matches!(
            source,
            InterfaceSource::Bridge(_) | InterfaceSource::Direct(_) | InterfaceSource::Hostdev(_)
        );
    refuse(!plugged, || {
        let kind = source.word();
        let what = format!("<virtualport> element unsupported for <interface type='{kind}'>");
        Error::unsupported(what)
    })?;
    let Some(kind) = port.kind else {
        return refuse(!network, || Error::xml("missing required virtualport type"));
    };
    let said = port.parameters.as_ref();
    let says = |name: &&str| {
        said.is_some_and(|said| match *name {
            "managerid" => said.managerid.is_some(),
            "typeid" => said.typeid.is_some(),
            "typeidversion" => said.typeidversion.is_some(),
            "instanceid" => said.instanceid.is_some(),
            "interfaceid" => said.interfaceid.is_some(),
            _ => said.profileid.as_deref().is_some_and(|id| !id.is_empty()),
        })
    };
    for (value, most, name) in [
        (said.and_then(|said| said.managerid), 0xff, "managerid"),
        (said.and_then(|said| said.typeid), 0xff_ffff, "typeid"),
        (said.and_then(|said| said.typeidversion), 0xff, "typeidversion"),
    ] {
        refuse(value.is_some_and(|value| value.0 > most), || {
            Error::xml(format!("value of {name} out of range"))
        })?;
    }
    let Some((_, known, needed)) = PORTS.iter().find(|(known, ..)| *known == kind) else {
        return Ok(());
    };
    let all = PORTS.iter().flat_map(|(_, known, _)| known.iter());
    if let Some(extra) = all.filter(|name| says(name)).find(|name| !known.contains(name)) {
        return Err(Error::xml(format!(
            "extra {extra} unsupported in <virtualport type='{kind}'>"
        )));
    }
    match needed.iter().find(|name| !network && !says(name)) {
        Some(missing) => {
            Err(Error::xml(format!("missing {missing} in <virtualport type='{kind}'>")))
        }
        None => Ok(()),
    }
}

/// Rules of a pair of which one fills in for the other, of sizes and names.
fn check_roles(interface: &Interface) -> Result<(), Error> {
    let source = &interface.source.source;
    let model = interface.model.as_ref().map_or("", |model| &model.kind);
    if let Some(team) = &interface.teaming {
        refuse(team.kind == TeamingType::Persistent && !model.starts_with("virtio"), || {
            Error::unsupported(format!(
                "virtio-net teaming persistent interface must be <model type='virtio'/>, not '{model}'"
            ))
        })?;
        refuse(team.kind == TeamingType::Transient && team.persistent.is_none(), || {
            Error::unsupported(
                "teaming persistent attribute must be set if teaming type is 'transient'",
            )
        })?;
    }
    let isolated = interface.port.is_some_and(|port| port.isolated == Some(YesNo::Yes));
    let open = interface
        .virtualport
        .as_ref()
        .is_some_and(|port| port.kind == Some(VirtualPortType::OpenVSwitch));
    refuse(isolated && open, || {
        Error::unsupported(
            "<port isolated='yes'/> is not supported for network interfaces with virtualport type='openvswitch'",
        )
    })?;
    let tap = matches!(source, InterfaceSource::Ethernet(_));
    refuse(interface.target.managed == Some(YesNo::No) && !tap, || {
        Error::unsupported(format!(
            "unmanaged target dev is not supported on interfaces of type '{}'",
            source.word()
        ))
    })?;
    let sized = matches!(
        source,
        InterfaceSource::Network(_)
            | InterfaceSource::Bridge(_)
            | InterfaceSource::Ethernet(_)
            | InterfaceSource::VhostUser(_)
    );
    refuse(!sized && interface.mtu.is_some(), || {
        let kind = source.word();
        Error::unsupported(format!("setting MTU on interface type {kind} is not supported yet"))
    })?;
    let vdpa = matches!(source, InterfaceSource::Vdpa(_));
    refuse(vdpa && !model.starts_with("virtio"), || {
        Error::unsupported(format!("invalid model for interface of type 'vdpa': '{model}'"))
    })
}

/// What user mode networking can be told.
fn check_user(interface: &Interface) -> Result<(), Error> {
    let InterfaceSource::User(ends) = &interface.source.source else { return Ok(()) };
    refuse(!ends.source.ips.is_empty() || !ends.source.routes.is_empty(), || {
        Error::unsupported(
            "Invalid attempt to set network interface host-side IP route and/or address info on interface of type 'user'. This is only supported on interfaces of type 'ethernet'",
        )
    })?;
    refuse(!interface.routes.is_empty(), || {
        Error::unsupported(
            "Invalid attempt to set network interface guest-side IP route, not supported by QEMU",
        )
    })?;
    refuse(interface.ips.iter().any(|ip| ip.peer.is_some()), || {
        Error::unsupported("Invalid attempt to set peer IP for guest")
    })?;
    for (family, name) in [(IpFamily::Ipv4, "IPv4"), (IpFamily::Ipv6, "IPv6")] {
        let count = interface.ips.iter().filter(|ip| ip.family == Some(family)).count();
        refuse(count > 1, || {
            Error::unsupported(format!("Only one {name} address per interface is allowed"))
        })?;
    }
    Ok(())
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
    check_roles(interface)?;
    check_user(interface)?;
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
        InterfaceSource::Udp(socket)
            if socket.source.local.as_ref().is_some_and(|local| local.address.is_none()) =>
        {
            return Err(Error::xml("Missing required attribute 'address' in element 'local'"));
        }
        InterfaceSource::VhostUser(user) => {
            let (kind, mode) = (&*user.source.kind, &*user.source.mode);
            refuse(kind != "unix", || {
                Error::unsupported(format!(
                    "Type='{kind}' unsupported for <interface type='vhostuser'>"
                ))
            })?;
            refuse(!matches!(mode, "server" | "client"), || {
                Error::xml(format!(
                    "Invalid value for attribute 'mode' in element 'source': '{mode}'."
                ))
            })?;
            refuse(mode == "server" && user.source.reconnect.is_some(), || {
                Error::unsupported(
                    "'reconnect' attribute unsupported 'server' mode for <interface type='vhostuser'>",
                )
            })?;
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
        let mac = interface.source.mac.map(|mac| mac.address.to_string()).unwrap_or_default();
        Error::unsupported(format!(
            "interface {mac} - <port isolated='yes'/> is not supported for network interfaces with type='{}'",
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
