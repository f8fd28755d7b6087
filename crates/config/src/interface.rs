//! A network interface of the host: an Ethernet device, a bridge, a bond or a VLAN, and its addresses.
//!
//! `parse` → `format`.
//!
//! ```
//! use config::interface::{BridgeMember, EthernetMember, HostBridge, HostInterface, InterfaceBridge};
//! use config::Element;
//!
//! let port = BridgeMember::Ethernet(EthernetMember::new("eth0"));
//! let bridge = InterfaceBridge::default().with(|bridge| bridge.members.push(port));
//! let interface = HostInterface::Bridge(HostBridge::new("br0", bridge));
//! assert_eq!(HostInterface::parse(&interface.format())?, interface);
//! # Ok::<(), config::Error>(())
//! ```

use std::num::NonZeroU32;

use xml::{View, element, tagged, words};

use crate::kind::{Declarations, Kind, Wording, json};
use crate::link::HostLink;
use crate::list::Whole;
use crate::{Code, EndTag, Error, OnOff, Text, YesNo};

words! {
    /// When an interface is brought up.
    pub enum StartMode {
        /// By nobody but the user.
        None = "none",
        /// With the host.
        OnBoot = "onboot",
        /// When it appears.
        HotPlug = "hotplug",
    }
    /// How a bond uses its members.
    pub enum BondMode {
        BalanceRr = "balance-rr", ActiveBackup = "active-backup", BalanceXor = "balance-xor",
        Broadcast = "broadcast", Lacp = "802.3ad", BalanceTlb = "balance-tlb", BalanceAlb = "balance-alb",
    }
    /// How a member's carrier is asked for.
    pub enum Carrier { Ioctl = "ioctl", Netif = "netif" }
    /// Which members' ARP traffic is checked.
    pub enum ArpValidate { Active = "active", Backup = "backup", All = "all" }
}

tagged! {
    /// `<interface>` of the host
    pub enum HostInterface by "type" {
        /// A device.
        Ethernet(HostEthernet) = "ethernet",
        /// A bridge.
        Bridge(HostBridge) = "bridge",
        /// Devices that act as one.
        Bond(HostBond) = "bond",
        /// A VLAN of a device.
        Vlan(HostVlan) = "vlan",
    }
}

tagged! {
    /// Addresses of one protocol.
    #[derive(Eq)]
    pub enum Protocol by "family" {
        Ipv4(ProtocolIpv4) = "ipv4",
        Ipv6(ProtocolIpv6) = "ipv6",
    }
}

tagged! {
    /// `<interface>` that is a port of a bridge
    #[derive(Eq)]
    pub enum BridgeMember by "type" {
        Ethernet(EthernetMember) = "ethernet",
        Bond(BondMember) = "bond",
        Vlan(VlanMember) = "vlan",
    }
}

tagged! {
    /// `<interface>` that is a member of a bond
    #[derive(Eq)]
    pub enum BondPort by "type" {
        Ethernet(EthernetMember) = "ethernet",
    }
}

element! {
    /// `<interface type='ethernet'>`
    #[derive(Eq)]
    pub struct HostEthernet {
        /// Name.
        attr name: Box<str> = "name",
        /// What every interface may have.
        more common: InterfaceCommon,
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// Hardware address.
        group mac: InterfaceMac = "mac",
    }

    /// `<interface type='bridge'>`
    #[derive(Eq)]
    pub struct HostBridge {
        /// Name.
        attr name: Box<str> = "name",
        /// What every interface may have.
        more common: InterfaceCommon,
        /// The bridge.
        child bridge: InterfaceBridge = "bridge",
    }

    /// `<interface type='bond'>`
    #[derive(Eq)]
    pub struct HostBond {
        /// Name.
        attr name: Box<str> = "name",
        /// What every interface may have.
        more common: InterfaceCommon,
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// The bond.
        child bond: InterfaceBond = "bond",
    }

    /// `<interface type='vlan'>`
    #[derive(Eq)]
    pub struct HostVlan {
        /// Name.
        attr name: Box<str> = "name",
        /// What every interface may have.
        more common: InterfaceCommon,
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// The VLAN.
        child vlan: InterfaceVlan = "vlan",
    }

    /// What every interface may have that is no part of another.
    #[derive(Default, Eq)]
    pub struct InterfaceCommon {
        /// An end tag.
        more end: EndTag,
        /// When it is brought up.
        group start: InterfaceStart = "start",
        /// Largest packet.
        group mtu: InterfaceMtu = "mtu",
        /// Its addresses.
        child protocols: Vec<Protocol> = "protocol",
    }

    /// `<start>`
    #[derive(Copy, Default, Eq)]
    pub struct InterfaceStart {
        /// When.
        attr mode: Option<StartMode> = "mode",
    }

    /// `<mtu>`
    #[derive(Copy, Default, Eq)]
    pub struct InterfaceMtu {
        /// **Units**: bytes.
        attr size: Option<NonZeroU32> = "size",
    }

    /// `<mac>`
    #[derive(Default, Eq)]
    pub struct InterfaceMac {
        /// Address.
        attr address: Option<Text> = "address",
    }

    /// `<protocol family='ipv4'>`
    #[derive(Default, Eq)]
    pub struct ProtocolIpv4 {
        /// An end tag.
        more end: EndTag,
        /// Whether addresses are asked for.
        child dhcp: Option<InterfaceDhcp> = "dhcp",
        /// Addresses.
        own ips: Whole<InterfaceIp> = "ip",
        /// Where what is not near goes.
        group route: InterfaceRoute = "route",
    }

    /// `<protocol family='ipv6'>`
    #[derive(Default, Eq)]
    pub struct ProtocolIpv6 {
        /// An end tag.
        more end: EndTag,
        /// Whether routers tell addresses.
        flag autoconf: bool = "autoconf",
        /// Whether addresses are asked for.
        child dhcp: Option<InterfaceDhcp> = "dhcp",
        /// Addresses.
        own ips: Whole<InterfaceIp> = "ip",
        /// Where what is not near goes.
        group route: InterfaceRoute = "route",
    }

    /// `<dhcp>`
    #[derive(Copy, Default, Eq)]
    pub struct InterfaceDhcp {
        /// Whether name servers are taken from it.
        attr peerdns: Option<YesNo> = "peerdns",
    }

    /// `<ip>`
    #[derive(Eq)]
    pub struct InterfaceIp {
        /// Address.
        attr address: Box<str> = "address",
        /// Bits of its network.
        attr prefix: Option<NonZeroU32> = "prefix",
    }

    /// `<route>`
    #[derive(Default, Eq)]
    pub struct InterfaceRoute {
        /// Router.
        attr gateway: Option<Text> = "gateway",
    }

    /// `<bridge>`
    #[derive(Default, Eq)]
    pub struct InterfaceBridge {
        /// Spanning tree.
        attr stp: Option<OnOff> = "stp",
        /// Until it forwards. **Units**: seconds, with a fraction.
        attr delay: Option<Box<str>> = "delay",
        /// An end tag.
        more end: EndTag,
        /// Its ports.
        child members: Vec<BridgeMember> = "interface",
    }

    /// `<bond>`
    #[derive(Default, Eq)]
    pub struct InterfaceBond {
        /// How it uses its members.
        attr mode: Option<BondMode> = "mode",
        /// An end tag.
        more end: EndTag,
        /// Watches the members' links.
        child miimon: Option<MiiMonitor> = "miimon",
        /// Asks for an address over the members.
        child arpmon: Option<ArpMonitor> = "arpmon",
        /// Its members.
        child members: Vec<BondPort> = "interface",
    }

    /// `<miimon>`. **Units**: milliseconds.
    #[derive(Copy, Eq)]
    pub struct MiiMonitor {
        /// How often it looks.
        attr freq: u32 = "freq",
        /// How long a link is down before it counts as down.
        attr downdelay: Option<NonZeroU32> = "downdelay",
        /// How long a link is up before it counts as up.
        attr updelay: Option<NonZeroU32> = "updelay",
        /// How the carrier is asked for.
        attr carrier: Option<Carrier> = "carrier",
    }

    /// `<arpmon>`
    #[derive(Eq)]
    pub struct ArpMonitor {
        /// How often it asks. **Units**: milliseconds.
        attr interval: u32 = "interval",
        /// Whom it asks for.
        attr target: Box<str> = "target",
        /// Whose traffic is checked.
        attr validate: Option<ArpValidate> = "validate",
    }

    /// `<vlan>`
    #[derive(Eq)]
    pub struct InterfaceVlan {
        /// Number.
        attr tag: Text = "tag",
        /// Of what it is a VLAN.
        child device: VlanDevice = "interface",
    }

    /// `<interface>` that a VLAN is of
    #[derive(Eq)]
    pub struct VlanDevice {
        /// Name.
        attr name: Box<str> = "name",
    }

    /// `<interface type='ethernet'>` within another
    #[derive(Eq)]
    pub struct EthernetMember {
        /// Name.
        attr name: Box<str> = "name",
        /// An end tag.
        more end: EndTag,
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// Hardware address.
        group mac: InterfaceMac = "mac",
    }

    /// `<interface type='bond'>` within a bridge
    #[derive(Eq)]
    pub struct BondMember {
        /// Name.
        attr name: Box<str> = "name",
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// The bond.
        child bond: InterfaceBond = "bond",
    }

    /// `<interface type='vlan'>` within a bridge
    #[derive(Eq)]
    pub struct VlanMember {
        /// Name.
        attr name: Box<str> = "name",
        /// Its link; the host says it.
        group link: HostLink = "link",
        /// The VLAN.
        child vlan: InterfaceVlan = "vlan",
    }
}

const KIND: Kind = Kind {
    root: "interface",
    text: "interface_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = &[
    ("start", "mode", Code::XmlError, "unknown interface startmode {}"),
    ("protocol", "family", Code::XmlError, "unsupported protocol family '{}'"),
    ("bond", "mode", Code::XmlError, "unknown bonding mode {}"),
    ("miimon", "freq", Code::XmlError, "bond interface miimon freq missing or invalid"),
    ("miimon", "downdelay", Code::XmlError, "bond interface miimon downdelay invalid"),
    ("miimon", "updelay", Code::XmlError, "bond interface miimon updelay invalid"),
    ("miimon", "carrier", Code::XmlError, "unknown mii bonding carrier {}"),
    ("arpmon", "interval", Code::XmlError, "bond interface arpmon interval missing or invalid"),
    ("arpmon", "validate", Code::XmlError, "unknown arp bonding validate {}"),
];

const MISSING: &[Wording] = &[
    ("interface", "name", Code::XmlError, "interface has no name"),
    ("interface", "bridge", Code::XmlError, "bridge interface misses the bridge element"),
    ("interface", "bond", Code::XmlError, "bond interface misses the bond element"),
    ("interface", "vlan", Code::XmlError, "vlan interface misses the vlan element"),
    ("protocol", "family", Code::XmlError, "protocol misses the family attribute"),
    ("miimon", "freq", Code::XmlError, "bond interface miimon freq missing or invalid"),
    ("arpmon", "interval", Code::XmlError, "bond interface arpmon interval missing or invalid"),
    ("arpmon", "target", Code::XmlError, "bond interface arpmon target missing"),
    ("vlan", "tag", Code::XmlError, "vlan interface misses the tag attribute"),
    ("vlan", "interface", Code::XmlError, "vlan interface misses name attribute"),
];

impl HostInterface {
    /// `VIR_FROM_INTERFACE`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 26;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, |_| Ok(()))
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }

    /// Name.
    pub fn name(&self) -> &str {
        match self {
            Self::Ethernet(interface) => &interface.name,
            Self::Bridge(interface) => &interface.name,
            Self::Bond(interface) => &interface.name,
            Self::Vlan(interface) => &interface.name,
        }
    }
}

json! { HostInterface, KIND, View::PLAIN }
