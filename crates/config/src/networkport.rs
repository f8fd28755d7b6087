//! A port of a virtual network: whose it is, and what it is plugged into.
//!
//! `parse` → `format`.

use xml::{Error as XmlError, Node, View, element, tagged};

use crate::domain::address::PciAddress;
use crate::domain::interface::{MacvtapMode, Vlan};
use crate::kind::{Declarations, Kind, Wording, json, rule};
use crate::network::forward::ForwardDriver;
use crate::network::virtualport::NetworkVirtualPort;
use crate::network::{Bandwidth, MacTableManager, PortIsolation};
use crate::{Code, Error, Mac, Text, Uuid, YesNo};

tagged! {
    /// What a port is plugged into.
    pub enum Plug by "type" or "none" {
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
        leaf uuid: Uuid = "uuid",
        /// Whose it is.
        child owner: PortOwner = "owner",
        /// Kind of port.
        group group: PortGroupName = "group",
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
        group rxfilters: RxFilters = "rxfilters",
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
    #[derive(Default, Eq)]
    pub struct PortGroupName {
        /// Name.
        attr name: Option<Text> = "name",
    }

    /// `<mac>`
    #[derive(Copy, Eq)]
    pub struct PortMac {
        /// Address.
        attr address: Mac = "address",
    }

    /// `<rxfilters>`
    #[derive(Copy, Default, Eq)]
    pub struct RxFilters {
        /// Whether they are honoured.
        attr trust_guest: Option<YesNo> = "trustGuest",
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
        attr mode: Option<MacvtapMode> = "mode",
    }

    /// `<plug type='hostdev-pci'>`
    pub struct PciPlug {
        /// Whether the daemon detaches it from the host.
        attr managed: Option<YesNo> = "managed",
        /// Driver.
        group driver: ForwardDriver = "driver",
        /// Place of the device.
        child address: PciAddress = "address",
    }
}

const KIND: Kind = Kind {
    root: "networkport",
    text: "network_port_definition",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: WRONG,
    missing: MISSING,
};

const WRONG: &[Wording] = {
    use Code::{ConfigUnsupported as Unsupported, InternalError as Internal, XmlError as Xml};
    &[
        ("driver", "name", Xml, "Missing network port driver name"),
        ("inbound", "floor", Unsupported, "could not convert bandwidth floor value '{}'"),
        ("mac", "address", Internal, "Unable to parse MAC '{}'"),
        ("plug", "macTableManager", Xml, "Invalid macTableManager setting '{}' in network port"),
        ("plug", "mode", Xml, "Invalid mode setting '{}' in network port"),
        ("uuid", "", Internal, "Unable to parse UUID '{}'"),
    ]
};

const MISSING: &[Wording] = {
    use Code::{InternalError as Internal, XmlError as Xml};
    &[
        ("mac", "address", Internal, "network port has no mac"),
        ("networkport", "mac", Internal, "network port has no mac"),
        ("networkport", "owner", Internal, "network port has no owner name"),
        ("networkport", "uuid", Internal, "network port has no uuid"),
        ("owner", "name", Internal, "network port has no owner name"),
        ("owner", "uuid", Internal, "network port has no owner UUID"),
        ("plug", "address", Xml, "Missing network port PCI address"),
        ("plug", "bridge", Xml, "Missing network port bridge name"),
        ("plug", "dev", Xml, "Missing network port link device name"),
    ]
};

fn check(port: Node<'_, '_>) -> Result<(), XmlError> {
    if let Some(vlan) = port.child("vlan").filter(|vlan| vlan.child("tag").is_none()) {
        let what = "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement";
        return Err(rule(vlan, Code::XmlError, what));
    }
    let limits = |rate: &Node<'_, '_>| {
        rate.attribute("average").is_some() || rate.attribute("floor").is_some()
    };
    let mut rates = port.children("bandwidth").flat_map(|bandwidth| bandwidth.elements());
    match rates.find(|rate| !limits(rate)) {
        None => Ok(()),
        Some(rate) => {
            let what = "Missing mandatory average or floor attributes";
            Err(rule(rate, Code::XmlDetail, what))
        }
    }
}

impl NetworkPort {
    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        KIND.read(text, View::PLAIN, check)
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }
}

json! { NetworkPort, KIND, View::PLAIN }
