//! Leases: addresses for certain guests, and for whoever asks.

use super::{Change, Entry, Section, fixed, invalid};
use crate::ip::Ip;
use crate::network::Network;
use crate::network::ip::{Dhcp, DhcpHost, DhcpRange, NetworkIp};
use crate::{Error, Mac};

impl Network {
    pub(super) fn update_dhcp_host(
        &mut self,
        change: Change,
        parent: i32,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let at = self.leasing(parent)?;
        let ip = &self.ips[at];
        if change == Change::Delete {
            let wanted = PartialHost::read(ip, entry)?;
            let hosts = &mut self.ips[at].dhcp.get_or_insert_with(Dhcp::nothing).hosts;
            let Some(found) = hosts.iter().position(|host| wanted.matches(host)) else {
                let what = "couldn't locate a matching dhcp host entry in network";
                return Err(invalid(format!("{what} '{}'", self.name)));
            };
            hosts.remove(found);
            return Ok(());
        }
        let host = alone(ip, entry)?.hosts.pop().ok_or_else(|| entry.lost())?;
        change.refuse_unknown()?;
        if host.ip.is_some_and(|address| address.is_ipv4() != ip.address.is_ipv4()) {
            return Err(invalid(
                "the address family of a host entry IP must match the address family of the dhcp \
                 element's parent",
            ));
        }
        let known = ip.dhcp.iter().flat_map(|dhcp| &dhcp.hosts).position(|it| resembles(it, &host));
        match (change.adds(), known) {
            (false, None) => {
                let (shown, name) = (shown(&host), &self.name);
                let what = "couldn't locate an existing dhcp host entry with";
                return Err(invalid(format!("{what} \"{shown}\" in network '{name}'")));
            }
            (true, Some(_)) => {
                let (shown, name) = (shown(&host), &self.name);
                let what = format!("there is an existing dhcp host entry in network '{name}'");
                return Err(invalid(format!("{what} that matches \"<host {shown}/>\"")));
            }
            (true, None) => self.refuse_second(at)?,
            (false, Some(_)) => {}
        }
        let hosts = &mut self.ips[at].dhcp.get_or_insert_with(Dhcp::nothing).hosts;
        match known {
            Some(known) => hosts[known] = host,
            None => change.add(hosts, host),
        }
        Ok(())
    }

    pub(super) fn update_dhcp_range(
        &mut self,
        change: Change,
        parent: i32,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let at = self.leasing(parent)?;
        if change == Change::Modify {
            return Err(fixed(Section::DhcpRange));
        }
        let range = alone(&self.ips[at], entry)?.ranges.pop().ok_or_else(|| entry.lost())?;
        let same = |other: &DhcpRange| (other.start, other.end) == (range.start, range.end);
        let known = self.ips[at].dhcp.iter().flat_map(|dhcp| &dhcp.ranges).position(same);
        change.refuse_unknown()?;
        match (change.adds(), known) {
            (true, Some(_)) => {
                let what =
                    format!("there is an existing dhcp range entry in network '{}'", self.name);
                let shown = format!("<range start='{}' end='{}'/>", range.start, range.end);
                return Err(invalid(format!("{what} that matches \"{shown}\"")));
            }
            (false, None) => {
                let what = "couldn't locate a matching dhcp range entry in network";
                return Err(invalid(format!("{what} '{}'", self.name)));
            }
            (true, None) => self.refuse_second(at)?,
            (false, Some(_)) => {}
        }
        let ranges = &mut self.ips[at].dhcp.get_or_insert_with(Dhcp::nothing).ranges;
        match known {
            Some(known) => drop(ranges.remove(known)),
            None => change.add(ranges, range),
        }
        Ok(())
    }

    /// The `<ip>` that is meant: the one at that place; of those the first that has leases if it is
    /// negative, else the first of IPv4, else the first.
    fn leasing(&self, parent: i32) -> Result<usize, Error> {
        let missing = |at: String| {
            let what = "couldn't update dhcp host entry - no <ip> element found";
            Err(invalid(format!("{what}{at} in network '{}'", self.name)))
        };
        match usize::try_from(parent) {
            Ok(place) if place < self.ips.len() => Ok(place),
            Ok(place) => missing(format!(" at index {place}")),
            Err(_) => {
                let leases = self.ips.iter().position(leases);
                let first = || self.ips.iter().position(|ip| ip.address.is_ipv4());
                let any = || (!self.ips.is_empty()).then_some(0);
                leases.or_else(first).or_else(any).map_or_else(|| missing(String::new()), Ok)
            }
        }
    }

    /// Refuses leases of an address when another of its family has some.
    fn refuse_second(&self, at: usize) -> Result<(), Error> {
        let ipv4 = self.ips[at].address.is_ipv4();
        let other = |(place, ip): (usize, &NetworkIp)| {
            place != at && ip.address.is_ipv4() == ipv4 && leases(ip)
        };
        if leases(&self.ips[at]) || !self.ips.iter().enumerate().any(other) {
            return Ok(());
        }
        let family = if ipv4 { "IPv4" } else { "IPv6" };
        let what = "dhcp is supported only for a single";
        Err(invalid(format!("{what} {family} address on each network")))
    }
}

impl Dhcp {
    fn nothing() -> Self {
        Self { ranges: Vec::new(), hosts: Vec::new(), bootp: None }
    }
}

fn leases(ip: &NetworkIp) -> bool {
    ip.dhcp.as_ref().is_some_and(|dhcp| !dhcp.ranges.is_empty() || !dhcp.hosts.is_empty())
}

/// What the entry is below `ip`.
fn alone(ip: &NetworkIp, entry: &Entry<'_>) -> Result<Dhcp, Error> {
    let network = entry.alone(&["ip", "dhcp"], Some(ip))?;
    network.ips.into_iter().find_map(|ip| ip.dhcp).ok_or_else(|| entry.lost())
}

/// Whether two hosts have the same address of either kind, or the same name.
fn resembles(one: &DhcpHost, other: &DhcpHost) -> bool {
    let address = |host: &DhcpHost| host.mac.as_deref().and_then(|mac| mac.parse::<Mac>().ok());
    let mac = address(one).is_some() && address(one) == address(other);
    let name = one.name.is_some() && one.name == other.name;
    mac || name || one.ip.is_some() && one.ip == other.ip
}

/// As libvirt's messages name a host.
fn shown(host: &DhcpHost) -> String {
    let mac = host.mac.as_deref().unwrap_or("unknown");
    let name = host.name.as_deref().unwrap_or_default();
    let ip = host.ip.map(|ip| ip.to_string()).unwrap_or_default();
    format!("mac='{mac}' name='{name}' ip='{ip}'")
}

/// What is told of a host that is to go.
struct PartialHost<'a> {
    mac: Option<Mac>,
    name: Option<&'a str>,
    ip: Option<Ip>,
}

impl<'a> PartialHost<'a> {
    fn read(parent: &NetworkIp, entry: &'a Entry<'_>) -> Result<Self, Error> {
        let network = entry.network;
        let mac = match entry.said("mac") {
            Some(mac) if !parent.address.is_ipv4() => {
                return Err(Error::xml(format!(
                    "Invalid to specify MAC address '{mac}' in network '{network}' IPv6 static host \
                     definition"
                )));
            }
            Some(mac) => Some(mac.parse().map_err(|_| {
                Error::xml(format!("Cannot parse MAC address '{mac}' in network '{network}'"))
            })?),
            None => None,
        };
        let ip = entry.said("ip").map(|ip| {
            let what = "Invalid IP address in static host definition for network";
            <Ip as xml::Value>::parse(ip).ok_or_else(|| Error::xml(format!("{what} '{network}'")))
        });
        let host = Self { mac, name: entry.said("name"), ip: ip.transpose()? };
        if host.mac.is_none() && host.name.is_none() && host.ip.is_none() {
            return Err(Error::xml(format!(
                "At least one of name, mac, or ip attribute must be specified for static host definition \
                 in network '{network}' "
            )));
        }
        Ok(host)
    }

    /// Whether a host is all that is told.
    fn matches(&self, host: &DhcpHost) -> bool {
        let mac = host.mac.as_deref().and_then(|mac| mac.parse().ok());
        (self.mac.is_none() || self.mac == mac)
            && (self.name.is_none() || self.name == host.name.as_deref())
            && (self.ip.is_none() || self.ip == host.ip)
    }
}
