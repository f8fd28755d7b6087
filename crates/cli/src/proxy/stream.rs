//! A connected socket whose bytes and descriptors are passed on as they are.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, Shutdown,
};
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};

/// Most descriptors that the kernel lets travel at once.
const FDS_AT_ONCE_MAX: usize = 253;

/// A connected socket.
#[derive(Debug)]
pub(super) enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// Descriptors on their way.
pub(super) type Fds = Vec<OwnedFd>;

impl Stream {
    /// Reads once; 0 bytes are the end. What came along in `fds` came with the last byte: the
    /// kernel ends a read behind a byte that carries descriptors.
    pub(super) async fn receive(&self, room: &mut [u8], fds: &mut Fds) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => {
                let read = || receive(stream.as_fd(), room, fds);
                stream.async_io(Interest::READABLE, read).await
            }
            Self::Tcp(stream) => {
                stream
                    .async_io(Interest::READABLE, || {
                        Ok(rustix::io::read(stream.as_fd(), &mut *room)?)
                    })
                    .await
            }
        }
    }

    /// Writes all of it, the descriptors with the last byte.
    pub(super) async fn send(&self, bytes: &[u8], fds: &Fds) -> io::Result<()> {
        let plain = if fds.is_empty() { bytes.len() } else { bytes.len().saturating_sub(1) };
        let (bytes, carrier) = bytes.split_at(plain);
        self.send_all(bytes, &[]).await?;
        let fds: Vec<BorrowedFd<'_>> = fds.iter().map(AsFd::as_fd).collect();
        self.send_all(carrier, &fds).await
    }

    async fn send_all(&self, mut bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = match self {
                Self::Unix(stream) => {
                    stream.async_io(Interest::WRITABLE, || send(stream.as_fd(), bytes, fds)).await?
                }
                Self::Tcp(_) if !fds.is_empty() => {
                    return Err(io::Error::other("file descriptors cannot pass through TCP"));
                }
                Self::Tcp(stream) => {
                    stream.async_io(Interest::WRITABLE, || send(stream.as_fd(), bytes, &[])).await?
                }
            };
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// Tells the peer that nothing follows.
    pub(super) fn end(&self) {
        // A peer that is gone needs not be told.
        let _ = match self {
            Self::Unix(stream) => rustix::net::shutdown(stream, Shutdown::Write),
            Self::Tcp(stream) => rustix::net::shutdown(stream, Shutdown::Write),
        };
    }

    /// Process and user of the peer, where the kernel tells.
    pub(super) fn peer(&self) -> (Option<i32>, Option<u32>) {
        match self {
            Self::Unix(stream) => match stream.peer_cred() {
                Ok(ids) => (ids.pid(), Some(ids.uid())),
                Err(_) => (None, None),
            },
            Self::Tcp(_) => (None, None),
        }
    }

    /// The peer's address; empty for most unix sockets.
    pub(super) fn remote(&self) -> String {
        match self {
            Self::Unix(_) => String::new(),
            Self::Tcp(stream) => {
                stream.peer_addr().map(|address| address.to_string()).unwrap_or_default()
            }
        }
    }
}

fn receive(socket: BorrowedFd<'_>, room: &mut [u8], fds: &mut Fds) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_AT_ONCE_MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    let message = rustix::net::recvmsg(socket, &mut [IoSliceMut::new(room)], &mut control, flags)?;
    for passed in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = passed {
            fds.extend(rights);
        }
    }
    if message.flags.contains(ReturnFlags::CTRUNC) {
        return Err(io::Error::other("file descriptors were lost: too many are open"));
    }
    Ok(message.bytes)
}

fn send(socket: BorrowedFd<'_>, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_AT_ONCE_MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    Ok(rustix::net::sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags)?)
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
    use tokio::net::UnixStream;

    use super::Stream;

    fn pair() -> (Stream, Stream) {
        let (left, right) = UnixStream::pair().unwrap();
        (Stream::Unix(left), Stream::Unix(right))
    }

    fn an_fd() -> OwnedFd {
        let (kind, flags) = (SocketType::STREAM, SocketFlags::CLOEXEC);
        socketpair(AddressFamily::UNIX, kind, flags, None).unwrap().0
    }

    #[tokio::test]
    async fn descriptors_stay_with_the_byte_that_carried_them() {
        let (client, inside) = pair();
        let (outside, daemon) = pair();
        client.send(b"packet", &Vec::new()).await.unwrap();
        client.send(&[0], &vec![an_fd(), an_fd()]).await.unwrap();
        client.send(b"more", &Vec::new()).await.unwrap();
        client.end();
        let mut room = [0; 64];
        loop {
            let mut fds = Vec::new();
            let count = inside.receive(&mut room, &mut fds).await.unwrap();
            if count == 0 {
                break;
            }
            outside.send(&room[..count], &fds).await.unwrap();
        }
        // Read as libvirt does: the packet by its length, then a byte for each descriptor.
        let Stream::Unix(daemon) = daemon else { panic!("a unix socket") };
        assert_eq!(rustix::io::read(daemon.as_fd(), &mut room[..6]), Ok(6));
        assert_eq!(&room[..6], b"packet");
        let mut fds = Vec::new();
        let daemon = Stream::Unix(daemon);
        assert_eq!(daemon.receive(&mut room[..1], &mut fds).await.unwrap(), 1);
        assert_eq!((room[0], fds.len()), (0, 2));
        assert_eq!(daemon.receive(&mut room, &mut fds).await.unwrap(), 4);
        assert_eq!((&room[..4], fds.len()), (&b"more"[..], 2));
    }
}
