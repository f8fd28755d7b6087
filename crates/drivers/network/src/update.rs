//! Changes of one entry in a definition.

use api::remote::{NetworkUpdate, NetworkUpdateArgs};
use api::{Error, NetworkEventLifecycleType as Lifecycle, Result};
use config::network::Network;
use config::network::update::{Change, Section};
use definitions::document_error;
use driver::{CallContext, Handler, NetworkEventBody};

use crate::driver::NetworkDriver;
use crate::kind::NETWORK;
use crate::metadata::only_definition;

impl Handler<NetworkUpdate> for NetworkDriver {
    async fn handle(&self, _: &CallContext, args: NetworkUpdateArgs) -> Result<()> {
        let network = self.find(&args.net)?;
        only_definition(args.flags, "networkUpdate")?;
        let refused = |error: config::Error| -> Error { document_error(&error, NETWORK) };
        let section = Section::numbered(args.section, &network.name).map_err(refused)?;
        let change = Change::numbered(args.command);
        let order = self.networks.order(&network).await?;
        let mut document = Network::clone(&order.view.document);
        document.update(section, change, args.parent_index, &args.xml).map_err(refused)?;
        order.redefine(document).await?;
        let (event, detail) = (Lifecycle::DEFINED, 0);
        self.tell(&network, NetworkEventBody::Lifecycle { event, detail });
        Ok(())
    }
}
