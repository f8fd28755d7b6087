//! Accepts clients: on unix sockets, over TCP, over TLS.

use std::io;
use std::os::fd::AsRawFd;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use driver::{Peer, Transport};
use rpc::{Shared, TcpTransport, UnixTransport};
use rustix::net::sockopt;
use tls::{Accepted, Refusal, ServerContext};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::SocketAddr;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use trace::probes::{READABLE, Watch};

use crate::{Door, Server};

/// How long to wait when the kernel has no descriptor for a new connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Silence after which the kernel asks whether the other host is still there, and how often and
/// how many times it asks then.
const TCP_KEEPALIVE: (Duration, Duration, u32) =
    (Duration::from_secs(60), Duration::from_secs(10), 6);

/// Where clients come from.
#[derive(Debug)]
pub enum Listener {
    /// A unix socket.
    Unix(UnixListener),
    /// TCP, in the clear.
    Tcp(TcpListener),
    /// TLS over TCP.
    Tls(TcpListener, Arc<ServerContext>),
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// Why a client that spoke TLS did not get in.
#[derive(Debug, thiserror::Error)]
enum TurnedAway {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("client did not finish the TLS handshake in time")]
    Late,
    #[error("client left before it was admitted: {0}")]
    Left(#[from] io::Error),
    #[error("too many clients are shaking hands, and this one has taken longest")]
    Displaced,
    #[error("client may not come in")]
    Unwanted,
}

impl Server {
    /// Accepts clients until [`Self::stop`].
    pub async fn serve(self: &Arc<Self>, listener: impl Into<Listener>, door: Door) {
        let mut stopping = self.stopping.subscribe();
        let accept = async {
            match listener.into() {
                Listener::Unix(listener) => self.serve_unix(&listener, door).await,
                Listener::Tcp(listener) => self.serve_tcp(&listener, door).await,
                Listener::Tls(listener, context) => self.serve_tls(&listener, context, door).await,
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    async fn serve_unix(self: &Arc<Self>, listener: &UnixListener, door: Door) {
        let seen = watch(listener);
        let local = name_of(&listener.local_addr());
        let mut failing = false;
        loop {
            if let Some((stream, remote)) = accepted(listener.accept().await, &mut failing).await {
                seen.dispatch(READABLE);
                let peer = unix_peer(&stream, local.clone(), name_of(&Ok(remote)));
                if let Some(admitted) = self.admit(&peer, door).await {
                    match UnixTransport::new(stream) {
                        Ok(transport) => self.begin(transport, peer, door, admitted),
                        Err(error) => tracing::error!(%error, "cannot serve a connection"),
                    }
                }
            }
        }
    }

    async fn serve_tcp(self: &Arc<Self>, listener: &TcpListener, door: Door) {
        let seen = watch(listener);
        let mut failing = false;
        loop {
            if let Some((stream, _)) = accepted(listener.accept().await, &mut failing).await {
                seen.dispatch(READABLE);
                let peer = prepare(&stream, Transport::Tcp);
                if let Some(admitted) = self.admit(&peer, door).await {
                    self.begin(TcpTransport::new(stream), peer, door, admitted);
                }
            }
        }
    }

    /// Whoever connects may begin to shake hands; only those who are done count as clients.
    async fn serve_tls(
        self: &Arc<Self>,
        listener: &TcpListener,
        context: Arc<ServerContext>,
        door: Door,
    ) {
        self.tls.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&context));
        let seen = watch(listener);
        let mut failing = false;
        loop {
            if let Some((stream, _)) = accepted(listener.accept().await, &mut failing).await {
                seen.dispatch(READABLE);
                let (server, context) = (Arc::clone(self), Arc::clone(&context));
                let peer = prepare(&stream, Transport::Tls);
                tokio::spawn(async move { server.receive_tls(stream, peer, &context, door).await });
            }
        }
    }

    async fn receive_tls(
        self: Arc<Self>,
        stream: TcpStream,
        peer: Peer,
        context: &ServerContext,
        door: Door,
    ) {
        let remote = peer.remote.clone();
        let (place, displaced) = self.handshakes.begin();
        let outcome = tokio::select! {
            outcome = self.admit_tls(stream, peer, context, door) => outcome,
            _ = displaced => Err(TurnedAway::Displaced),
        };
        drop(place);
        match outcome {
            Ok(()) => {}
            Err(reason @ TurnedAway::Refused(_)) => {
                tracing::warn!(remote, "TLS client is refused: {reason}");
            }
            Err(reason) => tracing::debug!(remote, "TLS client did not get in: {reason}"),
        }
    }

    async fn admit_tls(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: Peer,
        context: &ServerContext,
        door: Door,
    ) -> Result<(), TurnedAway> {
        let patience = self.service(door.kind).limits().auth_timeout;
        let socket = rpc::opened(&stream);
        let shaken = tokio::time::timeout(patience, context.accept(stream)).await;
        let Accepted { mut stream, name } = shaken.map_err(|_| TurnedAway::Late)??;
        let peer = Peer { tls_name: name, ..peer };
        let admitted = self.admit(&peer, door).await.ok_or(TurnedAway::Unwanted)?;
        tokio::time::timeout(patience, async {
            stream.write_u8(tls::READY).await?;
            stream.flush().await
        })
        .await
        .map_err(|_| TurnedAway::Late)??;
        self.begin(Shared::through(socket, stream), peer, door, admitted);
        Ok(())
    }

    /// Reads the certificates of every door that speaks TLS again; the answer is how many there
    /// are. Those who are connected stay; where something is unfit, that door goes on with what it
    /// has.
    ///
    /// # Errors
    /// The first door's that went wrong.
    pub fn reload_tls(&self) -> Result<usize, tls::Error> {
        let contexts = self.tls_contexts();
        let outcomes: Vec<_> = contexts.iter().map(|context| context.reload()).collect();
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(contexts.len())
    }

    fn tls_contexts(&self) -> Vec<Arc<ServerContext>> {
        let mut contexts = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        contexts.retain(|context| context.strong_count() > 0);
        contexts.iter().filter_map(std::sync::Weak::upgrade).collect()
    }
}

/// The listener as static probes see it.
fn watch(listener: &impl AsRawFd) -> Watch {
    Watch::new(listener.as_raw_fd(), READABLE, c"listener", 0)
}

/// What was accepted; none, and some time later, when the kernel has no descriptor for it.
/// Said once until it works again: it may go on for as long as clients like.
async fn accepted<T>(outcome: io::Result<T>, failing: &mut bool) -> Option<T> {
    match outcome {
        Ok(accepted) => {
            *failing = false;
            Some(accepted)
        }
        Err(error) => {
            if !std::mem::replace(failing, true) {
                tracing::error!(%error, "cannot accept connections");
            }
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}

/// The path of a unix socket; most clients' have none.
fn name_of(address: &io::Result<SocketAddr>) -> String {
    let path = address.as_ref().ok().and_then(SocketAddr::as_pathname);
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

fn unix_peer(stream: &UnixStream, local: String, remote: String) -> Peer {
    let ids = stream.peer_cred().ok();
    Peer {
        transport: Transport::Unix,
        local,
        remote,
        uid: ids.map(|ids| ids.uid()),
        gid: ids.map(|ids| ids.gid()),
        pid: ids.and_then(|ids| ids.pid()),
        tls_name: None,
    }
}

/// Sets a connection up: small packets leave at once, and a host that is gone is noticed.
fn prepare(stream: &TcpStream, transport: Transport) -> Peer {
    let (idle, every, count) = TCP_KEEPALIVE;
    let set = sockopt::set_tcp_nodelay(stream, true)
        .and_then(|()| sockopt::set_socket_keepalive(stream, true))
        .and_then(|()| sockopt::set_tcp_keepidle(stream, idle))
        .and_then(|()| sockopt::set_tcp_keepintvl(stream, every))
        .and_then(|()| sockopt::set_tcp_keepcnt(stream, count));
    if let Err(error) = set {
        tracing::debug!(%error, "cannot set up a TCP connection");
    }
    let text = |address: io::Result<std::net::SocketAddr>| {
        address.map(|address| address.to_string()).unwrap_or_default()
    };
    Peer {
        transport,
        local: text(stream.local_addr()),
        remote: text(stream.peer_addr()),
        ..Peer::default()
    }
}
