//! `<ip>` and `<route>`: a network's addresses, and DHCP on them.

use xml::{element, words};

use crate::ip::Ip;
use crate::{EndTag, Text, YesNo};

words! {
    /// Family of an address.
    pub enum Family { Ipv4 = "ipv4", Ipv6 = "ipv6" }
    /// Unit of a lease's time.
    pub enum LeaseUnit { Seconds = "seconds", Minutes = "minutes", Hours = "hours" }
}

element! {
    /// `<ip>`
    #[derive(Eq)]
    pub struct NetworkIp {
        /// Family; IPv4 if not said.
        attr family: Option<Family> = "family",
        /// Address of the bridge.
        attr address: Ip = "address",
        /// Netmask, of IPv4.
        attr netmask: Option<Ip> = "netmask",
        /// Length of the prefix; never zero.
        attr prefix: Option<u32> = "prefix",
        /// Whether addresses in it are looked up here only.
        attr local_ptr: Option<YesNo> = "localPtr",
        /// It has an end tag.
        part end: EndTag,
        /// Root of TFTP.
        child tftp: Option<Tftp> = "tftp",
        /// DHCP.
        child dhcp: Option<Dhcp> = "dhcp",
    }

    /// `<tftp>`
    #[derive(Eq)]
    pub struct Tftp {
        /// Directory.
        attr root: Option<Text> = "root",
    }

    /// `<dhcp>`
    #[derive(Eq)]
    pub struct Dhcp {
        /// Addresses that are leased to whoever asks.
        child ranges: Vec<DhcpRange> = "range",
        /// Addresses for certain guests.
        child hosts: Vec<DhcpHost> = "host",
        /// What guests boot from.
        child bootp: Option<Bootp> = "bootp",
    }

    /// `<range>`
    #[derive(Eq)]
    pub struct DhcpRange {
        /// First.
        attr start: Ip = "start",
        /// Last.
        attr end: Ip = "end",
        /// How long.
        child lease: Option<Lease> = "lease",
    }

    /// `<host>` of `<dhcp>`
    #[derive(Eq)]
    pub struct DhcpHost {
        /// Ethernet address, as written; of IPv4.
        attr mac: Option<Box<str>> = "mac",
        /// Client identifier, of IPv6: hexadecimal, with colons.
        attr id: Option<Box<str>> = "id",
        /// Name.
        attr name: Option<Box<str>> = "name",
        /// Its address.
        attr ip: Option<Ip> = "ip",
        /// How long.
        child lease: Option<Lease> = "lease",
    }

    /// `<lease>`
    #[derive(Copy, Eq)]
    pub struct Lease {
        /// How many units; for good if zero; always there after reading.
        attr expiry: Option<u64> = "expiry",
        /// Unit; minutes if not said, none if it is for good.
        attr unit: Option<LeaseUnit> = "unit",
    }

    /// `<bootp>`
    #[derive(Eq)]
    pub struct Bootp {
        /// File.
        attr file: Option<Text> = "file",
        /// Who serves it.
        attr server: Option<Ip> = "server",
    }

    /// `<route>`
    #[derive(Copy, Eq)]
    pub struct Route {
        /// Family; IPv4 if not said.
        attr family: Option<Family> = "family",
        /// Network.
        attr address: Ip = "address",
        /// Netmask, of IPv4.
        attr netmask: Option<Ip> = "netmask",
        /// Length of the prefix.
        attr prefix: Option<u32> = "prefix",
        /// Gateway.
        attr gateway: Ip = "gateway",
        /// Metric; never zero.
        attr metric: Option<u32> = "metric",
    }
}

impl NetworkIp {
    /// Length of its prefix, which follows from the address's class if nothing says it; `None` for a
    /// netmask that masks no prefix.
    pub fn prefix_length(&self) -> Option<u32> {
        match (self.netmask, self.prefix) {
            (Some(netmask), _) => netmask.prefix(),
            (None, Some(prefix)) => Some(prefix),
            (None, None) => Some(default_prefix(self.address)),
        }
    }
}

/// What the address's class says; 64 for IPv6.
fn default_prefix(address: Ip) -> u32 {
    match address.0 {
        std::net::IpAddr::V6(_) => 64,
        std::net::IpAddr::V4(address) => match address.octets()[0] {
            0 if address.is_unspecified() => 0,
            0..=127 => 8,
            128..=191 => 16,
            192..=223 => 24,
            _ => 0,
        },
    }
}
