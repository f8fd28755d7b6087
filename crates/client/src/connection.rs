//! A connection to a daemon: opening it, and making calls on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::xdr::{Reader, Xdr};
use api::{Feature, Procedure, admin, remote};
use rpc::{Receive, Shared, TcpTransport, Transmit, UnixTransport};
use tokio::net::UnixStream;
use tokio::task::JoinHandle;

use crate::auth;
use crate::error::{Closed, Error, Misbehaviour, Result};
use crate::event::Subscriber;
use crate::link::{self, Holes, Link, Opens};
use crate::stream::Stream;
use crate::transport::{self, Place, Program};
use crate::uri::{Access, Target, admin_socket};

/// When a silent server is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepalivePolicy {
    /// Never; the server's own pings are still answered.
    Never,
    /// After `interval * (count + 1)` without a byte from it.
    After {
        /// Silence after which it is asked.
        interval: Duration,
        /// How often it is asked in vain.
        count: u32,
    },
}

impl Default for KeepalivePolicy {
    /// 5 seconds and 6 times, as virsh.
    fn default() -> Self {
        Self::After { interval: Duration::from_secs(5), count: 6 }
    }
}

/// How to open a connection; see [`Connection::builder`].
#[derive(Debug, Clone)]
pub struct ConnectionBuilder {
    uri: String,
    access: Access,
    keepalive: KeepalivePolicy,
    call_deadline: Option<Duration>,
}

/// An open connection; clones are the same one, and it closes with the last of them.
///
/// Any number of tasks may make calls on it at the same time.
#[derive(Debug, Clone)]
pub struct Connection {
    shared: Arc<Core>,
}

#[derive(Debug)]
struct Core {
    link: Arc<Link>,
    tasks: [JoinHandle<()>; 2],
    uri: String,
    call_deadline: Option<Duration>,
}

impl Drop for Core {
    fn drop(&mut self) {
        self.link.close(Closed::Local);
        self.tasks.iter().for_each(JoinHandle::abort);
    }
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

    fn over<R, W>(
        source: R,
        sink: W,
        uri: String,
        keepalive: KeepalivePolicy,
        call_deadline: Option<Duration>,
    ) -> Self
    where
        R: Receive + 'static,
        W: Transmit + 'static,
    {
        let (link, queue) = Link::new(source.socket());
        let link = Arc::new(link);
        let keepalive = match keepalive {
            KeepalivePolicy::Never => None,
            KeepalivePolicy::After { interval, count } => Some((interval, count)),
        };
        let tasks = [
            tokio::spawn(link::read(Arc::clone(&link), source, keepalive)),
            tokio::spawn(link::write(Arc::clone(&link), queue, sink)),
        ];
        Self { shared: Arc::new(Core { link, tasks, uri, call_deadline }) }
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

    /// The URI that the connection was opened with, or that the server chose.
    pub fn uri(&self) -> &str {
        &self.shared.uri
    }

    /// Makes one call and waits for its reply, for as long as the connection's deadline says.
    ///
    /// Dropping the future is safe; the server may carry the call out all the same.
    ///
    /// # Errors
    /// [`Error::Remote`] when the server refuses, [`Error::Closed`], [`Error::Deadline`],
    /// [`Error::Arguments`].
    pub async fn call<P: Procedure>(&self, args: P::Args) -> Result<P::Ret> {
        Ok(self.exchange::<P>(args, Opens::Nothing, self.shared.call_deadline).await?.0)
    }

    /// The same with a deadline of its own.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_within<P: Procedure>(
        &self,
        deadline: Duration,
        args: P::Args,
    ) -> Result<P::Ret> {
        Ok(self.exchange::<P>(args, Opens::Nothing, Some(deadline)).await?.0)
    }

    /// Makes a call that opens a stream.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_stream<P: Procedure>(&self, args: P::Args) -> Result<(P::Ret, Stream)> {
        self.open_stream::<P>(args, Holes::Uninvited).await
    }

    /// Makes a call that opens a stream with holes: `args` must have the call's sparse flag.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_sparse_stream<P: Procedure>(
        &self,
        args: P::Args,
    ) -> Result<(P::Ret, Stream)> {
        self.open_stream::<P>(args, Holes::Invited).await
    }

    async fn open_stream<P: Procedure>(
        &self,
        args: P::Args,
        holes: Holes,
    ) -> Result<(P::Ret, Stream)> {
        match self.exchange::<P>(args, Opens::Stream(holes), self.shared.call_deadline).await? {
            (ret, Some(stream)) => Ok((ret, stream)),
            (_, None) => Err(self.why_closed().into()),
        }
    }

    pub(crate) async fn subscribe<P: Procedure>(
        &self,
        args: P::Args,
        subscriber: Subscriber,
    ) -> Result<P::Ret> {
        let opens = Opens::Subscription(subscriber);
        Ok(self.exchange::<P>(args, opens, self.shared.call_deadline).await?.0)
    }

    async fn exchange<P: Procedure>(
        &self,
        args: P::Args,
        opens: Opens,
        deadline: Option<Duration>,
    ) -> Result<(P::Ret, Option<Stream>)> {
        let exchange = self.shared.link.call(P::ROW, &args, opens);
        let (payload, place) = match deadline {
            None => exchange.await?,
            Some(deadline) => tokio::time::timeout(deadline, exchange)
                .await
                .map_err(|_| Error::Deadline { call: P::ROW.name, deadline })??,
        };
        let stream = place.map(|place| Stream::new(self.clone(), place));
        Ok((self.decode::<P>(&payload)?, stream))
    }

    fn decode<P: Procedure>(&self, payload: &[u8]) -> Result<P::Ret> {
        // A newer server may have appended fields.
        P::Ret::decode(&mut Reader::new(payload)).map_err(|fault| {
            let reason = Closed::from(Misbehaviour::Payload { name: P::ROW.name, fault });
            self.shared.link.close(reason.clone());
            reason.into()
        })
    }

    /// Whether the server has an optional feature.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn supports(&self, feature: Feature) -> Result<bool> {
        let args = remote::ConnectSupportsFeatureArgs { feature: feature.0 };
        Ok(self.call::<remote::ConnectSupportsFeature>(args).await?.supported != 0)
    }

    /// Whether calls can still be made.
    pub fn is_open(&self) -> bool {
        self.shared.link.is_open()
    }

    /// Says goodbye and closes; all clones of the connection are closed too.
    ///
    /// # Errors
    /// When the server does not answer any more; the connection is closed all the same.
    pub async fn close(self) -> Result<()> {
        let farewell = self.call::<remote::ConnectClose>(()).await;
        self.shared.link.close(Closed::Local);
        farewell
    }

    pub(crate) fn link(&self) -> &Link {
        &self.shared.link
    }

    pub(crate) fn why_closed(&self) -> Closed {
        self.shared.link.why_closed()
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
            if let Some(shared) = Arc::get_mut(&mut connection.shared) {
                shared.uri = uri;
            }
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
