//! `<forward>`: where a network leads.

use xml::{element, tagged, words};

use crate::domain::address::PciAddress;
use crate::domain::part;
use crate::ip::Ip;
use crate::{Text, YesNo};

words! {
    /// Where a network leads.
    pub enum ForwardMode {
        None = "none", Nat = "nat", Route = "route", Open = "open", Bridge = "bridge", Private = "private",
        Vepa = "vepa", Passthrough = "passthrough", Hostdev = "hostdev",
    }
    /// Driver of an assigned device.
    pub enum ForwardDriverName { Kvm = "kvm", Vfio = "vfio" }
}

tagged! {
    /// A device of the pool, by its place.
    #[derive(Eq)]
    pub enum ForwardAddress by "type" {
        /// On a PCI bus.
        Pci(PoolPciAddress) = "pci",
    }
}

element! {
    /// `<forward>`
    #[derive(Eq, Default)]
    pub struct Forward {
        /// The first device of the host; complete after completion.
        attr dev: Option<Text> = "dev",
        /// Where it leads; complete after completion.
        attr mode: Option<ForwardMode> = "mode",
        /// Whether the daemon detaches assigned devices from the host; complete after completion, for `hostdev` only.
        attr managed: Option<Managed> = "managed",
        /// Driver of assigned devices.
        group driver: ForwardDriver = "driver",
        /// What addresses are translated to.
        group nat: Nat = "nat",
        /// The device whose virtual functions make the pool.
        child pf: Option<PhysicalFunction> = "pf",
        /// Devices of the host, by name.
        child interfaces: Vec<ForwardInterface> = "interface",
        /// Devices of the host, by place.
        child addresses: Vec<ForwardAddress> = "address",
    }

    /// `<driver>`
    #[derive(Copy, Eq, Default)]
    pub struct ForwardDriver {
        /// Name.
        attr name: Option<ForwardDriverName> = "name",
    }

    /// `<nat>`
    #[derive(Eq, Default)]
    pub struct Nat {
        /// Whether IPv6 is translated as well.
        attr ipv6: Option<YesNo> = "ipv6",
        /// Addresses of the host to use.
        child address: Option<NatAddresses> = "address",
        /// Ports of the host to use.
        child port: Option<NatPorts> = "port",
    }

    /// `<address>` of `<nat>`
    #[derive(Copy, Eq)]
    pub struct NatAddresses {
        /// First.
        attr start: Ip = "start",
        /// Last.
        attr end: Ip = "end",
    }

    /// `<port>` of `<nat>`
    #[derive(Copy, Eq)]
    pub struct NatPorts {
        /// First.
        attr start: u16 = "start",
        /// Last.
        attr end: u16 = "end",
    }

    /// `<pf>`
    #[derive(Eq)]
    pub struct PhysicalFunction {
        /// Device.
        attr dev: Box<str> = "dev",
    }

    /// `<interface>`
    #[derive(Eq)]
    pub struct ForwardInterface {
        /// Device.
        attr dev: Box<str> = "dev",
        /// Interfaces connected through it, while the network is active and it has any.
        attr connections: Option<u32> = "connections" when part::LIVE,
    }

    /// `<address type='pci'>` of the pool
    #[derive(Eq)]
    pub struct PoolPciAddress {
        /// The place.
        part address: PciAddress,
        /// Interfaces connected through it, while the network is active and it has any.
        attr connections: Option<u32> = "connections" when part::LIVE,
    }
}

/// Whether a device is detached: if it is `yes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Managed(pub bool);

impl xml::Value for Managed {
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.eq_ignore_ascii_case("yes")))
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Borrowed(if self.0 { "yes" } else { "no" })
    }
}

impl ForwardMode {
    /// Whether the daemon makes the network's bridge itself.
    pub const fn has_own_bridge(self) -> bool {
        matches!(self, Self::None | Self::Nat | Self::Route | Self::Open)
    }
}
