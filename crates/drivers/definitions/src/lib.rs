//! What drivers of defined objects share.
//!
//! Networks, storage pools, network filters and secrets are documents that are kept. A driver says
//! what its [`Kind`] of document is; [`Definitions`] has them by UUID and name, and a file each.
//!
//! Invariants: what is published is on disk, and readers take it without waiting. Changes of one
//! object are made one after the other; objects do not wait for each other.
//!
//! Not here: what a kind of object does.
#![forbid(unsafe_code)]

mod definitions;
mod entropy;
mod errors;
mod files;
pub mod flags;
mod index;
mod kind;
mod list;
mod object;
#[cfg(test)]
mod tests;

pub use definitions::{Candidate, Complete, Definitions, Order};
pub use entropy::SystemEntropy;
pub use errors::{document as document_error, file as file_error};
pub use files::{Files, Place, Stored};
pub use flags::Check;
pub use index::Others;
pub use kind::{Kind, Taken};
pub use list::{admits, at_most, count};
pub use object::{Object, View};

/// Answers of a driver that wait for nothing, a line a call: the driver, the call's arguments, and
/// what becomes of them.
///
/// ```ignore
/// answers! { NetworkDriver;
///     NetworkIsActive(driver, args) => driver.find(&args.net).map(|_| NetworkIsActiveRet { active: 0 });
/// }
/// ```
#[macro_export]
macro_rules! answers {
    ($driver:ty; $($call:ident($this:ident, $args:pat) => $answer:expr;)*) => {$(
        impl driver::Handler<$call> for $driver {
            async fn handle(
                &self,
                _: &driver::CallContext,
                $args: <$call as api::Procedure>::Args,
            ) -> api::Result<<$call as api::Procedure>::Ret> {
                let $this = self;
                $answer
            }
        }
    )*};
}

/// Makes a driver with fields `routes` and `events` one of objects; `identify` says how it knows
/// them, `supports` which features it has.
#[macro_export]
macro_rules! object_driver {
    ($driver:ty, $identify:expr $(, $supports:pat)?) => {
        impl driver::ObjectDriver for $driver {
            $(fn supports(&self, feature: api::Feature) -> bool {
                matches!(feature, $supports)
            })?

            fn serves(&self, row: &api::Row) -> bool {
                self.routes.serves(row.program, row.number)
            }

            fn events(&self) -> &std::sync::Arc<driver::EventBus> {
                &self.events
            }

            fn identify(
                &self,
                object: &driver::Reference,
            ) -> api::Result<Option<driver::Identity>> {
                let identify: fn(&Self, &driver::Reference) -> _ = $identify;
                identify(self, object)
            }

            fn begin(
                self: std::sync::Arc<Self>,
                cx: driver::CallContext,
                args: &[u8],
                out: api::xdr::Writer,
            ) -> api::Result<Option<driver::Answer>, api::xdr::Error> {
                self.routes.begin(std::sync::Arc::clone(&self), cx, args, out)
            }
        }
    };
}
