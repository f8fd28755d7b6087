//! One connection, from its first packet to its last.
//!
//! ```text
//! Anonymous ── auth_list ──> Named ── connect_open ──> Open ── connect_close ──> (ends)
//!                              ▲─── second connect_open ──┘
//! ```
//!
//! One task reads, dispatches and writes. It stops reading while its client has too many calls
//! under way, or does not take what waits for it.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use api::keepalive::Ping;
use api::procedure::Row;
use api::{Error, ErrorDomain, EventMessage};
use driver::{Client, ClientAccess};
use rpc::{Header, Layer, LayerSlot, Layered, PacketReader, Receive, Transmit};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep_until};
use trace::TimerKind;
use trace::probes::{self, Timer, Watch};

use crate::Limits;
use crate::access::{ClientGuard, Pending};
use crate::admission::Admitted;
use crate::answers::Own;
use crate::auth::Attempt;
use crate::deadlines::{Deadlines, Due};
use crate::outgoing::{End, Ended, Outgoing};
use crate::server::{Door, ListenerKind, Served, Server};
use crate::stream::Streams;
use crate::trace::{Tap, Watched};

/// How long a timer without a deadline sleeps.
const NEVER: Duration = Duration::from_secs(31_536_000);

/// One connection.
pub(crate) struct Session {
    pub(crate) server: Arc<Server>,
    pub(crate) client: Arc<Client>,
    pub(crate) door: Door,
    pub(crate) limits: Arc<Limits>,
    pub(crate) phase: Phase,
    pub(crate) deadlines: Deadlines,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) tap: Tap,
    /// The call that the session has taken up and not answered, if somebody watches it.
    pub(crate) watched: Option<Box<Watched>>,
    pub(crate) streams: Arc<Streams>,
    /// Calls that run or wait to run beside the session.
    pub(crate) in_flight: Arc<AtomicUsize>,
    /// Turns of ordinary calls.
    pub(crate) turns: Arc<Semaphore>,
    /// Whether the client said that it leaves.
    pub(crate) ending: bool,
    /// A call of the session's own that waits for leave; nothing is read meanwhile.
    pub(crate) parked: Option<Parked>,
    /// A buffer for the next reply.
    pub(crate) spare: Vec<u8>,
    /// What authentication agreed on: used for all that comes behind the reply that said so, which
    /// is still in line.
    pub(crate) next_layer: Option<Box<dyn Layer>>,
    layer: LayerSlot,
    pub(crate) attempt: Attempt,
    pub(crate) admitted: Admitted,
}

/// How far the client has come.
pub(crate) enum Phase {
    /// It has yet to authenticate.
    Anonymous,
    /// It has yet to open a driver.
    Named,
    /// It talks to a driver.
    Open(Opened),
}

/// A driver, opened by a client.
pub(crate) struct Opened {
    pub(crate) served: Arc<Served>,
    pub(crate) uri: String,
    pub(crate) access: ClientAccess,
    /// Watches what it does; none where the socket decides alone.
    pub(crate) guard: Option<Arc<ClientGuard>>,
}

/// A call of the session's own that waits until it is decided whether the client may make it.
pub(crate) struct Parked {
    pub(crate) decision: Pending,
    pub(crate) answer: Own,
    pub(crate) row: &'static Row,
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
}

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Farewell {
    #[error("client closed the connection")]
    Closed,
    #[error("connection was closed in order")]
    Orderly,
    #[error("client does not read its events")]
    Overrun,
    #[error("client did not authenticate in time")]
    Unauthenticated,
    #[error("client reads nothing of what waits for it")]
    Stalled,
    #[error("client does not answer pings")]
    Silent,
    #[error("plain bytes came where the agreed security layer was to begin")]
    Unlayered,
    #[error("an administrator ended the connection")]
    Dismissed,
    #[error(transparent)]
    Fault(#[from] rpc::Error),
}

/// What a session's task woke up for.
enum Wakeup {
    /// Bytes came, or the end of them.
    Received(usize),
    /// Calls may be begun again, or a deadline passed.
    Again,
}

impl Session {
    pub(crate) fn new(
        server: Arc<Server>,
        client: Arc<Client>,
        door: Door,
        admitted: Admitted,
    ) -> Self {
        let limits = server.service(door.kind).limits();
        let tap = Tap::new(&client);
        let outgoing = Arc::new(Outgoing::new(&limits, tap.clone()));
        let attempt = Attempt::new(door.auth, &client.peer);
        let now = Instant::now();
        let mut session = Self {
            server,
            client,
            door,
            phase: Phase::Anonymous,
            deadlines: Deadlines::new(now.checked_add(limits.auth_timeout).unwrap_or(now)),
            streams: Arc::new(Streams::new(&outgoing, &limits)),
            outgoing,
            tap,
            watched: None,
            in_flight: Arc::default(),
            turns: Arc::new(Semaphore::new(limits.max_client_requests)),
            ending: false,
            parked: None,
            spare: Vec::new(),
            next_layer: None,
            layer: LayerSlot::default(),
            attempt,
            limits,
            admitted,
        };
        if door.kind == ListenerKind::Admin {
            // There is no call to authenticate by, nor need a client open anything.
            session.authenticated();
            session.open_admin();
        } else {
            session.admitted.ask_name(&session.outgoing);
        }
        session
    }

    /// Serves the connection to its end. Boxed, because a future holds what is moved into it twice.
    pub(crate) async fn run<T: Receive + Transmit + Clone>(mut self: Box<Self>, transport: T) {
        self.tap.opened();
        let farewell = match self.serve(transport).await {
            Err(farewell) => farewell,
            Ok(never) => match never {},
        };
        self.outgoing.end(End::Gone);
        self.streams.close();
        self.close_driver();
        self.client.close();
        self.tap.closed(&farewell);
        let client = self.client.id;
        match farewell {
            Farewell::Closed | Farewell::Orderly | Farewell::Fault(rpc::Error::Io(_)) => {
                tracing::debug!(client, "connection ended: {farewell}");
            }
            Farewell::Dismissed => tracing::info!(client, "connection cut off: {farewell}"),
            Farewell::Overrun
            | Farewell::Unauthenticated
            | Farewell::Stalled
            | Farewell::Silent
            | Farewell::Unlayered
            | Farewell::Fault(_) => {
                let (uid, pid) = (self.client.peer.uid, self.client.peer.pid);
                tracing::warn!(client, uid, pid, "connection cut off: {farewell}");
            }
        }
    }

    async fn serve<T: Receive + Transmit + Clone>(
        &mut self,
        transport: T,
    ) -> Result<std::convert::Infallible, Farewell> {
        let mut seen = Seen::new(self.client.id, transport.socket());
        let mut sink = Layered::new(transport, self.layer.clone());
        let mut reader = PacketReader::new(sink.clone());
        self.outgoing.open(sink.short_cut());
        let mut timer = std::pin::pin!(sleep_until(far_future()));
        loop {
            while self.may_begin() {
                match reader.arrived()? {
                    Some(packet) => self.dispatch(packet)?,
                    None => break,
                }
                if self.ending {
                    // Its reply is in line by now, and is the last.
                    self.outgoing.end(End::Orderly);
                }
            }
            // Asked once, so that whatever changes from here on wakes the task.
            let reads = self.may_begin();
            seen.socket.update(if reads { probes::READABLE } else { 0 });
            if self.streams.is_empty() {
                reader.rest();
            }
            let wakeup = poll_fn(|cx| {
                self.poll(cx, &mut reader, &mut sink, timer.as_mut(), reads, &seen.timer)
            });
            match wakeup.await? {
                Wakeup::Received(0) => return Err(Farewell::Closed),
                Wakeup::Received(_) => {
                    seen.socket.dispatch(probes::READABLE);
                    self.deadlines.heard();
                }
                Wakeup::Again => {}
            }
        }
    }

    /// Whether the client may begin another call.
    fn may_begin(&self) -> bool {
        self.next_layer.is_none()
            && self.parked.is_none()
            && self.in_flight.load(Ordering::Relaxed) < self.limits.max_client_queue
            && !self.streams.is_full()
            && self.admitted.may_speak()
            && self.outgoing.accepts()
    }

    fn poll<T: Receive + Transmit>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut PacketReader<T>,
        sink: &mut T,
        mut timer: Pin<&mut Sleep>,
        reads: bool,
        seen: &Timer,
    ) -> Poll<Result<Wakeup, Farewell>> {
        let flushed = self.outgoing.poll_flush(cx, sink);
        if let Some(ended) = flushed.end {
            return Poll::Ready(Err(ended.into()));
        }
        self.deadlines.sent(flushed.stalled, self.limits.stall_timeout);
        if flushed.stalled.is_none()
            && let Some(layer) = self.next_layer.take()
        {
            if reader.has_unread() {
                return Poll::Ready(Err(Farewell::Unlayered));
            }
            self.layer.engage(layer);
        }
        if self.poll_proof(cx).is_ready() || self.poll_parked(cx).is_ready() {
            return Poll::Ready(Ok(Wakeup::Again));
        }
        if reads {
            if let Poll::Ready(outcome) = reader.poll_fill(cx) {
                return Poll::Ready(outcome.map(Wakeup::Received).map_err(Farewell::from));
            }
        } else if self.may_begin() {
            return Poll::Ready(Ok(Wakeup::Again));
        } else if reader.poll_gone(cx).is_ready() {
            return Poll::Ready(Err(Farewell::Closed));
        }
        if !self.deadlines.take_changed() && timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.poll_deadlines(cx, timer, seen)
    }

    /// Answers the call that waits for leave, once it is decided.
    fn poll_parked(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(mut parked) = self.parked.take() else { return Poll::Pending };
        match parked.decision.as_mut().poll(cx) {
            Poll::Ready(decision) => {
                self.resume(parked, decision);
                Poll::Ready(())
            }
            Poll::Pending => {
                self.parked = Some(parked);
                Poll::Pending
            }
        }
    }

    /// Does what is due and sets the timer to what comes next.
    fn poll_deadlines(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
        seen: &Timer,
    ) -> Poll<Result<Wakeup, Farewell>> {
        loop {
            let now = Instant::now();
            let due = self.deadlines.due(now);
            if !matches!(due, Due::Nothing(_)) {
                seen.dispatch();
            }
            let next = match due {
                Due::Nothing(next) => next.unwrap_or_else(far_future),
                Due::Ping => {
                    self.tap.timer(TimerKind::Ping);
                    self.keepalive_message(Ping::ROW);
                    self.deadlines.due_again();
                    return Poll::Ready(Ok(Wakeup::Again));
                }
                Due::Unauthenticated => {
                    self.tap.timer(TimerKind::Unauthenticated);
                    return Poll::Ready(Err(Farewell::Unauthenticated));
                }
                Due::Stalled => {
                    self.tap.timer(TimerKind::Stalled);
                    return Poll::Ready(Err(Farewell::Stalled));
                }
                Due::Silent => {
                    self.tap.timer(TimerKind::Silent);
                    return Poll::Ready(Err(Farewell::Silent));
                }
            };
            seen.update(&|| {
                let milliseconds = next.saturating_duration_since(now).as_millis();
                i64::try_from(milliseconds).unwrap_or(i64::MAX)
            });
            timer.as_mut().reset(next);
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// The driver that the client opened.
    ///
    /// # Errors
    /// When it has opened none.
    pub(crate) fn opened(&self) -> Result<&Opened, Error> {
        match &self.phase {
            Phase::Open(opened) => Ok(opened),
            Phase::Anonymous | Phase::Named => {
                Err(Error::internal(ErrorDomain::RPC, "hypervisor connection not open"))
            }
        }
    }

    /// The client has authenticated.
    pub(crate) fn authenticated(&mut self) {
        if matches!(self.phase, Phase::Anonymous) {
            self.phase = Phase::Named;
            self.deadlines.authenticated();
            self.admitted.named();
        }
    }

    /// Takes back all that the client has at its driver, if it has one.
    pub(crate) fn close_driver(&mut self) {
        if let Phase::Open(opened) = &self.phase {
            opened.served.events.forget(self.client.id);
            self.phase = Phase::Named;
        }
    }
}

/// A connection as static probes see it, until it is dropped.
struct Seen {
    client: u64,
    socket: Watch,
    timer: Timer,
}

impl Seen {
    fn new(client: u64, socket: i32) -> Self {
        probes::rpc_server_client_new(client, socket);
        probes::rpc_keepalive_new(client, client);
        let socket = Watch::new(socket, probes::READABLE, c"client", client);
        Self { client, socket, timer: Timer::new(client, c"client") }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        probes::rpc_keepalive_dispose(self.client);
        probes::rpc_server_client_dispose(self.client);
    }
}

impl From<Ended> for Farewell {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Said(End::Overrun) => Self::Overrun,
            Ended::Said(End::Dismissed) => Self::Dismissed,
            Ended::Said(End::Orderly | End::Gone) => Self::Orderly,
            Ended::Io(error) => Self::Fault(rpc::Error::Io(error)),
        }
    }
}

fn far_future() -> Instant {
    let now = Instant::now();
    now.checked_add(NEVER).unwrap_or(now)
}
