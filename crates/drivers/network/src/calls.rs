//! Finding and listing networks, and what can be asked of one.

use api::remote::*;
use api::xdr::List;
use api::{ConnectListAllNetworksFlags as Flag, Error, NetworkXMLFlags, Result};
use config::domain::FormatFlags;
use definitions::{View, admits, answers, at_most, count, flags};
use driver::{CallContext, Handler};

use crate::driver::{NetworkDriver, reference};
use crate::kind::{NETWORK, Networks};

answers! { NetworkDriver;
    NetworkLookupByName(driver, args) => {
        let net = reference(&*driver.networks.named(&args.name)?);
        Ok(NetworkLookupByNameRet { net })
    };
    NetworkLookupByUuid(driver, args) => {
        let net = reference(&*driver.networks.find(args.uuid, "")?);
        Ok(NetworkLookupByUuidRet { net })
    };
    NetworkGetXmlDesc(driver, args) => {
        flags::only(args.flags, NetworkXMLFlags::INACTIVE.0, NETWORK, "networkGetXMLDesc")?;
        let view = driver.find(&args.net)?.view()?;
        Ok(NetworkGetXmlDescRet { xml: view.document.format(FormatFlags::INACTIVE) })
    };
    NetworkGetBridgeName(driver, args) => {
        let network = driver.find(&args.net)?;
        let view = network.view()?;
        let bridge = view.document.bridge.as_ref().and_then(|bridge| bridge.name.as_deref());
        match bridge {
            Some(name) => Ok(NetworkGetBridgeNameRet { name: name.to_owned() }),
            None => {
                let detail = format!("network '{}' does not have a bridge name.", network.name);
                Err(Error::internal(NETWORK, detail))
            }
        }
    };
    NetworkGetAutostart(driver, args) => {
        let autostart = i32::from(driver.find(&args.net)?.view()?.autostart);
        Ok(NetworkGetAutostartRet { autostart })
    };
    NetworkIsActive(driver, args) => {
        driver.find(&args.net).map(|_| NetworkIsActiveRet { active: 0 })
    };
    NetworkIsPersistent(driver, args) => {
        driver.find(&args.net).map(|_| NetworkIsPersistentRet { persistent: 1 })
    };
    ConnectNumOfNetworks(_driver, ()) => Ok(ConnectNumOfNetworksRet { num: 0 });
    ConnectListNetworks(_driver, args) => {
        at_most(args.maxnames, NETWORK, "maxnames in virConnectListNetworks")?;
        Ok(ConnectListNetworksRet::default())
    };
}

impl Handler<ConnectListAllNetworks> for NetworkDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListAllNetworksArgs,
    ) -> Result<ConnectListAllNetworksRet> {
        flags::only(args.flags, 0x3f, NETWORK, "networkConnectListAllNetworks")?;
        let mut all = self.networks.visible(cx).await;
        all.retain(|(_, view)| is_wanted(args.flags, view));
        let ret = count(all.len()).cast_unsigned();
        let wanted = all.iter().filter(|_| args.need_results != 0);
        let nets = wanted.map(|(network, _)| reference(network)).collect();
        Ok(ConnectListAllNetworksRet { nets: List(nets), ret })
    }
}

/// Every network is defined, and none is active.
fn is_wanted(flags: u32, view: &View<Networks>) -> bool {
    admits(
        flags,
        &[
            &[(Flag::ACTIVE.0, false), (Flag::INACTIVE.0, true)],
            &[(Flag::PERSISTENT.0, true), (Flag::TRANSIENT.0, false)],
            &[(Flag::AUTOSTART.0, view.autostart), (Flag::NO_AUTOSTART.0, !view.autostart)],
        ],
    )
}

impl Handler<ConnectNumOfDefinedNetworks> for NetworkDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfDefinedNetworksRet> {
        Ok(ConnectNumOfDefinedNetworksRet { num: count(self.networks.visible(cx).await.len()) })
    }
}

impl Handler<ConnectListDefinedNetworks> for NetworkDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListDefinedNetworksArgs,
    ) -> Result<ConnectListDefinedNetworksRet> {
        let most = at_most(args.maxnames, NETWORK, "maxnames in virConnectListDefinedNetworks")?;
        let all = self.networks.visible(cx).await;
        let names = all.iter().map(|(network, _)| network.name.clone());
        Ok(ConnectListDefinedNetworksRet { names: List(names.take(most).collect()) })
    }
}
