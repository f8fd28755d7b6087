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
use api::{Error, ErrorDomain, EventMessage};
use driver::{Client, ClientAccess};
use rpc::{PacketReader, Receive, Transmit};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::Limits;
use crate::admission::Admitted;
use crate::deadlines::{Deadlines, Due};
use crate::outgoing::{End, Ended, Outgoing};
use crate::registration::ObjectEvents;
use crate::server::{ListenerKind, Served, Server};
use crate::stream::Streams;

/// How long a timer without a deadline sleeps.
const NEVER: Duration = Duration::from_secs(31_536_000);

/// One connection.
pub(crate) struct Session {
    pub(crate) server: Arc<Server>,
    pub(crate) client: Arc<Client>,
    pub(crate) kind: ListenerKind,
    pub(crate) limits: Arc<Limits>,
    pub(crate) phase: Phase,
    pub(crate) deadlines: Deadlines,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) streams: Arc<Streams>,
    pub(crate) object_events: ObjectEvents,
    /// Calls that run or wait to run beside the session.
    pub(crate) in_flight: Arc<AtomicUsize>,
    /// Turns of ordinary calls.
    pub(crate) turns: Arc<Semaphore>,
    /// Whether the client said that it leaves.
    pub(crate) ending: bool,
    /// A buffer for the next reply.
    pub(crate) spare: Vec<u8>,
    admitted: Admitted,
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
        kind: ListenerKind,
        admitted: Admitted,
    ) -> Self {
        let limits = server.limits();
        let outgoing = Arc::new(Outgoing::new(&limits));
        let now = Instant::now();
        Self {
            server,
            client,
            kind,
            phase: Phase::Anonymous,
            deadlines: Deadlines::new(now.checked_add(limits.auth_timeout).unwrap_or(now)),
            streams: Arc::new(Streams::new(&outgoing)),
            outgoing,
            object_events: ObjectEvents::default(),
            in_flight: Arc::default(),
            turns: Arc::new(Semaphore::new(limits.max_client_requests)),
            ending: false,
            spare: Vec::new(),
            limits,
            admitted,
        }
    }

    /// Serves the connection to its end.
    pub(crate) async fn run<T: Receive + Transmit + Clone>(mut self, transport: T) {
        let farewell = match self.serve(transport).await {
            Err(farewell) => farewell,
            Ok(never) => match never {},
        };
        self.outgoing.end(End::Gone);
        self.streams.close();
        self.close_driver();
        self.client.close();
        let client = self.client.id;
        match farewell {
            Farewell::Closed | Farewell::Orderly | Farewell::Fault(rpc::Error::Io(_)) => {
                tracing::debug!(client, "connection ended: {farewell}");
            }
            Farewell::Overrun
            | Farewell::Unauthenticated
            | Farewell::Stalled
            | Farewell::Silent
            | Farewell::Fault(_) => {
                let (uid, pid) = (self.client.uid, self.client.pid);
                tracing::warn!(client, uid, pid, "connection cut off: {farewell}");
            }
        }
    }

    async fn serve<T: Receive + Transmit + Clone>(
        &mut self,
        transport: T,
    ) -> Result<std::convert::Infallible, Farewell> {
        let mut reader = PacketReader::new(transport.clone());
        let mut sink = transport;
        let mut timer = std::pin::pin!(sleep_until(far_future()));
        loop {
            while self.may_begin() {
                match reader.arrived()? {
                    Some(packet) => self.dispatch(packet),
                    None => break,
                }
                if self.ending {
                    // Its reply is in line by now, and is the last.
                    self.outgoing.end(End::Orderly);
                }
            }
            // Asked once, so that whatever changes from here on wakes the task.
            let reads = self.may_begin();
            let wakeup = poll_fn(|cx| self.poll(cx, &mut reader, &mut sink, timer.as_mut(), reads));
            match wakeup.await? {
                Wakeup::Received(0) => return Err(Farewell::Closed),
                Wakeup::Received(_) => self.deadlines.heard(),
                Wakeup::Again => {}
            }
        }
    }

    /// Whether the client may begin another call.
    fn may_begin(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) < self.limits.max_client_queue
            && self.streams.unwritten_bytes() < self.limits.outgoing_pause_bytes
            && self.outgoing.accepts()
    }

    fn poll<T: Receive + Transmit>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut PacketReader<T>,
        sink: &mut T,
        mut timer: Pin<&mut Sleep>,
        reads: bool,
    ) -> Poll<Result<Wakeup, Farewell>> {
        let flushed = self.outgoing.poll_flush(cx, sink);
        if let Some(ended) = flushed.end {
            return Poll::Ready(Err(ended.into()));
        }
        self.deadlines.sent(flushed.stalled, self.limits.stall_timeout);
        if reads {
            if let Poll::Ready(outcome) = reader.poll_fill(cx) {
                return Poll::Ready(outcome.map(Wakeup::Received).map_err(Farewell::from));
            }
        } else if self.may_begin() {
            return Poll::Ready(Ok(Wakeup::Again));
        }
        if !self.deadlines.take_changed() && timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.poll_deadlines(cx, timer)
    }

    /// Does what is due and sets the timer to what comes next.
    fn poll_deadlines(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
    ) -> Poll<Result<Wakeup, Farewell>> {
        loop {
            let next = match self.deadlines.due(Instant::now()) {
                Due::Nothing(next) => next.unwrap_or_else(far_future),
                Due::Ping => {
                    self.keepalive_message(Ping::ROW);
                    self.deadlines.due_again();
                    return Poll::Ready(Ok(Wakeup::Again));
                }
                Due::Unauthenticated => return Poll::Ready(Err(Farewell::Unauthenticated)),
                Due::Stalled => return Poll::Ready(Err(Farewell::Stalled)),
                Due::Silent => return Poll::Ready(Err(Farewell::Silent)),
            };
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
            self.object_events = ObjectEvents::default();
            self.phase = Phase::Named;
        }
    }
}

impl From<Ended> for Farewell {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Said(End::Overrun) => Self::Overrun,
            Ended::Said(End::Orderly | End::Gone) => Self::Orderly,
            Ended::Io(error) => Self::Fault(rpc::Error::Io(error)),
        }
    }
}

fn far_future() -> Instant {
    let now = Instant::now();
    now.checked_add(NEVER).unwrap_or(now)
}
