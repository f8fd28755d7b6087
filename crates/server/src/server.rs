//! Accepts clients and knows the drivers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::{Client, Driver, Subscription};
use rpc::UnixTransport;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use crate::Limits;
use crate::admission::{Admission, Places};
use crate::events::Fanout;
use crate::outgoing::{End, Outgoing};
use crate::session::Session;

/// How long to wait when the kernel has no descriptor for a new connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// What a socket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenerKind {
    /// Clients may do anything that access rules allow.
    ReadWrite,
    /// Clients may only look.
    ReadOnly,
}

/// Serves clients with drivers.
pub struct Server {
    limits: RwLock<Arc<Limits>>,
    drivers: Vec<Arc<Served>>,
    admission: Arc<Admission>,
    sessions: Mutex<HashMap<u64, Arc<Outgoing>>>,
    /// How many sessions there are.
    count: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
    next_client: AtomicU64,
}

/// A driver with those who registered for its events.
pub(crate) struct Served {
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) events: Arc<Fanout>,
    _subscription: Subscription,
}

impl Server {
    /// A server of these drivers; the first that can is opened for clients that name none.
    pub fn new(limits: Limits, drivers: Vec<Arc<dyn Driver>>) -> Arc<Self> {
        let serve = |driver: Arc<dyn Driver>| {
            let events = Arc::new(Fanout::default());
            let subscription = driver.events().subscribe(Arc::clone(&events) as _);
            Arc::new(Served { driver, events, _subscription: subscription })
        };
        Arc::new(Self {
            drivers: drivers.into_iter().map(serve).collect(),
            admission: Arc::new(Admission::new(&limits)),
            limits: RwLock::new(Arc::new(limits)),
            sessions: Mutex::default(),
            count: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            next_client: AtomicU64::new(1),
        })
    }

    /// Accepts clients until [`Self::stop`].
    pub async fn serve(self: &Arc<Self>, listener: UnixListener, kind: ListenerKind) {
        let mut stopping = self.stopping.subscribe();
        let accept = async {
            while let Some(places) = self.admission.places(kind).await {
                match listener.accept().await {
                    Ok((stream, _)) => self.welcome(stream, places, kind),
                    Err(error) => {
                        tracing::error!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_RETRY).await;
                    }
                }
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    /// Accepts nobody any more and ends every connection, after what waits for its client is
    /// sent. Calls that are under way run on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.values().for_each(|outgoing| outgoing.end(End::Orderly));
    }

    /// Waits until nobody is connected.
    pub async fn idle(&self) {
        // It fails only when the sender is gone, which is `self`.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        *self.count.borrow()
    }

    /// Changes limits, for clients that connect from now on. The numbers of clients stay: they
    /// are set when the server starts.
    pub fn set_limits(&self, limits: Limits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }

    pub(crate) fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn welcome(self: &Arc<Self>, stream: UnixStream, places: Places, kind: ListenerKind) {
        let id = self.next_client.fetch_add(1, Ordering::Relaxed);
        let peer = stream.peer_cred().ok();
        let (uid, gid) = (peer.map(|peer| peer.uid()), peer.map(|peer| peer.gid()));
        let client = Client::new(id, uid, gid, peer.and_then(|peer| peer.pid()));
        let Some(admitted) = self.admission.admit(places, uid) else {
            tracing::warn!(uid, pid = client.pid, "user has too many connections; one is refused");
            return;
        };
        tracing::debug!(client = id, uid, pid = client.pid, ?kind, "client connected");
        let session = Session::new(Arc::clone(self), Arc::new(client), kind, admitted);
        self.enter(id, &session.outgoing);
        let server = Arc::clone(self);
        tokio::spawn(async move {
            session.run(UnixTransport::new(stream)).await;
            server.leave(id);
        });
    }

    fn enter(&self, id: u64, outgoing: &Arc<Outgoing>) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(id, Arc::clone(outgoing));
        self.count.send_replace(sessions.len());
        if *self.stopping.borrow() {
            outgoing.end(End::Orderly);
        }
    }

    fn leave(&self, id: u64) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&id);
        self.count.send_replace(sessions.len());
    }

    /// The driver that a URI names, and the URI as it is from then on.
    ///
    /// # Errors
    /// NO_CONNECT when there is none; the driver's when it does not serve the path.
    pub(crate) fn open(&self, uri: &str) -> Result<(Arc<Served>, String)> {
        if uri.is_empty() {
            return self.open_default();
        }
        let no_connect =
            |detail: String| Error::new(ErrorCode::NO_CONNECT, ErrorDomain::NONE, detail);
        let Some((scheme, rest)) = uri.split_once(':') else {
            return Err(no_connect(format!("URI '{uri}' does not include a driver name")));
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let served = self.drivers.iter().find(|served| served.driver.scheme() == scheme);
        let served = match served {
            // A host is for the client's library; a daemon does not call other daemons.
            Some(served) if host.is_empty() => served,
            Some(_) | None => return Err(no_connect(uri.to_owned())),
        };
        let opened = served.driver.open(path)?;
        let uri = if query.is_empty() { opened } else { uri.to_owned() };
        Ok((Arc::clone(served), uri))
    }

    fn open_default(&self) -> Result<(Arc<Served>, String)> {
        let candidates = self.drivers.iter().flat_map(|served| {
            ["/system", "/session"].map(|path| (served, served.driver.open(path)))
        });
        let mut refusal = None;
        for (served, opened) in candidates {
            match opened {
                Ok(uri) => return Ok((Arc::clone(served), uri)),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        Err(refusal.unwrap_or_else(|| Error::bare(ErrorCode::NO_CONNECT, ErrorDomain::NONE)))
    }
}
