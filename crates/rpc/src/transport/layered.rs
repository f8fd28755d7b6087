//! A layer that authentication may slip between packets and the wire, as SASL does.
//!
//! Both ends begin to use it behind the reply that completes the exchange: whoever engages it makes
//! sure that this reply has left and that nothing unread has come. Bytes that somebody on the way
//! sent behind the last plain packet would otherwise be taken for the client's.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use super::{Receive, ShortCut, Transmit};

/// Most that is wrapped at a time. **Units**: bytes.
const WRAPPED_AT_ONCE_BYTES: usize = 1 << 16;
/// What is read from the wire at a time. **Units**: bytes.
const READ_AT_ONCE_BYTES: usize = 1 << 14;

/// Signs or encrypts what goes out, checks or decrypts what comes in.
pub trait Layer: Send {
    /// Appends to `out` what `plain` becomes on the wire. `plain` may have any length.
    ///
    /// # Errors
    /// When it cannot be done; the connection ends.
    fn wrap(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()>;

    /// Takes bytes as they come from the wire, in pieces of any length, and appends to `out` what
    /// was in them; keeps what is incomplete, up to a limit of its own.
    ///
    /// # Errors
    /// When they were tampered with; the connection ends.
    fn unwrap(&mut self, wire: &[u8], out: &mut Vec<u8>) -> io::Result<()>;
}

/// Where a layer is put, once, for both halves of a transport.
#[derive(Clone, Default)]
pub struct LayerSlot(Arc<OnceLock<Mutex<Box<dyn Layer>>>>);

/// A transport with a place for a layer; without one, bytes and descriptors pass as they are.
#[derive(Debug)]
pub struct Layered<T> {
    inner: T,
    slot: LayerSlot,
    /// Wrapped, and not sent yet.
    outgoing: Pending,
    /// Unwrapped, and not taken yet.
    incoming: Pending,
}

#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    done: usize,
}

impl LayerSlot {
    /// Uses `layer` from here on. False if there was one already, which then stays.
    pub fn engage(&self, layer: Box<dyn Layer>) -> bool {
        self.0.set(Mutex::new(layer)).is_ok()
    }

    /// Whether there is a layer.
    pub fn is_engaged(&self) -> bool {
        self.0.get().is_some()
    }
}

impl fmt::Debug for LayerSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerSlot").field("engaged", &self.is_engaged()).finish()
    }
}

impl<T> Layered<T> {
    /// A transport whose layer will be put into `slot`.
    pub fn new(inner: T, slot: LayerSlot) -> Self {
        Self { inner, slot, outgoing: Pending::default(), incoming: Pending::default() }
    }
}

/// A clone is another half: it shares transport and layer, not what passes through.
impl<T: Clone> Clone for Layered<T> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.slot.clone())
    }
}

impl Pending {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.done..).unwrap_or_default()
    }

    fn take(&mut self, count: usize) {
        self.done = self.done.saturating_add(count);
        if self.rest().is_empty() {
            *self = Self { bytes: std::mem::take(&mut self.bytes), done: 0 };
            self.bytes.clear();
        }
    }
}

impl<T: Receive> Receive for Layered<T> {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        fds: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        let Some(layer) = self.slot.0.get() else {
            return self.inner.poll_receive(cx, room, fds);
        };
        while self.incoming.rest().is_empty() {
            let mut wire = [0; READ_AT_ONCE_BYTES];
            let count = ready!(self.inner.poll_receive(cx, &mut wire, fds))?;
            if count == 0 {
                return Poll::Ready(Ok(0));
            }
            let wire = wire.get(..count).unwrap_or_default();
            let mut layer = layer.lock().unwrap_or_else(PoisonError::into_inner);
            layer.unwrap(wire, &mut self.incoming.bytes)?;
        }
        let plain = self.incoming.rest();
        let count = plain.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..count), plain.get(..count)) {
            to.copy_from_slice(from);
        }
        self.incoming.take(count);
        Poll::Ready(Ok(count))
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.poll_gone(cx)
    }

    fn socket(&self) -> i32 {
        self.inner.socket()
    }
}

impl<T: Transmit> Layered<T> {
    fn poll_send_wrapped(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.rest().is_empty() {
            let count = ready!(self.inner.poll_transmit(cx, self.outgoing.rest()))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.take(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Transmit> Transmit for Layered<T> {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if !self.slot.is_engaged() {
            return self.inner.poll_transmit(cx, bytes);
        }
        ready!(self.poll_send_wrapped(cx))?;
        let plain = bytes.get(..WRAPPED_AT_ONCE_BYTES).unwrap_or(bytes);
        if let Some(layer) = self.slot.0.get() {
            let mut layer = layer.lock().unwrap_or_else(PoisonError::into_inner);
            layer.wrap(plain, &mut self.outgoing.bytes)?;
        }
        // They are taken; what does not go now goes when the writer settles.
        match self.poll_send_wrapped(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(plain.len())),
        }
    }

    fn poll_transmit_fd(
        &mut self,
        cx: &mut Context<'_>,
        fd: BorrowedFd<'_>,
    ) -> Poll<io::Result<()>> {
        if self.slot.is_engaged() {
            let text = "file descriptors cannot be sent through a SASL security layer";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::Unsupported, text)));
        }
        self.inner.poll_transmit_fd(cx, fd)
    }

    fn poll_settle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send_wrapped(cx))?;
        self.inner.poll_settle(cx)
    }

    fn short_cut(&self) -> Option<Arc<dyn ShortCut>> {
        let inner = self.inner.short_cut()?;
        Some(Arc::new(PlainOnly { inner, slot: self.slot.clone() }))
    }
}

/// A short cut that is closed once there is a layer: nothing goes out around it.
struct PlainOnly {
    inner: Arc<dyn ShortCut>,
    slot: LayerSlot,
}

impl ShortCut for PlainOnly {
    fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.slot.is_engaged() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.inner.send_now(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io;
    use std::task::{Context, Waker};

    use tokio::io::duplex;

    use super::{Layer, LayerSlot, Layered};
    use crate::transport::{Receive, Shared};
    use crate::{Header, PacketReader, PacketType, PacketWriter, Status};

    /// Frames of a length byte and inverted bytes, short ones so that packets span many.
    #[derive(Default)]
    struct Inverted(Vec<u8>);

    impl Layer for Inverted {
        fn wrap(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            for frame in plain.chunks(100) {
                out.push(u8::try_from(frame.len()).unwrap());
                out.extend(frame.iter().map(|byte| !byte));
            }
            Ok(())
        }

        fn unwrap(&mut self, wire: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            self.0.extend_from_slice(wire);
            while let Some(length) = self.0.first().map(|length| usize::from(*length) + 1)
                && length <= self.0.len()
            {
                out.extend(self.0.drain(..length).skip(1).map(|byte| !byte));
            }
            Ok(())
        }
    }

    fn packet(serial: u32, bytes: usize) -> Vec<u8> {
        let kind = PacketType::Call;
        let header =
            Header { program: 1, version: 1, procedure: 1, kind, serial, status: Status::Ok };
        let mut packet = crate::begin(Vec::new(), &header);
        packet.put(&vec![7; bytes]);
        crate::seal(packet).unwrap()
    }

    #[tokio::test]
    async fn packets_pass_plain_before_and_wrapped_after_a_layer_is_engaged() {
        // Narrower than a frame, so that both sides have to wait in the middle of one.
        let (left, right) = duplex(64);
        let (here, there) = (LayerSlot::default(), LayerSlot::default());
        let mut sink = Layered::new(Shared::new(left), here.clone());
        let mut reader = PacketReader::new(Layered::new(Shared::new(right), there.clone()));
        let (engaged, both_engaged) = tokio::sync::oneshot::channel();
        let sender = async {
            let mut writer = PacketWriter::default();
            writer.push(packet(1, 500), Vec::new());
            writer.flush(&mut sink).await.unwrap();
            both_engaged.await.unwrap();
            assert!(here.engage(Box::new(Inverted::default())));
            writer.push(packet(2, 300_000), Vec::new());
            writer.push(packet(3, 0), Vec::new());
            writer.flush(&mut sink).await.unwrap();
        };
        let receiver = async {
            assert_eq!(reader.next().await.unwrap().unwrap().header.serial, 1);
            assert!(!reader.has_unread());
            there.engage(Box::new(Inverted::default()));
            engaged.send(()).unwrap();
            let big = reader.next().await.unwrap().unwrap();
            assert_eq!((big.header.serial, big.payload), (2, &[7; 300_000][..]));
            assert_eq!(reader.next().await.unwrap().unwrap().header.serial, 3);
        };
        tokio::join!(sender, receiver);
        assert!(!here.engage(Box::new(Inverted::default())), "a layer is engaged once");
    }

    #[tokio::test]
    async fn what_the_layer_refuses_ends_the_connection() {
        struct Strict;
        impl Layer for Strict {
            fn wrap(&mut self, _: &[u8], _: &mut Vec<u8>) -> io::Result<()> {
                Ok(())
            }
            fn unwrap(&mut self, _: &[u8], _: &mut Vec<u8>) -> io::Result<()> {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        let (mut left, right) = duplex(64);
        let slot = LayerSlot::default();
        slot.engage(Box::new(Strict));
        let mut source = Layered::new(Shared::new(right), slot);
        tokio::io::AsyncWriteExt::write_all(&mut left, b"forged").await.unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        let read = source.poll_receive(&mut cx, &mut [0; 8], &mut VecDeque::new());
        assert!(matches!(read, std::task::Poll::Ready(Err(_))), "{read:?}");
    }

    #[tokio::test]
    async fn a_short_cut_never_goes_around_the_layer() {
        use crate::UnixTransport;
        use crate::transport::Transmit;
        let (near, _far) = tokio::net::UnixStream::pair().unwrap();
        let slot = LayerSlot::default();
        let layered = Layered::new(UnixTransport::new(near).unwrap(), slot.clone());
        let short_cut = layered.short_cut().unwrap();
        assert_eq!(short_cut.send_now(b"plain").unwrap(), 5);
        assert!(slot.engage(Box::new(Inverted::default())));
        let refused = short_cut.send_now(b"secret").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    }
}
