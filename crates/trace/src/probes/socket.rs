//! Sockets and the descriptors that pass through them.

use std::os::fd::{AsRawFd, BorrowedFd};

probes! {
    /// A connected socket is there. `errfd` and `pid` are those of a program that carries the
    /// connection, else -1 and 0. Addresses are `ip;port`, or the path of a unix socket.
    rpc_socket_new(
        sock: i32,
        fd: i32,
        errfd: i32,
        pid: i32,
        local_addr: &dyn Fn() -> String,
        remote_addr: &dyn Fn() -> String,
    );
    /// A socket is closed.
    rpc_socket_dispose(sock: i32);
    /// A descriptor went to the peer.
    rpc_socket_send_fd(sock: i32, fd: i32);
    /// A descriptor came from the peer, and is `fd` here.
    rpc_socket_recv_fd(sock: i32, fd: i32);
}

/// A connected socket, for as long as it is open: says that it is there, and that it is closed.
#[derive(Debug)]
pub struct OpenSocket(i32);

impl OpenSocket {
    /// `socket` is there. Its addresses are asked for only when somebody watches.
    pub fn new(
        socket: BorrowedFd<'_>,
        local: &dyn Fn() -> String,
        remote: &dyn Fn() -> String,
    ) -> Self {
        let fd = socket.as_raw_fd();
        rpc_socket_new(fd, fd, -1, 0, local, remote);
        Self(fd)
    }

    /// Its descriptor.
    pub fn fd(&self) -> i32 {
        self.0
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        rpc_socket_dispose(self.0);
    }
}
