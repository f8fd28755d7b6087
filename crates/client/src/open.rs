//! Opening a connection: the way to the daemon, logging in, and the first calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::{Feature, admin, remote};
use rpc::{Receive, Shared, TcpTransport, Transmit, UnixTransport};
use tokio::net::UnixStream;

use crate::auth;
use crate::connection::{Connection, KeepalivePolicy};
use crate::error::{Closed, Error, Result};
use crate::transport::{self, Place, Program};
use crate::uri::{Access, Target, admin_socket};

/// How to open a connection; see [`Connection::builder`].
#[derive(Debug, Clone)]
pub struct ConnectionBuilder {
    uri: String,
    access: Access,
    keepalive: KeepalivePolicy,
    call_deadline: Option<Duration>,
}

impl Connection {
    /// Opens a connection, for reading and writing and with keepalive.
    ///
    /// The URI is as libvirt's: `qemu:///system`, `qemu:///session`,
    /// `qemu+unix:///system?socket=PATH`, `qemu+tls://HOST/system`, `qemu+tcp://HOST/system`,
    /// `qemu+ssh://USER@HOST/system` or `qemu+ext:///system?command=PROGRAM`; the empty one leaves
    /// the choice to the server.
    ///
    /// # Errors
    /// [`Error::Uri`], [`Error::Connect`], [`Error::ConnectHost`], [`Error::Certificates`],
    /// [`Error::Tls`], [`Error::Program`], [`Error::Authentication`], or what the server says.
    pub async fn open(uri: &str) -> Result<Self> {
        Self::builder(uri).open().await
    }

    /// Opens a connection to a daemon's admin socket, for the calls of [`api::admin`] and, where
    /// the daemon is ferrovirtd, of [`api::ferrovirt`].
    ///
    /// # Errors
    /// [`Error::Connect`], or what the server says.
    pub async fn open_admin(path: &Path) -> Result<Self> {
        let transport = connect(&[path.to_owned()]).await?;
        let keepalive = KeepalivePolicy::default();
        let uri = "libvirtd:///system".to_owned();
        let connection = Self::over(transport.clone(), transport, uri, keepalive, None);
        connection.call::<admin::ConnectOpen>(admin::ConnectOpenArgs::default()).await?;
        Ok(connection)
    }

    /// The path of the admin socket of the daemon of this machine that `uri` leads to, for
    /// [`Self::open_admin`].
    ///
    /// # Errors
    /// [`Error::Uri`].
    pub fn admin_socket(uri: &str) -> Result<PathBuf> {
        Ok(admin_socket(uri)?)
    }

    /// Begins to say how a connection shall be opened.
    pub fn builder(uri: &str) -> ConnectionBuilder {
        ConnectionBuilder {
            uri: uri.to_owned(),
            access: Access::default(),
            keepalive: KeepalivePolicy::default(),
            call_deadline: None,
        }
    }
}

impl ConnectionBuilder {
    /// Asks for a connection that may only look.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Sets when a silent server is given up.
    #[must_use]
    pub fn keepalive(mut self, policy: KeepalivePolicy) -> Self {
        self.keepalive = policy;
        self
    }

    /// Sets how long each call waits for its reply, unless it has a deadline of its own. Without
    /// it a call waits as long as the server lives.
    #[must_use]
    pub fn call_deadline(mut self, deadline: Duration) -> Self {
        self.call_deadline = Some(deadline);
        self
    }

    /// Opens the connection.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open(self) -> Result<Connection> {
        let target = Target::parse(&self.uri, self.access)?;
        match target.place {
            Place::Unix(sockets) => {
                let transport = connect(&sockets).await?;
                self.establish(transport.clone(), transport, target.name).await
            }
            Place::Tcp(server) => {
                let transport = TcpTransport::new(server.connect(transport::TCP_PORT).await?);
                self.establish(transport.clone(), transport, target.name).await
            }
            Place::Tls(server, options) => {
                let transport = Shared::new(options.connect(&server).await?);
                self.establish(transport.clone(), transport, target.name).await
            }
            Place::Program(words) => {
                let (program, source, sink) = Program::start(&words)?;
                let opened = self.establish(source, sink, target.name).await;
                program.explain(opened).await
            }
        }
    }

    /// Opens the connection over a transport that stands already; the server is asked for the
    /// URI as it is.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_over<R, W>(self, source: R, sink: W) -> Result<Connection>
    where
        R: Receive + 'static,
        W: Transmit + 'static,
    {
        let name = Some(self.uri.clone());
        self.establish(source, sink, name).await
    }

    async fn establish<R, W>(self, source: R, sink: W, name: Option<String>) -> Result<Connection>
    where
        R: Receive + 'static,
        W: Transmit + 'static,
    {
        let credentials = auth::Source::of(&self.uri);
        let mut connection =
            Connection::over(source, sink, self.uri, self.keepalive, self.call_deadline);
        auth::authenticate(&connection, &credentials).await?;
        let flags = match self.access {
            Access::ReadWrite => 0,
            Access::ReadOnly => 1,
        };
        let chosen_by_server = name.is_none();
        let name = Some(name.unwrap_or_default());
        if self.keepalive != KeepalivePolicy::Never {
            // Asking makes the server ping too, so that each side notices when the other is gone.
            connection.supports(Feature::PROGRAM_KEEPALIVE).await?;
        }
        connection.call::<remote::ConnectOpen>(remote::ConnectOpenArgs { name, flags }).await?;
        if chosen_by_server {
            let uri = connection.call::<remote::ConnectGetUri>(()).await?.uri;
            connection.set_uri(uri);
        }
        Ok(connection)
    }
}

/// The first socket that answers; the fault is that of the first.
async fn connect(sockets: &[PathBuf]) -> Result<UnixTransport> {
    let mut fault = None;
    for path in sockets {
        match UnixStream::connect(path).await.and_then(UnixTransport::new) {
            Ok(transport) => return Ok(transport),
            Err(source) => {
                let path = path.display().to_string();
                fault.get_or_insert(Error::Connect { path, source: Arc::new(source) });
            }
        }
    }
    Err(fault.unwrap_or_else(|| Closed::Local.into()))
}
