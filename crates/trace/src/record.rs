//! What is told: facts as they are at hand where something happens, put into words later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::Uuid;

use crate::hub::Feed;

/// Longest payload or message that a record keeps. **Units**: bytes.
pub const PAYLOAD_BYTES_MAX: usize = 262_144;
/// What a record counts for beside the texts that it holds. **Units**: bytes.
const RECORD_BYTES: usize = 512;

/// Something that happened.
#[derive(Debug)]
pub struct Record {
    /// When.
    pub at: Instant,
    /// What.
    pub body: Body,
}

/// What happened.
#[derive(Debug)]
pub enum Body {
    /// A client connected.
    Opened(Arc<Identity>),
    /// A connection ended.
    Closed {
        /// Whose.
        peer: Arc<Identity>,
        /// Why.
        reason: String,
    },
    /// A packet came or goes.
    Packet(Packet),
    /// From here on what passes cannot be read. Only a proxy says this.
    Unreadable {
        /// Whose connection.
        peer: Arc<Identity>,
        /// Which way it goes, as the daemon sees it.
        direction: Direction,
        /// Why.
        why: String,
    },
    /// A driver published an event.
    Delivery(Delivery),
    /// A session's timer was due.
    Timer {
        /// Whose session.
        peer: Arc<Identity>,
        /// Which.
        kind: TimerKind,
    },
    /// A client let too many events wait and is cut off.
    Overrun {
        /// Which client.
        peer: Arc<Identity>,
        /// What waited for it. **Units**: bytes.
        queued_bytes: usize,
    },
    /// Something was said on a guest's monitor.
    Message(Message),
}

/// One end of a connection, as the other sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Number of the connection.
    pub client: u64,
    /// `unix`, `tcp` or `tls`.
    pub transport: &'static str,
    /// Our address: a path, or host and port.
    pub local: String,
    /// Its address; empty for most unix sockets.
    pub remote: String,
    /// Process id.
    pub pid: Option<i32>,
    /// User id.
    pub uid: Option<u32>,
    /// Distinguished name of its certificate.
    pub tls_name: Option<String>,
    /// The name that it proved by SASL.
    pub sasl_name: Option<String>,
}

/// Who saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A daemon.
    Server,
    /// A client.
    Client,
}

/// Whether the side that saw it got it or gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It came.
    Received,
    /// It goes.
    Sent,
}

/// The six words of a packet's header, as they are on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Number of the program.
    pub program: u32,
    /// Version of the program.
    pub version: u32,
    /// Number of the procedure or event.
    pub procedure: i32,
    /// Call, reply, event, ….
    pub kind: u32,
    /// The number that the client gave the call.
    pub serial: u32,
    /// Ok, error or continue.
    pub status: u32,
}

/// A packet.
#[derive(Debug)]
pub struct Packet {
    /// Who saw it.
    pub side: Side,
    /// Which way it went.
    pub direction: Direction,
    /// The connection's other end.
    pub peer: Arc<Identity>,
    /// Its header.
    pub header: Header,
    /// All of it, with the length word. **Units**: bytes.
    pub length: usize,
    /// File descriptors that travel with it.
    pub fds: usize,
    /// What follows the header and the count of descriptors, when it is kept; see [`keep`].
    pub payload: Option<Arc<[u8]>>,
    /// For replies, the arguments of the call, when they are kept.
    pub args: Option<Arc<[u8]>>,
    /// For replies, where the time went, when that is known.
    pub times: Option<Times>,
}

/// Where a call's time went. Waits of parallel parts add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// From taking up the call until it was begun.
    pub queued: Duration,
    /// Waiting until the domain was free.
    pub job: Duration,
    /// Waiting for QEMU's monitor.
    pub monitor: Duration,
    /// From taking up the call until its reply.
    pub total: Duration,
}

/// An event on its way to whoever registered.
#[derive(Debug)]
pub struct Delivery {
    /// Name of the event, as `virsh event` has it.
    pub event: String,
    /// The domain that it is about.
    pub domain: Option<Guest>,
    /// Registrations that it was told to.
    pub told: usize,
    /// The most that waits for one of those clients now. **Units**: bytes.
    pub queued_bytes: usize,
}

/// A guest by name and UUID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guest {
    /// Name.
    pub name: String,
    /// UUID.
    pub uuid: Uuid,
}

/// A timer of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// The client was silent: it is pinged.
    Ping,
    /// The client answered no ping in time.
    Silent,
    /// The client did not authenticate in time.
    Unauthenticated,
    /// The client took nothing of what waits for it in time.
    Stalled,
}

/// Something that was said on a guest's monitor.
#[derive(Debug)]
pub struct Message {
    /// The guest.
    pub domain: Guest,
    /// What it is.
    pub kind: MessageKind,
    /// The line, without its end; empty when it is longer than [`PAYLOAD_BYTES_MAX`].
    pub text: String,
    /// How long it is. **Units**: bytes.
    pub length: usize,
    /// For replies, the command's name and how long QEMU took.
    pub command: Option<(String, Duration)>,
}

/// What is said on a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// We ask.
    Command,
    /// QEMU answers.
    Reply,
    /// QEMU answers that it cannot.
    Refusal,
    /// QEMU says something by itself.
    Event,
}

/// A copy of `payload` for a record, unless it is too long to be kept.
pub fn keep(payload: &[u8]) -> Option<Arc<[u8]>> {
    (payload.len() <= PAYLOAD_BYTES_MAX).then(|| payload.into())
}

impl Record {
    /// Something that happens now.
    pub fn now(body: Body) -> Self {
        Self { at: Instant::now(), body }
    }

    /// The feed that it belongs to.
    pub fn feed(&self) -> Feed {
        match &self.body {
            Body::Opened(_) | Body::Closed { .. } | Body::Packet(_) | Body::Unreadable { .. } => {
                Feed::Calls
            }
            Body::Delivery(_) | Body::Timer { .. } | Body::Overrun { .. } => Feed::Events,
            Body::Message(_) => Feed::Monitors,
        }
    }

    /// What it counts for in a queue. **Units**: bytes.
    pub(crate) fn size(&self) -> usize {
        let held = match &self.body {
            Body::Packet(packet) => {
                let length = |bytes: &Option<Arc<[u8]>>| bytes.as_ref().map_or(0, |it| it.len());
                length(&packet.payload).saturating_add(length(&packet.args))
            }
            Body::Message(message) => message.text.len(),
            Body::Opened(_)
            | Body::Closed { .. }
            | Body::Unreadable { .. }
            | Body::Delivery(_)
            | Body::Timer { .. }
            | Body::Overrun { .. } => 0,
        };
        held.saturating_add(RECORD_BYTES)
    }
}

impl Packet {
    /// Whether it says that something failed.
    pub fn failed(&self) -> bool {
        self.header.status == 1
    }

    /// Whether it answers a call.
    pub fn is_reply(&self) -> bool {
        matches!(self.header.kind, 1 | 5)
    }
}
