//! Networks as definitions.

use api::{ErrorCode, ErrorDomain, Uuid};
use config::domain::FormatFlags;
use config::network::Network;
use definitions::Kind;
use driver::ObjectKind;

/// The domain of a network's errors.
pub(crate) const NETWORK: ErrorDomain = ErrorDomain::NETWORK;

/// Networks.
pub(crate) struct Networks;

impl Kind for Networks {
    type Document = Network;
    type State = ();

    const OBJECT: ObjectKind = ObjectKind::Network;
    const NOUN: &'static str = "network";
    const DOMAIN: ErrorDomain = NETWORK;
    const MISSING: ErrorCode = ErrorCode::NO_NETWORK;
    const EDIT: &'static str = "virsh net-edit, or fv net-define";

    fn uuid(network: &Network) -> Option<Uuid> {
        network.uuid.map(|uuid| Uuid(*uuid.as_bytes()))
    }

    fn name(network: &Network) -> String {
        network.name.to_string()
    }

    fn read(text: &str) -> Result<Network, config::Error> {
        Network::parse(text)
    }

    fn print(network: &Network) -> String {
        network.format(FormatFlags::INACTIVE)
    }
}
