//! `<interface>`: the host's end, and the card that the guest sees.

use config::domain::VirtType;
use config::domain::device::{DeviceInfo, TeamingType};
use config::domain::interface::{
    GuestOffloads, HostOffloads, Interface, InterfaceSource, IpFamily, IpSource, NetBackend,
    SocketNet, TxMode,
};
use config::{Error, YesNo};

use super::command_line::Resource;
use super::line::{Line, alias};
use super::options::Options;
use super::props::Props;
use super::virtio::{self, Revision};
use super::{Result, VhostNet, boot_order};

/// The card of an interface that names none.
const DEFAULT_MODEL: &str = "rtl8139";
/// What moves packets in the kernel.
const VHOST_NET: &str = "/dev/vhost-net";

/// What moves the packets of an interface, and in how many queues.
struct Queues {
    count: u32,
    vhost: bool,
    /// Whether the card tells its guest of them.
    told: bool,
}

impl Line<'_> {
    /// `<interface>`
    pub(super) fn interfaces(&mut self) -> Result<()> {
        let interfaces = &self.domain.devices.interfaces;
        for (number, interface) in interfaces.iter().enumerate() {
            self.interface(number, interface)?;
        }
        Ok(())
    }

    pub(super) fn interface(&mut self, number: usize, interface: &Interface) -> Result<()> {
        // It is told of as a device of the host.
        if matches!(interface.source.source, InterfaceSource::Hostdev(_)) {
            return self.not_started_yet("interface of type 'hostdev'");
        }
        let queues = self.queues(interface)?;
        self.refuse_queues(interface, &queues)?;
        self.host_end(interface, &queues)?;
        let rank = self.boot_order.interface(number, &interface.info);
        self.card(interface, &queues, rank)
    }

    /// Only what has a device of the host for each queue can have several.
    fn refuse_queues(&self, interface: &Interface, queues: &Queues) -> Result<()> {
        let source = &interface.source.source;
        let can = is_tap(source)
            || matches!(source, InterfaceSource::VhostUser(_) | InterfaceSource::Vdpa(_));
        if !self.starts() || queues.count <= 1 || can {
            return Ok(());
        }
        let mac = interface.source.mac.as_ref().map(|mac| mac.address.to_string());
        Err(Error::unsupported(format!(
            "interface {} - multiqueue is not supported for network interfaces of type {}",
            mac.unwrap_or_default(),
            source.word()
        )))
    }

    fn queues(&self, interface: &Interface) -> Result<Queues> {
        let virtio = model(interface).starts_with("virtio");
        let backend = interface.driver.name;
        // Without KVM it brings nothing, and is not asked for even by name.
        let wants_vhost = virtio
            && self.starts()
            && backend != Some(NetBackend::Qemu)
            && self.domain.virt_type == VirtType::Kvm
            && is_tap(&interface.source.source);
        let vhost = wants_vhost && self.context.vhost_net == VhostNet::Present;
        if wants_vhost && !vhost && backend == Some(NetBackend::Vhost) {
            let what = "vhost-net was requested for an interface, but is unavailable";
            return Err(Error::unsupported(what));
        }
        let count = interface.driver.queues.filter(|_| virtio).unwrap_or(1);
        Ok(Queues { count, vhost, told: count > 1 && self.starts() })
    }

    /// `-netdev`
    fn host_end(&mut self, interface: &Interface, queues: &Queues) -> Result<()> {
        let alias = alias(&interface.info)?;
        let mut props = match &interface.source.source {
            InterfaceSource::User(source) => user(source, interface)?,
            InterfaceSource::Internal(_) => {
                let mut props = Props::new();
                props.set("type", "user");
                props
            }
            InterfaceSource::Ethernet(_)
            | InterfaceSource::Bridge(_)
            | InterfaceSource::Network(_)
            | InterfaceSource::Direct(_) => self.tap(alias, interface, queues),
            InterfaceSource::Server(source) => socket("listen", source),
            InterfaceSource::Client(source) => socket("connect", source),
            InterfaceSource::Mcast(source) => socket("mcast", source),
            InterfaceSource::Udp(source) => udp(source),
            InterfaceSource::VhostUser(source) => {
                let id = format!("char{alias}");
                let mut chardev = Options::new("socket");
                chardev.set("id", &id).set("path", &source.source.path);
                if source.source.mode.as_ref() == "server" {
                    chardev.set("server", config::OnOff::On);
                } else if let Some(reconnect) = source.source.reconnect {
                    let seconds = reconnect.timeout.filter(|_| reconnect.enabled == YesNo::Yes);
                    chardev.set("reconnect", seconds.unwrap_or_default());
                }
                self.option("-chardev", chardev);
                let mut props = Props::new();
                let count = Some(queues.count).filter(|count| *count > 1);
                props.set("type", "vhost-user").set("chardev", id).set("queues", count);
                props
            }
            InterfaceSource::Vdpa(source) => {
                let path = source.source.dev.as_ref().into();
                let path = self.open_as_file(Resource::Device { path }, alias);
                let mut props = Props::new();
                props.set("type", "vhost-vdpa").set("vhostdev", path);
                props
            }
            source @ (InterfaceSource::Hostdev(_) | InterfaceSource::Null) => {
                let kind = source.word();
                return Err(Error::unsupported(format!(
                    "interface of type '{kind}' is not supported"
                )));
            }
        };
        props.set("id", host_id(alias));
        self.option("-netdev", props);
        Ok(())
    }

    fn tap(&mut self, alias: &str, interface: &Interface, queues: &Queues) -> Props {
        let mut open = |resource: &dyn Fn(u32) -> Resource| {
            let numbers = (0..queues.count).map(|queue| self.open(resource(queue)));
            let numbers: Vec<String> = numbers.collect();
            numbers.join(":")
        };
        let taps = open(&|queue| Resource::Tap { alias: alias.to_owned(), queue });
        let path = interface.backend.vhost.as_deref().unwrap_or(VHOST_NET);
        let vhosts = queues.vhost.then(|| open(&|_| Resource::VhostNet { path: path.into() }));
        let (fd, vhost_fd) = if queues.count > 1 { ("fds", "vhostfds") } else { ("fd", "vhostfd") };
        let mut props = Props::new();
        props
            .set("type", "tap")
            .set(fd, taps)
            .set("vhost", queues.vhost.then_some(true))
            .set(vhost_fd, vhosts)
            .set("sndbuf", interface.tune.and_then(|tune| tune.sndbuf));
        props
    }

    /// `-device` of the card.
    fn card(&mut self, interface: &Interface, queues: &Queues, rank: Option<u32>) -> Result<()> {
        let alias = alias(&interface.info)?;
        let mac = interface
            .source
            .mac
            .as_ref()
            .ok_or_else(|| Error::internal("interface has no MAC address"))?;
        let mut props = card_model(interface, queues);
        props
            .set("netdev", host_id(alias))
            .set("id", alias)
            .set("mac", mac.address.to_string())
            .set("bootindex", rank.or_else(|| boot_order::own(&interface.info)));
        self.place(&mut props, &interface.info as &DeviceInfo)?;
        self.device(props)
    }
}

fn host_id(alias: &str) -> String {
    format!("host{alias}")
}

fn is_tap(source: &InterfaceSource) -> bool {
    matches!(
        source,
        InterfaceSource::Ethernet(_)
            | InterfaceSource::Bridge(_)
            | InterfaceSource::Network(_)
            | InterfaceSource::Direct(_)
    )
}

fn model(interface: &Interface) -> &str {
    interface.model.as_ref().map_or(DEFAULT_MODEL, |model| &model.kind)
}

/// The user network, with the guest's addresses if the document gives them.
fn user(source: &IpSource, interface: &Interface) -> Result<Props> {
    let mut props = Props::new();
    props.set("type", "user");
    for ip in source.source.ips.iter().chain(&interface.ips) {
        let prefix = ip.prefix.map(|prefix| format!("/{prefix}")).unwrap_or_default();
        match ip.family.unwrap_or(IpFamily::Ipv4) {
            IpFamily::Ipv4 => props.set("net", format!("{}{prefix}", ip.address)),
            IpFamily::Ipv6 => {
                props.set("ipv6-prefix", &ip.address).set("ipv6-prefixlen", ip.prefix)
            }
        };
    }
    if !interface.routes.is_empty() {
        return Err(Error::unsupported("routes of an interface of type 'user' are not supported"));
    }
    Ok(props)
}

fn endpoint(address: Option<&str>, port: u16) -> String {
    format!("{}:{port}", address.unwrap_or_default())
}

fn socket(role: &str, net: &SocketNet) -> Props {
    let mut props = Props::new();
    props.set("type", "socket").set(role, endpoint(net.source.address.as_deref(), net.source.port));
    props
}

fn udp(net: &SocketNet) -> Props {
    let mut props = socket("udp", net);
    let local = net.source.local.as_ref();
    props.set("localaddr", local.map(|local| endpoint(local.address.as_deref(), local.port)));
    props
}

fn card_model(interface: &Interface, queues: &Queues) -> Props {
    let revision = match model(interface) {
        "virtio" => Revision::Default,
        "virtio-transitional" => Revision::Transitional,
        "virtio-non-transitional" => Revision::NonTransitional,
        other => return Props::driver(other),
    };
    let driver = &interface.driver;
    let mut props = virtio::device("virtio-net", revision, &driver.virtio);
    props
        .set(
            "tx",
            driver.txmode.map(|mode| match mode {
                TxMode::Iothread => "bh",
                TxMode::Timer => "timer",
            }),
        )
        .set("ioeventfd", driver.ioeventfd)
        .set("event_idx", driver.event_idx);
    if let Some(host) = &driver.host {
        add_host_offloads(&mut props, host);
    }
    if let Some(guest) = &driver.guest {
        add_guest_offloads(&mut props, guest);
    }
    // Two interrupts a queue, and two for what is common to all.
    let many = Some(queues.count).filter(|_| queues.told);
    props
        .set("mq", many.map(|_| true))
        .set("vectors", many.map(|count| count.saturating_mul(2).saturating_add(2)))
        .set("rss", driver.rss)
        .set("hash", driver.rss_hash_report)
        .set("rx_queue_size", driver.rx_queue_size)
        .set("tx_queue_size", driver.tx_queue_size)
        .set("host_mtu", interface.mtu.map(|mtu| mtu.size));
    let failover =
        interface.teaming.as_ref().filter(|teaming| teaming.kind == TeamingType::Persistent);
    props.set("failover", failover.map(|_| true));
    props
}

fn add_host_offloads(props: &mut Props, host: &HostOffloads) {
    props
        .set("csum", host.csum)
        .set("gso", host.gso)
        .set("host_tso4", host.tso4)
        .set("host_tso6", host.tso6)
        .set("host_ecn", host.ecn)
        .set("host_ufo", host.ufo)
        .set("mrg_rxbuf", host.mrg_rxbuf);
}

fn add_guest_offloads(props: &mut Props, guest: &GuestOffloads) {
    props
        .set("guest_csum", guest.csum)
        .set("guest_tso4", guest.tso4)
        .set("guest_tso6", guest.tso6)
        .set("guest_ecn", guest.ecn)
        .set("guest_ufo", guest.ufo);
}
