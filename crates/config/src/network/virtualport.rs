//! `<virtualport>` of a network: how its ports are announced to a switch.

use std::borrow::Cow;

use xml::{Value, element, unsigned};

pub use crate::domain::interface::VirtualPortType;
use crate::{Text, Uuid};

element! {
    /// `<virtualport>`
    #[derive(Eq)]
    pub struct NetworkVirtualPort {
        /// Kind; a group of ports may leave it to its network.
        attr kind: Option<VirtualPortType> = "type",
        /// Parameters.
        group parameters: PortParameters = "parameters",
    }

    /// `<parameters>`; each kind has its own.
    #[derive(Eq, Default)]
    pub struct PortParameters {
        /// 802.1Qbg manager, at most 255.
        attr managerid: Option<Loose> = "managerid",
        /// 802.1Qbg type, of 24 bits.
        attr typeid: Option<Loose> = "typeid",
        /// 802.1Qbg version of the type, at most 255.
        attr typeidversion: Option<Loose> = "typeidversion",
        /// 802.1Qbg instance.
        attr instanceid: Option<Uuid> = "instanceid",
        /// Interface.
        attr interfaceid: Option<Uuid> = "interfaceid",
        /// Port profile.
        attr profileid: Option<Text> = "profileid",
    }
}

impl NetworkVirtualPort {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.kind.is_none() && self.parameters == PortParameters::default()
    }
}

/// A number that is read in any base and printed in decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loose(pub u64);

impl Value for Loose {
    fn parse(text: &str) -> Option<Self> {
        unsigned(text).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}
