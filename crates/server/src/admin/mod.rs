//! The daemon itself as an object: what clients of the admin socket talk to.
//!
//! Texts and codes of errors are libvirtd's; `virt-admin` shows them.

mod access;
mod accounts;
mod clients;
mod connection;
mod lifetime;
mod limits;
mod log;
mod params;
mod routes;
mod servers;
mod threads;
mod tls;
mod trace;
mod version;

pub use log::{Log, LogSetting};

pub(crate) use lifetime::Lifetime;

use std::sync::{Arc, Weak};

use api::{Error, ErrorCode, ErrorDomain, Feature, Result, xdr};
use driver::{Answer, CallContext, Driver, EventBus, Routes};

use crate::Server;

/// Serves the programs of the admin socket.
pub(crate) struct AdminDriver {
    server: Weak<Server>,
    events: Arc<EventBus>,
    routes: Routes<Self>,
}

impl AdminDriver {
    /// A driver for the server that holds it.
    pub(crate) fn new(server: Weak<Server>) -> Arc<Self> {
        Arc::new(Self { server, events: Arc::default(), routes: routes::routes() })
    }

    /// The server, which is there as long as anybody is connected.
    ///
    /// # Errors
    /// When it is not.
    fn server(&self) -> Result<Arc<Server>> {
        let gone = || Error::internal(ErrorDomain::ADMIN, "the server is gone");
        self.server.upgrade().ok_or_else(gone)
    }
}

impl Driver for AdminDriver {
    fn scheme(&self) -> &'static str {
        "libvirtd"
    }

    fn open(&self, _: &str) -> Result<String> {
        Ok("libvirtd:///system".to_owned())
    }

    fn supports(&self, _: Feature) -> bool {
        false
    }

    fn events(&self) -> &Arc<EventBus> {
        &self.events
    }

    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: xdr::Writer,
    ) -> Result<Option<Answer>, xdr::Error> {
        let driver = Arc::clone(&self);
        self.routes.begin(driver, cx, args, out)
    }
}

/// Refuses flags that `function` does not know.
fn check_flags(flags: u32, known: u32, function: &str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Error {
            code: ErrorCode::INVALID_ARG,
            domain: ErrorDomain::ADMIN,
            message: format!("unsupported flags (0x{unknown:x}) in function {function}"),
            detail: None,
            errno: -1,
        }),
    }
}

/// A number for a 32-bit figure; what is more is shown as the most.
fn figure(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
