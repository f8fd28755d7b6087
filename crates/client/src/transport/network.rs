//! TCP, and TLS over it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tls::{ClientContext, Files, OwnCheck, Refusal, Role, ServerCheck, Session};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::error::{Error, Result};
use crate::uri::Parameters;

/// Where servers listen for TCP.
pub(crate) const TCP_PORT: u16 = 16509;
/// Where servers listen for TLS.
const TLS_PORT: u16 = 16514;
/// A server that has not answered by then does not.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Who to be there, for ssh.
    pub(crate) user: Option<String>,
    /// Its name or address, without brackets.
    pub(crate) host: String,
    /// Its port, if not the usual one.
    pub(crate) port: Option<u16>,
}

/// What a URI says about TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsOptions {
    /// Where all certificates are; none: where libvirt looks for them.
    pub(crate) directory: Option<PathBuf>,
    /// Whether our own certificate is looked at first.
    pub(crate) own: OwnCheck,
    /// Whether the server has to be who it should be.
    pub(crate) server: ServerCheck,
}

impl Server {
    /// Reads `[user@]host[:port]`; none without a host or with a port that is none.
    pub(crate) fn parse(authority: &str) -> Option<Self> {
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(bracketed) => {
                let (host, rest) = bracketed.split_once(']')?;
                (host, rest.strip_prefix(':'))
            }
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(port.parse().ok()?),
        };
        (!host.is_empty()).then(|| Self { user, host: host.to_owned(), port })
    }

    /// Connects, by the first of the host's addresses that answers.
    pub(crate) async fn connect(&self, usual_port: u16) -> Result<TcpStream> {
        let port = self.port.unwrap_or(usual_port);
        let connecting = timeout(PATIENCE, TcpStream::connect((self.host.as_str(), port)));
        let connected = connecting.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let stream = connected.map_err(|source| Error::ConnectHost {
            address: format!("{}:{port}", self.host),
            source: Arc::new(source),
        })?;
        // Without it small packets are late, and nothing else is wrong.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }
}

impl TlsOptions {
    /// Reads a URI's parameters.
    pub(crate) fn of(parameters: &Parameters) -> Self {
        Self {
            directory: parameters.get("pkipath").map(PathBuf::from),
            own: match parameters.is_on("no_sanity") {
                true => OwnCheck::Skipped,
                false => OwnCheck::Required,
            },
            server: match parameters.is_on("no_verify") {
                true => ServerCheck::Skipped,
                false => ServerCheck::Required,
            },
        }
    }

    /// Connects and shakes hands.
    pub(crate) async fn connect(&self, server: &Server) -> Result<Session<TcpStream>> {
        let context = ClientContext::new(&self.files(), self.own, self.server)
            .map_err(|fault| Error::Certificates(Arc::new(fault)))?;
        let stream = server.connect(TLS_PORT).await?;
        let shaken = timeout(PATIENCE, context.connect(&server.host, stream)).await;
        let late = |_| Err(Refusal::Handshake(io::ErrorKind::TimedOut.into()));
        shaken
            .unwrap_or_else(late)
            .map_err(|refusal| Error::Tls { host: server.host.clone(), refusal: Arc::new(refusal) })
    }

    fn files(&self) -> Files {
        let home = std::env::var_os("HOME").filter(|home| Path::new(home).is_absolute());
        match (&self.directory, home) {
            (Some(directory), _) => Files::in_directory(directory, Role::Client),
            (None, Some(home)) => Files::user(Path::new(&home), Role::Client),
            (None, None) => Files::system(Role::Client),
        }
    }
}
