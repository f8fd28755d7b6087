//! Network devices.

use xml::{ChildField, Count, Element, Error, Kind, Node, Writer, element, words};

use crate::Text;
use crate::link::HostLink;

words! {
    /// What a network device can do by itself.
    pub enum NetWord {
        Rx = "rx", Tx = "tx", Sg = "sg", Tso = "tso", Ufo = "ufo", Gso = "gso", Gro = "gro", Lro = "lro",
        RxVlan = "rxvlan", TxVlan = "txvlan", Ntuple = "ntuple", RxHash = "rxhash", Rdma = "rdma",
        TxUdpTunnel = "txudptnl", SwitchDev = "switchdev",
    }
}

words! {
    /// A family of network protocols.
    pub enum NetKind {
        /// IEEE 802.3
        Ethernet = "80203",
        /// IEEE 802.11
        Wireless = "80211",
    }
}

element! {
    /// `<capability type='net'>`
    #[derive(Eq)]
    pub struct Net {
        /// Name.
        leaf interface: Text = "interface",
        /// Hardware address.
        leaf address: Option<Text> = "address",
        /// Its link.
        group link: HostLink = "link",
        /// What it can do by itself.
        own features: NetFeatures = "feature",
        /// What it speaks.
        group protocol: NetProtocol = "capability",
    }

    /// `<feature>`
    #[derive(Copy, Eq)]
    pub struct NetFeature {
        /// Its name.
        attr name: NetWord = "name",
    }

    /// `<capability>` of a network device
    #[derive(Copy, Default, Eq)]
    pub struct NetProtocol {
        /// Which family of protocols.
        attr kind: Option<NetKind> = "type",
    }
}

/// What a network device can do by itself, each once, in the order of [`NetWord`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetFeatures(pub Vec<NetFeature>);

impl ChildField for NetFeatures {
    const KIND: Kind = Kind::Child { shape: NetFeature::shape, count: Count::Many };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        let mut features = <Vec<NetFeature> as ChildField>::read(node, name)?;
        features.sort_by_key(|feature| feature.name);
        features.dedup();
        Ok(Self(features))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        self.0.write(name, w);
    }
}
