//! Where bytes and descriptors come from and go to.

use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::UnixStream;

use crate::FDS_MAX;

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
}

/// A unix socket; clones share it, so that one may read while the other writes.
#[derive(Debug, Clone)]
pub struct UnixTransport(Arc<UnixStream>);

/// Any byte stream; it takes no descriptors.
#[derive(Debug)]
pub struct Bytes<S>(pub S);

impl UnixTransport {
    /// Takes over a connected socket.
    pub fn new(stream: UnixStream) -> Self {
        Self(Arc::new(stream))
    }
}

impl Receive for UnixTransport {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        fds: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            let mut count = None;
            let outcome = self.0.try_io(Interest::READABLE, || {
                let (read, passed) = receive(self.0.as_fd(), room, fds)?;
                count = Some(read);
                // A short read has emptied the socket: saying so here, while the readiness is the
                // one from before the read, spares the next read that would only find nothing.
                if read > 0 && read < room.len() && passed == 0 {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(())
            });
            match (count, outcome) {
                (Some(read), _) => return Poll::Ready(Ok(read)),
                (None, Err(error)) if is_retry(&error) => {}
                (None, Err(error)) => return Poll::Ready(Err(error)),
                (None, Ok(())) => {}
            }
        }
    }
}

fn is_retry(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// One read: bytes, and how many descriptors came.
fn receive(
    socket: BorrowedFd<'_>,
    room: &mut [u8],
    fds: &mut VecDeque<OwnedFd>,
) -> io::Result<(usize, usize)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    let message = rustix::net::recvmsg(socket, &mut [IoSliceMut::new(room)], &mut control, flags)?;
    let before = fds.len();
    for passed in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = passed {
            fds.extend(rights);
        }
    }
    if message.flags.contains(ReturnFlags::CTRUNC) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("peer passed more than {FDS_MAX} file descriptors at once"),
        ));
    }
    Ok((message.bytes, fds.len().saturating_sub(before)))
}

impl Transmit for UnixTransport {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            // Most of the time there is room, and asking for readiness first costs more.
            match self.0.try_write(bytes) {
                Err(error) if is_retry(&error) => ready!(self.0.poll_write_ready(cx))?,
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    fn poll_transmit_fd(
        &mut self,
        cx: &mut Context<'_>,
        fd: BorrowedFd<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let outcome = self.0.try_io(Interest::WRITABLE, || send_fd(self.0.as_fd(), fd));
            match outcome {
                Err(error) if is_retry(&error) => ready!(self.0.poll_write_ready(cx))?,
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

fn send_fd(socket: BorrowedFd<'_>, fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let rights = [fd];
    if !control.push(SendAncillaryMessage::ScmRights(&rights)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    rustix::net::sendmsg(socket, &[IoSlice::new(&[0])], &mut control, flags)?;
    Ok(())
}

impl<S: AsyncRead + Send + Unpin> Receive for Bytes<S> {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        _: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        let mut room = ReadBuf::new(room);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut room))?;
        Poll::Ready(Ok(room.filled().len()))
    }
}

impl<S: AsyncWrite + Send + Unpin> Transmit for Bytes<S> {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_transmit_fd(&mut self, _: &mut Context<'_>, _: BorrowedFd<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
