//! Byte streams of any kind. None of them carries descriptors.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use trace::probes::OpenSocket;

use super::{Receive, Transmit, is_retry};

/// One direction of any byte stream.
#[derive(Debug)]
pub struct Bytes<S>(pub S);

/// Both directions of any byte stream, TLS above all; clones share it, so that one may read while
/// the other writes.
///
/// The stream must register the waker of a reader only when it reads and that of a writer only
/// when it writes.
#[derive(Debug)]
pub struct Shared<S>(Arc<Stream<S>>);

#[derive(Debug)]
struct Stream<S> {
    stream: Mutex<S>,
    socket: Option<OpenSocket>,
}

/// A TCP connection; clones share it.
#[derive(Debug, Clone)]
pub struct TcpTransport(Arc<Socket>);

#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    probe: OpenSocket,
}

impl<S> Shared<S> {
    /// Takes over a stream.
    pub fn new(stream: S) -> Self {
        Self(Arc::new(Stream { stream: Mutex::new(stream), socket: None }))
    }

    /// Takes over a stream that goes through this socket.
    pub fn through(socket: OpenSocket, stream: S) -> Self {
        Self(Arc::new(Stream { stream: Mutex::new(stream), socket: Some(socket) }))
    }

    fn with<R>(&self, act: impl FnOnce(Pin<&mut S>) -> R) -> R
    where
        S: Unpin,
    {
        act(Pin::new(&mut self.0.stream.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl TcpTransport {
    /// Takes over a connected socket.
    pub fn new(stream: TcpStream) -> Self {
        let probe = opened(&stream);
        Self(Arc::new(Socket { stream, probe }))
    }
}

/// Tells static probes of a TCP socket, with its addresses as libvirt's probes spell them:
/// `192.0.2.1;16509`.
pub fn opened(stream: &TcpStream) -> OpenSocket {
    let name = |address: io::Result<SocketAddr>| {
        address.map(|address| format!("{};{}", address.ip(), address.port())).unwrap_or_default()
    };
    OpenSocket::new(stream.as_fd(), &|| name(stream.local_addr()), &|| name(stream.peer_addr()))
}

fn no_descriptors() -> io::Error {
    let text = "Sending file descriptors is not supported on this socket";
    io::Error::new(io::ErrorKind::Unsupported, text)
}

fn poll_read<S: AsyncRead>(
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
    room: &mut [u8],
) -> Poll<io::Result<usize>> {
    let mut room = ReadBuf::new(room);
    ready!(stream.poll_read(cx, &mut room))?;
    Poll::Ready(Ok(room.filled().len()))
}

impl<S: AsyncRead + Send + Unpin> Receive for Bytes<S> {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        _: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        poll_read(Pin::new(&mut self.0), cx, room)
    }
}

impl<S: AsyncWrite + Send + Unpin> Transmit for Bytes<S> {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_transmit_fd(&mut self, _: &mut Context<'_>, _: BorrowedFd<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(no_descriptors()))
    }

    fn poll_settle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
}

impl<S: AsyncRead + Send + Unpin> Receive for Shared<S> {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        _: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        match ready!(self.with(|stream| poll_read(stream, cx, room))) {
            // libvirt's peers end TLS without saying so. A packet that was cut off is noticed where
            // packets are read.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(0)),
            outcome => Poll::Ready(outcome),
        }
    }

    fn socket(&self) -> i32 {
        self.0.socket.as_ref().map_or(-1, OpenSocket::fd)
    }
}

impl<S: AsyncWrite + Send + Unpin> Transmit for Shared<S> {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(cx, bytes))
    }

    fn poll_transmit_fd(&mut self, _: &mut Context<'_>, _: BorrowedFd<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(no_descriptors()))
    }

    fn poll_settle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(cx))
    }
}

impl Receive for TcpTransport {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        _: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_read_ready(cx))?;
            match self.0.stream.try_read(room) {
                Err(error) if is_retry(&error) => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    fn socket(&self) -> i32 {
        self.0.probe.fd()
    }
}

impl Transmit for TcpTransport {
    fn poll_transmit(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            // Most of the time there is room, and asking for readiness first costs more.
            match self.0.stream.try_write(bytes) {
                Err(error) if is_retry(&error) => ready!(self.0.stream.poll_write_ready(cx))?,
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    fn poll_transmit_fd(&mut self, _: &mut Context<'_>, _: BorrowedFd<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(no_descriptors()))
    }
}
