//! From bytes that pass by to packets, without holding them up.
//!
//! It sees what a reader of packets sees, but takes nothing out: however the bytes are cut, and
//! whatever they are, they are somebody else's. It keeps one payload at most, and of a longer one
//! nothing.

use rpc::{HEADER_BYTES, PACKET_BYTES_MAX};
use trace::{Header, PAYLOAD_BYTES_MAX};

/// As much of what is no packet as is shown.
const EXCERPT_BYTES: usize = 16;

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Dissector {
    state: State,
}

/// A packet that has passed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) header: Header,
    /// All of it, with the length word. **Units**: bytes.
    pub(super) length: usize,
    /// Descriptors that it announces.
    pub(super) fds: usize,
    /// Behind the header and the count of descriptors; none if it is too long to be kept.
    pub(super) payload: Option<Vec<u8>>,
}

/// These bytes, at the place where a packet begins, do not begin one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoPacket {
    pub(super) excerpt: Vec<u8>,
}

#[derive(Debug)]
enum State {
    /// In the length word, the header, or the count of descriptors.
    Head(Vec<u8>),
    /// In the payload.
    Payload { packet: Passed, left: usize },
    /// In the bytes that descriptors travel with.
    Descriptors { left: usize },
    /// Behind something that was no packet: nothing is known any more.
    Lost,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Vec::with_capacity(HEADER_BYTES))
    }
}

impl Dissector {
    /// Takes the next bytes; `seen` is told of each packet they complete. `plausible` decides
    /// whether a header may be one.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        plausible: &mut dyn FnMut(&Header) -> bool,
        seen: &mut dyn FnMut(Passed),
    ) -> Result<(), NoPacket> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Head(head) => {
                    let wanted = head_bytes(head).saturating_sub(head.len());
                    head.extend_from_slice(take(&mut bytes, wanted));
                    if head.len() < head_bytes(head) {
                        self.check_length()?;
                        continue;
                    }
                    self.begin(plausible)?;
                }
                State::Payload { packet, left } => {
                    let part = take(&mut bytes, *left);
                    *left = left.saturating_sub(part.len());
                    if let Some(payload) = &mut packet.payload {
                        payload.extend_from_slice(part);
                    }
                }
                State::Descriptors { left } => {
                    *left = left.saturating_sub(take(&mut bytes, *left).len());
                }
                State::Lost => return Ok(()),
            }
            self.end(seen);
        }
        Ok(())
    }

    /// Looks at nothing any more.
    pub(super) fn give_up(&mut self) {
        self.state = State::Lost;
    }

    /// A length that no packet has is told at once: there may never come a header behind it.
    fn check_length(&mut self) -> Result<(), NoPacket> {
        let State::Head(head) = &self.state else { return Ok(()) };
        match word(head, 0) {
            Some(length) if !is_length(length) => Err(self.lose()),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, plausible: &mut dyn FnMut(&Header) -> bool) -> Result<(), NoPacket> {
        let State::Head(head) = &self.state else { return Ok(()) };
        let at = |index| word(head, index).unwrap_or_default();
        let header = Header {
            program: at(1),
            version: at(2),
            procedure: at(3).cast_signed(),
            kind: at(4),
            serial: at(5),
            status: at(6),
        };
        let fds = if has_fds(head) { at(7) as usize } else { 0 };
        let length = at(0) as usize;
        if !is_length(at(0)) || length < head.len() || !plausible(&header) {
            return Err(self.lose());
        }
        let left = length.saturating_sub(head.len());
        // It grows with what comes, not with what is announced.
        let payload = (left <= PAYLOAD_BYTES_MAX).then(Vec::new);
        self.state = State::Payload { packet: Passed { header, length, fds, payload }, left };
        Ok(())
    }

    /// Goes on to what follows, if what is now has ended.
    fn end(&mut self, seen: &mut dyn FnMut(Passed)) {
        if let State::Payload { left: 0, .. } = self.state
            && let State::Payload { packet, .. } = std::mem::take(&mut self.state)
        {
            self.state = State::Descriptors { left: packet.fds };
            seen(packet);
        }
        if let State::Descriptors { left: 0 } = self.state {
            self.state = State::default();
        }
    }

    fn lose(&mut self) -> NoPacket {
        let head = match std::mem::replace(&mut self.state, State::Lost) {
            State::Head(head) => head,
            State::Payload { .. } | State::Descriptors { .. } | State::Lost => Vec::new(),
        };
        NoPacket { excerpt: head.get(..EXCERPT_BYTES).unwrap_or(&head).to_vec() }
    }
}

/// How long the head is, as far as it can be told from what has come of it.
fn head_bytes(head: &[u8]) -> usize {
    if has_fds(head) { HEADER_BYTES.saturating_add(4) } else { HEADER_BYTES }
}

/// A count of descriptors follows the header of calls and replies that pass them.
fn has_fds(head: &[u8]) -> bool {
    matches!(word(head, 4), Some(4 | 5))
}

fn is_length(word: u32) -> bool {
    (HEADER_BYTES..=PACKET_BYTES_MAX).contains(&(word as usize))
}

fn word(bytes: &[u8], index: usize) -> Option<u32> {
    bytes.get(index.saturating_mul(4)..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// Up to `count` bytes from the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count.min(bytes.len()));
    *bytes = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::{Dissector, NoPacket, Passed};

    fn packet(kind: u32, fds: Option<u32>, payload: &[u8]) -> Vec<u8> {
        let mut words = vec![0, 0x2000_8086, 1, 194, kind, 7, 0];
        words.extend(fds);
        words[0] = u32::try_from(words.len() * 4 + payload.len()).unwrap();
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend_from_slice(payload);
        bytes
    }

    fn dissect(bytes: &[u8], cut: usize) -> (Vec<Passed>, Option<NoPacket>) {
        let (mut dissector, mut seen, mut fault) = (Dissector::default(), Vec::new(), None);
        for part in bytes.chunks(cut) {
            let outcome = dissector.feed(part, &mut |_| true, &mut |packet| seen.push(packet));
            fault = fault.or(outcome.err());
        }
        (seen, fault)
    }

    #[test]
    fn packets_do_not_depend_on_the_cuts() {
        let mut bytes = packet(0, None, b"abcdefgh");
        bytes.extend(packet(4, Some(3), b"wxyz"));
        // One byte travels with each descriptor.
        bytes.extend([0, 0, 0]);
        bytes.extend(packet(1, None, b""));
        for cut in 1..bytes.len() {
            let (seen, fault) = dissect(&bytes, cut);
            let shown: Vec<_> = seen
                .iter()
                .map(|it| (it.header.kind, it.length, it.fds, it.payload.as_deref().unwrap()))
                .collect();
            let expected: [(u32, usize, usize, &[u8]); 3] =
                [(0, 36, 0, b"abcdefgh"), (4, 36, 3, b"wxyz"), (1, 28, 0, b"")];
            assert_eq!((shown.as_slice(), fault), (expected.as_slice(), None), "cut {cut}");
            assert_eq!(seen[0].header.procedure, 194);
        }
    }

    #[test]
    fn a_long_payload_is_counted_and_not_kept() {
        let mut bytes = packet(1, None, &vec![1; 300_000]);
        bytes.extend(packet(1, None, b"next"));
        let (seen, fault) = dissect(&bytes, 65_536);
        assert_eq!((seen[0].length, seen[0].payload.as_deref()), (300_028, None));
        assert_eq!((seen[1].payload.as_deref(), fault), (Some(&b"next"[..]), None));
    }

    #[test]
    fn what_is_no_packet_is_told_once_and_as_early_as_it_can_be() {
        for cut in [1, 4, 100] {
            let (seen, fault) = dissect(b"GET / HTTP/1.1\r\n", cut);
            assert!(seen.is_empty());
            let excerpt = fault.unwrap().excerpt;
            assert!(excerpt.starts_with(b"GET ") && excerpt.len() <= 16, "{excerpt:?}");
        }
        let mut short = packet(5, Some(0), b"");
        short[3] = 28;
        assert!(dissect(&short, 100).1.is_some(), "the count does not fit into the packet");
    }

    #[test]
    fn what_is_not_plausible_is_no_packet() {
        let mut dissector = Dissector::default();
        let bytes = packet(0, None, b"");
        let fault = dissector.feed(&bytes, &mut |_| false, &mut |_| panic!("none has passed"));
        assert_eq!(fault, Err(NoPacket { excerpt: bytes[..16].to_vec() }));
        dissector
            .feed(&bytes, &mut |_| true, &mut |_| panic!("it does not look any more"))
            .unwrap();
    }
}
