//! What waits to be sent to one client.
//!
//! Any task may put packets in line; one that finds the line empty sends at once where the transport
//! allows it, what is left is sent by the session's task. Memory is bounded: calls and streams wait
//! for room, events that find none end the connection.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use rpc::{PacketWriter, ShortCut, Transmit};
use tokio::sync::Notify;

use crate::Limits;
use crate::trace::{Tap, Watched};

/// The line of one client.
pub(crate) struct Outgoing {
    line: Mutex<Line>,
    tap: Tap,
    /// Told when there is room again, or never will be.
    room: Notify,
    pause_bytes: usize,
    max_bytes: usize,
}

struct Line {
    writer: PacketWriter,
    end: Option<End>,
    /// The session's task.
    session: Option<Waker>,
    /// How other tasks may send without waking the session's.
    short_cut: Option<Arc<dyn ShortCut>>,
}

impl Line {
    /// Puts a packet in line, or sends it at once if the line is empty; the task to wake.
    fn put(&mut self, packet: Vec<u8>) -> Option<Waker> {
        let gone = match &self.short_cut {
            Some(short_cut) => self.writer.push_through(packet, &**short_cut),
            None => {
                self.writer.push(packet, Vec::new());
                false
            }
        };
        if gone { None } else { self.session.take() }
    }
}

/// Why nothing more goes in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// What is in line is sent, then the connection ends.
    Orderly,
    /// The client did not read its events.
    Overrun,
    /// An administrator ended the connection.
    Dismissed,
    /// The connection has ended.
    Gone,
}

impl Outgoing {
    pub(crate) fn new(limits: &Limits, tap: Tap) -> Self {
        Self {
            line: Mutex::new(Line {
                writer: PacketWriter::default(),
                end: None,
                session: None,
                short_cut: None,
            }),
            tap,
            room: Notify::new(),
            pause_bytes: limits.outgoing_pause_bytes,
            max_bytes: limits.outgoing_max_bytes,
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a packet in line from the session's own task, which sends it afterwards; `call` if it
    /// answers one that is watched. The answer is a buffer for the next one.
    pub(crate) fn push(
        &self,
        packet: Vec<u8>,
        fds: Vec<OwnedFd>,
        call: Option<&Watched>,
    ) -> Vec<u8> {
        let mut line = self.line();
        match line.end {
            None => {
                self.tap.sent(&packet, fds.len(), call);
                line.writer.push(packet, fds)
            }
            Some(_) => packet,
        }
    }

    /// Puts a packet in line once there is room; gives it up when the connection ends.
    pub(crate) async fn send(&self, packet: Vec<u8>, fds: Vec<OwnedFd>, call: Option<&Watched>) {
        self.wait_for_room().await;
        let session = {
            let mut line = self.line();
            match line.end {
                Some(_) => None,
                None if fds.is_empty() => {
                    self.tap.sent(&packet, 0, call);
                    line.put(packet)
                }
                None => {
                    self.tap.sent(&packet, fds.len(), call);
                    line.writer.push(packet, fds);
                    line.session.take()
                }
            }
        };
        session.into_iter().for_each(Waker::wake);
    }

    /// Lets other tasks send by `short_cut`, if there is one.
    pub(crate) fn open(&self, short_cut: Option<Arc<dyn ShortCut>>) {
        self.line().short_cut = short_cut;
    }

    /// Puts an event in line. A client that lets too many wait is cut off: it would not know what
    /// it has missed. The answer is what waits for it now. **Units**: bytes.
    pub(crate) fn event(&self, packet: Vec<u8>) -> usize {
        let mut line = self.line();
        let waiting = line.writer.waiting_bytes();
        if line.end.is_some() {
            return waiting;
        }
        let waiting = waiting.saturating_add(packet.len());
        let session = if waiting > self.max_bytes {
            line.end = Some(End::Overrun);
            self.tap.overrun(waiting);
            line.session.take()
        } else {
            self.tap.sent(&packet, 0, None);
            line.put(packet)
        };
        drop(line);
        session.into_iter().for_each(Waker::wake);
        waiting
    }

    /// Waits until little enough is in line, or the connection ends.
    pub(crate) async fn wait_for_room(&self) {
        loop {
            let room = self.room.notified();
            tokio::pin!(room);
            // Enabled before looking, so that no notice falls between.
            room.as_mut().enable();
            if !self.is_full() {
                return;
            }
            room.await;
        }
    }

    /// Whether calls and streams must pause.
    pub(crate) fn is_full(&self) -> bool {
        let line = self.line();
        line.end.is_none() && line.writer.waiting_bytes() > self.pause_bytes
    }

    /// Whether calls of this client may be begun.
    pub(crate) fn accepts(&self) -> bool {
        let line = self.line();
        line.end.is_none() && line.writer.waiting_bytes() <= self.pause_bytes
    }

    /// Lets the session's task look around.
    pub(crate) fn wake(&self) {
        let session = self.line().session.take();
        session.into_iter().for_each(Waker::wake);
    }

    /// Takes no more packets, for the given reason; the first reason stays.
    pub(crate) fn end(&self, end: End) {
        let mut line = self.line();
        if line.end.is_none() || end == End::Gone {
            line.end = Some(end);
        }
        if end == End::Gone {
            line.writer = PacketWriter::default();
            line.short_cut = None;
        }
        let session = line.session.take();
        drop(line);
        session.into_iter().for_each(Waker::wake);
        self.room.notify_waiters();
    }

    /// Sends what the socket takes, from the session's task, which is woken when there is more.
    pub(crate) fn poll_flush<S: Transmit>(&self, cx: &mut Context<'_>, sink: &mut S) -> Flushed {
        let mut line = self.line();
        if line.session.as_ref().is_none_or(|session| !session.will_wake(cx.waker())) {
            line.session = Some(cx.waker().clone());
        }
        let before = line.writer.waiting_bytes();
        let done = line.writer.poll_flush(cx, sink);
        let after = line.writer.waiting_bytes();
        let end = line.end;
        drop(line);
        if before > self.pause_bytes && after <= self.pause_bytes {
            self.room.notify_waiters();
        }
        match done {
            Poll::Ready(Err(error)) => {
                Flushed { end: Some(Ended::Io(error)), ..Flushed::default() }
            }
            Poll::Ready(Ok(())) => Flushed { end: end.map(Ended::Said), stalled: None },
            // Whoever overran does not read, and whoever is dismissed has had its time.
            Poll::Pending if matches!(end, Some(End::Overrun | End::Dismissed | End::Gone)) => {
                Flushed { end: end.map(Ended::Said), stalled: None }
            }
            Poll::Pending => Flushed {
                end: None,
                stalled: Some(if after < before { Stall::Moving } else { Stall::Still }),
            },
        }
    }
}

/// How sending went.
#[derive(Default)]
pub(crate) struct Flushed {
    /// The connection ends, and everything that should be sent before is sent.
    pub(crate) end: Option<Ended>,
    /// Something is left in line.
    pub(crate) stalled: Option<Stall>,
}

/// Why the connection ends.
pub(crate) enum Ended {
    /// Somebody said so.
    Said(End),
    /// The socket failed.
    Io(std::io::Error),
}

/// Whether the client takes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stall {
    /// It took some.
    Moving,
    /// It took nothing.
    Still,
}
