//! What cannot be done to an interface's device on the host. **Source**: asked of libvirtd 9.0.

use api::{Error, ErrorDomain, Result};
use config::YesNo;
use config::domain::interface::{Interface, InterfaceSource, MacvtapMode, Rate, VirtualPortType};

use super::switch_of;
use crate::errors::QEMU;

/// Refuses an interface that cannot be made on a host.
///
/// # Errors
/// libvirt's; `CONFIG_UNSUPPORTED` for what it does and we do not.
pub(crate) fn check(interface: &Interface) -> Result<()> {
    check_kind(interface)?;
    check_addresses(interface)?;
    check_vlan(interface)?;
    check_port(interface)?;
    check_bandwidth(interface)?;
    check_filter(interface)?;
    let gathers = interface.coalesce.is_none() || is_bridged(interface);
    if gathers {
        return Ok(());
    }
    let kind = interface.source.source.word();
    Err(unsupported(format!("coalesce settings on interface type {kind} are not supported")))
}

/// The same, and what nobody can change of one that is there.
///
/// # Errors
/// As for [`check`].
pub(crate) fn check_new(interface: &Interface) -> Result<()> {
    check(interface)?;
    check_extras(interface)
}

fn mac(interface: &Interface) -> String {
    interface.source.mac.as_ref().map(|mac| mac.address.to_string()).unwrap_or_default()
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::config_unsupported(QEMU, what)
}

fn is_ethernet(interface: &Interface) -> bool {
    matches!(interface.source.source, InterfaceSource::Ethernet(_))
}

fn is_bridged(interface: &Interface) -> bool {
    matches!(interface.source.source, InterfaceSource::Bridge(_) | InterfaceSource::Network(_))
}

/// Kinds and ports that there are no means for.
fn check_kind(interface: &Interface) -> Result<()> {
    match &interface.source.source {
        InterfaceSource::Network(network) => {
            let what = format!("network '{}' is not active", network.source.network);
            return Err(Error::operation_invalid(ErrorDomain::NETWORK, what));
        }
        // libvirt 9.0 ends on it.
        InterfaceSource::Null => {
            return Err(unsupported("interface of type 'null' is not supported"));
        }
        _ => {}
    }
    match switch_of(interface) {
        Some(kind @ (VirtualPortType::Vepa | VirtualPortType::Vnlink)) => Err(unsupported(
            format!("interface {} - virtualport of type '{kind}' is not supported", mac(interface)),
        )),
        _ => Ok(()),
    }
}

/// Addresses inside the guest, which only the user network gives.
fn check_addresses(interface: &Interface) -> Result<()> {
    let gives = matches!(interface.source.source, InterfaceSource::User(_));
    if gives || interface.ips.is_empty() && interface.routes.is_empty() {
        return Ok(());
    }
    let what = "Invalid attempt to set network interface guest-side IP route and/or address info, \
                not supported by QEMU";
    Err(unsupported(what))
}

fn check_vlan(interface: &Interface) -> Result<()> {
    if interface.vlan.is_none() {
        return Ok(());
    }
    match &interface.source.source {
        InterfaceSource::Hostdev(_) => Ok(()),
        InterfaceSource::Direct(direct) if direct.source.mode == Some(MacvtapMode::Passthrough) => {
            let dev = &direct.source.dev;
            let what = format!("vlan can only be set for SR-IOV VFs, but {dev} is not a VF");
            Err(Error::config_unsupported(ErrorDomain::NONE, what))
        }
        InterfaceSource::Bridge(_)
            if switch_of(interface) == Some(VirtualPortType::OpenVSwitch) =>
        {
            Ok(())
        }
        _ => Err(Error::config_unsupported(
            ErrorDomain::DOMAIN,
            format!(
                "interface {} - vlan tag not supported for this connection type",
                mac(interface)
            ),
        )),
    }
}

fn check_port(interface: &Interface) -> Result<()> {
    let isolated = interface.port.is_some_and(|port| port.isolated == Some(YesNo::Yes));
    if !isolated || is_bridged(interface) {
        return Ok(());
    }
    Err(Error::config_unsupported(
        ErrorDomain::DOMAIN,
        format!(
            "interface {} - <port isolated='yes'/> is not supported for network interfaces with type='{}'",
            mac(interface),
            interface.source.source.word()
        ),
    ))
}

/// A share that is always there, which only networks keep free.
fn check_bandwidth(interface: &Interface) -> Result<()> {
    let bandwidth = interface.bandwidth.as_deref().filter(|_| super::has_device(interface));
    if !bandwidth.is_some_and(|bandwidth| has_floor(bandwidth.inbound)) {
        return Ok(());
    }
    let what = "floor attribute is not supported for this config";
    Err(Error::config_unsupported(ErrorDomain::NONE, what))
}

/// Refuses a share that is always there in limits that are set by themselves.
///
/// # Errors
/// `OPERATION_UNSUPPORTED`.
pub(crate) fn check_floor(interface: &Interface, inbound: Option<Rate>) -> Result<()> {
    if !has_floor(inbound) || matches!(interface.source.source, InterfaceSource::Network(_)) {
        return Ok(());
    }
    let what = format!(
        "Invalid use of 'floor' on interface with MAC address {} - 'floor' is only supported for interface \
         type 'network' with forward type 'nat', 'route', 'open' or none",
        mac(interface)
    );
    Err(Error::operation_unsupported(QEMU, what))
}

fn has_floor(inbound: Option<Rate>) -> bool {
    inbound.and_then(|rate| rate.floor).is_some_and(|floor| floor > 0)
}

/// What only some kinds have.
fn check_extras(interface: &Interface) -> Result<()> {
    let source = &interface.source.source;
    let kind = source.word();
    let has_tap = is_ethernet(interface) || is_bridged(interface);
    if interface.script.is_some() && !is_ethernet(interface) {
        let what = format!("scripts are not supported on interfaces of type {kind}");
        return Err(unsupported(what));
    }
    let sets_mtu = has_tap || matches!(source, InterfaceSource::VhostUser(_));
    if interface.mtu.is_some() && !sets_mtu {
        let what = format!("setting MTU on interface type {kind} is not supported yet");
        return Err(unsupported(what));
    }
    if interface.backend.tap.is_some() && !has_tap {
        let what = format!(
            "interface {} - custom tap device path is not supported for network interfaces of type {kind}",
            mac(interface)
        );
        return Err(unsupported(what));
    }
    Ok(())
}

/// Filters of other kinds than these say nothing, to libvirt neither.
fn check_filter(interface: &Interface) -> Result<()> {
    let has_tap = is_ethernet(interface) || is_bridged(interface);
    match interface.filterref.as_ref().filter(|_| has_tap) {
        Some(filter) => {
            let what = format!("network filter '{}' cannot be applied yet", filter.filter);
            Err(unsupported(what))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(kind: &str, inside: &str) -> Interface {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><interface type='{kind}'>\
             <mac address='52:54:00:00:00:01'/>{inside}</interface></devices></domain>"
        );
        let mut document =
            config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap();
        document.devices.interfaces.remove(0)
    }

    const BRIDGE: &str = "<source bridge='b'/>";
    const DIRECT: &str = "<source dev='e' mode='passthrough'/>";

    #[test]
    fn what_a_kind_cannot_have_is_refused() {
        for (kind, inside, words) in [
            ("bridge", format!("{BRIDGE}<vlan><tag id='3'/></vlan>"), "vlan tag not supported"),
            ("direct", format!("{DIRECT}<vlan><tag id='3'/></vlan>"), "but e is not a VF"),
            ("ethernet", "<port isolated='yes'/>".into(), "with type='ethernet'"),
            ("bridge", format!("{BRIDGE}<script path='/s'/>"), "interfaces of type bridge"),
            ("user", "<script path='/s'/>".into(), "interfaces of type user"),
            (
                "direct",
                format!("{DIRECT}<mtu size='1300'/>"),
                "setting MTU on interface type direct",
            ),
            (
                "ethernet",
                "<coalesce><rx><frames max='7'/></rx></coalesce>".into(),
                "coalesce settings on interface type ethernet",
            ),
            ("direct", format!("{DIRECT}<backend tap='/t'/>"), "custom tap device path"),
            ("ethernet", "<ip address='10.9.8.7'/>".into(), "guest-side IP route"),
            ("bridge", format!("{BRIDGE}<filterref filter='f'/>"), "filter 'f' cannot be applied"),
            (
                "bridge",
                format!("{BRIDGE}<bandwidth><inbound average='9' floor='3'/></bandwidth>"),
                "floor attribute is not supported",
            ),
            ("network", "<source network='n'/>".into(), "network 'n' is not active"),
            ("null", String::new(), "type 'null'"),
            (
                "direct",
                format!(
                    "{DIRECT}<virtualport type='802.1Qbh'><parameters profileid='p'/></virtualport>"
                ),
                "virtualport of type '802.1Qbh'",
            ),
        ] {
            let error = check_new(&interface(kind, &inside)).unwrap_err();
            assert!(error.message.contains(words), "{inside}: {error}");
        }
    }

    #[test]
    fn what_it_can_have_passes() {
        for (kind, inside) in [
            ("bridge", format!("{BRIDGE}<mtu size='1300'/><port isolated='yes'/>")),
            (
                "bridge",
                format!("{BRIDGE}<virtualport type='openvswitch'/><vlan><tag id='3'/></vlan>"),
            ),
            ("ethernet", "<script path='/s'/><downscript path='/s'/>".into()),
            ("direct", format!("{DIRECT}<filterref filter='f'/>")),
            ("user", "<ip address='10.9.8.7' family='ipv4'/>".into()),
            ("user", "<bandwidth><inbound average='9' floor='3'/></bandwidth>".into()),
        ] {
            check_new(&interface(kind, &inside)).unwrap();
        }
    }
}
