//! The bracket around every call, written once.
//!
//! header -> program and row -> authenticated? -> open? -> read-only? -> decode -> run -> encode.
//! A call is polled once right here, in its session's task: most are answered at once, without a
//! task, a lock or a copy of their own. What is not ready runs on and outlives its client.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use api::procedure::{Lane, Row};
use api::remote::StreamHole;
use api::xdr::{self, Xdr};
use api::{Error, ErrorCode, ErrorDomain};
use driver::{CallContext, ClientAccess};
use rpc::{Header, Packet, PacketType, Status};

use crate::access::{check_read_only, error_domain};
use crate::answers;
use crate::call::{Call, InFlight, Reply, error_packet, failed_badly};
use crate::programs;
use crate::session::{Phase, Session};
use crate::stream::{FromClient, StreamKey};

impl Session {
    /// Takes one packet from the client.
    pub(crate) fn dispatch(&mut self, packet: Packet<'_>) {
        match packet.header.kind {
            PacketType::Call | PacketType::CallWithFds => self.call(packet),
            PacketType::Stream | PacketType::StreamHole => self.stream_packet(&packet),
            PacketType::Message => self.keepalive_packet(packet.header),
            // No client has anything to answer; libvirtd drops these as well.
            PacketType::Reply | PacketType::ReplyWithFds => {}
        }
    }

    fn call(&mut self, packet: Packet<'_>) {
        let header = packet.header;
        let begun = self.admit(&header).and_then(|row| self.begin(row, packet));
        match begun {
            Ok(Some(call)) => self.run_call(call),
            Ok(None) => {}
            Err(error) => {
                self.reply(Reply::plain(error_packet(header, &error)));
            }
        }
    }

    /// Which call it is, and that this client may make it in this phase.
    fn admit(&self, header: &Header) -> Result<&'static Row, Error> {
        let Some(program) = programs::find(header.program, header.version) else {
            let (program, version) = (header.program, header.version);
            return Err(refused(format!("Cannot find program {program} version {version}")));
        };
        if header.status != Status::Ok {
            let status = header.status as u32;
            return Err(refused(format!("Unexpected message status {status}")));
        }
        // Clients look for just these words: they make it an unsupported function.
        let unknown = || refused(format!("unknown procedure: {}", header.procedure));
        let row = program.row(header.procedure).ok_or_else(unknown)?;
        if !row.before_auth && matches!(self.phase, Phase::Anonymous) {
            return Err(refused("authentication required"));
        }
        Ok(row)
    }

    /// Answers a call of the session's own, or finds the handler of a driver's.
    fn begin(&mut self, row: &'static Row, packet: Packet<'_>) -> Result<Option<Call>, Error> {
        let header = packet.header;
        if let Phase::Open(opened) = &self.phase
            && opened.access == ClientAccess::ReadOnly
        {
            check_read_only(row, packet.payload)?;
        }
        let reply = header.reply(PacketType::Reply, Status::Ok);
        let out = rpc::begin(std::mem::take(&mut self.spare), &reply);
        if let Some(answer) = answers::find(row) {
            let out = answer(self, row, packet.payload, out)?;
            let packet = rpc::seal(out).map_err(|fault| undecodable(row, &fault))?;
            self.reply(Reply::plain(packet));
            return Ok(None);
        }
        let opened = self.opened()?;
        let driver = Arc::clone(&opened.served.driver);
        let cx = CallContext::new(row, Arc::clone(&self.client), opened.access, packet.fds);
        let begun = catch_unwind(AssertUnwindSafe(|| driver.begin(cx, packet.payload, out)));
        match begun {
            Ok(Ok(Some(answer))) => Ok(Some(Call::new(row, header, answer))),
            Ok(Ok(None)) => Err(Error::no_support(error_domain(row), row.api_name())),
            Ok(Err(fault)) => Err(undecodable(row, &fault)),
            Err(_) => failed_badly(row).result.map(|_| None),
        }
    }

    /// Runs a call: at once if it need not wait, else beside the session.
    fn run_call(&mut self, mut call: Call) {
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let must_wait =
            call.lane() == Lane::Ordinary && in_flight >= self.limits.max_client_requests;
        if !must_wait && let Poll::Ready(outcome) = call.poll_once() {
            let reply = Call::reply(call.header(), outcome, &self.streams);
            return self.reply(reply);
        }
        let place = InFlight::new(&self.in_flight, &self.outgoing);
        let turns = (call.lane() == Lane::Ordinary).then(|| Arc::clone(&self.turns));
        let (streams, outgoing) = (Arc::clone(&self.streams), Arc::clone(&self.outgoing));
        tokio::spawn(async move {
            let _turn = match turns {
                Some(turns) => turns.acquire_owned().await.ok(),
                None => None,
            };
            let header = call.header();
            let outcome = call.await;
            let Reply { packet, fds, hold } = Call::reply(header, outcome, &streams);
            outgoing.send(packet, fds).await;
            drop((hold, place));
        });
    }

    fn reply(&mut self, reply: Reply) {
        self.spare = self.outgoing.push(reply.packet, reply.fds);
        drop(reply.hold);
    }

    /// Data for a stream that is gone is late, not wrong: both sides drop it.
    fn stream_packet(&self, packet: &Packet<'_>) {
        let header = &packet.header;
        let message = match (header.kind, header.status) {
            (PacketType::StreamHole, _) => match xdr::from_bytes::<StreamHole>(packet.payload) {
                Ok(hole) => FromClient::Hole { length: hole.length },
                Err(_) => FromClient::Abort,
            },
            (_, Status::Continue) => FromClient::Data(packet.payload.to_vec()),
            (_, Status::Ok) => FromClient::Finish,
            (_, Status::Error) => FromClient::Abort,
        };
        self.streams.deliver(StreamKey::of(header), message);
    }

    fn keepalive_packet(&mut self, header: Header) {
        use api::EventMessage;
        use api::keepalive::{PROGRAM, Ping, Pong};
        if header.program == PROGRAM.number
            && header.version == PROGRAM.version
            && header.procedure == Ping::ROW.number
        {
            self.keepalive_message(Pong::ROW);
        }
    }

    /// Sends a keepalive message.
    pub(crate) fn keepalive_message(&mut self, row: &Row) {
        let header = Header {
            program: row.program,
            version: api::keepalive::PROGRAM.version,
            procedure: row.number,
            kind: PacketType::Message,
            serial: 0,
            status: Status::Ok,
        };
        if let Ok(packet) = rpc::seal(rpc::begin(std::mem::take(&mut self.spare), &header)) {
            self.reply(Reply::plain(packet));
        }
    }
}

/// Decodes arguments. What follows them is ignored, as libvirtd does: newer clients may say more.
pub(crate) fn decode<T: Xdr>(row: &Row, payload: &[u8]) -> Result<T, Error> {
    T::decode(&mut xdr::Reader::new(payload)).map_err(|fault| undecodable(row, &fault))
}

fn undecodable(row: &Row, fault: &xdr::Error) -> Error {
    tracing::debug!(procedure = row.name, %fault, "arguments cannot be decoded");
    refused("Unable to decode message payload")
}

fn refused(detail: impl Into<String>) -> Error {
    Error::new(ErrorCode::RPC, ErrorDomain::RPC, detail)
}
