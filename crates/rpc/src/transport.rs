//! Where bytes and descriptors come from and go to.

mod bytes;
mod layered;
mod unix;

use std::collections::VecDeque;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::task::{Context, Poll};

pub use bytes::{Bytes, Shared, TcpTransport, opened};
pub use layered::{Layer, LayerSlot, Layered};
pub use unix::UnixTransport;

/// Where packets come from.
pub trait Receive: Send {
    /// Reads some bytes into `room`, and descriptors that come along behind those in `fds`.
    ///
    /// # Errors
    /// Those of the socket; 0 bytes mean that the peer is done.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        fds: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>>;

    /// Ready when the peer is gone, for whoever does not read at the time. Where that cannot be told,
    /// never.
    fn poll_gone(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    /// The socket's descriptor, by which static probes know it; -1 where there is none.
    fn socket(&self) -> i32 {
        -1
    }
}

/// Where packets go to.
pub trait Transmit: Send {
    /// Writes some bytes.
    ///
    /// # Errors
    /// Those of the socket.
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// Writes a zero byte that carries a descriptor.
    ///
    /// # Errors
    /// Those of the socket; [`io::ErrorKind::Unsupported`] where descriptors cannot travel.
    fn poll_transmit_fd(
        &mut self,
        cx: &mut Context<'_>,
        fd: BorrowedFd<'_>,
    ) -> Poll<io::Result<()>>;

    /// Brings out what was taken by [`Self::poll_transmit`] and is still held back, as by whatever
    /// encrypts.
    ///
    /// # Errors
    /// Those of the socket.
    fn poll_settle(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// The way by which any task may send, where bytes go to the socket as they are.
    fn short_cut(&self) -> Option<Arc<dyn ShortCut>> {
        None
    }
}

/// Sends from any task, past whoever polls. Only for whoever knows that nothing else waits to be
/// sent.
pub trait ShortCut: Send + Sync {
    /// Writes what the socket takes at once.
    ///
    /// # Errors
    /// Those of the socket; [`io::ErrorKind::WouldBlock`] when it takes nothing.
    fn send_now(&self, bytes: &[u8]) -> io::Result<usize>;
}

fn is_retry(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
