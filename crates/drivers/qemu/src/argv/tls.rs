//! `tls-creds-x509`: certificates for connections of QEMU's own.

use super::line::Line;
use super::props::Props;

/// Where the host keeps QEMU's certificates.
pub(super) const CERTIFICATES: &str = "/etc/pki/qemu";

/// Which side of a connection QEMU is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TlsSide {
    /// It connects.
    Client,
    /// It listens.
    Server,
}

impl Line<'_> {
    /// Has certificates at hand for the connection of `owner`; the name of their object. The other side has
    /// to show its own.
    pub(super) fn tls_credentials(&mut self, owner: &str, side: TlsSide) -> String {
        let id = format!("obj{owner}_tls0");
        let mut object = Props::object("tls-creds-x509", &id);
        object
            .set("dir", CERTIFICATES)
            .set(
                "endpoint",
                match side {
                    TlsSide::Client => "client",
                    TlsSide::Server => "server",
                },
            )
            .set("verify-peer", true);
        self.object(&object);
        id
    }
}
