//! Events of viewers that come and go.

use api::{DomainEventGraphicsAddressType, DomainEventGraphicsPhase};
use driver::{DomainEventBody, GraphicsAddress};
use serde::Deserialize;

use crate::domain::Domain;
use crate::driver::QemuDriver;

/// Data of `VNC_*` and `SPICE_*`.
#[derive(Debug, Deserialize)]
pub(super) struct Connection {
    server: Server,
    client: Client,
}

#[derive(Debug, Deserialize)]
struct Server {
    #[serde(flatten)]
    address: Address,
    auth: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Client {
    #[serde(flatten)]
    address: Address,
    sasl_username: Option<String>,
    x509_dname: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Address {
    family: String,
    host: String,
    /// VNC's word for the port.
    service: Option<String>,
    /// SPICE's.
    port: Option<String>,
}

/// How far a viewer has come, by the event's name.
pub(super) fn phase(event: &str) -> Option<DomainEventGraphicsPhase> {
    Some(match event {
        "VNC_CONNECTED" | "SPICE_CONNECTED" => DomainEventGraphicsPhase::CONNECT,
        "VNC_INITIALIZED" | "SPICE_INITIALIZED" => DomainEventGraphicsPhase::INITIALIZE,
        "VNC_DISCONNECTED" | "SPICE_DISCONNECTED" => DomainEventGraphicsPhase::DISCONNECT,
        _ => return None,
    })
}

impl QemuDriver {
    pub(super) fn on_graphics(
        &self,
        domain: &Domain,
        phase: DomainEventGraphicsPhase,
        data: Option<Connection>,
    ) {
        let Some(Connection { server, client }) = data else { return };
        let x509 = client.x509_dname.map(|name| ("x509dname".to_owned(), name));
        let sasl = client.sasl_username.map(|name| ("saslUsername".to_owned(), name));
        let body = DomainEventBody::Graphics {
            phase,
            local: address(server.address),
            remote: address(client.address),
            auth_scheme: server.auth.unwrap_or_default(),
            subject: x509.into_iter().chain(sasl).collect(),
        };
        self.tell(domain, body);
    }
}

fn address(address: Address) -> GraphicsAddress {
    let family = match address.family.as_str() {
        "ipv6" => DomainEventGraphicsAddressType::IPV6,
        "unix" => DomainEventGraphicsAddressType::UNIX,
        _ => DomainEventGraphicsAddressType::IPV4,
    };
    let service = address.service.or(address.port).unwrap_or_default();
    GraphicsAddress { family, node: address.host, service }
}
