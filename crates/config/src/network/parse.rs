//! Text to [`Network`], as written, and back.

use xml::View;

use super::bandwidth;
use super::ip::{Bootp, Lease, LeaseUnit, NetworkIp};
use super::{Bridge, DNSMASQ_NAMESPACE, FormatFlags, Network, check};
use crate::domain::interface::Vlan;
use crate::domain::part;
use crate::kind::{Declarations, Kind, Wording, json};
use crate::{Code, Error, YesNo};

const KIND: Kind = Kind {
    root: "network",
    text: "network_definition",
    namespaces: &[("dnsmasq", DNSMASQ_NAMESPACE)],
    declarations: Declarations::First,
    wrong: WRONG,
    missing: MISSING,
};

/// What is wrong or not there at all is one to libvirt.
const NAT_START: Wording = (
    "port",
    "start",
    Code::XmlDetail,
    "Missing or invalid 'start' attribute in <port> in <nat> in <forward> in network {name}",
);
const NAT_END: Wording = (
    "port",
    "end",
    Code::XmlDetail,
    "Missing or invalid 'end' attribute in <port> in <nat> in <forward> in network {name}",
);

const WRONG: &[Wording] = {
    use Code::{
        ConfigUnsupported as Unsupported, InternalError, SystemError, XmlDetail, XmlError as Xml,
    };
    &[
        NAT_START,
        NAT_END,
        ("address", "type", Unsupported, "unknown address type '{}' in network {name}"),
        ("bridge", "delay", Xml, "Invalid delay value in network '{name}'"),
        (
            "bridge",
            "macTableManager",
            Xml,
            "Invalid macTableManager setting '{}' in network '{name}'",
        ),
        (
            "bootp",
            "server",
            SystemError,
            "Cannot parse socket address '{}': Name or service not known",
        ),
        ("driver", "name", Unsupported, "Unknown forward <driver name='{}'/> in network {name}"),
        ("forward", "mode", Unsupported, "unknown forwarding type '{}'"),
        ("forwarder", "addr", Xml, "Invalid forwarder IP address '{}' in network '{name}'"),
        ("host", "ip", Xml, "Invalid IP address in static host definition for network '{name}'"),
        ("ip", "address", Xml, "Invalid address '{}' in network '{name}'"),
        ("ip", "family", Xml, "Unrecognized family '{}' in network '{name}'"),
        ("ip", "netmask", Xml, "Invalid netmask '{}' in network '{name}'"),
        ("mac", "address", Xml, "Invalid bridge mac address '{}' in network '{name}'"),
        ("mtu", "size", Xml, "Invalid mtu size '{}' in network '{name}'"),
        ("name", "", XmlDetail, "invalid char in name: {}"),
        ("network", "ipv6", Xml, "Invalid ipv6 setting '{}' in network '{name}'"),
        ("parameters", "interfaceid", Xml, "cannot parse interfaceid parameter as a uuid"),
        ("parameters", "instanceid", Xml, "cannot parse instanceid parameter as a uuid"),
        ("parameters", "managerid", Xml, "cannot parse value of managerid parameter"),
        ("parameters", "typeid", Xml, "cannot parse value of typeid parameter"),
        ("parameters", "typeidversion", Xml, "cannot parse value of typeidversion parameter"),
        (
            "range",
            "start",
            SystemError,
            "Cannot parse socket address '{}': Name or service not known",
        ),
        (
            "range",
            "end",
            SystemError,
            "Cannot parse socket address '{}': Name or service not known",
        ),
        ("route", "address", Xml, "{name}: Bad network address '{}' in route definition"),
        ("route", "family", Xml, "{name}: Unrecognized family '{}' in route definition"),
        ("route", "gateway", Xml, "{name}: Bad gateway address '{}' in route definition"),
        ("route", "netmask", Xml, "{name}: Bad netmask address '{}' in route definition"),
        ("srv", "port", XmlDetail, "invalid DNS SRV port attribute in network '{name}'"),
        ("srv", "priority", XmlDetail, "Invalid DNS SRV priority attribute in network '{name}'"),
        ("srv", "weight", XmlDetail, "Invalid DNS SRV weight attribute in network '{name}'"),
        ("uuid", "", InternalError, "malformed uuid element"),
        ("vlan", "trunk", Xml, "invalid \"trunk='{}'\" in <vlan> - must be yes or no"),
    ]
};

const MISSING: &[Wording] = {
    use Code::{InternalError, NoName, XmlDetail, XmlError as Xml};
    &[
        NAT_START,
        NAT_END,
        ("dnsmasq:option", "value", InternalError, "No dnsmasq options value specified"),
        ("option", "value", InternalError, "No dnsmasq options value specified"),
        ("address", "type", Xml, "missing address type in network {name}"),
        ("host", "ip", XmlDetail, "Missing IP address in network '{name}' DNS HOST record"),
        (
            "interface",
            "dev",
            Xml,
            "Missing required dev attribute in <forward> <interface> element of network {name}",
        ),
        ("ip", "address", Xml, "Missing required address attribute in network '{name}'"),
        ("network", "name", NoName, "missing name information"),
        ("pf", "dev", Xml, "Missing required dev attribute in <pf> element of network '{name}'"),
        ("portgroup", "name", Xml, "Missing required name attribute in portgroup"),
        ("range", "end", Xml, "Missing 'end' attribute in dhcp range for network '{name}'"),
        ("range", "start", Xml, "Missing 'start' attribute in dhcp range for network '{name}'"),
        ("route", "address", Xml, "{name}: Missing required address attribute in route definition"),
        ("route", "gateway", Xml, "{name}: Missing required gateway attribute in route definition"),
        (
            "srv",
            "protocol",
            XmlDetail,
            "missing required protocol attribute in DNS SRV record of network '{name}'",
        ),
        (
            "srv",
            "service",
            XmlDetail,
            "missing required service attribute in DNS SRV record of network '{name}'",
        ),
        (
            "txt",
            "name",
            XmlDetail,
            "missing required name attribute in DNS TXT record of network {name}",
        ),
        (
            "txt",
            "value",
            XmlDetail,
            "missing required value attribute in DNS TXT record of network {name}",
        ),
    ]
};

impl Network {
    /// `VIR_FROM_NETWORK`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 19;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut network: Self = KIND.read(text, View::PLAIN, check::refuse)?;
        if network.title.as_ref().is_some_and(|title| title.contains('\n')) {
            return Err(Error::xml("Network title can't contain newlines"));
        }
        network.forget_empty();
        network.validate()?;
        network.forget_defaults();
        Ok(network)
    }

    /// Prints the document; the live one says how many interfaces are connected.
    pub fn format(&self, flags: FormatFlags) -> String {
        KIND.print(self, flags.view(), |_| self.dnsmasq.is_some())
    }

    /// Drops what has nothing in it.
    fn forget_empty(&mut self) {
        let groups = self.portgroups.iter_mut().map(|group| &mut group.bandwidth);
        for limits in groups.chain([&mut self.bandwidth]) {
            *limits = limits.take().filter(|it| it.inbound.is_some() || it.outbound.is_some());
        }
        self.domain = self.domain.take().filter(|domain| domain.name.is_some());
        self.mtu = self.mtu.filter(|mtu| mtu.size.is_some());
        for ip in &mut self.ips {
            ip.dhcp = ip.dhcp.take().filter(|it| !it.ranges.is_empty() || !it.hosts.is_empty());
        }
    }

    /// Drops what is as good as not said.
    fn forget_defaults(&mut self) {
        self.ipv6 = self.ipv6.filter(|ipv6| *ipv6 == YesNo::Yes);
        self.mac = self.mac.filter(|mac| mac.address.is_some());
        self.port = self.port.filter(|port| port.isolated.is_some());
        self.dnsmasq = self.dnsmasq.take().filter(|dnsmasq| !dnsmasq.options.is_empty());
        for host in &mut self.dns.hosts {
            host.hostnames.retain(|name| !name.is_empty());
        }
        for srv in &mut self.dns.srvs {
            srv.priority = srv.priority.filter(|priority| *priority != 0);
            srv.weight = srv.weight.filter(|weight| *weight != 0);
        }
        bandwidth::forget_zeros(&mut self.bandwidth);
        forget_in_tags(&mut self.vlan);
        if let Some(bridge) = &mut self.bridge {
            bridge.name = bridge.name.take().filter(|name| !name.is_empty());
        }
        self.bridge = self.bridge.take().filter(|bridge| *bridge != Bridge::default());
        self.ips.iter_mut().for_each(forget_in_ip);
        for group in &mut self.portgroups {
            bandwidth::forget_zeros(&mut group.bandwidth);
            forget_in_tags(&mut group.vlan);
            group.default = group.default.filter(|default| default.0);
        }
    }
}

json! { Network, KIND, part::LIVE }

/// More than one tag make a trunk.
fn forget_in_tags(vlan: &mut Option<Box<Vlan>>) {
    if let Some(vlan) = vlan {
        let trunk = vlan.trunk == Some(YesNo::Yes) || vlan.tags.len() > 1;
        vlan.trunk = trunk.then_some(YesNo::Yes);
    }
}

fn forget_in_lease(lease: &mut Option<Lease>) {
    *lease = lease.filter(|lease| lease.expiry.is_some()).map(|lease| match lease.expiry {
        Some(0) => Lease { unit: None, ..lease },
        _ => Lease { unit: Some(lease.unit.unwrap_or(LeaseUnit::Minutes)), ..lease },
    });
}

fn forget_in_ip(ip: &mut NetworkIp) {
    ip.prefix = ip.prefix.filter(|prefix| *prefix != 0);
    ip.tftp = ip.tftp.take().filter(|tftp| tftp.root.is_some());
    if let Some(dhcp) = &mut ip.dhcp {
        let leases = dhcp.ranges.iter_mut().map(|range| &mut range.lease);
        leases.chain(dhcp.hosts.iter_mut().map(|host| &mut host.lease)).for_each(forget_in_lease);
        let boots = |bootp: &Bootp| bootp.file.is_some() && ip.address.is_ipv4();
        dhcp.bootp = dhcp.bootp.take().filter(boots);
    }
}
