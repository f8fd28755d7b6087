//! From packets to bytes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::task::{Context, Poll, ready};

use crate::{ShortCut, Transmit};

/// An emptied buffer larger than this is given back. **Units**: bytes.
const BUFFER_KEPT_BYTES: usize = 1 << 13;

/// Fewer bytes that are sent are left where they are until all is. **Units**: bytes.
const FORGOTTEN_BYTES: usize = 1 << 16;

/// Packets on their way out: as many as there are go with one write.
#[derive(Debug, Default)]
pub struct PacketWriter {
    bytes: Vec<u8>,
    sent: usize,
    /// Descriptors, each with the place in `bytes` behind which it goes.
    fds: VecDeque<(usize, OwnedFd)>,
}

impl PacketWriter {
    /// Puts a sealed packet in line, with the descriptors that it announces. The answer is a
    /// buffer for the next packet.
    pub fn push(&mut self, packet: Vec<u8>, fds: Vec<OwnedFd>) -> Vec<u8> {
        let spare = if self.is_empty() {
            self.sent = 0;
            std::mem::replace(&mut self.bytes, packet)
        } else {
            self.bytes.extend_from_slice(&packet);
            packet
        };
        let place = self.bytes.len();
        self.fds.extend(fds.into_iter().map(|fd| (place, fd)));
        if spare.capacity() > BUFFER_KEPT_BYTES { Vec::new() } else { spare }
    }

    /// Whether all is sent.
    pub fn is_empty(&self) -> bool {
        self.sent == self.bytes.len() && self.fds.is_empty()
    }

    /// Bytes that wait to be sent.
    pub fn waiting_bytes(&self) -> usize {
        self.bytes.len().saturating_sub(self.sent)
    }

    /// Puts a packet without descriptors in line and sends it by a short cut if nothing else waits;
    /// whether it is gone. What could not be sent, for whatever reason, is left in line.
    pub fn push_through(&mut self, packet: Vec<u8>, short_cut: &dyn ShortCut) -> bool {
        let sent = if self.is_empty() { short_cut.send_now(&packet).unwrap_or(0) } else { 0 };
        if sent >= packet.len() {
            return true;
        }
        let idle = self.is_empty();
        self.push(packet, Vec::new());
        if idle {
            self.sent = sent;
        }
        false
    }

    /// Sends all that waits.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn flush<S: Transmit>(&mut self, sink: &mut S) -> io::Result<()> {
        poll_fn(|cx| self.poll_flush(cx, sink)).await
    }

    /// Sends what the socket takes; ready when nothing is left.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn poll_flush<S: Transmit>(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut S,
    ) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            let stop = self.fds.front().map_or(self.bytes.len(), |(place, _)| *place);
            match (self.bytes.get(self.sent..stop), self.fds.front()) {
                (Some(bytes), _) if !bytes.is_empty() => {
                    let count = ready!(sink.poll_transmit(cx, bytes))?;
                    if count == 0 {
                        return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                    }
                    self.sent = self.sent.saturating_add(count);
                }
                (_, Some((_, fd))) => {
                    ready!(sink.poll_transmit_fd(cx, fd.as_fd()))?;
                    self.fds.pop_front();
                }
                (_, None) => break,
            }
            self.forget_sent();
        }
        sink.poll_settle(cx)
    }

    /// Keeps the buffer from growing for ever behind a slow peer.
    fn forget_sent(&mut self) {
        if self.is_empty() {
            self.bytes.clear();
            if self.bytes.capacity() > BUFFER_KEPT_BYTES {
                self.bytes = Vec::new();
            }
        } else if self.sent > self.bytes.len() / 2 && self.sent > FORGOTTEN_BYTES {
            self.bytes.drain(..self.sent);
            for (place, _) in &mut self.fds {
                *place = place.saturating_sub(self.sent);
            }
        } else {
            return;
        }
        self.sent = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::fd::BorrowedFd;
    use std::task::{Context, Poll, Waker};

    use super::PacketWriter;
    use crate::{ShortCut, Transmit};

    /// Takes `room` bytes a call, `calls` times.
    struct Narrow {
        room: usize,
        calls: usize,
        seen: Vec<u8>,
    }

    impl Transmit for Narrow {
        fn poll_transmit(&mut self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            if self.calls == 0 {
                return Poll::Pending;
            }
            self.calls -= 1;
            let count = bytes.len().min(self.room);
            self.seen.extend_from_slice(&bytes[..count]);
            Poll::Ready(Ok(count))
        }
        fn poll_transmit_fd(
            &mut self,
            _: &mut Context<'_>,
            _: BorrowedFd<'_>,
        ) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
        }
    }

    #[test]
    fn many_packets_go_with_one_write() {
        let mut writer = PacketWriter::default();
        (0..100u8).for_each(|n| drop(writer.push(vec![n; 28], Vec::new())));
        let mut sink = Narrow { room: usize::MAX, calls: 1, seen: Vec::new() };
        let done = writer.poll_flush(&mut Context::from_waker(Waker::noop()), &mut sink);
        assert!(matches!(done, Poll::Ready(Ok(()))));
        assert_eq!(sink.seen.len(), 2800);
        assert!(writer.is_empty());
    }

    /// Takes three bytes a packet.
    impl ShortCut for std::sync::Mutex<Vec<u8>> {
        fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(3);
            self.lock().unwrap().extend_from_slice(&bytes[..count]);
            Ok(count)
        }
    }

    #[test]
    fn a_short_cut_overtakes_nothing_and_loses_nothing() {
        let seen = std::sync::Mutex::new(Vec::new());
        let mut writer = PacketWriter::default();
        assert!(writer.push_through(vec![1; 3], &seen));
        assert!(!writer.push_through(vec![2; 5], &seen), "two bytes are left");
        assert!(!writer.push_through(vec![3; 2], &seen), "and others do not pass them");
        let mut sink = Narrow { room: usize::MAX, calls: 9, seen: seen.into_inner().unwrap() };
        let done = writer.poll_flush(&mut Context::from_waker(Waker::noop()), &mut sink);
        assert!(matches!(done, Poll::Ready(Ok(()))));
        assert_eq!(sink.seen, [1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
    }

    #[test]
    fn order_is_kept_over_partial_writes() {
        let mut writer = PacketWriter::default();
        let mut sink = Narrow { room: 7001, calls: 0, seen: Vec::new() };
        let mut expected = Vec::new();
        for n in 0..200u32 {
            let packet: Vec<u8> = n.to_be_bytes().repeat(500);
            expected.extend_from_slice(&packet);
            writer.push(packet, Vec::new());
            sink.calls = 1;
            let _ = writer.poll_flush(&mut Context::from_waker(Waker::noop()), &mut sink);
        }
        sink.calls = usize::MAX;
        let done = writer.poll_flush(&mut Context::from_waker(Waker::noop()), &mut sink);
        assert!(matches!(done, Poll::Ready(Ok(()))));
        assert_eq!(sink.seen, expected);
    }
}
