//! From bytes to packets.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, ready};

use crate::packet::{FDS_MAX, HEADER_BYTES, Header, PACKET_BYTES_MAX};
use crate::{Error, PeerMisbehaved, Receive};

/// What is read at once while nothing is buffered, and the least that a buffer grows to.
/// **Units**: bytes.
const BUFFER_BYTES: usize = 4096;
/// The largest buffer that is kept between two packets; holds two chunks of a stream.
/// **Units**: bytes.
const BUFFER_KEPT_BYTES: usize = 1 << 19;

/// A whole packet.
#[derive(Debug)]
pub struct Packet<'a> {
    /// The header.
    pub header: Header,
    /// What follows the header (and the count of descriptors).
    pub payload: &'a [u8],
    /// Descriptors that came along.
    pub fds: Vec<OwnedFd>,
}

impl Packet<'_> {
    /// How long it was on the wire, as its length word said. **Units**: bytes.
    pub fn wire_bytes(&self) -> usize {
        let count = if self.header.kind.has_fds() { 4 } else { 0 };
        HEADER_BYTES.saturating_add(count).saturating_add(self.payload.len())
    }
}

/// Reads packets through a buffer of its own: one read may bring many.
#[derive(Debug)]
pub struct PacketReader<S> {
    source: S,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    fds: VecDeque<OwnedFd>,
}

/// Where the next packet lies in the buffer.
struct Frame {
    header: Header,
    payload: std::ops::Range<usize>,
    end: usize,
    fds: usize,
}

impl<S: Receive> PacketReader<S> {
    /// A reader at the start of a packet.
    pub fn new(source: S) -> Self {
        Self { source, buffer: Vec::new(), start: 0, end: 0, fds: VecDeque::new() }
    }

    /// The next packet; none when the peer ended the connection between two packets.
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    /// See [`Error`]; the reader is of no use afterwards.
    pub async fn next(&mut self) -> Result<Option<Packet<'_>>, Error> {
        loop {
            if let Some(frame) = self.frame()? {
                return self.take(frame).map(Some);
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The next packet if it has arrived whole; for working off what one read brought.
    ///
    /// # Errors
    /// When the peer broke the rules.
    pub fn arrived(&mut self) -> Result<Option<Packet<'_>>, Error> {
        match self.frame()? {
            Some(frame) => self.take(frame).map(Some),
            None => Ok(None),
        }
    }

    /// Whether bytes have come that no packet has taken yet.
    pub fn has_unread(&self) -> bool {
        self.start < self.end
    }

    /// Reads once; the count of bytes, 0 at the end between two packets.
    ///
    /// # Errors
    /// When the socket fails or ends inside a packet.
    pub async fn fill(&mut self) -> Result<usize, Error> {
        poll_fn(|cx| self.poll_fill(cx)).await
    }

    /// As [`Self::fill`], for whoever waits for more than this.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        self.make_room()?;
        let count = ready!(self.poll_receive(cx))?;
        if self.fds.len() > FDS_MAX {
            let fault = PeerMisbehaved::TooManyFds { count: self.fds.len(), limit: FDS_MAX };
            return Poll::Ready(Err(fault.into()));
        }
        if count == 0 && self.start < self.end {
            let arrived = self.end.saturating_sub(self.start);
            return Poll::Ready(Err(Error::Truncated { arrived }));
        }
        self.end = self.end.saturating_add(count);
        Poll::Ready(Ok(count))
    }

    /// A wait begins on the stack: who has nothing to say costs no buffer.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.buffer.is_empty() {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            return self.source.poll_receive(cx, room, &mut self.fds);
        }
        let mut first = [0; BUFFER_BYTES];
        let count = ready!(self.source.poll_receive(cx, &mut first, &mut self.fds))?;
        self.buffer.extend_from_slice(first.get(..count).unwrap_or_default());
        Poll::Ready(Ok(count))
    }

    /// Gives the buffer back if nothing is in it, before a wait that may be long.
    pub fn rest(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.buffer = Vec::new();
        }
    }

    /// Ready when the peer is gone, for whoever does not read at the time.
    pub fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.source.poll_gone(cx)
    }

    /// Moves what is unread to the front and grows the buffer, never beyond twice what arrived:
    /// a length word alone makes nobody allocate.
    fn make_room(&mut self) -> Result<(), PeerMisbehaved> {
        if self.start == self.end {
            if !self.fds.is_empty() {
                return Err(PeerMisbehaved::UninvitedFds { count: self.fds.len() });
            }
            (self.start, self.end) = (0, 0);
            if self.buffer.len() > BUFFER_KEPT_BYTES {
                self.buffer = Vec::new();
            } else if self.buffer.len() < BUFFER_BYTES {
                self.buffer.clear();
            }
        }
        if self.end == self.buffer.len() && self.end > 0 {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end.saturating_sub(self.start));
            }
            if self.end > self.buffer.len() / 2 {
                let length = self.buffer.len().saturating_mul(2);
                self.buffer.resize(length.max(BUFFER_BYTES), 0);
            }
        }
        Ok(())
    }

    /// Where the next packet lies, once it and its descriptors are there.
    fn frame(&self) -> Result<Option<Frame>, PeerMisbehaved> {
        let unread = self.buffer.get(self.start..self.end).unwrap_or_default();
        let Some(word) = unread.first_chunk() else { return Ok(None) };
        let length = checked_length(u32::from_be_bytes(*word))?;
        let Some(words) = unread.get(4..).and_then(|rest| rest.first_chunk()) else {
            return Ok(None);
        };
        let header = Header::decode(words)?;
        let Some(packet) = unread.get(..length) else { return Ok(None) };
        let (fds, payload) = match header.kind.has_fds() {
            true => (announced_fds(packet)?, HEADER_BYTES.saturating_add(4)),
            false => (0, HEADER_BYTES),
        };
        let whole = length.saturating_add(fds);
        if unread.len() < whole {
            return Ok(None);
        }
        let at = |offset: usize| self.start.saturating_add(offset);
        Ok(Some(Frame { header, payload: at(payload)..at(length), end: at(whole), fds }))
    }

    fn take(&mut self, frame: Frame) -> Result<Packet<'_>, Error> {
        let arrived = self.fds.len();
        if arrived < frame.fds {
            return Err(PeerMisbehaved::MissingFds { announced: frame.fds, arrived }.into());
        }
        let fds = self.fds.drain(..frame.fds).collect();
        self.start = frame.end;
        let payload = self.buffer.get(frame.payload).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "packet lies outside of its buffer")
        })?;
        Ok(Packet { header: frame.header, payload, fds })
    }
}

fn checked_length(word: u32) -> Result<usize, PeerMisbehaved> {
    let length = word as usize;
    if length < HEADER_BYTES {
        return Err(PeerMisbehaved::PacketTooShort { length: word });
    }
    if length > PACKET_BYTES_MAX {
        return Err(PeerMisbehaved::PacketTooLong { length: word, limit: PACKET_BYTES_MAX });
    }
    Ok(length)
}

fn announced_fds(packet: &[u8]) -> Result<usize, PeerMisbehaved> {
    let Some(word) = packet.get(HEADER_BYTES..).and_then(|rest| rest.first_chunk()) else {
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        return Err(PeerMisbehaved::PacketTooShort { length });
    };
    let count = u32::from_be_bytes(*word) as usize;
    if count > FDS_MAX {
        return Err(PeerMisbehaved::TooManyFds { count, limit: FDS_MAX });
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
