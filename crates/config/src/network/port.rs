//! `<portgroup>` and `<port>`: kinds of ports of a network, and what holds for all of them.

use xml::element;

use super::bandwidth::Bandwidth;
use super::virtualport::NetworkVirtualPort;
use crate::domain::interface::Vlan;
use crate::{EndTag, YesNo};

/// Whether a group is the one of ports that name none: if it says `yes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultGroup(pub bool);

impl xml::Value for DefaultGroup {
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text == "yes"))
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Borrowed(if self.0 { "yes" } else { "no" })
    }
}

element! {
    /// `<portgroup>`
    pub struct PortGroup {
        /// Name.
        attr name: Box<str> = "name",
        /// Whether it is that of ports that name none; only ever `yes`.
        attr default: Option<DefaultGroup> = "default",
        /// Whether the guests' own filters are honoured.
        attr trust_guest_rx_filters: Option<YesNo> = "trustGuestRxFilters",
        /// It has an end tag.
        part end: EndTag,
        /// VLAN tags.
        child vlan: Option<Box<Vlan>> = "vlan",
        /// Virtual port of a switch.
        child virtualport: Option<Box<NetworkVirtualPort>> = "virtualport",
        /// Limits.
        child bandwidth: Option<Box<Bandwidth>> = "bandwidth",
    }

    /// `<port>`
    #[derive(Copy, Eq)]
    pub struct PortIsolation {
        /// Whether isolated ports do not see each other.
        attr isolated: Option<YesNo> = "isolated",
    }
}
