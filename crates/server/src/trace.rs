//! What whoever watches is told of a session's packets and timers, and of events.
//!
//! A connection that watches is not watched itself: each line of its feed would make another.

use std::cell::LazyCell;
use std::sync::Arc;
use std::time::Instant;

use driver::timing::{Entered, Reason, Waits};
use driver::{Client, ObjectKind, Transport};
use rpc::{HEADER_BYTES, Header, Packet, PacketType, Status};
use trace::probes;
use trace::{
    Body, Delivery, Direction, Feed, Guest, Identity, Record, Side, TimerKind, Times, publish,
    wants, wants_payloads,
};

/// Where a session says what happens to it.
#[derive(Clone)]
pub(crate) struct Tap(Arc<Client>);

/// A call that somebody watches.
pub(crate) struct Watched {
    peer: Arc<Identity>,
    args: Option<Arc<[u8]>>,
    arrived: Instant,
    begun: Option<Instant>,
    waits: Arc<Waits>,
}

/// How far an event came.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    count: usize,
    queued_bytes: usize,
}

impl Tap {
    pub(crate) fn new(client: &Arc<Client>) -> Self {
        Self(Arc::clone(client))
    }

    #[inline]
    fn wants(&self, feed: Feed) -> bool {
        wants(feed) && !self.0.watches()
    }

    fn tell(&self, feed: Feed, body: impl FnOnce(Arc<Identity>) -> Body) {
        if self.wants(feed) {
            publish(Record::now(body(self.identity())));
        }
    }

    /// The client has connected.
    pub(crate) fn opened(&self) {
        self.tell(Feed::Calls, Body::Opened);
    }

    /// The connection has ended.
    pub(crate) fn closed(&self, reason: &impl ToString) {
        self.tell(Feed::Calls, |peer| Body::Closed { peer, reason: reason.to_string() });
    }

    /// A timer was due.
    pub(crate) fn timer(&self, kind: TimerKind) {
        self.tell(Feed::Events, |peer| Body::Timer { peer, kind });
    }

    /// The client is cut off because of what waits for it.
    pub(crate) fn overrun(&self, queued_bytes: usize) {
        self.tell(Feed::Events, |peer| Body::Overrun { peer, queued_bytes });
    }

    /// A packet came. The answer, for a call, goes along with it until its reply.
    pub(crate) fn received(&self, packet: &Packet<'_>) -> Option<Box<Watched>> {
        let id = self.0.id;
        probes::rpc_server_client_msg_rx(id, packet.wire_bytes(), &|| packet.header.words());
        if !self.wants(Feed::Calls) {
            return None;
        }
        let (peer, arrived) = (self.identity(), Instant::now());
        let Packet { header, payload, fds } = packet;
        let kept = kept(header, payload);
        let body = Body::Packet(trace::Packet {
            side: Side::Server,
            direction: Direction::Received,
            peer: Arc::clone(&peer),
            header: words(header),
            length: packet.wire_bytes(),
            fds: fds.len(),
            payload: kept.clone(),
            args: None,
            times: None,
        });
        publish(Record { at: arrived, body });
        let is_call = matches!(header.kind, PacketType::Call | PacketType::CallWithFds);
        let watched = || Watched { peer, args: kept, arrived, begun: None, waits: Arc::default() };
        is_call.then(watched).map(Box::new)
    }

    /// A packet goes out; `call` if it answers one that was watched from its beginning.
    pub(crate) fn sent(&self, packet: &[u8], fds: usize, call: Option<&Watched>) {
        let id = self.0.id;
        probes::rpc_server_client_msg_tx_queue(id, packet.len(), &|| rpc::header_words(packet));
        if !self.wants(Feed::Calls) {
            return;
        }
        let words_of = |packet: &[u8]| packet.get(4..HEADER_BYTES)?.first_chunk().copied();
        let header = words_of(packet).and_then(|words| Header::decode(&words).ok());
        let Some(header) = header else { return };
        let counted = if header.kind.has_fds() { 4 } else { 0 };
        let payload = packet.get(HEADER_BYTES.saturating_add(counted)..).unwrap_or_default();
        publish(Record::now(Body::Packet(trace::Packet {
            side: Side::Server,
            direction: Direction::Sent,
            peer: call.map_or_else(|| self.identity(), |call| Arc::clone(&call.peer)),
            header: words(&header),
            length: packet.len(),
            fds,
            payload: kept(&header, payload),
            args: call.and_then(|call| call.args.clone()),
            times: call.map(Watched::times),
        })));
    }

    fn identity(&self) -> Arc<Identity> {
        let Client { id, peer, .. } = &*self.0;
        Arc::new(Identity {
            client: *id,
            transport: match peer.transport {
                Transport::Unix => "unix",
                Transport::Tcp => "tcp",
                Transport::Tls => "tls",
            },
            local: peer.local.clone(),
            remote: peer.remote.clone(),
            pid: peer.pid,
            uid: peer.uid,
            tls_name: peer.tls_name.clone(),
            sasl_name: self.0.sasl_name().map(str::to_owned),
        })
    }
}

impl Watched {
    /// The call's own code runs, until the answer is dropped.
    pub(crate) fn enter(&mut self) -> Entered {
        self.begun.get_or_insert_with(Instant::now);
        self.waits.enter()
    }

    fn times(&self) -> Times {
        let begun = self.begun.unwrap_or(self.arrived);
        Times {
            queued: begun.saturating_duration_since(self.arrived),
            job: self.waits.total(Reason::Job),
            monitor: self.waits.total(Reason::Monitor),
            total: self.arrived.elapsed(),
        }
    }
}

impl Told {
    /// One more registration was told, and so much waits for its client now, if so it was.
    pub(crate) fn add(&mut self, queued_bytes: Option<usize>) {
        let Some(queued_bytes) = queued_bytes else { return };
        self.count = self.count.saturating_add(1);
        self.queued_bytes = self.queued_bytes.max(queued_bytes);
    }

    /// Everybody was told.
    pub(crate) fn done<F>(
        self,
        event: impl FnOnce() -> String,
        object: &LazyCell<driver::Identity, F>,
    ) where
        F: FnOnce() -> driver::Identity,
    {
        if wants(Feed::Events) {
            let Self { count: told, queued_bytes } = self;
            let is_domain = object.kind == ObjectKind::Domain;
            let uuid = object.uuid.filter(|_| is_domain);
            let domain = uuid.map(|uuid| Guest { name: object.name.clone(), uuid });
            let event = event();
            publish(Record::now(Body::Delivery(Delivery { event, domain, told, queued_bytes })));
        }
    }
}

/// What is kept of a payload. Data of streams is not: it would fill every queue.
fn kept(header: &Header, payload: &[u8]) -> Option<Arc<[u8]>> {
    let is_stream = matches!(header.kind, PacketType::Stream | PacketType::StreamHole);
    let wanted = header.status == Status::Error || wants_payloads() && !is_stream;
    if wanted { trace::keep(payload) } else { None }
}

fn words(header: &Header) -> trace::Header {
    let Header { program, version, procedure, kind, serial, status } = *header;
    let (kind, status) = (kind as u32, status as u32);
    trace::Header { program, version, procedure, kind, serial, status }
}
