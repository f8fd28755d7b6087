//! What callers and the reader of one connection share.
//!
//! ```text
//!   waiting for a slot ──> outbox ──> sent, in flight ──> answered
//!        (semaphore)         │             └─ caller gone: the slot stays taken until QEMU answers
//!                            └─ caller gone before a byte went out: withdrawn
//! ```
//!
//! Invariant: `in_flight` holds, in the order of sending, every request that QEMU may still answer. So a QEMU
//! that has stopped answering is owed at most [`IN_FLIGHT_LIMIT`] requests, however many callers come and go.

use super::reply::Line;
use super::request::Request;
use crate::error::{Disconnect, QmpError};
use crate::health::Pulse;
use crate::message::Outcome;
use crate::observer::{Answer, Nobody, Observer, SocketObserver};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

/// Requests that QEMU may owe an answer to; further callers wait for a slot within their deadline.
pub const IN_FLIGHT_LIMIT: usize = 64;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: UnixStream,
    pub(super) pulse: Pulse,
    pub(super) socket: Arc<dyn SocketObserver>,
    /// Wakes the reader when it has to wait for room in the socket.
    pub(super) outbox_filled: Notify,
    slots: Arc<Semaphore>,
    fd_slot: Arc<Semaphore>,
    last_id: AtomicU64,
    traffic: Mutex<Traffic>,
    observer: Option<Arc<dyn Observer>>,
}

#[derive(Debug, Default)]
struct Traffic {
    outbox: VecDeque<Outgoing>,
    in_flight: VecDeque<InFlight>,
    closed: Option<Disconnect>,
}

/// A request that is not wholly in the socket.
#[derive(Debug)]
struct Outgoing {
    id: u64,
    line: Vec<u8>,
    written: usize,
    fd: Option<OwnedFd>,
}

/// A request that QEMU has or will get.
#[derive(Debug)]
struct InFlight {
    id: u64,
    answer: oneshot::Sender<Line>,
    /// What was asked and when, while somebody looks on.
    observed: Option<(String, Instant)>,
    _slot: OwnedSemaphorePermit,
    _fd_slot: Option<OwnedSemaphorePermit>,
}

/// A caller's place in the line; dropping it withdraws a request of which no byte was sent.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    connection: &'a Connection,
    id: u64,
    answer: oneshot::Receiver<Line>,
}

impl Connection {
    pub(super) fn new(
        stream: UnixStream,
        observer: Option<Arc<dyn Observer>>,
        socket: Option<Arc<dyn SocketObserver>>,
    ) -> Self {
        let socket = socket.unwrap_or_else(|| Arc::new(Nobody));
        socket.opened(stream.as_fd());
        Self {
            stream,
            socket,
            pulse: Pulse::default(),
            outbox_filled: Notify::new(),
            slots: Arc::new(Semaphore::new(IN_FLIGHT_LIMIT)),
            fd_slot: Arc::new(Semaphore::new(1)),
            last_id: AtomicU64::new(0),
            traffic: Mutex::default(),
            observer,
        }
    }

    /// Who looks on.
    pub(super) fn observer(&self) -> Option<&dyn Observer> {
        self.observer.as_deref()
    }

    /// Who looks on and wants to see messages now.
    pub(super) fn watcher(&self) -> Option<&dyn Observer> {
        self.observer().filter(|observer| observer.is_watching())
    }

    /// Waits for a slot and sends the request, or leaves it in the outbox when the socket is full.
    pub(super) async fn submit(
        &self,
        request: &Request<'_>,
        fd: Option<OwnedFd>,
    ) -> Result<Ticket<'_>, QmpError> {
        let fd_slot = match &fd {
            Some(_) => Some(self.slot(&self.fd_slot).await?),
            None => None,
        };
        let slot = self.slot(&self.slots).await?;
        let id = self.last_id.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let line = request.line(&format!("libvirt-{id}")).map_err(QmpError::Request)?;
        let (sender, answer) = oneshot::channel();
        let mut traffic = self.lock();
        if let Some(reason) = &traffic.closed {
            return Err(QmpError::Closed(reason.clone()));
        }
        let observed = self.watcher().map(|observer| {
            observer.sent(str::from_utf8(&line).unwrap_or_default());
            (request.name().to_owned(), Instant::now())
        });
        traffic.in_flight.push_back(InFlight {
            id,
            answer: sender,
            observed,
            _slot: slot,
            _fd_slot: fd_slot,
        });
        self.socket.queued(&line, fd.as_ref().map(AsFd::as_fd));
        traffic.outbox.push_back(Outgoing { id, line, written: 0, fd });
        // A socket that fails here fails the reader too, which then closes the connection.
        if self.flush(&mut traffic).is_err() || !traffic.outbox.is_empty() {
            self.outbox_filled.notify_one();
        }
        Ok(Ticket { connection: self, id, answer })
    }

    async fn slot(&self, slots: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, QmpError> {
        Arc::clone(slots).acquire_owned().await.map_err(|_| self.closed())
    }

    /// Writes as much as the socket takes.
    pub(super) fn flush_outbox(&self) -> io::Result<()> {
        self.flush(&mut self.lock())
    }

    pub(super) fn has_outgoing(&self) -> bool {
        !self.lock().outbox.is_empty()
    }

    fn flush(&self, traffic: &mut Traffic) -> io::Result<()> {
        while let Some(front) = traffic.outbox.front_mut() {
            match self.write(front) {
                Ok(count) => front.written = front.written.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if front.written >= front.line.len() {
                traffic.outbox.pop_front();
            }
        }
        Ok(())
    }

    fn write(&self, outgoing: &mut Outgoing) -> io::Result<usize> {
        let rest = outgoing.line.get(outgoing.written..).unwrap_or_default();
        let Some(fd) = &outgoing.fd else {
            let outcome = self.stream.try_write(rest);
            self.socket.wrote(rest, None, &outcome);
            return outcome;
        };
        let outcome = self.stream.try_io(Interest::WRITABLE, || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            let fds = [fd.as_fd()];
            control.push(SendAncillaryMessage::ScmRights(&fds));
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            Ok(sendmsg(self.stream.as_fd(), &[IoSlice::new(rest)], &mut control, flags)?)
        });
        self.socket.wrote(rest, Some(fd.as_fd()), &outcome);
        let count = outcome?;
        // It went with the first byte; with the rest it would arrive twice.
        outgoing.fd = None;
        Ok(count)
    }

    /// Gives an answer to whoever waits for it. Returns false when nobody ever asked.
    ///
    /// A reply without id answers the oldest request: QEMU omits the id when it could not read one, and
    /// answers in order.
    pub(super) fn deliver(&self, id: Option<&str>, line: Line) -> bool {
        let mut traffic = self.lock();
        let position = match id {
            None => 0,
            Some(id) => {
                let id = id.strip_prefix("libvirt-").and_then(|number| number.parse().ok());
                match traffic.in_flight.iter().position(|request| Some(request.id) == id) {
                    Some(position) => position,
                    None => return false,
                }
            }
        };
        let Some(request) = traffic.in_flight.remove(position) else {
            return false;
        };
        drop(traffic);
        self.pulse.answered();
        if let (Some(observer), Some((command, asked))) = (self.watcher(), &request.observed) {
            let answer = match line.outcome {
                Outcome::Return => Answer::Done,
                Outcome::Error => Answer::Refused,
            };
            observer.answered(command, asked.elapsed(), answer, &line.text);
        }
        // The caller may have given up; its answer is then of no use to anybody.
        let _ = request.answer.send(line);
        true
    }

    /// Ends everything; the first reason stays.
    pub(super) fn close(&self, reason: Disconnect) {
        let mut traffic = self.lock();
        if traffic.closed.is_none() {
            traffic.closed = Some(reason);
            self.socket.closed();
        }
        traffic.outbox.clear();
        let orphans = std::mem::take(&mut traffic.in_flight);
        drop(traffic);
        self.slots.close();
        self.fd_slot.close();
        drop(orphans);
    }

    pub(super) fn disconnect(&self) -> Option<Disconnect> {
        self.lock().closed.clone()
    }

    /// The error for a caller who finds the connection gone.
    pub(super) fn closed(&self) -> QmpError {
        QmpError::Closed(self.disconnect().unwrap_or(Disconnect::Dropped))
    }

    fn lock(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    pub(super) async fn reply(&mut self) -> Result<Line, QmpError> {
        (&mut self.answer).await.map_err(|_| self.connection.closed())
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut traffic = self.connection.lock();
        let unsent = |outgoing: &Outgoing| outgoing.id == self.id && outgoing.written == 0;
        if let Some(position) = traffic.outbox.iter().position(unsent) {
            traffic.outbox.remove(position);
            traffic.in_flight.retain(|request| request.id != self.id);
        }
    }
}
