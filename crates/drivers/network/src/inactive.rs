//! What only active networks do, and what would make one active: networks are not started yet.

use api::remote::*;
use api::{Error, Result};
use definitions::{Object, answers, flags};
use driver::NetworkStore;

use crate::driver::NetworkDriver;
use crate::kind::{NETWORK, Networks};

answers! { NetworkDriver;
    NetworkCreate(driver, args) => driver.find(&args.net).and_then(|_| Err(not_started()));
    NetworkCreateXml(_driver, _) => Err(not_started());
    NetworkCreateXmlFlags(_driver, _) => Err(not_started());
    NetworkDestroy(driver, args) => Err(not_active(&*driver.find(&args.net)?));
    NetworkGetDhcpLeases(driver, args) => {
        flags::only(args.flags, 0, NETWORK, "networkGetDHCPLeases")?;
        driver.find(&args.net).map(|_| NetworkGetDhcpLeasesRet::default())
    };
    NetworkListAllPorts(driver, args) => Err(not_active(&*driver.find(&args.network)?));
    NetworkPortLookupByUuid(driver, args) => Err(not_active(&*driver.find(&args.network)?));
    NetworkPortCreateXml(driver, args) => Err(not_active(&*driver.find(&args.network)?));
}

impl NetworkStore for NetworkDriver {
    fn require_active(&self, network: &str) -> Result<()> {
        Err(not_active(&*self.networks.named(network)?))
    }
}

fn not_started() -> Error {
    Error::operation_unsupported(NETWORK, "networks are not started yet, only defined")
}

fn not_active(network: &Object<Networks>) -> Error {
    Error::operation_invalid(NETWORK, format!("network '{}' is not active", network.name))
}
