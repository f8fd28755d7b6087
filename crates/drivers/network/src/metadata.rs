//! What applications keep with a network. It has neither title nor description.

use api::remote::*;
use api::{Error, ErrorCode, NetworkMetadataType as What, NetworkUpdateFlags as Impact, Result};
use config::domain::metadata::{InvalidMetadata, MetadataEntry};
use config::network::Network;
use definitions::{answers, flags};
use driver::{CallContext, Handler, NetworkEventBody};

use crate::driver::NetworkDriver;
use crate::kind::NETWORK;

answers! { NetworkDriver;
    NetworkGetMetadata(driver, args) => {
        only_definition(args.flags, "virNetworkObjGetMetadata")?;
        let view = driver.find(&args.network)?.view()?;
        let entry = match What(args.kind) {
            What::ELEMENT => {
                view.document.metadata.entry(namespace(args.uri.as_deref(), "virNetworkGetMetadata")?)
            }
            _ => None,
        };
        match entry {
            Some(entry) => Ok(NetworkGetMetadataRet { metadata: entry.plain() }),
            None => {
                let detail = "Requested metadata element is not present";
                Err(Error::new(ErrorCode::NO_NETWORK_METADATA, NETWORK, detail))
            }
        }
    };
}

impl Handler<NetworkSetMetadata> for NetworkDriver {
    async fn handle(&self, _: &CallContext, args: NetworkSetMetadataArgs) -> Result<()> {
        only_definition(args.flags, "virNetworkObjSetMetadata")?;
        if What(args.kind) != What::ELEMENT {
            let detail = "networks have no title or description here, only metadata elements";
            return Err(Error::operation_unsupported(NETWORK, detail));
        }
        let function = "virNetworkSetMetadata";
        let uri = namespace(args.uri.as_deref(), function)?.to_owned();
        // What is empty is not there.
        let text = args.metadata.as_deref().filter(|text| !text.is_empty());
        let entry = match text {
            None => None,
            Some(text) => {
                let key = present(args.key.as_deref(), "key", function)?;
                Some(MetadataEntry::new(text, key, &uri).map_err(|fault| refusal(&fault))?)
            }
        };
        let network = self.find(&args.network)?;
        let order = self.networks.order(&network).await?;
        let mut document = Network::clone(&order.view.document);
        match entry {
            Some(entry) => document.metadata.replace(entry),
            None => document.metadata.remove(&uri),
        }
        order.redefine(document).await?;
        let (kind, ns_uri) = (What::ELEMENT, Some(uri));
        self.tell(&network, NetworkEventBody::MetadataChange { kind, ns_uri });
        Ok(())
    }
}

/// No network is active, so only the definition can be meant.
pub(crate) fn only_definition(flags: u32, function: &str) -> Result<()> {
    flags::only(flags, (Impact::LIVE | Impact::CONFIG).0, NETWORK, function)?;
    match flags & Impact::LIVE.0 {
        0 => Ok(()),
        _ => Err(Error::operation_invalid(NETWORK, "network is not running")),
    }
}

fn refusal(fault: &InvalidMetadata) -> Error {
    match fault {
        InvalidMetadata::Xml(_) => Error::new(ErrorCode::XML_DETAIL, NETWORK, fault.to_string()),
        InvalidMetadata::Prefix => Error::internal(api::ErrorDomain::XML, fault.to_string()),
    }
}

fn namespace<'a>(uri: Option<&'a str>, function: &str) -> Result<&'a str> {
    present(uri, "uri", function)
}

fn present<'a>(value: Option<&'a str>, name: &str, function: &str) -> Result<&'a str> {
    value.ok_or_else(|| flags::refused(NETWORK, format!("{name} in {function} must not be NULL")))
}
