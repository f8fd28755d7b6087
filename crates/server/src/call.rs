//! A call of a driver's under way, from its first poll to its reply.

use std::future::Future;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use api::procedure::{Lane, Row};
use api::{Error, ErrorDomain};
use driver::{Answer, Extras, Outcome};
use rpc::{Header, PacketType, Status};

use crate::outgoing::Outgoing;
use crate::stream::{Hold, Streams};
use crate::trace::Watched;

/// A call whose handler has been found and whose arguments are decoded.
pub(crate) struct Call {
    row: &'static Row,
    header: Header,
    answer: Answer,
    watched: Option<Box<Watched>>,
}

/// A reply, ready to be sent.
pub(crate) struct Reply {
    pub(crate) packet: Vec<u8>,
    pub(crate) fds: Vec<OwnedFd>,
    /// Keeps the stream that the call opened from speaking before the reply.
    pub(crate) hold: Option<Hold>,
}

impl Reply {
    /// A reply that nothing travels with.
    pub(crate) fn plain(packet: Vec<u8>) -> Self {
        Self { packet, fds: Vec::new(), hold: None }
    }
}

/// A call that counts among those that its connection has under way, until dropped.
pub(crate) struct InFlight {
    count: Arc<AtomicUsize>,
    /// As many make the session stop reading.
    most: usize,
    outgoing: Arc<Outgoing>,
}

impl Call {
    /// The call that `header` asks for.
    pub(crate) fn new(row: &'static Row, header: Header, answer: Answer) -> Self {
        Self { row, header, answer, watched: None }
    }

    /// The same call, while somebody watches it.
    pub(crate) fn watched(self, watched: Option<Box<Watched>>) -> Self {
        Self { watched, ..self }
    }

    /// What is known of the call for those who watch it.
    pub(crate) fn take_watched(&mut self) -> Option<Box<Watched>> {
        self.watched.take()
    }

    /// The header that asked for it.
    pub(crate) fn header(&self) -> Header {
        self.header
    }

    /// Which queue it stands in.
    pub(crate) fn lane(&self) -> Lane {
        self.row.lane
    }

    /// Runs the call as far as it goes without waiting.
    pub(crate) fn poll_once(&mut self) -> Poll<Outcome> {
        Pin::new(self).poll(&mut Context::from_waker(Waker::noop()))
    }

    /// The reply to the call that `header` asked for; opens its stream if it has one, so that the
    /// stream is there before the client knows of it.
    pub(crate) fn reply(header: Header, outcome: Outcome, streams: &Arc<Streams>) -> Reply {
        let Extras { fds_out: fds, stream, .. } = outcome.extras;
        let sealed = outcome.result.and_then(|out| {
            let count = fds.len();
            let sealed = if count == 0 { rpc::seal(out) } else { rpc::seal_with_fds(out, count) };
            sealed.map_err(|fault| {
                Error::internal(ErrorDomain::RPC, format!("the reply does not fit: {fault}"))
            })
        });
        let sealed = sealed.and_then(|packet| match stream {
            Some(stream) => streams.open(header, stream).map(|hold| (packet, Some(hold))),
            None => Ok((packet, None)),
        });
        match sealed {
            Ok((packet, hold)) => Reply { packet, fds, hold },
            Err(error) => Reply::plain(error_packet(header, &error)),
        }
    }
}

impl Future for Call {
    type Output = Outcome;

    /// A handler that panics fails its own call and nothing else.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let row = self.row;
        let call = &mut *self;
        let _entered = call.watched.as_mut().map(|watched| watched.enter());
        let answer = call.answer.as_mut();
        catch_unwind(AssertUnwindSafe(|| answer.poll(cx))).unwrap_or_else(|_| {
            let result = Err(failed_badly(row));
            Poll::Ready(Outcome { result, extras: Extras::default() })
        })
    }
}

/// How a call fails whose handler panicked.
pub(crate) fn failed_badly(row: &Row) -> Error {
    tracing::error!(procedure = row.name, "a handler panicked; its call fails");
    let detail = format!("{} failed on a fault of the daemon; see its log", row.name);
    Error::internal(ErrorDomain::RPC, detail)
}

/// The packet that says that the call with `header` failed.
pub(crate) fn error_packet(header: Header, error: &Error) -> Vec<u8> {
    let header = header.reply(PacketType::Reply, Status::Error);
    failure_packet(&header, error)
}

/// A packet with `header` and an error for a payload. An error that does not fit is cut.
pub(crate) fn failure_packet(header: &Header, error: &Error) -> Vec<u8> {
    let whole = rpc::encode(Vec::new(), header, &error.to_wire());
    whole.unwrap_or_else(|fault| {
        tracing::error!(%fault, "an error message is too long for its packet");
        let brief = Error::bare(error.code, error.domain).to_wire();
        rpc::encode(Vec::new(), header, &brief).unwrap_or_default()
    })
}

impl InFlight {
    pub(crate) fn new(count: &Arc<AtomicUsize>, most: usize, outgoing: &Arc<Outgoing>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self { count: Arc::clone(count), most, outgoing: Arc::clone(outgoing) }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // The session may have stopped reading because of this call.
        if self.count.fetch_sub(1, Ordering::Relaxed) >= self.most {
            self.outgoing.wake();
        }
    }
}
