//! The two spellings of a switch.

xml::words! {
    /// A switch said with `yes` and `no`.
    pub enum YesNo { Yes = "yes", No = "no" }

    /// A switch said with `on` and `off`.
    pub enum OnOff { On = "on", Off = "off" }
}

impl From<bool> for YesNo {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl From<bool> for OnOff {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}
