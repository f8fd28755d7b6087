//! Virtual switches that are not the kernel's: Open vSwitch and MidoNet, each told by its own program.

use std::time::Duration;

use api::{Error, ErrorDomain, Result};
use config::YesNo;
use config::domain::interface::{Interface, InterfaceSource, NativeMode, VirtualPortType, Vlan};
use host::program;

use super::switch_of;

/// How long the program may take; it gives up by itself before.
const DEADLINE: Duration = Duration::from_secs(10);
const OVS: &str = "ovs-vsctl";
const MIDONET: &str = "mm-ctl";

/// Attaches a device to the switch of its interface. `guest` is the guest's UUID.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub(super) fn attach(interface: &Interface, device: &str, guest: &str) -> Result<()> {
    let failed = |what: String| Error::internal(ErrorDomain::NONE, what);
    let bridge = match &interface.source.source {
        InterfaceSource::Bridge(bridge) => &*bridge.source.bridge,
        _ => return Ok(()),
    };
    match switch_of(interface) {
        Some(VirtualPortType::OpenVSwitch) => run(OVS, &port(interface, bridge, device, guest))
            .map_err(|_| failed(format!("Unable to add port {device} to OVS bridge {bridge}"))),
        Some(VirtualPortType::Midonet) => {
            let id = port_id(interface);
            let bound = run(MIDONET, &words(&["--bind-port", &id, device]));
            bound.map_err(|_| {
                failed(format!("Unable to bind port {device} to the virtual port {id}"))
            })
        }
        _ => Ok(()),
    }
}

/// Takes a device off Open vSwitch.
pub(super) fn detach_ovs(device: &str) {
    let words = words(&["--timeout=5", "--", "--if-exists", "del-port", device]);
    if let Err(error) = run(OVS, &words) {
        tracing::warn!(device, %error, "not taken off its switch");
    }
}

/// Takes a device off MidoNet.
pub(super) fn unbind(port: &str) {
    if let Err(error) = run(MIDONET, &words(&["--unbind-port", port])) {
        tracing::warn!(port, %error, "not taken off its switch");
    }
}

/// Tells Open vSwitch of other VLANs of a port.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub(crate) fn retag(interface: &Interface) -> Result<()> {
    let Some(device) = interface.target.dev.as_deref() else { return Ok(()) };
    let mut line = words(&["--timeout=5"]);
    for column in ["tag", "trunk", "vlan_mode"] {
        line.extend(words(&["--", "--if-exists", "clear", "Port", device, column]));
    }
    let tags = interface.vlan.as_deref().map(tags).unwrap_or_default();
    if !tags.is_empty() {
        line.extend(words(&["--", "--if-exists", "set", "Port", device]));
        line.extend(tags);
    }
    run(OVS, &line).map_err(|_| {
        Error::internal(
            ErrorDomain::NONE,
            format!("Unable to set vlan configuration on port {device}"),
        )
    })
}

/// Has Open vSwitch keep a port to its limits.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub(super) fn shape(interface: &Interface, device: &str, guest: &str) -> Result<()> {
    let failed = |_| {
        let what = format!("Unable to set qos configuration on port {device}");
        Error::internal(ErrorDomain::NONE, what)
    };
    forget_limits(device, guest);
    for line in limits(interface, device, guest) {
        run(OVS, &line).map_err(failed)?;
    }
    Ok(())
}

/// Removes the queues that Open vSwitch has for a port; it has none mostly.
fn forget_limits(device: &str, guest: &str) {
    let mine = mine(device, guest);
    let find = |table: &str| {
        let mut line = words(&["--timeout=5", "--no-heading", "--columns=_uuid", "find", table]);
        line.extend(mine.clone());
        let found = program::run(OVS, &borrowed(&line), DEADLINE).unwrap_or_default();
        found.lines().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
    };
    let (queues, policies): (Vec<String>, Vec<String>) = (find("queue"), find("qos"));
    let of = |table: &'static str, id: String| words(&["--timeout=5", "destroy", table, &id]);
    let clear = (!policies.is_empty())
        .then(|| words(&["--timeout=5", "--", "--if-exists", "clear", "port", device, "qos"]));
    let policies = policies.into_iter().map(|id| of("qos", id));
    let queues = queues.into_iter().map(|id| of("queue", id));
    for line in clear.into_iter().chain(policies).chain(queues) {
        if let Err(error) = run(OVS, &line) {
            tracing::warn!(device, %error, "limits of a port not removed");
        }
    }
}

/// What marks the queues of a port as its own.
fn mine(device: &str, guest: &str) -> Vec<String> {
    vec![format!("external-ids:vm-id=\"{guest}\""), format!("external-ids:ifname=\"{device}\"")]
}

/// The commands that set limits. Open vSwitch counts bits, of a thousand to the kilobit.
fn limits(interface: &Interface, device: &str, guest: &str) -> Vec<Vec<String>> {
    let bandwidth = interface.bandwidth.as_deref();
    let inbound = bandwidth.and_then(|bandwidth| bandwidth.inbound);
    let outbound = bandwidth.and_then(|bandwidth| bandwidth.outbound);
    let mut lines = Vec::new();
    if let Some(rate) = inbound.filter(|rate| rate.average.is_some()) {
        let figure = |name: &str, value: Option<u64>, unit: u64| {
            let value = value.filter(|value| *value > 0)?;
            Some(format!("other_config:{name}={}", value.saturating_mul(unit)))
        };
        let figures = [
            figure("min-rate", rate.average, 8000),
            figure("burst", rate.burst, 8192),
            figure("max-rate", rate.peak, 8000),
        ];
        let figures: Vec<String> = figures.into_iter().flatten().collect();
        let mine = mine(device, guest);
        let mut line = words(&["--timeout=5", "set", "port", device, "qos=@qos1"]);
        line.extend(mine.clone());
        line.extend(words(&["--", "--id=@qos1", "create", "qos", "type=linux-htb"]));
        line.extend(figures.clone());
        line.push("queues:0=@queue0".to_owned());
        line.extend(mine.clone());
        line.extend(words(&["--", "--id=@queue0", "create", "queue"]));
        line.extend(figures);
        line.extend(mine);
        lines.push(line);
    }
    let kilobits = |value: Option<u64>| value.unwrap_or(0).saturating_mul(8);
    let rate = kilobits(outbound.and_then(|rate| rate.average));
    let burst = kilobits(outbound.and_then(|rate| rate.burst));
    lines.push(vec![
        "--timeout=5".to_owned(),
        "set".to_owned(),
        "Interface".to_owned(),
        device.to_owned(),
        format!("ingress_policing_rate={rate}"),
        format!("ingress_policing_burst={burst}"),
    ]);
    lines
}

/// The command that adds a port and says whose it is.
fn port(interface: &Interface, bridge: &str, device: &str, guest: &str) -> Vec<String> {
    let mut line = words(&["--timeout=5", "--", "--may-exist", "add-port", bridge, device]);
    line.extend(interface.vlan.as_deref().map(tags).unwrap_or_default());
    let mut say = |name: &str, value: &str| {
        line.extend(words(&["--", "set", "Interface", device]));
        line.push(format!("external-ids:{name}={value}"));
    };
    let mac = interface.source.mac.as_ref().map(|mac| mac.address.to_string());
    say("attached-mac", &format!("\"{}\"", mac.unwrap_or_default()));
    say("iface-id", &format!("\"{}\"", port_id(interface)));
    say("vm-id", &format!("\"{guest}\""));
    let parameters = interface.virtualport.as_ref().and_then(|port| port.parameters.as_ref());
    if let Some(profile) = parameters.and_then(|parameters| parameters.profileid.as_ref()) {
        say("port-profile", &format!("\"{profile}\""));
        say("ifname", &format!("\"{device}\""));
    }
    say("iface-status", "active");
    line
}

/// The identity of an interface's port.
pub(super) fn port_id(interface: &Interface) -> String {
    let parameters = interface.virtualport.as_ref().and_then(|port| port.parameters.as_ref());
    let id = parameters.and_then(|parameters| parameters.interfaceid.as_ref());
    id.map(ToString::to_string).unwrap_or_default()
}

/// VLANs of a port.
fn tags(vlan: &Vlan) -> Vec<String> {
    let native = vlan.tags.iter().find(|tag| tag.native_mode.is_some());
    let mut words = Vec::new();
    if let Some((tag, mode)) = native.and_then(|tag| Some((tag.id, tag.native_mode?))) {
        let mode = match mode {
            NativeMode::Tagged => "native-tagged",
            NativeMode::Untagged => "native-untagged",
        };
        words.extend([format!("vlan_mode={mode}"), format!("tag={tag}")]);
    }
    let numbers: Vec<String> = vlan.tags.iter().map(|tag| tag.id.to_string()).collect();
    if vlan.trunk == Some(YesNo::Yes) {
        words.push(format!("trunk={}", numbers.join(",")));
    } else if let Some(first) = numbers.first() {
        words.push(format!("tag={first}"));
    }
    words
}

fn run(program: &str, line: &[String]) -> std::result::Result<(), program::ProgramError> {
    let done = program::run(program, &borrowed(line), DEADLINE).map(drop);
    done.inspect_err(|error| tracing::debug!(%error, "refused"))
}

fn borrowed(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(inside: &str) -> Interface {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><interface type='bridge'>\
             <mac address='52:54:00:00:00:01'/><source bridge='b'/>{inside}</interface></devices></domain>"
        );
        let mut document =
            config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap();
        document.devices.interfaces.remove(0)
    }

    #[test]
    fn a_port_says_whose_it_is() {
        let interface = interface(
            "<vlan trunk='yes'><tag id='3'/><tag id='4' nativeMode='untagged'/></vlan>\
             <virtualport type='openvswitch'><parameters profileid='p q' \
             interfaceid='0b2d64da-3d0e-431e-afdd-804415d6ebbb'/></virtualport>",
        );
        assert_eq!(
            port(&interface, "b", "vnet9", "c7f943d0").join(" "),
            "--timeout=5 -- --may-exist add-port b vnet9 vlan_mode=native-untagged tag=4 trunk=3,4 \
             -- set Interface vnet9 external-ids:attached-mac=\"52:54:00:00:00:01\" \
             -- set Interface vnet9 external-ids:iface-id=\"0b2d64da-3d0e-431e-afdd-804415d6ebbb\" \
             -- set Interface vnet9 external-ids:vm-id=\"c7f943d0\" \
             -- set Interface vnet9 external-ids:port-profile=\"p q\" \
             -- set Interface vnet9 external-ids:ifname=\"vnet9\" \
             -- set Interface vnet9 external-ids:iface-status=active"
        );
    }

    #[test]
    fn limits_are_bits() {
        let interface = interface(
            "<bandwidth><inbound average='1000' peak='5000' burst='1024'/>\
             <outbound average='128' peak='256' burst='300'/></bandwidth>",
        );
        let lines = limits(&interface, "v", "u");
        let figures = "other_config:min-rate=8000000 other_config:burst=8388608 other_config:max-rate=40000000";
        let mine = "external-ids:vm-id=\"u\" external-ids:ifname=\"v\"";
        assert_eq!(
            lines[0].join(" "),
            format!(
                "--timeout=5 set port v qos=@qos1 {mine} -- --id=@qos1 create qos type=linux-htb {figures} \
                 queues:0=@queue0 {mine} -- --id=@queue0 create queue {figures} {mine}"
            )
        );
        assert!(
            lines[1].join(" ").ends_with("ingress_policing_rate=1024 ingress_policing_burst=2400")
        );
    }
}
