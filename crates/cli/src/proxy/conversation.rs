//! What a client and a daemon say to each other, told as it passes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use ferrovirt::api::xdr;
use ferrovirt::api::{Procedure, remote};
use trace::{Body, Direction, Header, Identity, Packet, Record, Side, Times};

use super::dissect::{Dissector, NoPacket, Passed};

/// Calls of one connection whose replies are waited for; the oldest is forgotten first.
const CALLS_MAX: usize = 256;
/// Longest arguments that are kept until the reply. **Units**: bytes.
const ARGS_BYTES_MAX: usize = 16_384;

/// One connection.
pub(super) struct Conversation {
    peer: Arc<Identity>,
    from_client: Dissector,
    from_daemon: Dissector,
    calls: VecDeque<Call>,
    /// Whether SASL has let the client in: from then on a layer may hide everything.
    by_sasl: bool,
}

struct Call {
    program: u32,
    serial: u32,
    at: Instant,
    args: Option<Arc<[u8]>>,
}

impl Conversation {
    pub(super) fn new(peer: Arc<Identity>) -> Self {
        Self {
            peer,
            from_client: Dissector::default(),
            from_daemon: Dissector::default(),
            calls: VecDeque::new(),
            by_sasl: false,
        }
    }

    /// Bytes pass; `direction` is as the daemon sees it. The records are those of what they
    /// complete.
    pub(super) fn pass(&mut self, direction: Direction, bytes: &[u8]) -> Vec<Record> {
        let dissector = match direction {
            Direction::Received => &mut self.from_client,
            Direction::Sent => &mut self.from_daemon,
        };
        let by_sasl = self.by_sasl;
        let mut packets = Vec::new();
        // Within a layer, what looks like a length may be one. No packet of a known program does.
        let mut plausible = |header: &Header| !by_sasl || is_known(header);
        let outcome = dissector.feed(bytes, &mut plausible, &mut |packet| packets.push(packet));
        let mut records: Vec<Record> =
            packets.into_iter().map(|packet| self.packet(direction, packet)).collect();
        if let Err(no_packet) = outcome {
            records.push(self.unreadable(direction, &no_packet));
        }
        records
    }

    fn packet(&mut self, direction: Direction, passed: Passed) -> Record {
        let Passed { header, length, fds, payload } = passed;
        let payload: Option<Arc<[u8]>> = payload.map(Into::into);
        let now = Instant::now();
        let (mut args, mut times) = (None, None);
        match (header.kind, direction) {
            (0 | 4, Direction::Received) => self.called(&header, payload.clone(), now),
            (1 | 5, Direction::Sent) => {
                self.by_sasl |= ends_sasl(&header, payload.as_deref());
                if let Some(call) = self.answered(&header) {
                    let total = now.saturating_duration_since(call.at);
                    args = call.args;
                    times = Some(Times { total, ..Times::default() });
                }
            }
            _ => {}
        }
        let peer = Arc::clone(&self.peer);
        let side = Side::Server;
        let packet = Packet { side, direction, peer, header, length, fds, payload, args, times };
        Record { at: now, body: Body::Packet(packet) }
    }

    fn called(&mut self, header: &Header, args: Option<Arc<[u8]>>, at: Instant) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.pop_front();
        }
        let args = args.filter(|args| args.len() <= ARGS_BYTES_MAX);
        let Header { program, serial, .. } = *header;
        self.calls.push_back(Call { program, serial, at, args });
    }

    fn answered(&mut self, header: &Header) -> Option<Call> {
        let call = |call: &Call| (call.program, call.serial) == (header.program, header.serial);
        self.calls.remove(self.calls.iter().position(call)?)
    }

    /// From here on neither direction can be read: what one side hides, the other does too.
    fn unreadable(&mut self, direction: Direction, no_packet: &NoPacket) -> Record {
        let excerpt = &no_packet.excerpt;
        let (both, why) = if self.by_sasl {
            (true, "a SASL security layer begins; what follows cannot be read".to_owned())
        } else if is_tls(excerpt) {
            (true, "TLS begins; what follows cannot be read".to_owned())
        } else {
            let excerpt = excerpt.escape_ascii();
            (false, format!("no packet begins with '{excerpt}'; what follows is not looked at"))
        };
        if both {
            self.from_client.give_up();
            self.from_daemon.give_up();
        }
        let peer = Arc::clone(&self.peer);
        Record::now(Body::Unreadable { peer, direction, why })
    }
}

fn is_known(header: &Header) -> bool {
    header.kind <= 6
        && header.status <= 2
        && trace::named(header.program, header.procedure).is_some()
}

/// Whether a reply says that SASL is done with.
fn ends_sasl(header: &Header, payload: Option<&[u8]>) -> bool {
    let numbers = [remote::AuthSaslStart::ROW.number, remote::AuthSaslStep::ROW.number];
    if header.program != remote::PROGRAM.number
        || !numbers.contains(&header.procedure)
        || header.status != 0
    {
        return false;
    }
    // Both replies begin alike.
    payload
        .and_then(|payload| xdr::from_bytes::<remote::AuthSaslStepRet>(payload).ok())
        .is_some_and(|ret| ret.complete != 0)
}

/// A record of a handshake, of TLS 1.0 or later.
fn is_tls(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x16, 0x03])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace::{Body, Direction, Packet, Record};

    use super::{CALLS_MAX, Conversation};

    fn bytes(kind: u32, serial: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(28 + payload.len()).unwrap();
        let words = [length, 0x2000_8086, 1, 194, kind, serial, 0];
        words.into_iter().flat_map(u32::to_be_bytes).chain(payload.iter().copied()).collect()
    }

    fn only(records: Vec<Record>) -> Packet {
        let [Record { body: Body::Packet(packet), .. }] = <[Record; 1]>::try_from(records).unwrap()
        else {
            panic!("no packet");
        };
        packet
    }

    #[test]
    fn a_reply_is_told_once_with_its_call() {
        let mut talk = Conversation::new(Arc::default());
        let call = only(talk.pass(Direction::Received, &bytes(0, 7, b"args")));
        assert_eq!((call.args, call.times.is_some()), (None, false));
        let reply = only(talk.pass(Direction::Sent, &bytes(1, 7, b"done")));
        assert_eq!(reply.args.as_deref(), Some(&b"args"[..]));
        assert!(reply.times.is_some());
        let again = only(talk.pass(Direction::Sent, &bytes(1, 7, b"done")));
        assert_eq!((again.args, again.times.is_some()), (None, false));
    }

    #[test]
    fn calls_that_nobody_answers_are_forgotten() {
        let mut talk = Conversation::new(Arc::default());
        for serial in 0..u32::try_from(CALLS_MAX * 2).unwrap() {
            talk.pass(Direction::Received, &bytes(0, serial, b""));
        }
        assert_eq!(talk.calls.len(), CALLS_MAX);
    }
}
