//! How fast and in what state a network link of the host is.

use std::num::NonZeroU32;

xml::words! {
    /// What a link does (RFC 2863).
    pub enum LinkState {
        Unknown = "unknown", NotPresent = "notpresent", Down = "down", LowerLayerDown = "lowerlayerdown",
        Testing = "testing", Dormant = "dormant", Up = "up",
    }
}

xml::element! {
    /// `<link>` of a network device of the host
    #[derive(Copy, Default, Eq)]
    pub struct HostLink {
        /// How fast it is, if that is known. **Units**: Mbit/s.
        attr speed: Option<NonZeroU32> = "speed",
        /// What it does.
        attr state: Option<LinkState> = "state",
    }
}
