//! Every device at once: identity and place, host ends.

use super::Devices;
use super::chardev::CharSource;
use super::device::DeviceInfo;
use super::peripheral::{RngBackend, SmartcardSource};

/// Appends the `info` of each device of a list.
macro_rules! infos {
    ($self:ident, $as:ident: $($list:ident)* ; $($one:ident)*) => {{
        let mut infos = Vec::new();
        $( infos.extend($self.$list.$as().map(|device| infos!(@of $as device))); )*
        $( infos.extend($self.$one.$as().map(|device| infos!(@of $as device))); )*
        infos
    }};
    (@of iter $device:ident) => { &$device.info };
    (@of iter_mut $device:ident) => { &mut $device.info };
}

/// Collects the host ends.
macro_rules! char_sources {
    ($self:ident, $as:ident) => {{
        let mut sources = Vec::new();
        char_sources!(@of $as sources, $self: serials parallels consoles channels redirdevs);
        for card in $self.smartcards.$as() {
            match char_sources!(@of $as card.source) {
                SmartcardSource::Passthrough(source) => sources.push(source),
                SmartcardSource::Host | SmartcardSource::Certificates(_) => {}
            }
        }
        for rng in $self.rngs.$as() {
            match char_sources!(@of $as rng.backend) {
                RngBackend::Egd(egd) => sources.push(char_sources!(@of $as egd.source)),
                RngBackend::Random(_) | RngBackend::Builtin => {}
            }
        }
        sources
    }};
    (@of $as:ident $sources:ident, $self:ident: $($list:ident)*) => {
        $( $sources.extend($self.$list.$as().map(|device| char_sources!(@of $as device.source))); )*
    };
    (@of iter $($place:tt)*) => { &$($place)* };
    (@of iter_mut $($place:tt)*) => { &mut $($place)* };
}

impl Devices {
    /// Identity and place of every device, by kind.
    pub fn infos(&self) -> Vec<&DeviceInfo> {
        infos!(self, iter: disks controllers filesystems interfaces smartcards serials parallels consoles channels inputs
            tpms sounds videos hostdevs redirdevs hubs rngs panics shmems memories;
            watchdog memballoon nvram iommu vsock)
    }

    /// The same, to be changed.
    pub fn infos_mut(&mut self) -> Vec<&mut DeviceInfo> {
        infos!(self, iter_mut: disks controllers filesystems interfaces smartcards serials parallels consoles channels inputs
            tpms sounds videos hostdevs redirdevs hubs rngs panics shmems memories;
            watchdog memballoon nvram iommu vsock)
    }

    /// The host end of every character device, and of what else has one.
    pub fn char_sources(&self) -> Vec<&CharSource> {
        char_sources!(self, iter)
    }

    /// The same, to be changed.
    pub fn char_sources_mut(&mut self) -> Vec<&mut CharSource> {
        char_sources!(self, iter_mut)
    }
}
