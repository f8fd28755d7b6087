//! The bracket around every call, written once.
//!
//! header -> program and row -> authenticated? -> open? -> read-only? -> allowed? -> decode -> run
//! -> encode.
//! A call is polled once right here, in its session's task: most are answered at once, without a
//! task, a lock or a copy of their own. What is not ready runs on and outlives its client.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use api::procedure::{Lane, Row};
use api::remote::{ConnectOpen, ConnectOpenArgs, StreamHole};
use api::xdr::{self, Xdr};
use api::{Error, ErrorCode, ErrorDomain, Procedure};
use driver::{Answer, CallContext, ClientAccess, Driver, Extras, Outcome};
use rpc::{Header, Packet, PacketType, PeerMisbehaved, Status};
use trace::probes;

use crate::access::{ClientGuard, Passage, Refusal, check_read_only, error_domain};
use crate::answers;
use crate::call::{Call, InFlight, Reply, error_packet, failed_badly};
use crate::programs;
use crate::session::{Opened, Parked, Phase, Session};
use crate::stream::{FromClient, StreamKey};

impl Session {
    /// Takes one packet from the client.
    ///
    /// # Errors
    /// What costs the client its connection.
    pub(crate) fn dispatch(&mut self, packet: Packet<'_>) -> Result<(), rpc::Error> {
        let watched = self.tap.received(&packet);
        match packet.header.kind {
            PacketType::Call | PacketType::CallWithFds => {
                self.watched = watched;
                self.call(packet);
            }
            PacketType::Stream | PacketType::StreamHole => self.stream_packet(&packet)?,
            PacketType::Message => self.keepalive_packet(packet.header),
            // No client has anything to answer; libvirtd drops these as well.
            PacketType::Reply | PacketType::ReplyWithFds => {}
        }
        Ok(())
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
        let Some(program) = programs::find(self.door.kind, header.program, header.version) else {
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

    /// Answers a call of the session's own, or finds the handler of a driver's, if the client may
    /// make it.
    fn begin(&mut self, row: &'static Row, packet: Packet<'_>) -> Result<Option<Call>, Error> {
        if self.begin_proof(row, packet.header, packet.payload)? {
            return Ok(None);
        }
        if let Phase::Open(opened) = &self.phase
            && opened.access == ClientAccess::ReadOnly
        {
            check_read_only(row, packet.payload)?;
        }
        let passage = self.passage(row, packet.payload)?;
        let Some(answer) = answers::find(row) else {
            return self.begin_at_driver(row, packet, passage).map(Some);
        };
        let (header, payload) = (packet.header, packet.payload);
        match passage.pending {
            None => self.answer_itself(answer, row, header, payload)?,
            Some(decision) => {
                let payload = payload.to_vec();
                self.parked = Some(Parked { decision, answer, row, header, payload });
            }
        }
        Ok(None)
    }

    /// Whether the client may make the call, as far as that is known now.
    fn passage(&self, row: &'static Row, args: &[u8]) -> Result<Passage, Error> {
        let passage = match &self.phase {
            Phase::Open(Opened { guard: Some(guard), served, .. }) => {
                guard.admit(row, &*served.driver, args)
            }
            // To open a driver takes a permission at that driver.
            Phase::Named if opens_driver(row) => {
                let ConnectOpenArgs { name, .. } = decode(row, args)?;
                let (served, _) = self.server.open(&name.unwrap_or_default())?;
                match ClientGuard::new(self.server.access(), &self.client, &*served.driver) {
                    Some(guard) => guard.admit(row, &*served.driver, args),
                    None => Ok(Passage::default()),
                }
            }
            Phase::Open(_) | Phase::Named | Phase::Anonymous => Ok(Passage::default()),
        };
        passage.map_err(|refusal| match refusal {
            Refusal::Undecodable(fault) => undecodable(row, &fault),
            Refusal::Error(error) => error,
        })
    }

    /// Answers a call of the session's own.
    fn answer_itself(
        &mut self,
        answer: answers::Own,
        row: &'static Row,
        header: Header,
        payload: &[u8],
    ) -> Result<(), Error> {
        let reply = header.reply(PacketType::Reply, Status::Ok);
        let out = rpc::begin(std::mem::take(&mut self.spare), &reply);
        let out = answer(self, row, payload, out)?;
        let packet = rpc::seal(out).map_err(|fault| undecodable(row, &fault))?;
        self.reply(Reply::plain(packet));
        Ok(())
    }

    /// Answers the call that waited for a decision.
    pub(crate) fn resume(&mut self, parked: Parked, decision: Result<(), Error>) {
        let Parked { answer, row, header, payload, .. } = parked;
        let answered = decision.and_then(|()| self.answer_itself(answer, row, header, &payload));
        if let Err(error) = answered {
            self.reply(Reply::plain(error_packet(header, &error)));
        }
    }

    /// Finds the handler of a driver's call.
    fn begin_at_driver(
        &mut self,
        row: &'static Row,
        packet: Packet<'_>,
        passage: Passage,
    ) -> Result<Call, Error> {
        let reply = packet.header.reply(PacketType::Reply, Status::Ok);
        let out = rpc::begin(std::mem::take(&mut self.spare), &reply);
        let opened = self.opened()?;
        let driver = Arc::clone(&opened.served.driver);
        let mut cx = CallContext::new(row, Arc::clone(&self.client), opened.access, packet.fds);
        if let Some(guard) = &opened.guard {
            cx = cx.guarded(Arc::clone(guard) as _, passage.needs, passage.describes);
        }
        let answer = match passage.pending {
            None => handler(driver, cx, packet.payload, out)?,
            Some(decision) => {
                let payload = packet.payload.to_vec();
                let begun = async move {
                    decision.await?;
                    handler(driver, cx, &payload, out)
                };
                Box::pin(async move {
                    match begun.await {
                        Ok(answer) => answer.await,
                        Err(error) => Outcome { result: Err(error), extras: Extras::default() },
                    }
                })
            }
        };
        Ok(Call::new(row, packet.header, answer))
    }

    /// Runs a call: at once if it need not wait, else beside the session.
    fn run_call(&mut self, call: Call) {
        let mut call = call.watched(self.watched.take());
        let ordinary = call.lane() == Lane::Ordinary;
        let (turns, line) = (self.admitted.turns(), self.admitted.line());
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let must_wait =
            ordinary && (in_flight >= self.limits.max_client_requests || turns.must_wait(line));
        if !must_wait && let Poll::Ready(outcome) = call.poll_once() {
            let reply = Call::reply(call.header(), outcome, &self.streams);
            self.watched = call.take_watched();
            return self.reply(reply);
        }
        let place = InFlight::new(&self.in_flight, self.limits.max_client_queue, &self.outgoing);
        let running = (ordinary && !must_wait).then(|| turns.take(line));
        let waits = must_wait.then(|| (Arc::clone(turns), Arc::clone(line)));
        let own_turns = ordinary.then(|| Arc::clone(&self.turns));
        let (streams, outgoing) = (Arc::clone(&self.streams), Arc::clone(&self.outgoing));
        tokio::spawn(async move {
            // First among the calls of this connection, then among those of all.
            let _own_turn = match own_turns {
                Some(turns) => turns.acquire_owned().await.ok(),
                None => None,
            };
            let turn = match waits {
                Some((turns, line)) => turns.wait(&line).await,
                None => running,
            };
            let outcome = (&mut call).await;
            // A client that does not take its reply must not hold up the calls of others.
            drop(turn);
            let Reply { packet, fds, hold } = Call::reply(call.header(), outcome, &streams);
            outgoing.send(packet, fds, call.take_watched().as_deref()).await;
            drop((hold, place));
        });
    }

    /// Puts a reply in line.
    pub(crate) fn reply(&mut self, reply: Reply) {
        let watched = self.watched.take();
        self.spare = self.outgoing.push(reply.packet, reply.fds, watched.as_deref());
        drop(reply.hold);
    }

    /// Data for a stream that is gone is late, not wrong: both sides drop it.
    fn stream_packet(&self, packet: &Packet<'_>) -> Result<(), PeerMisbehaved> {
        let header = &packet.header;
        let message = match (header.kind, header.status) {
            (PacketType::StreamHole, _) => xdr::from_bytes::<StreamHole>(packet.payload)
                .map(FromClient::Hole)
                .map_err(|_| PeerMisbehaved::MalformedHole)?,
            (_, Status::Continue) => FromClient::Data(packet.payload.to_vec()),
            (_, Status::Ok) => FromClient::Finish,
            (_, Status::Error) => FromClient::Abort,
        };
        self.streams.deliver(StreamKey::of(header), message)
    }

    fn keepalive_packet(&mut self, header: Header) {
        use api::EventMessage;
        use api::keepalive::{PROGRAM, Ping, Pong};
        if header.program == PROGRAM.number && header.version == PROGRAM.version {
            let (client, number) = (self.client.id, header.procedure);
            probes::rpc_keepalive_received(client, client, header.program, header.version, number);
            if number == Ping::ROW.number {
                self.keepalive_message(Pong::ROW);
            }
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
        let client = self.client.id;
        probes::rpc_keepalive_send(client, client, header.program, header.version, row.number);
        if let Ok(packet) = rpc::seal(rpc::begin(std::mem::take(&mut self.spare), &header)) {
            self.spare = self.outgoing.push(packet, Vec::new(), None);
        }
    }
}

fn opens_driver(row: &Row) -> bool {
    (row.program, row.number) == (ConnectOpen::ROW.program, ConnectOpen::ROW.number)
}

/// Decodes a call's arguments and begins its handler.
fn handler(
    driver: Arc<dyn Driver>,
    cx: CallContext,
    payload: &[u8],
    out: xdr::Writer,
) -> Result<Answer, Error> {
    let row = cx.row;
    match catch_unwind(AssertUnwindSafe(|| driver.begin(cx, payload, out))) {
        Ok(Ok(Some(answer))) => Ok(answer),
        Ok(Ok(None)) => Err(Error::no_support(error_domain(row), row.api_name())),
        Ok(Err(fault)) => Err(undecodable(row, &fault)),
        Err(_) => Err(failed_badly(row)),
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
