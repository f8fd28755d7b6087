//! Addresses and routes of a device of the host.

use super::index;
use super::netlink::Request;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

/// **Source**: `linux/rtnetlink.h`, `linux/if_addr.h`.
const IFA_BROADCAST: u16 = 4;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;

/// An address of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostAddress {
    /// The address.
    pub address: IpAddr,
    /// How many bits of it name the network.
    pub prefix: u8,
    /// Who is at the other end of a line with two ends.
    pub peer: Option<IpAddr>,
}

/// A way to a network through a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostRoute {
    /// The network.
    pub network: IpAddr,
    /// How many bits of it count.
    pub prefix: u8,
    /// Who knows the way on.
    pub gateway: Option<IpAddr>,
    /// Which of several ways is taken: the least.
    pub metric: Option<u32>,
}

impl HostAddress {
    /// Gives the address to a device.
    ///
    /// **Errors**: the system's; `EEXIST` if it has it.
    pub fn add_to(&self, device: &str) -> io::Result<()> {
        self.request(index(device)?).carry_out()
    }

    fn request(&self, device: u32) -> Request {
        let [a, b, c, d] = device.to_ne_bytes();
        let subject = [family(self.address), self.prefix, 0, 0, a, b, c, d];
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let request = Request::new(libc::RTM_NEWADDR, flags, &subject)
            .with(libc::IFA_LOCAL, &octets(self.address))
            .with(libc::IFA_ADDRESS, &octets(self.peer.unwrap_or(self.address)));
        match (self.address, self.peer) {
            (IpAddr::V4(address), None) => {
                request.with(IFA_BROADCAST, &broadcast(address, self.prefix).octets())
            }
            _ => request,
        }
    }
}

impl HostRoute {
    /// Has a device lead to the network.
    ///
    /// **Errors**: the system's; `EEXIST` if there is such a way.
    pub fn add_to(&self, device: &str) -> io::Result<()> {
        self.request(index(device)?).carry_out()
    }

    fn request(&self, device: u32) -> Request {
        let subject = [
            family(self.network),
            self.prefix,
            0,
            0,
            libc::RT_TABLE_MAIN,
            libc::RTPROT_BOOT,
            libc::RT_SCOPE_UNIVERSE,
            libc::RTN_UNICAST,
            0,
            0,
            0,
            0,
        ];
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let mut request = Request::new(libc::RTM_NEWROUTE, flags, &subject)
            .with(RTA_DST, &octets(self.network))
            .with(RTA_OIF, &device.to_ne_bytes());
        if let Some(gateway) = self.gateway {
            request = request.with(RTA_GATEWAY, &octets(gateway));
        }
        if let Some(metric) = self.metric.filter(|metric| *metric > 0) {
            request = request.with(RTA_PRIORITY, &metric.to_ne_bytes());
        }
        request
    }
}

/// How many bits of an address name its network if nobody says it: by its class, or 64.
pub fn usual_prefix(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(address) => match address.octets()[0] {
            0..128 => 8,
            128..192 => 16,
            192..224 => 24,
            224.. => 0,
        },
        IpAddr::V6(_) => 64,
    }
}

fn family(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => libc::AF_INET as u8,
        IpAddr::V6(_) => libc::AF_INET6 as u8,
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// The address that reaches all of a network.
fn broadcast(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() | host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_networks_broadcast_is_its_last_address() {
        for (address, prefix, last) in [
            ("10.9.8.7", 24, "10.9.8.255"),
            ("10.9.8.7", 30, "10.9.8.7"),
            ("10.9.8.7", 32, "10.9.8.7"),
            ("10.9.8.7", 0, "255.255.255.255"),
        ] {
            let address: Ipv4Addr = address.parse().unwrap();
            assert_eq!(broadcast(address, prefix).to_string(), last);
        }
    }

    #[test]
    fn a_prefix_that_nobody_says_goes_by_the_class() {
        for (address, prefix) in
            [("10.0.0.1", 8), ("172.16.0.1", 16), ("192.168.0.1", 24), ("fe80::1", 64)]
        {
            assert_eq!(usual_prefix(address.parse().unwrap()), prefix, "{address}");
        }
    }
}
