//! A port of a virtual network: whose it is, and what it is plugged into.
//!
//! `parse` → `format`.

use xml::{View, element, tagged};

use crate::domain::address::Address;
use crate::domain::interface::{MacvtapMode, Vlan};
use crate::kind::{Declarations, Kind, Wording};
use crate::network::forward::ForwardDriver;
use crate::network::virtualport::NetworkVirtualPort;
use crate::network::{Bandwidth, MacTableManager, PortIsolation};
use crate::{Code, Error, Mac, Text, Uuid, YesNo};

tagged! {
    /// What a port is plugged into.
    pub enum Plug by "type" {
        /// Nothing yet.
        None = "none",
        /// The network's bridge.
        Network(BridgePlug) = "network",
        /// A bridge of the host.
        Bridge(BridgePlug) = "bridge",
        /// A device of the host, by macvtap.
        Direct(DirectPlug) = "direct",
        /// An assigned device.
        HostdevPci(PciPlug) = "hostdev-pci",
    }
}

element! {
    /// `<networkport>`
    pub struct NetworkPort {
        /// Identity.
        leaf uuid: Option<Uuid> = "uuid",
        /// Whose it is.
        child owner: PortOwner = "owner",
        /// Kind of port.
        child group: Option<PortGroupName> = "group",
        /// Address of the guest's interface.
        child mac: PortMac = "mac",
        /// Virtual port of a switch.
        child virtualport: Option<Box<NetworkVirtualPort>> = "virtualport",
        /// Limits.
        child bandwidth: Option<Box<Bandwidth>> = "bandwidth",
        /// VLAN tags.
        child vlan: Option<Box<Vlan>> = "vlan",
        /// Whether it sees other isolated ports.
        child port: Option<PortIsolation> = "port",
        /// The guest's own filters.
        child rxfilters: Option<RxFilters> = "rxfilters",
        /// What it is plugged into.
        child plug: Option<Plug> = "plug",
    }

    /// `<owner>`
    #[derive(Eq)]
    pub struct PortOwner {
        /// Name.
        leaf name: Text = "name",
        /// Identity.
        leaf uuid: Uuid = "uuid",
    }

    /// `<group>`
    #[derive(Eq)]
    pub struct PortGroupName {
        /// Name.
        attr name: Box<str> = "name",
    }

    /// `<mac>`
    #[derive(Copy, Eq)]
    pub struct PortMac {
        /// Address.
        attr address: Mac = "address",
    }

    /// `<rxfilters>`
    #[derive(Copy, Eq)]
    pub struct RxFilters {
        /// Whether they are honoured.
        attr trust_guest: YesNo = "trustGuest",
    }

    /// `<plug type='bridge'>`
    #[derive(Eq)]
    pub struct BridgePlug {
        /// Bridge.
        attr bridge: Box<str> = "bridge",
        /// Who keeps its table of addresses.
        attr mac_table_manager: Option<MacTableManager> = "macTableManager",
    }

    /// `<plug type='direct'>`
    #[derive(Eq)]
    pub struct DirectPlug {
        /// Device.
        attr dev: Box<str> = "dev",
        /// How it treats frames.
        attr mode: MacvtapMode = "mode",
    }

    /// `<plug type='hostdev-pci'>`
    pub struct PciPlug {
        /// Whether the daemon detaches it from the host.
        attr managed: Option<YesNo> = "managed",
        /// Driver.
        group driver: ForwardDriver = "driver",
        /// Place of the device.
        child address: Address = "address",
    }
}

const KIND: Kind = Kind {
    root: "networkport",
    text: "network_port_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: &[],
};

const WRONG: &[Wording] = &[("uuid", "", Code::XmlError, "unable to parse UUID '{}'")];

impl NetworkPort {
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
}
