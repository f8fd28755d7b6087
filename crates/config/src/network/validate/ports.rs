//! Rules of ports: VLAN tags, virtual ports, groups.

use crate::domain::interface::Vlan;
use crate::network::Network;
use crate::network::forward::ForwardMode;
use crate::network::virtualport::{NetworkVirtualPort, VirtualPortType};
use crate::{Error, YesNo};

/// Largest VLAN tag.
const LARGEST_TAG: u32 = 4095;

pub(super) fn check(network: &Network) -> Result<(), Error> {
    let own = (network.vlan.as_deref(), network.virtualport.as_deref());
    let groups = network.portgroups.iter();
    let groups = groups.map(|group| (group.vlan.as_deref(), group.virtualport.as_deref()));
    for (vlan, port) in groups.chain([own]) {
        if let Some(port) = port {
            check_virtualport(port)?;
        }
        if let Some(vlan) = vlan {
            check_vlan(vlan)?;
            let port = port.or(network.virtualport.as_deref());
            if !has_vlans(network.forward_mode(), port) {
                return Err(Error::unsupported(format!(
                    "<vlan> element specified for network {}, whose type doesn't support vlan configuration",
                    network.name
                )));
            }
        }
    }
    check_groups(network)
}

fn has_vlans(mode: ForwardMode, port: Option<&NetworkVirtualPort>) -> bool {
    match mode {
        ForwardMode::Hostdev | ForwardMode::Passthrough => true,
        ForwardMode::Bridge => port.is_some_and(|port| port.kind == VirtualPortType::OpenVSwitch),
        _ => false,
    }
}

fn check_vlan(vlan: &Vlan) -> Result<(), Error> {
    if vlan.tags.is_empty() {
        return Err(Error::xml(
            "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
        ));
    }
    if let Some(tag) = vlan.tags.iter().find(|tag| tag.id > LARGEST_TAG) {
        return Err(Error::xml(format!(
            "vlan tag id {} too large (maximum {LARGEST_TAG})",
            tag.id
        )));
    }
    if vlan.tags.iter().filter(|tag| tag.native_mode.is_some()).count() > 1 {
        return Err(Error::xml("duplicate native vlan setting"));
    }
    if vlan.trunk == Some(YesNo::No) && vlan.tags.len() > 1 {
        return Err(Error::xml(
            "invalid \"trunk='no'\" in <vlan> - trunk='yes' is required for more than one vlan tag",
        ));
    }
    Ok(())
}

fn check_virtualport(port: &NetworkVirtualPort) -> Result<(), Error> {
    let parameters = &port.parameters;
    let limits = [
        ("managerid", parameters.managerid, 0xff),
        ("typeid", parameters.typeid, 0xff_ffff),
        ("typeidversion", parameters.typeidversion, 0xff),
    ];
    match limits.iter().find(|(_, value, most)| value.is_some_and(|value| value.0 > *most)) {
        Some((name, ..)) => Err(Error::xml(format!("value of {name} out of range"))),
        None => Ok(()),
    }
}

fn check_groups(network: &Network) -> Result<(), Error> {
    let name = &network.name;
    for (at, group) in network.portgroups.iter().enumerate() {
        let before = network.portgroups.iter().take(at);
        if before.clone().any(|other| other.name == group.name) {
            return Err(Error::unsupported(format!(
                "multiple <portgroup> elements with the same name ({}) in network '{name}'",
                group.name
            )));
        }
        if let (Some(_), Some(other)) =
            (group.default, before.clone().find(|g| g.default.is_some()))
        {
            return Err(Error::unsupported(format!(
                "network '{name}' has multiple default <portgroup> elements ({} and {}), but only one \
                 default is allowed",
                other.name, group.name
            )));
        }
    }
    Ok(())
}
