//! Rules of addresses, leases and routes.

use crate::network::Network;
use crate::network::ip::{Dhcp, DhcpHost, DhcpRange, Family, Lease, LeaseUnit, NetworkIp, Route};
use crate::{Error, Mac};

/// Shortest lease. **Units**: seconds.
const SHORTEST_LEASE: u64 = 120;
/// Most addresses of a range.
const LONGEST_RANGE: u128 = 65535;

pub(super) fn check_ips(ips: &[NetworkIp], network: &str) -> Result<(), Error> {
    for ip in ips {
        check_ip(ip, network)?;
        if let Some(dhcp) = &ip.dhcp {
            check_dhcp(ip, dhcp, network)?;
        }
    }
    Ok(())
}

/// One address of a family has leases.
pub(super) fn check_leases(ips: &[NetworkIp]) -> Result<(), Error> {
    let mut leased = [false; 2];
    for ip in ips.iter().filter(|ip| ip.dhcp.is_some()) {
        let (family, seen) =
            if ip.address.is_ipv4() { ("IPv4", &mut leased[0]) } else { ("IPv6", &mut leased[1]) };
        if *seen {
            return Err(Error::unsupported(format!(
                "Multiple {family} dhcp sections found -- dhcp is supported only for a single {family} \
                 address on each network"
            )));
        }
        *seen = true;
    }
    Ok(())
}

fn check_ip(ip: &NetworkIp, network: &str) -> Result<(), Error> {
    let refuse = |what: String| Err(Error::unsupported(format!("{what} in network '{network}'")));
    let address = ip.address;
    match (ip.family, address.is_ipv4()) {
        (None, false) => {
            return refuse(format!("no family specified for non-IPv4 address '{address}'"));
        }
        (Some(Family::Ipv4), false) => {
            return refuse(format!("ipv4 family specified for non-IPv4 address '{address}'"));
        }
        (Some(Family::Ipv6), true) => {
            return refuse(format!("Family 'ipv6' specified for non-IPv6 address '{address}'"));
        }
        _ => {}
    }
    if let Some(netmask) = ip.netmask {
        if !address.is_ipv4() {
            return refuse(format!("netmask not allowed for IPv6 address '{address}'"));
        }
        if !netmask.is_ipv4() {
            return refuse(format!("Invalid netmask '{netmask}' for address '{address}'"));
        }
        if ip.prefix.is_some() {
            return refuse("IP address cannot have both a prefix and a netmask".to_owned());
        }
    }
    match ip.prefix {
        Some(prefix) if prefix > address.bits() => {
            let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
            refuse(format!("Invalid {family} prefix '{prefix}'"))
        }
        _ if ip.tftp.is_some() && !address.is_ipv4() => {
            refuse("Unsupported <tftp> element in an IPv6 element".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_dhcp(ip: &NetworkIp, dhcp: &Dhcp, network: &str) -> Result<(), Error> {
    for range in &dhcp.ranges {
        check_range(ip, range)?;
        check_lease(range.lease)?;
    }
    for host in &dhcp.hosts {
        check_host(ip, host, network)?;
        check_lease(host.lease)?;
    }
    Ok(())
}

fn check_range(ip: &NetworkIp, range: &DhcpRange) -> Result<(), Error> {
    let (start, end) = (range.start, range.end);
    let shown = format!("range {start} - {end}");
    let refuse = |what: String| Err(Error::internal(what));
    if start.is_ipv4() != ip.address.is_ipv4() || end.is_ipv4() != ip.address.is_ipv4() {
        return refuse(format!("mismatch of address family in {shown} for network {}", ip.address));
    }
    if start.number() > end.number() {
        return refuse(format!("{shown} is reversed "));
    }
    let Some(prefix) = ip.prefix_length() else {
        let network = ip.address;
        return refuse(format!("bad prefix -1 for network {network} when  checking {shown}"));
    };
    let network = format!("{}/{prefix}", ip.address);
    let hosts = ip.address.host_mask(prefix);
    let base = ip.address.number() & !hosts;
    if start.number() & !hosts != base || end.number() & !hosts != base {
        return refuse(format!("{shown} is not entirely within network {network}"));
    }
    if ip.address.is_ipv4() {
        if start.number() == base {
            return refuse(format!("start of {shown} in network {network} is the network address"));
        }
        if end.number() == base | hosts {
            return refuse(format!("end of {shown} in network {network} is the broadcast address"));
        }
    }
    if end.number() - start.number() >= LONGEST_RANGE {
        return refuse(format!("{shown} is too large (> {LONGEST_RANGE})"));
    }
    Ok(())
}

fn check_lease(lease: Option<Lease>) -> Result<(), Error> {
    let Some(Lease { expiry: Some(expiry), unit }) = lease else { return Ok(()) };
    let seconds = match unit {
        Some(LeaseUnit::Seconds) => expiry,
        None | Some(LeaseUnit::Minutes) => expiry.saturating_mul(60),
        Some(LeaseUnit::Hours) => expiry.saturating_mul(3600),
    };
    if seconds != 0 && seconds < SHORTEST_LEASE {
        let what = "The minimum lease time should be greater than 2 minutes";
        return Err(Error::unsupported(what));
    }
    Ok(())
}

fn check_host(ip: &NetworkIp, host: &DhcpHost, network: &str) -> Result<(), Error> {
    let refuse = |what: String| Err(Error::xml(what));
    if let Some(mac) = &host.mac {
        if !ip.address.is_ipv4() {
            return refuse(format!(
                "Invalid to specify MAC address '{mac}' in network '{network}' IPv6 static host definition"
            ));
        }
        match mac.parse::<Mac>() {
            Err(_) => {
                return refuse(format!("Cannot parse MAC address '{mac}' in network '{network}'"));
            }
            Ok(parsed) if parsed.is_multicast() => {
                return refuse(format!(
                    "expected unicast mac address, found multicast '{mac}' in network '{network}'"
                ));
            }
            Ok(_) => {}
        }
    }
    let odd = |id: &str| id.chars().find(|c| !(c.is_ascii_hexdigit() || *c == ':'));
    if let Some(id) = &host.id
        && let Some(character) = odd(id)
    {
        return refuse(format!(
            "Invalid character '{character}' in id '{id}' of network '{network}'"
        ));
    }
    let nameless = |name: &&str| !name.starts_with(|c: char| c.is_ascii_alphabetic());
    if let Some(name) = host.name.as_deref().filter(nameless) {
        return refuse(format!("Cannot use host name '{name}' in network '{network}'"));
    }
    let (family, other) =
        if ip.address.is_ipv4() { ("IPv4", &host.mac) } else { ("IPv6", &host.id) };
    if other.is_none() && host.name.is_none() {
        let identity = if ip.address.is_ipv4() { "mac" } else { "id" };
        return refuse(format!(
            "Static host definition in {family} network '{network}' must have {identity} or name attribute"
        ));
    }
    if host.ip.is_none() {
        return refuse(format!(
            "Missing IP address in static host definition for network '{network}'"
        ));
    }
    Ok(())
}

pub(super) fn check_routes(routes: &[Route], network: &str) -> Result<(), Error> {
    routes.iter().try_for_each(|route| {
        check_route(route)
            .map_err(|what| Error::xml(format!("{network}: {what} in route definition")))
    })
}

fn check_route(route: &Route) -> Result<(), String> {
    let (address, gateway) = (route.address, route.gateway);
    let (family, ipv4) = match route.family {
        None if !address.is_ipv4() => {
            return Err(format!("No family specified for non-IPv4 address '{address}'"));
        }
        None | Some(Family::Ipv4) => ("IPv4", true),
        Some(Family::Ipv6) => ("IPv6", false),
    };
    let word = if ipv4 { "ipv4" } else { "ipv6" };
    if address.is_ipv4() != ipv4 {
        return Err(format!("{word} family specified for non-{family} address '{address}'"));
    }
    if gateway.is_ipv4() != ipv4 {
        return Err(format!("{word} specified for non-{family} gateway address '{gateway}'"));
    }
    match (route.netmask, route.prefix) {
        (Some(_), _) if !ipv4 => {
            return Err(format!("Specifying netmask invalid for IPv6 address '{address}'"));
        }
        (Some(netmask), _) if !netmask.is_ipv4() => {
            return Err(format!("netmask '{netmask}' is no IPv4 address"));
        }
        (Some(_), Some(_)) => return Err("cannot have both a prefix and a netmask".to_owned()),
        (_, Some(prefix)) if prefix > address.bits() => {
            return Err(format!("Invalid prefix {prefix} specified"));
        }
        _ => {}
    }
    if route.metric == Some(0) {
        return Err("metric of zero".to_owned());
    }
    let hosts = match (route.netmask, route.prefix) {
        (Some(netmask), _) => !netmask.number() & u128::from(u32::MAX),
        (None, Some(prefix)) => address.host_mask(prefix),
        // Without a prefix, it can only be everything.
        (None, None) => u128::MAX,
    };
    if address.number() & hosts != 0 {
        return Err(format!("Address '{address}' is not a network address"));
    }
    Ok(())
}

/// A gateway is in one of the network's own ranges of addresses.
pub(super) fn check_gateways(network: &Network) -> Result<(), Error> {
    let reachable = |route: &Route| {
        network.ips.iter().filter(|ip| ip.address.is_ipv4() == route.gateway.is_ipv4()).any(|ip| {
            let prefix = ip.prefix_length().unwrap_or(ip.address.bits());
            let hosts = ip.address.host_mask(prefix);
            ip.address.number() & !hosts == route.gateway.number() & !hosts
        })
    };
    match network.routes.iter().find(|route| !reachable(route)) {
        None => Ok(()),
        Some(route) => Err(Error::unsupported(format!(
            "unreachable static route gateway '{}' specified for network '{}'",
            route.gateway, network.name
        ))),
    }
}
