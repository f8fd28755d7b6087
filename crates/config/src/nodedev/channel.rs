//! Devices of s390: channel devices and their groups, subchannels, cryptographic adapters.

use std::borrow::Cow;

use xml::{Base16, Hex, Value, element, tagged};

use super::MdevTypes;
use crate::list::{OneOfEach, Stranger, Typed};
use crate::{EndTag, Text};

tagged! {
    /// What a channel device is part of.
    #[derive(Eq)]
    pub enum CcwCapability by "type" {
        /// A group.
        Member(GroupMembership) = "ccwgroup_member",
    }
}

tagged! {
    /// What a group of channel devices is.
    #[derive(Eq)]
    pub enum GroupCapability by "type" {
        /// A network card.
        QethGeneric(QethGeneric) = "qeth_generic",
    }
}

tagged! {
    /// What a subchannel, or all cryptographic adapters together, can be divided into.
    #[derive(Eq)]
    pub enum MdevParent by "type" {
        MdevTypes(MdevTypes) = "mdev_types",
    }
}

impl Typed for CcwCapability {
    const NAMELESS: Stranger = super::NAMELESS;
}

impl Typed for GroupCapability {
    const NAMELESS: Stranger = super::NAMELESS;
}

impl Typed for MdevParent {
    const NAMELESS: Stranger = super::NAMELESS;

    fn says_something(&self) -> bool {
        let Self::MdevTypes(mdevs) = self;
        !mdevs.types.is_empty()
    }
}

element! {
    /// Where a channel device is.
    #[derive(Copy, Eq)]
    pub struct ChannelAddress {
        /// Channel subsystem.
        leaf cssid: Hex<1> = "cssid",
        /// Set of subchannels.
        leaf ssid: Hex<1> = "ssid",
        /// Number.
        leaf devno: Base16<4> = "devno",
    }

    /// `<capability type='ccw'>`
    #[derive(Eq)]
    pub struct Ccw {
        /// Whether it is online.
        leaf state: Option<Text> = "state",
        /// Where it is.
        part address: ChannelAddress,
        /// What it is part of.
        own capabilities: OneOfEach<CcwCapability> = "capability",
    }

    /// `<capability type='ccwgroup_member'>`
    #[derive(Eq)]
    pub struct GroupMembership {
        /// The group's device.
        leaf group_device: Text = "group_device",
    }

    /// `<capability type='ccwgroup'>`
    #[derive(Eq)]
    pub struct CcwGroup {
        /// Whether it is online.
        leaf state: Option<Text> = "state",
        /// Where it is.
        part address: ChannelAddress,
        /// What it is made of.
        group members: CcwGroupMembers = "members",
        /// What it is.
        own capabilities: OneOfEach<GroupCapability> = "capability",
    }

    /// `<members>`
    #[derive(Default, Eq)]
    pub struct CcwGroupMembers {
        /// Each.
        child devices: Vec<CcwMember> = "ccw_device",
    }

    /// `<ccw_device>`
    #[derive(Eq)]
    pub struct CcwMember {
        /// The group's name for it.
        attr reference: Box<str> = "ref",
        /// Its device.
        text device: Box<str>,
    }

    /// `<capability type='qeth_generic'>`
    #[derive(Eq)]
    pub struct QethGeneric {
        /// Card.
        leaf card_type: Option<Text> = "card_type",
        /// Path of the channel.
        leaf chpid: Option<Text> = "chpid",
    }

    /// `<capability type='css'>`
    #[derive(Eq)]
    pub struct Css {
        /// Where it is.
        part address: ChannelAddress,
        /// Where the device is that it leads to.
        child channel_device: Option<ChannelAddress> = "channel_dev_addr",
        /// What it can be divided into.
        own capabilities: OneOfEach<MdevParent> = "capability",
    }

    /// `<capability type='ap_card'>`
    #[derive(Copy, Eq)]
    pub struct ApCard {
        /// Adapter.
        leaf adapter: Hex<2> = "ap-adapter",
    }

    /// `<capability type='ap_queue'>`
    #[derive(Copy, Eq)]
    pub struct ApQueue {
        /// Adapter.
        leaf adapter: Hex<2> = "ap-adapter",
        /// Domain of the adapter.
        leaf domain: ApDomain = "ap-domain",
    }

    /// `<capability type='ap_matrix'>`
    #[derive(Eq)]
    pub struct ApMatrix {
        /// An end tag.
        more end: EndTag,
        /// What it can be divided into.
        own capabilities: OneOfEach<MdevParent> = "capability",
    }
}

/// A domain of a cryptographic adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApDomain(pub u8);

impl Value for ApDomain {
    fn parse(text: &str) -> Option<Self> {
        let domain = Hex::<4>::parse(text)?;
        u8::try_from(domain.0).ok().map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0x{:04x}", self.0))
    }
}
