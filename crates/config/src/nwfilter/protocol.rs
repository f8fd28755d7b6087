//! The protocols that a rule can be about, and what each can be matched by.

use super::datum::Shape;

/// A protocol; also the name of its element.
#[derive(Debug)]
pub struct Protocol {
    /// Name.
    pub name: &'static str,
    groups: &'static [&'static [Attribute]],
}

/// Something that a protocol can be matched by.
#[derive(Debug)]
pub struct Attribute {
    /// Name.
    pub name: &'static str,
    /// What it can say.
    pub(super) shape: Shape,
    /// The attribute that says whether this one is negated, if it is there.
    pub(super) follows: Option<&'static str>,
}

impl Protocol {
    /// Its attributes, in printing order.
    pub fn attributes(&self) -> impl Iterator<Item = &'static Attribute> + use<> {
        self.groups.iter().copied().flatten()
    }

    /// The attribute of that name, and its place.
    pub(super) fn attribute(&self, name: &str) -> Option<(usize, &'static Attribute)> {
        self.attributes().enumerate().find(|(_, attribute)| attribute.name == name)
    }

    /// The protocol of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROTOCOLS.iter().find(|protocol| protocol.name == name)
    }
}

impl PartialEq for Protocol {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn on(name: &'static str, shape: Shape) -> Attribute {
    Attribute { name, shape, follows: None }
}

const fn after(name: &'static str, shape: Shape, follows: &'static str) -> Attribute {
    Attribute { name, shape, follows: Some(follows) }
}

const BYTE: Shape = Shape::Number { least: 0, most: 0xff, hex: true, names: &[] };
const PAIR: Shape = Shape::Number { least: 0, most: 0xffff, hex: true, names: &[] };
const WORD: Shape = Shape::Number { least: 0, most: 0xffff_ffff, hex: true, names: &[] };
const COUNT: Shape = Shape::Number { least: 0, most: 0xffff, hex: false, names: &[] };
const VLAN: Shape = Shape::Number { least: 0, most: 0xfff, hex: true, names: &[] };
const DSCP: Shape = Shape::Number { least: 0, most: 0x3f, hex: true, names: &[] };
const ETHERTYPE: Shape = Shape::Number { least: 0x600, most: 0xffff, hex: true, names: ETHERTYPES };
const VLAN_ETHERTYPE: Shape =
    Shape::Number { least: 0x3c, most: 0xffff, hex: true, names: ETHERTYPES };
const IP_PROTOCOL: Shape = Shape::Number { least: 0, most: 0xff, hex: true, names: IP_PROTOCOLS };
const ARP_OPCODE: Shape = Shape::Number { least: 0, most: 0xffff, hex: true, names: ARP_OPCODES };

const ETHERTYPES: &[(u32, &str)] =
    &[(0x0800, "ipv4"), (0x0806, "arp"), (0x8035, "rarp"), (0x86dd, "ipv6"), (0x8100, "vlan")];
const IP_PROTOCOLS: &[(u32, &str)] = &[
    (6, "tcp"),
    (17, "udp"),
    (136, "udplite"),
    (50, "esp"),
    (51, "ah"),
    (1, "icmp"),
    (2, "igmp"),
    (132, "sctp"),
    (58, "icmpv6"),
];
const ARP_OPCODES: &[(u32, &str)] = &[
    (1, "Request"),
    (2, "Reply"),
    (3, "Request_Reverse"),
    (4, "Reply_Reverse"),
    (5, "DRARP_Request"),
    (6, "DRARP_Reply"),
    (7, "DRARP_Error"),
    (8, "InARP_Request"),
    (9, "ARP_NAK"),
];

const MACS: &[Attribute] = &[
    on("srcmacaddr", Shape::Mac),
    after("srcmacmask", Shape::MacMask, "srcmacaddr"),
    on("dstmacaddr", Shape::Mac),
    after("dstmacmask", Shape::MacMask, "dstmacaddr"),
];
/// The same, where a mask is negated by itself: libvirt 9.0 does not hold it to its address there.
const MACS_APART: &[Attribute] = &[
    on("srcmacaddr", Shape::Mac),
    on("srcmacmask", Shape::MacMask),
    on("dstmacaddr", Shape::Mac),
    on("dstmacmask", Shape::MacMask),
];
const SOURCE_MAC: &[Attribute] = &[on("srcmacaddr", Shape::Mac)];
const COMMENT: &[Attribute] = &[on("comment", Shape::Text)];
const IPV4: &[Attribute] = &[
    on("srcipaddr", Shape::Ipv4),
    after("srcipmask", Shape::Ipv4Mask, "srcipaddr"),
    on("dstipaddr", Shape::Ipv4),
    after("dstipmask", Shape::Ipv4Mask, "dstipaddr"),
];
const IPV6: &[Attribute] = &[
    on("srcipaddr", Shape::Ipv6),
    after("srcipmask", Shape::Ipv6Mask, "srcipaddr"),
    on("dstipaddr", Shape::Ipv6),
    after("dstipmask", Shape::Ipv6Mask, "dstipaddr"),
];
const RANGES_IPV4: &[Attribute] = &[
    on("srcipfrom", Shape::Ipv4),
    after("srcipto", Shape::Ipv4, "srcipfrom"),
    on("dstipfrom", Shape::Ipv4),
    after("dstipto", Shape::Ipv4, "dstipfrom"),
];
/// libvirt takes only an address of IPv4 for the last one.
const RANGES_IPV6: &[Attribute] = &[
    on("srcipfrom", Shape::Ipv6),
    after("srcipto", Shape::Ipv6, "srcipfrom"),
    on("dstipfrom", Shape::Ipv6),
    after("dstipto", Shape::Ipv4, "dstipfrom"),
];
const PORTS: &[Attribute] = &[
    on("srcportstart", PAIR),
    after("srcportend", PAIR, "srcportstart"),
    on("dstportstart", PAIR),
    after("dstportend", PAIR, "dstportstart"),
];
const CONNECTION: &[Attribute] = &[
    on("dscp", DSCP),
    on("connlimit-above", COUNT),
    on("state", Shape::States),
    on("ipset", Shape::IpSet),
    on("ipsetflags", Shape::IpSetFlags),
];
const IP_PROTOCOL_FIELD: &[Attribute] = &[on("protocol", IP_PROTOCOL)];
const ICMP: &[Attribute] = &[on("type", BYTE), after("code", BYTE, "type")];

const ARP: &[Attribute] = &[
    on("hwtype", PAIR),
    on("protocoltype", PAIR),
    on("opcode", ARP_OPCODE),
    on("arpsrcmacaddr", Shape::Mac),
    on("arpdstmacaddr", Shape::Mac),
    on("arpsrcipaddr", Shape::Ipv4),
    on("arpsrcipmask", Shape::Ipv4Mask),
    on("arpdstipaddr", Shape::Ipv4),
    on("arpdstipmask", Shape::Ipv4Mask),
    on("gratuitous", Shape::Flag),
];
const STP: &[Attribute] = &[
    on("srcmacaddr", Shape::Mac),
    after("srcmacmask", Shape::MacMask, "srcmacaddr"),
    on("type", BYTE),
    on("flags", BYTE),
    on("root-priority", PAIR),
    after("root-priority-hi", PAIR, "root-priority"),
    on("root-address", Shape::Mac),
    after("root-address-mask", Shape::MacMask, "root-address"),
    on("root-cost", WORD),
    after("root-cost-hi", WORD, "root-cost"),
    on("sender-priority", PAIR),
    after("sender-priority-hi", PAIR, "sender-priority"),
    on("sender-address", Shape::Mac),
    after("sender-address-mask", Shape::MacMask, "sender-address"),
    on("port", PAIR),
    after("port-hi", PAIR, "port"),
    on("age", PAIR),
    after("age-hi", PAIR, "age"),
    on("max-age", PAIR),
    after("max-age-hi", PAIR, "max-age"),
    on("hello-time", PAIR),
    after("hello-time-hi", PAIR, "hello-time"),
    on("forward-delay", PAIR),
    after("forward-delay-hi", PAIR, "forward-delay"),
];
const VLAN_TAG: &[Attribute] = &[on("vlanid", VLAN), on("encap-protocol", VLAN_ETHERTYPE)];
const IPV6_TYPES: &[Attribute] = &[
    on("type", BYTE),
    after("typeend", BYTE, "type"),
    after("code", BYTE, "type"),
    after("codeend", BYTE, "type"),
];
const TCP: &[Attribute] = &[on("option", BYTE)];
const TCP_FLAGS: &[Attribute] = &[on("flags", Shape::TcpFlags)];

const fn protocol(name: &'static str, groups: &'static [&'static [Attribute]]) -> Protocol {
    Protocol { name, groups }
}

pub(super) const PROTOCOLS: &[Protocol] = &[
    protocol("mac", &[MACS, &[on("protocolid", ETHERTYPE)], COMMENT]),
    protocol("vlan", &[MACS, VLAN_TAG, COMMENT]),
    protocol("stp", &[STP, COMMENT]),
    protocol("arp", &[MACS_APART, ARP, COMMENT]),
    protocol("rarp", &[MACS_APART, ARP, COMMENT]),
    protocol("ip", &[MACS_APART, IPV4, IP_PROTOCOL_FIELD, PORTS, &[on("dscp", DSCP)], COMMENT]),
    protocol("ipv6", &[MACS_APART, IPV6, IP_PROTOCOL_FIELD, PORTS, IPV6_TYPES, COMMENT]),
    protocol("tcp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, PORTS, TCP, TCP_FLAGS, COMMENT]),
    protocol("udp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, PORTS, COMMENT]),
    protocol("sctp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, PORTS, COMMENT]),
    protocol("icmp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, ICMP, COMMENT]),
    protocol("igmp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, COMMENT]),
    protocol("udplite", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, COMMENT]),
    protocol("esp", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, COMMENT]),
    protocol("ah", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, COMMENT]),
    protocol("all", &[SOURCE_MAC, IPV4, RANGES_IPV4, CONNECTION, COMMENT]),
    protocol("tcp-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, PORTS, TCP, COMMENT]),
    protocol("udp-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, PORTS, COMMENT]),
    protocol("sctp-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, PORTS, COMMENT]),
    protocol("icmpv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, ICMP, COMMENT]),
    protocol("udplite-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, COMMENT]),
    protocol("esp-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, COMMENT]),
    protocol("ah-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, COMMENT]),
    protocol("all-ipv6", &[SOURCE_MAC, IPV6, RANGES_IPV6, CONNECTION, COMMENT]),
];
