//! Unix sockets: the only transport that carries descriptors.

use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::UnixStream;
use tokio::net::unix::SocketAddr;
use trace::probes::{self, OpenSocket};

use super::{Receive, ShortCut, Transmit, is_retry};
use crate::FDS_MAX;

/// A unix socket; clones share it, so that one may read while the other writes.
///
/// It is watched for what comes only. Watching for room as well would wake its task each time the
/// peer has read something; for room it is watched while the peer does not read, under a descriptor
/// of its own.
#[derive(Debug)]
pub struct UnixTransport {
    socket: Arc<Socket>,
    /// While there is no room.
    room: Option<AsyncFd<OwnedFd>>,
    /// Something may be there to read although nothing says so.
    unasked: bool,
}

#[derive(Debug)]
struct Socket {
    fd: AsyncFd<OwnedFd>,
    probe: OpenSocket,
}

impl UnixTransport {
    /// Takes over a connected socket.
    ///
    /// # Errors
    /// Those of watching one more descriptor.
    pub fn new(stream: UnixStream) -> io::Result<Self> {
        let name = |address: io::Result<SocketAddr>| {
            let address = address.ok()?;
            Some(address.as_pathname()?.display().to_string())
        };
        let probe = OpenSocket::new(
            stream.as_fd(),
            &|| name(stream.local_addr()).unwrap_or_default(),
            &|| name(stream.peer_addr()).unwrap_or_default(),
        );
        let fd = watched(stream.into_std()?.into(), Interest::READABLE)?;
        Ok(Self { socket: Arc::new(Socket { fd, probe }), room: None, unasked: false })
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.socket.fd.as_fd()
    }

    /// Waits until sending is worth another attempt.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let room = match &mut self.room {
            Some(room) => room,
            none => {
                let fd = self.socket.fd.get_ref().try_clone()?;
                none.insert(watched(fd, Interest::WRITABLE)?)
            }
        };
        ready!(room.poll_write_ready(cx))?.clear_ready();
        Poll::Ready(Ok(()))
    }

    /// Sends, once there is room.
    fn poll_send<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut send: impl FnMut(BorrowedFd<'_>) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match send(self.fd()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.poll_room(cx))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => {
                    self.room = None;
                    return Poll::Ready(outcome);
                }
            }
        }
    }
}

impl Clone for UnixTransport {
    fn clone(&self) -> Self {
        Self { socket: Arc::clone(&self.socket), room: None, unasked: false }
    }
}

impl Receive for UnixTransport {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        fds: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        if std::mem::take(&mut self.unasked) {
            match receive(self.fd(), room, fds) {
                Err(error) if is_retry(&error) => {}
                outcome => return Poll::Ready(outcome.map(|(read, _)| read)),
            }
        }
        loop {
            let mut readable = ready!(self.socket.fd.poll_read_ready(cx))?;
            match receive(self.fd(), room, fds) {
                Ok((read, passed)) => {
                    // A short read has emptied the socket: knowing that spares the next read, which
                    // would only find nothing.
                    if read > 0 && read < room.len() && passed == 0 {
                        readable.clear_ready();
                    }
                    return Poll::Ready(Ok(read));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => readable.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Ok(mut event) = ready!(self.socket.fd.poll_read_ready(cx)) {
            if event.ready().is_read_closed() {
                return if hung_up(self.fd()) { Poll::Ready(()) } else { Poll::Pending };
            }
            // Bytes that nobody is to read yet; the next event may be the end.
            self.unasked = true;
            event.clear_ready();
        }
        Poll::Ready(())
    }

    fn socket(&self) -> i32 {
        self.socket.probe.fd()
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe for types that change descriptors; an OwnedFd does not"
)]
fn watched(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, interest)
}

/// Whether the peer has closed its end, and not only said that it has no more to say.
fn hung_up(socket: BorrowedFd<'_>) -> bool {
    let mut sockets = [PollFd::from_borrowed_fd(socket, PollFlags::empty())];
    let asked = rustix::event::poll(&mut sockets, Some(&Timespec::default()));
    asked.is_err() || sockets.iter().any(|socket| socket.revents().contains(PollFlags::HUP))
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
            for fd in rights {
                probes::rpc_socket_recv_fd(socket.as_raw_fd(), fd.as_raw_fd());
                fds.push_back(fd);
            }
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
        self.poll_send(cx, |socket| send(socket, bytes))
    }

    fn poll_transmit_fd(
        &mut self,
        cx: &mut Context<'_>,
        fd: BorrowedFd<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_send(cx, |socket| send_fd(socket, fd))
    }

    fn short_cut(&self) -> Option<Arc<dyn ShortCut>> {
        Some(Arc::clone(&self.socket) as _)
    }
}

impl ShortCut for Socket {
    fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
        send(self.fd.as_fd(), bytes)
    }
}

fn send(socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
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
    probes::rpc_socket_send_fd(socket.as_raw_fd(), fd.as_raw_fd());
    Ok(())
}
