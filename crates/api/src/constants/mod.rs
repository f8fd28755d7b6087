//! Every public constant, as open types: a value that a newer peer sends is kept, not refused.

macro_rules! open_enums {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$cmeta:meta])* $constant:ident = $value:literal,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i32);
        impl $name {
            $($(#[$cmeta])* pub const $constant: Self = Self($value);)*

            /// Name of the constant in this type; none for a value that it does not list.
            pub fn name(self) -> Option<&'static str> {
                $(if self.0 == $value { return Some(stringify!($constant)); })*
                None
            }
        }
        impl From<$name> for i32 {
            fn from(value: $name) -> i32 {
                value.0
            }
        }
    )*};
}

macro_rules! flags {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$cmeta:meta])* $constant:ident = $value:literal,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub u32);
        impl $name {
            $($(#[$cmeta])* pub const $constant: Self = Self($value);)*

            /// Whether all bits of `other` are set.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any bit of `other` is set.
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The bits of both.
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// The bits that are not in `other`.
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// Whether no bit is set.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }
        impl std::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }
        impl From<u32> for $name {
            fn from(bits: u32) -> Self {
                Self(bits)
            }
        }
    )*};
}

mod admin;
mod checkpoint;
mod connection;
mod domain;
mod domain_event;
mod domain_job;
mod domain_signal;
mod domain_state;
mod error;
mod event;
mod host;
mod interface;
mod network;
mod node_device;
mod nwfilter;
mod qemu;
mod secret;
mod snapshot;
mod storage;
mod stream;

pub use admin::*;
pub use checkpoint::*;
pub use connection::*;
pub use domain::*;
pub use domain_event::*;
pub use domain_job::*;
pub use domain_signal::*;
pub use domain_state::*;
pub use error::*;
pub use event::*;
pub use host::*;
pub use interface::*;
pub use network::*;
pub use node_device::*;
pub use nwfilter::*;
pub use qemu::*;
pub use secret::*;
pub use snapshot::*;
pub use storage::*;
pub use stream::*;
