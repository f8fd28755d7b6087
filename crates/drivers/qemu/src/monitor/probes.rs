//! Static probes of a monitor's connection.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::OnceLock;

use qmp::SocketObserver;
use trace::probes::{self, Watch};

/// What is to be seen of one connection; it goes with the connection.
#[derive(Debug)]
pub(crate) struct MonitorProbes {
    mon: u64,
    socket: OnceLock<Watch>,
}

impl MonitorProbes {
    /// Those of a connection to be opened.
    pub(crate) fn new() -> Self {
        Self { mon: probes::next_id(), socket: OnceLock::new() }
    }
}

impl SocketObserver for MonitorProbes {
    fn opened(&self, socket: BorrowedFd<'_>) {
        let fd = socket.as_raw_fd();
        probes::qemu_monitor_new(self.mon, fd);
        self.socket.get_or_init(|| Watch::new(fd, probes::READABLE, c"monitor", self.mon));
    }

    fn queued(&self, line: &[u8], fd: Option<BorrowedFd<'_>>) {
        probes::qemu_monitor_send_msg(self.mon, line, number(fd));
    }

    fn wrote(&self, bytes: &[u8], fd: Option<BorrowedFd<'_>>, outcome: &io::Result<usize>) {
        let (ret, errno) = result(outcome);
        probes::qemu_monitor_io_write(self.mon, bytes, bytes.len(), ret, errno);
        if fd.is_some() {
            probes::qemu_monitor_io_send_fd(self.mon, number(fd), ret, errno);
        }
    }

    fn read(&self, bytes: &[u8], outcome: &io::Result<usize>) {
        if let Some(socket) = self.socket.get() {
            socket.dispatch(probes::READABLE);
        }
        let (ret, errno) = result(outcome);
        probes::qemu_monitor_io_read(self.mon, bytes, bytes.len(), ret, errno);
    }

    fn splits(&self, unread: &[u8]) {
        probes::qemu_monitor_io_process(self.mon, unread, unread.len());
    }

    fn replied(&self, line: &str) {
        probes::qemu_monitor_recv_reply(self.mon, line.as_bytes());
    }

    fn told(&self, line: &str) {
        probes::qemu_monitor_recv_event(self.mon, line.as_bytes());
    }

    fn closed(&self) {
        probes::qemu_monitor_close(self.mon);
    }
}

fn number(fd: Option<BorrowedFd<'_>>) -> i32 {
    fd.map_or(-1, |fd| fd.as_raw_fd())
}

/// What the system call gave, as C tells it.
fn result(outcome: &io::Result<usize>) -> (i64, i32) {
    match outcome {
        Ok(count) => (i64::try_from(*count).unwrap_or(i64::MAX), 0),
        Err(error) => (-1, error.raw_os_error().unwrap_or_default()),
    }
}
