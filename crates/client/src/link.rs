//! One socket, many calls in flight.
//!
//! Two tasks serve a connection: one writes what waits, the other reads and brings each reply to
//! its call, each event to its subscribers and each stream packet to its stream. Callers only
//! ever touch queues, so a call may be dropped at any await: its reply, if one comes, is thrown
//! away. Whatever ends the connection is kept and told to all that is in flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::procedure::Row;
use api::xdr::{self, Xdr};
use api::{EventMessage, remote};
use rpc::{
    Header, Keepalive, KeepaliveAction, Packet, PacketReader, PacketType, PacketWriter, Receive,
    Status, Transmit,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use trace::probes;

use crate::error::{Closed, Error, Misbehaviour, Result};
use crate::event::{Family, Queue, Subscriber, Subscribers, UnknownEvent};

/// Packets that may wait to be written; then callers wait.
const OUTGOING_MAX: usize = 64;
/// Calls that may be in flight; then callers wait.
const IN_FLIGHT_MAX: usize = 1024;
/// Stream packets that may wait to be read, per stream: 16 MiB in full ones.
const STREAM_WAITING_MAX: usize = 64;
/// Only one version of each program exists.
const VERSION: u32 = 1;

/// What a call's socket side knows.
#[derive(Debug)]
pub(crate) struct Link {
    /// By which static probes know it.
    id: u64,
    outgoing: mpsc::Sender<Vec<u8>>,
    in_flight: tokio::sync::Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next_serial: u32,
    calls: HashMap<u32, Call>,
    streams: HashMap<u32, OpenStream>,
    subscribers: Subscribers,
    closed: Option<Closed>,
}

#[derive(Debug)]
struct Call {
    row: &'static Row,
    answer: oneshot::Sender<Result<Vec<u8>>>,
    /// Takes its place when the reply, which begins with the callback id, is read: before any
    /// event behind the reply is.
    subscriber: Option<Subscriber>,
}

#[derive(Debug)]
struct OpenStream {
    incoming: mpsc::Sender<StreamPacket>,
    holes: Holes,
}

/// Whether the server may send holes on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holes {
    /// Its call asked for them.
    Invited,
    /// Its call did not.
    Uninvited,
}

/// What came for a stream.
#[derive(Debug)]
pub(crate) enum StreamPacket {
    /// Data; empty at the end of it.
    Data(Vec<u8>),
    /// So many zeros that were not sent.
    Hole(u64),
    /// The server agrees that the stream is over.
    Finished,
    /// The server gave it up.
    Failed(Error),
}

/// What else a call brings to life.
#[derive(Debug)]
pub(crate) enum Opens {
    Nothing,
    Stream(Holes),
    Subscription(Subscriber),
}

/// A call that was encoded and has a serial; dropping it forgets the call.
pub(crate) struct Ticket<'a> {
    link: &'a Link,
    row: &'static Row,
    serial: u32,
    packet: Option<Vec<u8>>,
    answer: oneshot::Receiver<Result<Vec<u8>>>,
    /// Until the call's caller takes it over.
    incoming: Option<mpsc::Receiver<StreamPacket>>,
}

/// A stream's place on the connection.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    pub(crate) row: &'static Row,
    pub(crate) serial: u32,
    pub(crate) incoming: mpsc::Receiver<StreamPacket>,
}

impl Link {
    /// A link and the queue that [`write()`] empties.
    ///
    /// `socket` is the descriptor of what they go through, or -1.
    pub(crate) fn new(socket: i32) -> (Self, mpsc::Receiver<Vec<u8>>) {
        let (outgoing, queue) = mpsc::channel(OUTGOING_MAX);
        let in_flight = tokio::sync::Semaphore::new(IN_FLIGHT_MAX);
        let id = probes::next_id();
        probes::rpc_client_new(id, socket);
        probes::rpc_keepalive_new(id, id);
        (Self { id, outgoing, in_flight, state: Mutex::default() }, queue)
    }

    /// Makes a call and waits for the reply's payload, and for the place of the stream it opens.
    pub(crate) async fn call<A: Xdr>(
        &self,
        row: &'static Row,
        args: &A,
        opens: Opens,
    ) -> Result<(Vec<u8>, Option<StreamPlace>)> {
        let permit = self.in_flight.acquire().await.map_err(|_| Closed::Local)?;
        let mut ticket = self.ticket(row, args, opens)?;
        if let Some(packet) = ticket.packet.take() {
            self.outgoing.send(packet).await.map_err(|_| self.why_closed())?;
        }
        let answer = (&mut ticket.answer).await.unwrap_or_else(|_| Err(self.why_closed().into()));
        drop(permit);
        let serial = ticket.serial;
        // A call that failed has opened no stream.
        let payload = answer.inspect_err(|_| self.forget_stream(serial))?;
        let incoming = ticket.incoming.take();
        Ok((payload, incoming.map(|incoming| StreamPlace { row, serial, incoming })))
    }

    fn ticket<A: Xdr>(&self, row: &'static Row, args: &A, opens: Opens) -> Result<Ticket<'_>> {
        let (sender, answer) = oneshot::channel();
        let mut state = self.state();
        if let Some(closed) = &state.closed {
            return Err(closed.clone().into());
        }
        let serial = state.next_serial;
        let header = header(row, PacketType::Call, serial, Status::Ok);
        let packet = rpc::encode(Vec::new(), &header, args)
            .map_err(|fault| Error::Arguments { call: row.name, fault })?;
        state.next_serial = serial.wrapping_add(1);
        let mut incoming = None;
        let mut subscriber = None;
        match opens {
            Opens::Nothing => {}
            Opens::Stream(holes) => {
                let (sender, receiver) = mpsc::channel(STREAM_WAITING_MAX);
                state.streams.insert(serial, OpenStream { incoming: sender, holes });
                incoming = Some(receiver);
            }
            Opens::Subscription(new) => {
                state.subscribers.expect_one();
                subscriber = Some(new);
            }
        }
        state.calls.insert(serial, Call { row, answer: sender, subscriber });
        Ok(Ticket { link: self, row, serial, packet: Some(packet), answer, incoming })
    }

    /// Sends a call whose outcome nobody waits for, unless the queue is full.
    pub(crate) fn call_and_forget<A: Xdr>(&self, row: &'static Row, args: &A) {
        if let Ok(mut ticket) = self.ticket(row, args, Opens::Nothing)
            && let Some(packet) = ticket.packet.take()
        {
            let _ = self.outgoing.try_send(packet);
        }
    }

    /// Sends a packet of a stream.
    pub(crate) async fn send_stream(
        &self,
        row: &'static Row,
        serial: u32,
        status: Status,
        data: &[u8],
    ) -> Result<()> {
        let packet = stream_packet(row, serial, status, data)?;
        self.outgoing.send(packet).await.map_err(|_| self.why_closed().into())
    }

    /// Sends a hole on a stream.
    pub(crate) async fn send_hole(
        &self,
        row: &'static Row,
        serial: u32,
        length: i64,
    ) -> Result<()> {
        let header = header(row, PacketType::StreamHole, serial, Status::Continue);
        let packet = rpc::encode(Vec::new(), &header, &remote::StreamHole { length, flags: 0 })
            .map_err(|fault| Error::Arguments { call: row.name, fault })?;
        self.outgoing.send(packet).await.map_err(|_| self.why_closed().into())
    }

    /// Gives a stream up without waiting for the server to agree.
    pub(crate) fn abandon_stream(&self, row: &'static Row, serial: u32) {
        let known = self.state().streams.remove(&serial).is_some();
        if known && let Ok(packet) = stream_packet(row, serial, Status::Error, &[]) {
            let _ = self.outgoing.try_send(packet);
        }
    }

    /// Takes a stream that has ended off the connection.
    pub(crate) fn forget_stream(&self, serial: u32) {
        self.state().streams.remove(&serial);
    }

    /// Takes a subscriber off the connection.
    pub(crate) fn unsubscribe(&self, family: Family, callback_id: i32) {
        self.state().subscribers.remove(family, callback_id);
    }

    /// Brings events of unknown kinds to a queue from now on, until it is dropped.
    pub(crate) fn watch_unknown(&self, queue: &Arc<Queue<UnknownEvent>>) {
        let mut state = self.state();
        match &state.closed {
            Some(reason) => queue.close(reason.clone()),
            None => state.subscribers.watch_unknown(queue),
        }
    }

    /// Ends the connection for all that is in flight; the first reason stays.
    pub(crate) fn close(&self, reason: Closed) {
        let mut state = self.state();
        if state.closed.is_some() {
            return;
        }
        state.closed = Some(reason.clone());
        for (_, call) in state.calls.drain() {
            let _ = call.answer.send(Err(reason.clone().into()));
        }
        // Dropping the senders ends the streams; their readers then ask why.
        state.streams.clear();
        state.subscribers.close(&reason);
    }

    /// Whether nothing has ended the connection yet.
    pub(crate) fn is_open(&self) -> bool {
        self.state().closed.is_none()
    }

    /// Why the connection ended.
    pub(crate) fn why_closed(&self) -> Closed {
        self.state().closed.clone().unwrap_or(Closed::Local)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        probes::rpc_keepalive_dispose(self.id);
        probes::rpc_client_dispose(self.id);
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.link.state();
        if let Some(Call { subscriber: Some(_), .. }) = state.calls.remove(&self.serial) {
            state.subscribers.expect_no_more();
        }
        drop(state);
        if self.incoming.is_some() {
            match self.packet {
                None => self.link.abandon_stream(self.row, self.serial),
                Some(_) => self.link.forget_stream(self.serial),
            }
        }
    }
}

fn header(row: &Row, kind: PacketType, serial: u32, status: Status) -> Header {
    Header { program: row.program, version: VERSION, procedure: row.number, kind, serial, status }
}

fn stream_packet(row: &Row, serial: u32, status: Status, data: &[u8]) -> Result<Vec<u8>> {
    let header = header(row, PacketType::Stream, serial, status);
    let mut packet = rpc::begin(Vec::with_capacity(rpc::HEADER_BYTES + data.len()), &header);
    packet.put(data);
    rpc::seal(packet).map_err(|fault| Error::Arguments { call: row.name, fault })
}

/// Writes packets until the connection ends.
pub(crate) async fn write<S: Transmit>(
    link: Arc<Link>,
    mut queue: mpsc::Receiver<Vec<u8>>,
    mut sink: S,
) {
    let mut writer = PacketWriter::default();
    let push = |writer: &mut PacketWriter, packet: Vec<u8>| {
        let header = || rpc::header_words(&packet);
        probes::rpc_client_msg_tx_queue(link.id, packet.len(), &header);
        writer.push(packet, Vec::new());
    };
    while let Some(packet) = queue.recv().await {
        push(&mut writer, packet);
        while let Ok(packet) = queue.try_recv() {
            push(&mut writer, packet);
        }
        if let Err(source) = writer.flush(&mut sink).await {
            // A server that refuses may close before it reads; what it said first is worth more
            // than that the pipe broke, and the reader will see that and the end.
            if source.kind() != std::io::ErrorKind::BrokenPipe {
                link.close(Closed::Socket { action: "write", source: Arc::new(source) });
            }
            return;
        }
    }
}

/// Reads packets until the connection ends.
pub(crate) async fn read<S: Receive>(
    link: Arc<Link>,
    source: S,
    keepalive: Option<(Duration, u32)>,
) {
    let mut reader = PacketReader::new(source);
    let mut pings =
        keepalive.map(|(every, count)| Keepalive::new(link.id, every, count, Instant::now()));
    let reason = loop {
        let outcome = tokio::select! {
            biased;
            packet = reader.next() => packet,
            () = keep_alive(&link, pings.as_mut()) => break Closed::Keepalive,
        };
        let handled = match outcome {
            Ok(Some(packet)) => {
                pings.iter_mut().for_each(|pings| pings.heard(Instant::now()));
                link.handle(packet)
            }
            Ok(None) => break Closed::Eof,
            Err(error) => break error.into(),
        };
        match handled {
            Ok(None) => {}
            // While the stream's reader is slow, nothing else is read either: that is what holds
            // the server back. A reader that was dropped lets go.
            Ok(Some((stream, packet))) => _ = stream.send(packet).await,
            Err(fault) => break fault.into(),
        }
    };
    tracing::debug!(%reason, "connection ended");
    link.close(reason);
}

/// Pings while nothing comes; returns when the server is given up.
async fn keep_alive(link: &Link, pings: Option<&mut Keepalive>) {
    let Some(pings) = pings else { return std::future::pending().await };
    loop {
        match pings.action(Instant::now()) {
            KeepaliveAction::Wait(until) => sleep_until(until).await,
            KeepaliveAction::Ping(until) => {
                link.send_keepalive(api::keepalive::Ping::ROW);
                sleep_until(until).await;
            }
            KeepaliveAction::GiveUp => return,
        }
    }
}

type ForStream = (mpsc::Sender<StreamPacket>, StreamPacket);

impl Link {
    fn handle(&self, packet: Packet<'_>) -> Result<Option<ForStream>, Misbehaviour> {
        let bytes = packet.wire_bytes();
        let Packet { header, payload, .. } = packet;
        probes::rpc_client_msg_rx(self.id, bytes, &|| header.words());
        match header.kind {
            PacketType::Reply | PacketType::ReplyWithFds => self.reply(header, payload)?,
            PacketType::Message => self.message(header, payload)?,
            PacketType::Stream => return self.stream(header, payload),
            PacketType::StreamHole => return self.hole(header, payload),
            PacketType::Call | PacketType::CallWithFds => {
                return Err(unexpected(header));
            }
        }
        Ok(None)
    }

    fn reply(&self, header: Header, payload: &[u8]) -> Result<(), Misbehaviour> {
        let mut state = self.state();
        let Some(call) = state.calls.remove(&header.serial) else {
            // Serials count up, so one that lies ahead was never used; the call of one that lies
            // behind was given up.
            let ahead = header.serial.wrapping_sub(state.next_serial) < u32::MAX / 2;
            return match ahead {
                true => Err(Misbehaviour::UnknownSerial { serial: header.serial }),
                false => Ok(()),
            };
        };
        let answer = answer(&call, header, payload);
        if let Some(subscriber) = call.subscriber {
            state.subscribers.expect_no_more();
            if let Ok(Ok(ret)) = &answer
                && let Ok(callback_id) = xdr::from_bytes::<i32>(ret)
            {
                state.subscribers.insert(callback_id, subscriber)?;
            }
        }
        drop(state);
        match answer {
            Ok(answer) => {
                let _ = call.answer.send(answer);
                Ok(())
            }
            Err(fault) => {
                let _ = call.answer.send(Err(Closed::Misbehaved(fault.clone()).into()));
                Err(fault)
            }
        }
    }

    fn message(&self, header: Header, payload: &[u8]) -> Result<(), Misbehaviour> {
        if header.program == api::keepalive::PROGRAM.number {
            let (id, number) = (self.id, header.procedure);
            probes::rpc_keepalive_received(id, id, header.program, header.version, number);
            if number == api::keepalive::Ping::ROW.number {
                self.send_keepalive(api::keepalive::Pong::ROW);
            }
            return Ok(());
        }
        self.state().subscribers.deliver(header.program, header.procedure, payload)
    }

    fn stream(&self, header: Header, payload: &[u8]) -> Result<Option<ForStream>, Misbehaviour> {
        // Late packets of a stream that was given up are no fault.
        let Some(stream) = self.incoming(header.serial) else { return Ok(None) };
        let packet = match header.status {
            Status::Continue => StreamPacket::Data(payload.to_vec()),
            Status::Ok => StreamPacket::Finished,
            Status::Error => StreamPacket::Failed(remote_error("stream error", payload)?.into()),
        };
        Ok(Some((stream, packet)))
    }

    fn hole(&self, header: Header, payload: &[u8]) -> Result<Option<ForStream>, Misbehaviour> {
        let hole = xdr::from_bytes::<remote::StreamHole>(payload)
            .map_err(|fault| Misbehaviour::Payload { name: "StreamHole", fault })?;
        let length = u64::try_from(hole.length).ok().filter(|length| *length > 0);
        let length = length.ok_or_else(|| unexpected(header))?;
        let holes = self.state().streams.get(&header.serial).map(|stream| stream.holes);
        if header.status != Status::Continue || holes == Some(Holes::Uninvited) {
            return Err(unexpected(header));
        }
        Ok(self.incoming(header.serial).map(|stream| (stream, StreamPacket::Hole(length))))
    }

    fn incoming(&self, serial: u32) -> Option<mpsc::Sender<StreamPacket>> {
        self.state().streams.get(&serial).map(|stream| stream.incoming.clone())
    }

    fn send_keepalive(&self, row: &'static Row) {
        let header = header(row, PacketType::Message, 0, Status::Ok);
        probes::rpc_keepalive_send(self.id, self.id, row.program, VERSION, row.number);
        if let Ok(packet) = rpc::encode(Vec::new(), &header, &()) {
            // When the queue is full, there is traffic enough to prove life.
            let _ = self.outgoing.try_send(packet);
        }
    }
}

/// What the reply says to its call.
fn answer(call: &Call, header: Header, payload: &[u8]) -> Result<Result<Vec<u8>>, Misbehaviour> {
    if (header.program, header.procedure) != (call.row.program, call.row.number) {
        return Err(Misbehaviour::WrongProcedure {
            serial: header.serial,
            program: header.program,
            procedure: header.procedure,
            call: call.row.name,
        });
    }
    match header.status {
        Status::Ok => Ok(Ok(payload.to_vec())),
        Status::Error => Ok(Err(remote_error(call.row.name, payload)?.into())),
        Status::Continue => Err(unexpected(header)),
    }
}

fn remote_error(name: &'static str, payload: &[u8]) -> Result<api::Error, Misbehaviour> {
    xdr::from_bytes::<remote::Error>(payload)
        .map(api::Error::from_wire)
        .map_err(|fault| Misbehaviour::Payload { name, fault })
}

fn unexpected(header: Header) -> Misbehaviour {
    Misbehaviour::UnexpectedPacket { kind: header.kind, status: header.status }
}
