//! A character device of a guest as a stream of bytes, for one user at a time.

use std::future::Future;
use std::io;
use std::os::unix::net;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use driver::Stream;
use rustix::fs::{Mode, OFlags};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::watch;

use crate::slow_storage;

/// How long a socket may take to be reached.
const CONNECT: Duration = Duration::from_secs(5);

/// Opens a pseudo-terminal without making it ours.
pub(super) fn open_pty(path: &Path, lease: watch::Receiver<()>) -> io::Result<Stream> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let pty = rustix::fs::open(path, flags, Mode::empty())?;
    // What tokio knows of the ends of a pipe is all that it takes for those of a terminal.
    let writer = pipe::Sender::from_owned_fd_unchecked(pty.try_clone()?)?;
    Ok(leased(pipe::Receiver::from_owned_fd_unchecked(pty)?, writer, lease))
}

/// Connects to the socket behind which QEMU has a device.
pub(super) async fn connect(path: &Path, lease: watch::Receiver<()>) -> io::Result<Stream> {
    let socket = path.to_owned();
    // The document says where it is.
    let connected = slow_storage::on(path, CONNECT, move || net::UnixStream::connect(socket)).await;
    let connected = connected.map_err(|unanswered| io::Error::other(unanswered.to_string()))??;
    connected.set_nonblocking(true)?;
    let (reader, writer) = UnixStream::from_std(connected)?.into_split();
    Ok(leased(reader, writer, lease))
}

fn leased(
    reader: impl AsyncRead + Send + Unpin + 'static,
    writer: impl AsyncWrite + Send + Unpin + 'static,
    lease: watch::Receiver<()>,
) -> Stream {
    let mut end = lease.clone();
    // Nothing is ever sent: a change is that the sender is gone.
    let ended = Box::pin(async move { while end.changed().await.is_ok() {} });
    Stream::both(LeasedReader { reader, ended }, LeasedWriter { writer, lease })
}

/// Reads until the lease ends.
struct LeasedReader<R> {
    reader: R,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<R: AsyncRead + Unpin> AsyncRead for LeasedReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ended.as_mut().poll(cx).is_ready() {
            // Polled again it must end again.
            self.ended = Box::pin(std::future::ready(()));
            return Poll::Ready(Ok(()));
        }
        match ready!(Pin::new(&mut self.reader).poll_read(cx, buffer)) {
            Err(error) if is_hangup(&error) => Poll::Ready(Ok(())),
            read => Poll::Ready(read),
        }
    }
}

/// Writes until the lease ends.
struct LeasedWriter<W> {
    writer: W,
    lease: watch::Receiver<()>,
}

impl<W> LeasedWriter<W> {
    fn check(&self) -> io::Result<()> {
        self.lease.has_changed().map(drop).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for LeasedWriter<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.writer).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_shutdown(cx)
    }
}

/// How a terminal says that its master, which QEMU has, is gone.
fn is_hangup(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}
