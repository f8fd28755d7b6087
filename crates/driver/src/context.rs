//! Who asks, and what travels beside arguments and result.

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use api::procedure::{Permission, Row};

use crate::{Guard, Stream};

/// A client of the daemon, for as long as its connection lasts.
#[derive(Debug)]
pub struct Client {
    /// Number of the connection, from 1, never used again while the daemon runs.
    pub id: u64,
    /// Who it is, as far as its socket tells.
    pub peer: Peer,
    /// When it connected.
    pub connected: SystemTime,
    sasl_name: OnceLock<String>,
    watches: AtomicBool,
    hooks: Mutex<CloseHooks>,
}

/// The other end of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    /// How it is connected.
    pub transport: Transport,
    /// Our address: a path, or host and port.
    pub local: String,
    /// Its address: a path, or host and port; empty for most unix sockets.
    pub remote: String,
    /// User id of the peer of a unix socket.
    pub uid: Option<u32>,
    /// Group id of the peer of a unix socket.
    pub gid: Option<u32>,
    /// Process id of the peer of a unix socket.
    pub pid: Option<i32>,
    /// Distinguished name in the peer's TLS certificate.
    pub tls_name: Option<String>,
}

/// How a client is connected; numbered as in libvirt's administration interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// A unix socket.
    #[default]
    Unix = 0,
    /// TCP.
    Tcp = 1,
    /// TLS over TCP.
    Tls = 2,
}

type CloseHook = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct CloseHooks {
    closed: bool,
    waiting: Vec<CloseHook>,
}

impl fmt::Debug for CloseHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} waiting", self.waiting.len())
    }
}

/// What a connection may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAccess {
    /// Only what looks.
    ReadOnly,
    /// Everything that the access rules allow.
    ReadWrite,
}

impl Client {
    /// A client that has just connected.
    pub fn new(id: u64, peer: Peer) -> Self {
        let connected = SystemTime::now();
        Self {
            id,
            peer,
            connected,
            sasl_name: OnceLock::new(),
            watches: AtomicBool::new(false),
            hooks: Mutex::default(),
        }
    }

    /// The name that the client proved by SASL.
    pub fn sasl_name(&self) -> Option<&str> {
        self.sasl_name.get().map(String::as_str)
    }

    /// Says who the client is, once it has proved it by SASL; the first name stays.
    pub fn set_sasl_name(&self, name: String) {
        let _ = self.sasl_name.set(name);
    }

    /// Whether the client watches the daemon itself. Telling it of its own connection would never
    /// end.
    pub fn watches(&self) -> bool {
        self.watches.load(Ordering::Relaxed)
    }

    /// Says that the client watches the daemon from now on.
    pub fn set_watches(&self) {
        self.watches.store(true, Ordering::Relaxed);
    }

    /// Runs `hook` when the connection ends; at once if it has ended. It must not block.
    pub fn on_close(&self, hook: impl FnOnce() + Send + 'static) {
        let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        if hooks.closed {
            drop(hooks);
            hook();
        } else {
            hooks.waiting.push(Box::new(hook));
        }
    }

    /// Says that the connection has ended. Called by the server, once.
    pub fn close(&self) {
        let waiting = {
            let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
            hooks.closed = true;
            std::mem::take(&mut hooks.waiting)
        };
        waiting.into_iter().for_each(|hook| hook());
    }
}

/// One call, as its handler sees it.
pub struct CallContext {
    /// The procedure.
    pub row: &'static Row,
    /// Who calls.
    pub client: Arc<Client>,
    /// What the connection may do.
    pub access: ClientAccess,
    /// Decides what the caller may do; none where whoever got in may do everything.
    pub(crate) guard: Option<Arc<dyn Guard>>,
    /// What the call's row demands, with these arguments.
    pub(crate) needs: Vec<Permission>,
    /// The handler has yet to ask about an object or a list that only it knows.
    pub(crate) owes: AtomicBool,
    extras: Mutex<Extras>,
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("procedure", &self.row.name)
            .field("client", &self.client.id)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

/// What travels beside arguments and result.
#[derive(Debug, Default)]
pub struct Extras {
    /// Descriptors that came with the call, until the handler takes them.
    pub fds_in: Vec<OwnedFd>,
    /// Descriptors that go with the reply.
    pub fds_out: Vec<OwnedFd>,
    /// The stream that the call opened.
    pub stream: Option<Stream>,
}

impl CallContext {
    /// A call of `row` by `client`, with the descriptors that came along.
    pub fn new(
        row: &'static Row,
        client: Arc<Client>,
        access: ClientAccess,
        fds_in: Vec<OwnedFd>,
    ) -> Self {
        let extras = Mutex::new(Extras { fds_in, ..Extras::default() });
        let owes = AtomicBool::new(false);
        Self { row, client, access, guard: None, needs: Vec::new(), owes, extras }
    }

    /// The same call by a client whom a guard watches; `needs` is what its row demands. The handler of
    /// a call that only describes its object has to [check](Self::check) it.
    #[must_use]
    pub fn guarded(self, guard: Arc<dyn Guard>, needs: Vec<Permission>, describes: bool) -> Self {
        let owes = AtomicBool::new(describes || self.row.filter.is_some());
        Self { guard: Some(guard), needs, owes, ..self }
    }

    /// Takes the descriptors that came with the call.
    pub fn take_fds(&self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.extras().fds_in)
    }

    /// Sends descriptors along with the reply.
    pub fn send_fds(&self, fds: Vec<OwnedFd>) {
        self.extras().fds_out = fds;
    }

    /// Opens the stream of a call that has one; it begins to flow after the reply.
    pub fn open_stream(&self, stream: Stream) {
        self.extras().stream = Some(stream);
    }

    /// What the handler left to travel beside the reply.
    pub fn into_extras(self) -> Extras {
        self.extras.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn extras(&self) -> std::sync::MutexGuard<'_, Extras> {
        self.extras.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
