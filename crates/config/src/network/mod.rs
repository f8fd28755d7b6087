//! A virtual network: a bridge of the daemon's own with its services, or devices of the host for guests.
//!
//! `parse` (as written) → `complete` (identity, bridge, its address) → `validate` → `format`.
//!
//! ```text
//! let mut network = Network::parse(text)?;
//! network.complete(|bridge| host_has(bridge) || other_network_has(bridge), &mut entropy)?;
//! network.validate()?;
//! let printed = network.format(FormatFlags::INACTIVE);
//! ```

mod bandwidth;
mod check;
mod complete;
pub mod dns;
pub mod forward;
pub mod ip;
mod parse;
pub mod port;
pub mod update;
mod validate;
pub mod virtualport;

use std::num::NonZeroU32;

use xml::{element, words};

pub use self::bandwidth::{Bandwidth, Rate};
use self::dns::Dns;
use self::forward::Forward;
use self::ip::{NetworkIp, Route};
pub use self::port::{PortGroup, PortIsolation};
use self::virtualport::NetworkVirtualPort;
use crate::domain::interface::Vlan;
use crate::domain::metadata::Metadata;
use crate::domain::{FormatFlags, part};
use crate::{Mac, ObjectName, Text, Uuid, YesNo};

/// URI of the namespace of dnsmasq's own options.
pub const DNSMASQ_NAMESPACE: &str = "http://libvirt.org/schemas/network/dnsmasq/1.0";

words! {
    /// Who keeps the bridge's table of addresses.
    pub enum MacTableManager { Kernel = "kernel", Libvirt = "libvirt" }
}

element! {
    /// `<network>`
    pub struct Network {
        /// Interfaces connected to it, while it is active and has any.
        attr connections: Option<u32> = "connections" when part::LIVE,
        /// Whether guests talk IPv6 though it has no address of it; only ever `yes`.
        attr ipv6: Option<YesNo> = "ipv6",
        /// Whether the guests' own filters are honoured.
        attr trust_guest_rx_filters: Option<YesNo> = "trustGuestRxFilters",
        /// Name.
        leaf name: ObjectName = "name",
        /// Identity for good; complete after completion.
        leaf uuid: Option<Uuid> = "uuid",
        /// Title: one line; libvirt has it since 9.7.
        leaf title: Option<Text> = "title",
        /// Description; libvirt has it since 9.7.
        leaf description: Option<Text> = "description",
        /// What applications keep with it.
        child metadata: Metadata = "metadata",
        /// Where it leads; to nowhere if it is not there.
        child forward: Option<Forward> = "forward",
        /// The bridge; complete after completion, for networks that have one.
        child bridge: Option<Bridge> = "bridge",
        /// Largest packet.
        child mtu: Option<NetworkMtu> = "mtu",
        /// Address of the bridge; complete after completion, for bridges of the daemon's own.
        child mac: Option<BridgeMac> = "mac",
        /// DNS domain of its guests.
        child domain: Option<NetworkDomain> = "domain",
        /// What its name server knows.
        group dns: Dns = "dns",
        /// VLAN tags.
        child vlan: Option<Box<Vlan>> = "vlan",
        /// Limits.
        child bandwidth: Option<Box<Bandwidth>> = "bandwidth",
        /// Whether its ports see each other.
        child port: Option<PortIsolation> = "port",
        /// Its addresses.
        child ips: Vec<NetworkIp> = "ip",
        /// Further routes through it.
        child routes: Vec<Route> = "route",
        /// Virtual port of a switch.
        child virtualport: Option<Box<NetworkVirtualPort>> = "virtualport",
        /// Kinds of ports.
        child portgroups: Vec<PortGroup> = "portgroup",
        /// What is handed to dnsmasq as it is.
        child dnsmasq: Option<DnsmasqOptions> = "dnsmasq:options",
    }

    /// `<bridge>`
    #[derive(Eq, Default)]
    pub struct Bridge {
        /// Name; complete after completion.
        attr name: Option<Box<str>> = "name",
        /// Zone of firewalld.
        attr zone: Option<Text> = "zone",
        /// Spanning tree; complete after completion, for bridges of the daemon's own.
        attr stp: Option<Stp> = "stp",
        /// Seconds until it forwards; complete after completion, for bridges of the daemon's own.
        attr delay: Option<u64> = "delay",
        /// Who keeps its table of addresses.
        attr mac_table_manager: Option<MacTableManager> = "macTableManager",
    }

    /// `<mtu>`
    #[derive(Copy, Eq)]
    pub struct NetworkMtu {
        /// Bytes.
        attr size: Option<NonZeroU32> = "size",
    }

    /// `<mac>`
    #[derive(Copy, Eq)]
    pub struct BridgeMac {
        /// The address.
        attr address: Option<Mac> = "address",
    }

    /// `<domain>`
    #[derive(Eq)]
    pub struct NetworkDomain {
        /// Name.
        attr name: Option<Box<str>> = "name",
        /// Whether names in it are never asked of others.
        attr local_only: Option<YesNo> = "localOnly",
    }

    /// `<dnsmasq:options>`
    #[derive(Eq)]
    pub struct DnsmasqOptions {
        /// Options.
        child options: Vec<DnsmasqOption> = "dnsmasq:option",
    }

    /// `<dnsmasq:option>`
    #[derive(Eq)]
    pub struct DnsmasqOption {
        /// A line of its configuration.
        attr value: Box<str> = "value",
    }
}

/// Spanning tree: on unless it is `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stp(pub bool);

impl xml::Value for Stp {
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text != "off"))
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Borrowed(if self.0 { "on" } else { "off" })
    }
}
