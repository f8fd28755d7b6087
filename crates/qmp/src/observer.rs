//! Looking on while a monitor is used.

use std::fmt::Debug;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// Sees what a monitor connection carries.
///
/// It is called in the midst of the traffic, so it must neither wait nor use the connection.
pub trait Observer: Debug + Send + Sync {
    /// Whether it wants to see messages; asked before each.
    fn is_watching(&self) -> bool;

    /// A command is on its way to QEMU.
    fn sent(&self, line: &str);

    /// QEMU did what `command` said, or refused to, after so long.
    fn answered(&self, command: &str, took: Duration, answer: Answer, line: &str);

    /// QEMU said something by itself.
    fn event(&self, line: &str);

    /// A caller has waited so long; called where its future runs, whether anybody watches or not.
    fn waited(&self, time: Duration);
}

/// How QEMU answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It did what it was told.
    Done,
    /// It refused.
    Refused,
}

/// Sees what a monitor connection does with its socket, also before QEMU has greeted.
///
/// It is called in the midst of the traffic, at times with the connection locked: it must neither
/// wait nor use the connection.
pub trait SocketObserver: Debug + Send + Sync {
    /// The connection begins on `socket`.
    fn opened(&self, _socket: BorrowedFd<'_>) {}
    /// A request, and the descriptor that goes with it, is put in line.
    fn queued(&self, _line: &[u8], _fd: Option<BorrowedFd<'_>>) {}
    /// A write of `bytes` was tried.
    fn wrote(&self, _bytes: &[u8], _fd: Option<BorrowedFd<'_>>, _outcome: &io::Result<usize>) {}
    /// A read was tried; `bytes` came.
    fn read(&self, _bytes: &[u8], _outcome: &io::Result<usize>) {}
    /// What has come and is not worked off is cut into lines.
    fn splits(&self, _unread: &[u8]) {}
    /// A line answers a request.
    fn replied(&self, _line: &str) {}
    /// A line tells of an event.
    fn told(&self, _line: &str) {}
    /// The connection is over.
    fn closed(&self) {}
}

/// Sees nothing.
#[derive(Debug)]
pub(crate) struct Nobody;

impl SocketObserver for Nobody {}
