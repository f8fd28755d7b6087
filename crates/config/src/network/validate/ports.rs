//! Rules of ports: VLAN tags, virtual ports, groups.

use crate::domain::interface::Vlan;
use crate::network::forward::ForwardMode;
use crate::network::virtualport::{NetworkVirtualPort, VirtualPortType};
use crate::network::{Network, PortGroup};
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
        }
    }
    Ok(())
}

/// Whether every port that has VLAN tags, its own or the network's, can have some: through Open vSwitch, and
/// as a device of the host without a virtual port of its kind.
fn has_vlans(network: &Network) -> bool {
    let mode = network.forward_mode();
    let switched = |port: &NetworkVirtualPort| {
        mode == ForwardMode::Bridge && port.kind == Some(VirtualPortType::OpenVSwitch)
    };
    let is_device = matches!(mode, ForwardMode::Hostdev | ForwardMode::Passthrough);
    let own = is_device || network.virtualport.as_deref().is_some_and(switched);
    let tagged = network.vlan.is_some();
    let mut groups = network.portgroups.iter().filter(|group| tagged || group.vlan.is_some());
    (own || !tagged) && groups.all(|group| group.virtualport.as_deref().map_or(own, switched))
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
    if vlan.trunk == Some(YesNo::No) && vlan.tags.iter().any(|tag| tag.native_mode.is_some()) {
        return Err(Error::xml(
            "invalid configuration in <vlan> - \"trunk='no'\" is not allowed with a native vlan id",
        ));
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

/// Rules of all groups together.
pub(super) fn check_groups(network: &Network) -> Result<(), Error> {
    let name = &network.name;
    if !has_vlans(network) {
        return Err(Error::unsupported(format!(
            "<vlan> element specified for network {name}, whose type doesn't support vlan configuration"
        )));
    }
    for (at, group) in network.portgroups.iter().enumerate() {
        let before = network.portgroups.iter().take(at);
        if before.clone().any(|other| other.name == group.name) {
            return Err(Error::unsupported(format!(
                "multiple <portgroup> elements with the same name ({}) in network '{name}'",
                group.name
            )));
        }
        let is_default = |group: &PortGroup| group.default.is_some_and(|default| default.0);
        if is_default(group)
            && let Some(other) = before.clone().find(|other| is_default(other))
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
