//! Who asks, and what travels beside arguments and result.

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use api::procedure::Row;
use tokio::io::{AsyncRead, AsyncWrite};

/// A client of the daemon, for as long as its connection lasts.
#[derive(Debug)]
pub struct Client {
    /// Number of the connection, from 1, never used again while the daemon runs.
    pub id: u64,
    /// User id of the peer of a unix socket.
    pub uid: Option<u32>,
    /// Group id of the peer of a unix socket.
    pub gid: Option<u32>,
    /// Process id of the peer of a unix socket.
    pub pid: Option<i32>,
    hooks: Mutex<CloseHooks>,
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
    /// A client with the identity that the socket tells.
    pub fn new(id: u64, uid: Option<u32>, gid: Option<u32>, pid: Option<i32>) -> Self {
        Self { id, uid, gid, pid, hooks: Mutex::default() }
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
#[derive(Debug)]
pub struct CallContext {
    /// The procedure.
    pub row: &'static Row,
    /// Who calls.
    pub client: Arc<Client>,
    /// What the connection may do.
    pub access: ClientAccess,
    extras: Mutex<Extras>,
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

/// The daemon's end of a stream.
#[derive(Default)]
pub struct Stream {
    /// Where data for the client comes from.
    pub reader: Option<Box<dyn AsyncRead + Send + Unpin>>,
    /// Where data from the client goes.
    pub writer: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    /// Dropped with the stream, so that the driver knows when it ended.
    pub guard: Option<Box<dyn std::any::Any + Send>>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("reads", &self.reader.is_some())
            .field("writes", &self.writer.is_some())
            .finish()
    }
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
        Self { row, client, access, extras }
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
