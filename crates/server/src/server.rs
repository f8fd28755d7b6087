//! Knows the drivers, the clients and the limits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::{Client, Driver, Peer, Subscription};
use rpc::{Receive, Transmit};
use tokio::sync::watch;

use crate::Limits;
use crate::access::Access;
use crate::admin::{AdminDriver, Lifetime, Log};
use crate::admission::{Admitted, Origin};
use crate::auth::Authentication;
use crate::events::Fanout;
use crate::handshakes::Handshakes;
use crate::outgoing::End;
use crate::service::{Service, Services};
use crate::session::Session;
use crate::sessions::{Present, Sessions};

/// What a socket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenerKind {
    /// Clients may do anything that access rules allow.
    ReadWrite,
    /// Clients may only look.
    ReadOnly,
    /// Clients look after the daemon itself. Only the daemon's own user gets in.
    Admin,
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// The socket says all there is to say: its mode and its peer's ids, or a certificate.
    None,
    /// By name and password, or by a ticket.
    Sasl,
    /// polkit decides; root need not ask.
    Polkit,
}

/// A way into the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// What it is for.
    pub kind: ListenerKind,
    /// How clients prove who they are.
    pub auth: Auth,
}

impl Door {
    /// A door that asks nobody anything.
    pub const fn open(kind: ListenerKind) -> Self {
        Self { kind, auth: Auth::None }
    }
}

/// Serves clients with drivers.
pub struct Server {
    services: Services,
    drivers: Vec<Arc<Served>>,
    admin: Arc<Served>,
    access: Arc<Access>,
    sessions: Sessions,
    pub(crate) stopping: watch::Sender<bool>,
    /// Certificates of the doors that speak TLS.
    pub(crate) tls: Mutex<Vec<Weak<tls::ServerContext>>>,
    pub(crate) handshakes: Handshakes,
    /// None: nobody can prove anything.
    authentication: RwLock<Option<Arc<Authentication>>>,
    lifetime: Lifetime,
    log: OnceLock<Arc<dyn Log>>,
    next_client: AtomicU64,
}

/// A driver with those who registered for its events.
pub(crate) struct Served {
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) events: Arc<Fanout>,
    _subscription: Subscription,
}

impl Served {
    fn new(driver: Arc<dyn Driver>) -> Arc<Self> {
        let events = Arc::new(Fanout::default());
        let subscription = driver.events().subscribe(Arc::clone(&events) as _);
        Arc::new(Self { driver, events, _subscription: subscription })
    }
}

impl Server {
    /// A server of these drivers; the first that can is opened for clients that name none. Whoever
    /// gets in may do everything that its socket allows.
    pub fn new(limits: Limits, drivers: Vec<Arc<dyn Driver>>) -> Arc<Self> {
        Self::with_access(limits, drivers, Access::open())
    }

    /// A server of these drivers, where `access` decides what clients may do.
    pub fn with_access(limits: Limits, drivers: Vec<Arc<dyn Driver>>, access: Access) -> Arc<Self> {
        let access = Arc::new(access);
        Arc::new_cyclic(|server| Self {
            drivers: drivers.into_iter().map(Served::new).collect(),
            admin: Served::new(AdminDriver::new(server.clone())),
            services: Services::new(limits),
            access,
            sessions: Sessions::default(),
            stopping: watch::Sender::new(false),
            tls: Mutex::default(),
            handshakes: Handshakes::default(),
            authentication: RwLock::default(),
            lifetime: Lifetime::default(),
            log: OnceLock::new(),
            next_client: AtomicU64::new(1),
        })
    }

    /// Accepts nobody any more and ends every connection, after what waits for its client is
    /// sent. Calls that are under way run on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
        self.handshakes.give_up();
        self.sessions.end_all();
    }

    /// Waits until nobody is connected.
    pub async fn idle(&self) {
        // It fails only when the sender is gone, which is `self`.
        let _ = self.sessions.watch().wait_for(|count| *count == 0).await;
    }

    /// Waits until an administrator wants the daemon to end, or nobody has needed it for as long
    /// as an administrator said.
    pub async fn over(&self) {
        let busy = || self.drivers.iter().any(|served| served.driver.is_busy());
        self.lifetime.over(self.sessions.watch(), busy).await;
    }

    /// Sets after how long without clients and work [`Self::over`] is done; none: never.
    pub fn set_timeout(&self, timeout: Option<std::time::Duration>) {
        self.lifetime.set_timeout(timeout);
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        self.sessions.count()
    }

    /// Changes limits: the numbers of clients and of calls in all at once, the others for clients
    /// that connect from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.services.set_limits(limits);
    }

    /// Says what clients prove who they are by, from the next exchange on. Without it nobody gets in
    /// through a door that wants a proof.
    pub fn set_authentication(&self, authentication: Authentication) {
        let authentication = Some(Arc::new(authentication));
        *self.authentication.write().unwrap_or_else(PoisonError::into_inner) = authentication;
    }

    pub(crate) fn authentication(&self) -> Option<Arc<Authentication>> {
        self.authentication.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets administrators see and change what is logged. The first log stays.
    pub fn set_log(&self, log: Arc<dyn Log>) {
        let _ = self.log.set(log);
    }

    pub(crate) fn log(&self) -> Option<&Arc<dyn Log>> {
        self.log.get()
    }

    pub(crate) fn lifetime(&self) -> &Lifetime {
        &self.lifetime
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn service(&self, kind: ListenerKind) -> &Service {
        self.services.behind(kind)
    }

    /// Lets a client in as soon as there is room; none when it may not come in at all.
    pub(crate) async fn admit(&self, peer: &Peer, door: Door) -> Option<Admitted> {
        let (uid, pid) = (peer.uid, peer.pid);
        if door.kind == ListenerKind::Admin && !may_administrate(uid) {
            tracing::warn!(uid, pid, "only the daemon's own user may use the admin socket");
            return None;
        }
        let admitted = self.service(door.kind).admission().admit(door.kind, Origin::of(peer)).await;
        if admitted.is_none() {
            let remote = &peer.remote;
            tracing::warn!(uid, pid, remote, "too many connections of one user; one is refused");
        }
        admitted
    }

    /// Serves a client that was let in.
    pub(crate) fn begin<T>(
        self: &Arc<Self>,
        transport: T,
        peer: Peer,
        door: Door,
        admitted: Admitted,
    ) where
        T: Receive + Transmit + Clone + 'static,
    {
        let id = self.next_client.fetch_add(1, Ordering::Relaxed);
        let (uid, pid) = (peer.uid, peer.pid);
        tracing::debug!(client = id, uid, pid, remote = peer.remote, ?door, "client connected");
        let client = Arc::new(Client::new(id, peer));
        let session = Box::new(Session::new(Arc::clone(self), Arc::clone(&client), door, admitted));
        self.sessions.enter(Present::new(client, door, Arc::clone(&session.outgoing)));
        if *self.stopping.borrow() {
            session.outgoing.end(End::Orderly);
        }
        let server = Arc::clone(self);
        tokio::spawn(async move {
            session.run(transport).await;
            server.sessions.leave(id);
        });
    }

    /// What decides what clients may do.
    pub(crate) fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// What clients of the admin socket talk to.
    pub(crate) fn admin(&self) -> Arc<Served> {
        Arc::clone(&self.admin)
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

/// Whoever runs the daemon looks after it, and root after everything.
fn may_administrate(uid: Option<u32>) -> bool {
    uid.is_some_and(|uid| uid == 0 || uid == rustix::process::geteuid().as_raw())
}
