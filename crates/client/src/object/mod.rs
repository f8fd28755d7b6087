//! Objects that are no domains: networks, storage pools, network filters, secrets.

mod network;
mod nwfilter;
mod pool;
mod secret;

pub use network::Network;
pub use nwfilter::Nwfilter;
pub use pool::{StoragePool, StoragePoolInfo};
pub use secret::Secret;

/// A kind of object of a connection, known by what the protocol names it by.
macro_rules! object {
    ($(#[$meta:meta])* $object:ident($wire:ident) by $handle:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $object {
            connection: $crate::Connection,
            reference: api::remote::$wire,
        }

        impl $object {
            /// Its UUID.
            pub fn uuid(&self) -> api::Uuid {
                self.reference.uuid
            }

            /// The connection that it was looked up on.
            pub fn connection(&self) -> &$crate::Connection {
                &self.connection
            }

            /// As the protocol names it.
            pub(crate) fn reference(&self) -> api::remote::$wire {
                self.reference.clone()
            }
        }

        impl $crate::Connection {
            /// A handle for one that an event or a list names.
            pub fn $handle(&self, reference: api::remote::$wire) -> $object {
                $object { connection: self.clone(), reference }
            }
        }
    };
}
pub(crate) use object;

/// Methods that make one call with the object, maybe some more arguments, and give back nothing
/// or a part of the reply.
macro_rules! object_calls {
    ($object:ident as $as:ident; $($(#[$meta:meta])* $name:ident($($arg:ident: $type:ty),*)
        $(-> $out:ty = $part:expr)?, $procedure:ident, $args:ident { $($field:ident: $value:expr),* };)*) => {
        impl $object {
            $($(#[$meta])*
            pub async fn $name(&self $(, $arg: $type)*)
                -> $crate::Result<$crate::domain::domain_calls!(@out $($out)?)> {
                let args = api::remote::$args { $as: self.reference() $(, $field: $value)* };
                let ret = self.connection().call::<api::remote::$procedure>(args).await?;
                Ok($crate::domain::domain_calls!(@part ret $($part)?))
            })*
        }
    };
}
pub(crate) use object_calls;
