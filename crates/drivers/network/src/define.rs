//! Definitions: making, marking and taking them away.

use api::remote::*;
use api::{Error, NetworkDefineFlags, NetworkEventLifecycleType as Lifecycle, Result};
use config::domain::FormatFlags;
use config::domain::address::PciAddress;
use config::network::Network;
use definitions::{Candidate, Check, Kind, Others, SystemEntropy, document_error, flags};
use driver::{CallContext, Handler, NetworkEventBody};

use crate::driver::{NetworkDriver, reference};
use crate::kind::{NETWORK, Networks};

impl Handler<NetworkDefineXml> for NetworkDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: NetworkDefineXmlArgs,
    ) -> Result<NetworkDefineXmlRet> {
        Ok(NetworkDefineXmlRet { net: self.define(cx, &args.xml, Check::Rules).await? })
    }
}

impl Handler<NetworkDefineXmlFlags> for NetworkDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: NetworkDefineXmlFlagsArgs,
    ) -> Result<NetworkDefineXmlFlagsRet> {
        let validate = NetworkDefineFlags::VALIDATE.0;
        flags::only(args.flags, validate, NETWORK, "networkDefineXMLFlags")?;
        let check = if args.flags & validate == 0 { Check::Rules } else { Check::Schema };
        Ok(NetworkDefineXmlFlagsRet { net: self.define(cx, &args.xml, check).await? })
    }
}

impl NetworkDriver {
    async fn define(&self, cx: &CallContext, xml: &str, check: Check) -> Result<NonnullNetwork> {
        let refused = |error| document_error(&error, NETWORK);
        let mut written = Network::parse(xml).map_err(refused)?;
        if check == Check::Schema {
            config::refuse_unprinted(xml, &written.format(FormatFlags::INACTIVE))
                .map_err(refused)?;
        }
        written.uuid.get_or_insert_with(|| config::Uuid::random(&mut SystemEntropy));
        let (network, _) = self.networks.define(cx, &candidate(written)?).await?;
        let (event, detail) = (Lifecycle::DEFINED, 0);
        self.tell(&network, NetworkEventBody::Lifecycle { event, detail });
        Ok(reference(&network))
    }
}

fn candidate(written: Network) -> Result<Candidate<Networks>> {
    let uuid = Networks::uuid(&written)
        .ok_or_else(|| Error::internal(NETWORK, "the definition has no uuid"))?;
    let (name, identity) = (Networks::name(&written), Networks::identity(&written));
    Ok(Candidate {
        uuid,
        name,
        identity,
        complete: Box::new(move |others| complete(&written, others)),
    })
}

/// Whether the host has the device, as a part that another one lends out.
fn is_virtual_function(device: &PciAddress) -> bool {
    std::path::Path::new("/sys/bus/pci/devices").join(device.to_string()).join("physfn").exists()
}

/// Completes a network: its bridge is neither another's nor a device that the host has.
fn complete(written: &Network, others: &Others<'_, Networks>) -> Result<Network> {
    let mut network = written.clone();
    let bridge_of =
        |network: &Network| network.bridge.as_ref().and_then(|bridge| bridge.name.clone());
    let taken: Vec<_> = others.documents().filter_map(|other| bridge_of(&other)).collect();
    let kept = others.itself().and_then(|known| bridge_of(&known));
    // The bridge of a network that is already known may be there because of it.
    let is_taken = |bridge: &str| {
        taken.iter().any(|other| &**other == bridge)
            || kept.as_deref() != Some(bridge) && host::net::exists(bridge)
    };
    network
        .complete(is_taken, &mut SystemEntropy)
        .and_then(|()| network.validate())
        .and_then(|()| network.refuse_whole_devices(is_virtual_function))
        .map_err(|error| document_error(&error, NETWORK))?;
    Ok(network)
}

impl Handler<NetworkUndefine> for NetworkDriver {
    async fn handle(&self, _: &CallContext, args: NetworkUndefineArgs) -> Result<()> {
        let network = self.find(&args.net)?;
        self.networks.undefine(&network).await?;
        let (event, detail) = (Lifecycle::UNDEFINED, 0);
        self.tell(&network, NetworkEventBody::Lifecycle { event, detail });
        Ok(())
    }
}

impl Handler<NetworkSetAutostart> for NetworkDriver {
    async fn handle(&self, _: &CallContext, args: NetworkSetAutostartArgs) -> Result<()> {
        let network = self.find(&args.net)?;
        self.networks.set_autostart(&network, args.autostart != 0).await
    }
}
