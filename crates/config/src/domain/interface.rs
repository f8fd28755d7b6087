//! `<interface>`

use xml::{AnyBase, element, tagged, words};

use super::address::Address;
use super::chardev::Reconnect;
use super::device::{BackendDomain, DeviceInfo, Teaming, VirtioOptions};
use super::hostdev::HostdevDriver;
use super::part;
use crate::{Mac, OnOff, Uuid, YesNo};

tagged! {
    /// What an interface is connected to.
    pub enum InterfaceSource by "type" or "user" {
        User(IpSource) = "user",
        Ethernet(IpSource) = "ethernet",
        VhostUser(VhostUserNet) = "vhostuser",
        Server(SocketNet) = "server",
        Client(SocketNet) = "client",
        Mcast(SocketNet) = "mcast",
        Udp(SocketNet) = "udp",
        Network(NetworkNet) = "network",
        Bridge(BridgeNet) = "bridge",
        Internal(InternalNet) = "internal",
        Direct(DirectNet) = "direct",
        Hostdev(HostdevNet) = "hostdev",
        Vdpa(VdpaNet) = "vdpa",
        Null = "null",
    }
}

words! {
    /// Family of an address.
    pub enum IpFamily { Ipv4 = "ipv4", Ipv6 = "ipv6" }
    /// How a macvtap interface treats frames.
    pub enum MacvtapMode { Vepa = "vepa", Private = "private", Bridge = "bridge", Passthrough = "passthrough" }
    /// Backend in the host.
    pub enum NetBackend { Qemu = "qemu", Vhost = "vhost" }
    /// Who connects a user-mode interface to the host.
    pub enum UserBackend { Default = "default" }
    /// Who sends.
    pub enum TxMode { Iothread = "iothread", Timer = "timer" }
    /// State of a link.
    pub enum LinkState { Up = "up", Down = "down" }
    /// How a trunk's native VLAN is tagged.
    pub enum NativeMode { Tagged = "tagged", Untagged = "untagged" }
    /// Kind of a virtual port.
    pub enum VirtualPortType { Vepa = "802.1Qbg", Vnlink = "802.1Qbh", OpenVSwitch = "openvswitch", Midonet = "midonet" }
}

element! {
    /// `<interface>`
    pub struct Interface {
        /// What it is connected to; its `mac` comes first.
        part source: InterfaceLink,
        /// VLAN tags.
        child vlan: Option<Box<Vlan>> = "vlan",
        /// Virtual port of a switch.
        child virtualport: Option<Box<VirtualPort>> = "virtualport",
        /// Limits.
        child bandwidth: Option<Box<Bandwidth>> = "bandwidth",
        /// Ports of one switch do not see each other.
        child port: Option<PortOptions> = "port",
        /// Addresses in the guest.
        child ips: Vec<Ip> = "ip",
        /// Routes in the guest.
        child routes: Vec<Route> = "route",
        /// Script that sets the tap device up.
        loose_child script: Option<ScriptPath> = "script",
        /// Script that takes it down.
        loose_child downscript: Option<ScriptPath> = "downscript",
        /// Backend domain, of Xen.
        child backenddomain: Option<BackendDomain> = "backenddomain",
        /// Name of the device in the host.
        group target: NetTarget = "target",
        /// Name of the device in a container.
        group guest: NetGuest = "guest",
        /// Model in the guest; complete after completion.
        loose_child model: Option<NetModel> = "model",
        /// Driver in the host.
        group driver: Box<NetDriver> = "driver",
        /// Devices of the host's network stack.
        group backend: NetPaths = "backend",
        /// Packet filter.
        loose_child filterref: Option<Box<FilterRef>> = "filterref",
        /// Role in a failover pair.
        loose_child teaming: Option<Teaming> = "teaming",
        /// Tuning.
        child tune: Option<NetTune> = "tune",
        /// State of the link.
        loose_child link: Option<Link> = "link",
        /// Largest packet.
        loose_child mtu: Option<Mtu> = "mtu",
        /// Coalescing.
        child coalesce: Option<Coalesce> = "coalesce",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// The connection of an interface, with what is written between its parts.
    pub struct InterfaceLink {
        /// Address; complete after completion.
        loose_child mac: Option<MacElement> = "mac",
        /// What it is connected to.
        part source: InterfaceSource,
        /// Whether the daemon detaches an assigned device from the host.
        loose_attr managed: Option<YesNo> = "managed",
        /// Whether the guest's own filters are honoured.
        attr trust_guest_rx_filters: Option<YesNo> = "trustGuestRxFilters",
    }

    /// `<mac>`
    #[derive(Copy, Eq)]
    pub struct MacElement {
        /// The address.
        attr address: Mac = "address",
        /// Whether it was drawn at random.
        attr kind: Option<MacType> = "type",
        /// Whether it is checked against the vendor's range.
        attr check: Option<YesNo> = "check",
    }

    /// Addresses of the host's end: `type='user'`, `type='ethernet'`.
    #[derive(Default)]
    pub struct IpSource {
        /// The host's end.
        group source: HostIps = "source",
    }

    /// `<source>` with addresses
    #[derive(Eq, Default)]
    pub struct HostIps {
        /// Addresses.
        child ips: Vec<Ip> = "ip",
        /// Routes.
        child routes: Vec<Route> = "route",
    }

    /// `<ip>`
    #[derive(Eq)]
    pub struct Ip {
        /// The address.
        attr address: Box<str> = "address",
        /// Its family.
        attr family: Option<IpFamily> = "family",
        /// Length of the network's prefix.
        attr prefix: Option<u32> = "prefix",
        /// The other end.
        attr peer: Option<Box<str>> = "peer",
    }

    /// `<route>`
    #[derive(Eq)]
    pub struct Route {
        /// Family.
        attr family: Option<IpFamily> = "family",
        /// Network.
        attr address: Box<str> = "address",
        /// Netmask.
        attr netmask: Option<Box<str>> = "netmask",
        /// Length of the prefix.
        attr prefix: Option<u32> = "prefix",
        /// Gateway.
        attr gateway: Option<Box<str>> = "gateway",
        /// Metric.
        attr metric: Option<u32> = "metric",
    }

    /// `type='vhostuser'`
    pub struct VhostUserNet {
        /// The socket.
        child source: VhostUserNetSource = "source",
    }

    /// `<source type='unix' path='…' mode='server'>`
    #[derive(Eq)]
    pub struct VhostUserNetSource {
        /// Always `unix`.
        attr kind: Box<str> = "type",
        /// The socket.
        attr path: Box<str> = "path",
        /// `server` or `client`.
        attr mode: Box<str> = "mode",
        /// What happens when the other side goes away.
        child reconnect: Option<Reconnect> = "reconnect",
    }

    /// Frames in a socket: `server`, `client`, `mcast`, `udp`.
    pub struct SocketNet {
        /// The socket.
        child source: SocketNetSource = "source",
    }

    /// `<source address='…' port='…'>`
    #[derive(Eq)]
    pub struct SocketNetSource {
        /// Address.
        attr address: Option<Box<str>> = "address",
        /// Port.
        attr port: u16 = "port",
        /// Own end of a UDP tunnel.
        child local: Option<LocalEnd> = "local",
    }

    /// `<local>`
    #[derive(Eq)]
    pub struct LocalEnd {
        /// Address.
        attr address: Option<Box<str>> = "address",
        /// Port.
        attr port: u16 = "port",
    }

    /// `type='network'`
    pub struct NetworkNet {
        /// The network.
        child source: NetworkNetSource = "source",
    }

    /// `<source network='…'>`
    #[derive(Eq)]
    pub struct NetworkNetSource {
        /// Network.
        attr network: Box<str> = "network",
        /// Port group.
        attr portgroup: Option<Box<str>> = "portgroup",
        /// Port of the network, while the guest runs.
        attr portid: Option<Uuid> = "portid" when part::LIVE,
        /// Bridge of the network, while the guest runs.
        attr bridge: Option<Box<str>> = "bridge" when part::LIVE,
    }

    /// `type='bridge'`
    pub struct BridgeNet {
        /// The bridge.
        child source: BridgeNetSource = "source",
    }

    /// `<source bridge='…'>`
    #[derive(Eq)]
    pub struct BridgeNetSource {
        /// Bridge.
        attr bridge: Box<str> = "bridge",
    }

    /// `type='internal'`
    pub struct InternalNet {
        /// The network.
        child source: InternalNetSource = "source",
    }

    /// `<source name='…'>`
    #[derive(Eq)]
    pub struct InternalNetSource {
        /// Name.
        attr name: Box<str> = "name",
    }

    /// `type='direct'`: macvtap
    pub struct DirectNet {
        /// The device.
        child source: DirectNetSource = "source",
    }

    /// `<source dev='…' mode='…'>`
    #[derive(Eq)]
    pub struct DirectNetSource {
        /// Device of the host.
        attr dev: Box<str> = "dev",
        /// How it treats frames.
        attr mode: Option<MacvtapMode> = "mode",
    }

    /// `type='hostdev'`
    pub struct HostdevNet {
        /// Driver in the host.
        child driver: Option<HostdevDriver> = "driver",
        /// The assigned device.
        child source: HostdevNetSource = "source",
    }

    /// `<source>` with an address
    pub struct HostdevNetSource {
        /// Where it is on the host.
        child address: Address = "address",
    }

    /// `type='vdpa'`
    pub struct VdpaNet {
        /// The device.
        child source: VdpaNetSource = "source",
    }

    /// `<source dev='…'>`
    #[derive(Eq)]
    pub struct VdpaNetSource {
        /// Device.
        attr dev: Box<str> = "dev",
    }

    /// `<vlan>`
    #[derive(Eq)]
    pub struct Vlan {
        /// Whether it is a trunk.
        attr trunk: Option<YesNo> = "trunk",
        /// Tags.
        child tags: Vec<VlanTag> = "tag",
    }

    /// `<tag>`
    #[derive(Copy, Eq)]
    pub struct VlanTag {
        /// Number.
        attr id: u32 = "id",
        /// How a trunk's native VLAN is tagged.
        attr native_mode: Option<NativeMode> = "nativeMode",
    }

    /// `<virtualport>`
    #[derive(Eq)]
    pub struct VirtualPort {
        /// Kind.
        attr kind: Option<VirtualPortType> = "type",
        /// Parameters.
        child parameters: Option<VirtualPortParameters> = "parameters",
    }

    /// `<parameters>` of a virtual port
    #[derive(Eq)]
    pub struct VirtualPortParameters {
        /// 802.1Qbg manager.
        attr managerid: Option<AnyBase> = "managerid",
        /// 802.1Qbg type.
        attr typeid: Option<AnyBase> = "typeid",
        /// 802.1Qbg version of the type.
        attr typeidversion: Option<AnyBase> = "typeidversion",
        /// 802.1Qbg instance.
        attr instanceid: Option<Uuid> = "instanceid",
        /// Interface.
        attr interfaceid: Option<Uuid> = "interfaceid",
        /// Port profile.
        attr profileid: Option<Box<str>> = "profileid",
    }

    /// `<script path='…'/>`
    #[derive(Eq)]
    pub struct ScriptPath {
        /// Program.
        attr path: Box<str> = "path",
    }

    /// `<target>` of an interface
    #[derive(Eq, Default)]
    pub struct NetTarget {
        /// Device of the host; one that the daemon named itself is shown only while the guest runs.
        attr dev: Option<Box<str>> = "dev",
        /// Whether the daemon creates it.
        attr managed: Option<YesNo> = "managed",
    }

    /// `<guest>`
    #[derive(Eq, Default)]
    pub struct NetGuest {
        /// Name in the guest.
        attr dev: Option<Box<str>> = "dev",
        /// Name in the guest until it is renamed.
        attr actual: Option<Box<str>> = "actual",
    }

    /// `<model type='virtio'/>`
    #[derive(Eq)]
    pub struct NetModel {
        /// The model; QEMU has the list.
        attr kind: Box<str> = "type",
    }

    /// `<driver>` of an interface
    #[derive(Eq, Default)]
    pub struct NetDriver {
        /// Backend in the host; of a device of the host it is another driver that is named here.
        loose_attr name: Option<NetBackend> = "name",
        /// Who sends.
        attr txmode: Option<TxMode> = "txmode",
        /// Notifications through ioeventfd.
        attr ioeventfd: Option<OnOff> = "ioeventfd",
        /// Notification suppression.
        attr event_idx: Option<OnOff> = "event_idx",
        /// Pairs of queues.
        attr queues: Option<u32> = "queues",
        /// Length of a receive queue.
        attr rx_queue_size: Option<u32> = "rx_queue_size",
        /// Length of a send queue.
        attr tx_queue_size: Option<u32> = "tx_queue_size",
        /// Receive-side scaling.
        attr rss: Option<OnOff> = "rss",
        /// Hash for scaling.
        attr rss_hash_report: Option<OnOff> = "rss_hash_report",
        /// virtio.
        more virtio: VirtioOptions,
        /// Offloads of the host.
        child host: Option<Box<HostOffloads>> = "host",
        /// Offloads of the guest.
        child guest: Option<Box<GuestOffloads>> = "guest",
    }

    /// `<host>` of a driver
    #[derive(Copy, Eq)]
    pub struct HostOffloads {
        /// Checksums.
        attr csum: Option<OnOff> = "csum",
        /// Generic segmentation.
        attr gso: Option<OnOff> = "gso",
        /// TCP segmentation over IPv4.
        attr tso4: Option<OnOff> = "tso4",
        /// TCP segmentation over IPv6.
        attr tso6: Option<OnOff> = "tso6",
        /// ECN.
        attr ecn: Option<OnOff> = "ecn",
        /// UDP fragmentation.
        attr ufo: Option<OnOff> = "ufo",
        /// Mergeable receive buffers.
        attr mrg_rxbuf: Option<OnOff> = "mrg_rxbuf",
    }

    /// `<guest>` of a driver
    #[derive(Copy, Eq)]
    pub struct GuestOffloads {
        /// Checksums.
        attr csum: Option<OnOff> = "csum",
        /// TCP segmentation over IPv4.
        attr tso4: Option<OnOff> = "tso4",
        /// TCP segmentation over IPv6.
        attr tso6: Option<OnOff> = "tso6",
        /// ECN.
        attr ecn: Option<OnOff> = "ecn",
        /// UDP fragmentation.
        attr ufo: Option<OnOff> = "ufo",
    }

    /// `<backend>`
    #[derive(Eq, Default)]
    pub struct NetPaths {
        /// Who connects a user-mode interface to the host.
        attr kind: Option<UserBackend> = "type",
        /// Device that makes taps.
        attr tap: Option<Box<str>> = "tap",
        /// vhost device.
        attr vhost: Option<Box<str>> = "vhost",
    }

    /// `<filterref>`
    #[derive(Eq)]
    pub struct FilterRef {
        /// The filter.
        attr filter: Box<str> = "filter",
        /// Its variables.
        child parameters: Vec<FilterParameter> = "parameter",
    }

    /// `<parameter>` of a filter
    #[derive(Eq)]
    pub struct FilterParameter {
        /// Variable.
        attr name: Box<str> = "name",
        /// Value.
        attr value: Box<str> = "value",
    }

    /// `<bandwidth>`
    #[derive(Eq)]
    pub struct Bandwidth {
        /// Towards the guest.
        child inbound: Option<Rate> = "inbound",
        /// From the guest.
        child outbound: Option<Rate> = "outbound",
    }

    /// `<inbound>`, `<outbound>`: in KiB per second and KiB.
    #[derive(Copy, Eq)]
    pub struct Rate {
        /// Average.
        attr average: Option<u64> = "average",
        /// Peak.
        attr peak: Option<u64> = "peak",
        /// Guaranteed.
        attr floor: Option<u64> = "floor",
        /// Burst at peak.
        attr burst: Option<u64> = "burst",
    }

    /// `<tune>`
    #[derive(Copy, Eq)]
    pub struct NetTune {
        /// Bytes that may wait in the tap device.
        leaf sndbuf: Option<u64> = "sndbuf",
    }

    /// `<link>`
    #[derive(Copy, Eq)]
    pub struct Link {
        /// State.
        attr state: LinkState = "state",
    }

    /// `<mtu>`
    #[derive(Copy, Eq)]
    pub struct Mtu {
        /// Bytes.
        attr size: u32 = "size",
    }

    /// `<coalesce>`
    #[derive(Copy, Eq)]
    pub struct Coalesce {
        /// Receiving.
        child rx: Option<CoalesceRx> = "rx",
    }

    /// `<rx>`
    #[derive(Copy, Eq)]
    pub struct CoalesceRx {
        /// By frames.
        child frames: Option<CoalesceFrames> = "frames",
    }

    /// `<frames max='…'/>`
    #[derive(Copy, Eq)]
    pub struct CoalesceFrames {
        /// Most frames before an interrupt.
        attr max: Option<u32> = "max",
    }

    /// `<port>`
    #[derive(Copy, Eq)]
    pub struct PortOptions {
        /// Whether it sees other isolated ports.
        attr isolated: Option<YesNo> = "isolated",
    }
}

words! {
    /// Whether an address was drawn at random.
    pub enum MacType { Generated = "generated", Static = "static" }
}
