//! A connection to the monitor of one QEMU.
//!
//! The caller's own future writes its request under a short lock and waits for its reply; a task per
//! connection reads. Nothing else is spawned, and a request costs one write.

mod connection;
mod reader;
mod reply;
mod request;

#[cfg(test)]
mod tests;

use crate::command::Command;
use crate::error::{Disconnect, QmpError};
use crate::event::{EventReceiver, event_queue};
use crate::health::Health;
use crate::message::Greeting;
use crate::observer::{Observer, SocketObserver};
use connection::Connection;
pub use connection::IN_FLIGHT_LIMIT;
pub use reply::Reply;
use request::Request;
pub(crate) use request::check_passthrough;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

/// The deadlines of a connection, and who looks on.
#[derive(Debug, Clone)]
pub struct Options {
    /// From connecting until QEMU has greeted and accepted the negotiation.
    pub greeting_deadline: Duration,
    /// For each command, unless [`Monitor::within`] says otherwise.
    pub command_deadline: Duration,
    /// Sees what the connection carries.
    pub observer: Option<Arc<dyn Observer>>,
    /// Sees what the connection does with its socket.
    pub socket_observer: Option<Arc<dyn SocketObserver>>,
}

impl Default for Options {
    /// 30 s to start, 5 s a command; nobody looks on.
    fn default() -> Self {
        Self {
            greeting_deadline: Duration::from_secs(30),
            command_deadline: Duration::from_secs(5),
            observer: None,
            socket_observer: None,
        }
    }
}

/// A handle to the connection; clones share it. The connection closes with its last handle.
///
/// QEMU executes commands one after the other in the order in which they were sent, and so answers them.
/// Cancelling a call (dropping its future) withdraws the command if it has not begun to be sent; otherwise
/// QEMU will still execute it, and its reply is dropped.
#[derive(Debug, Clone)]
pub struct Monitor {
    handle: Arc<Handle>,
    deadline: Duration,
}

#[derive(Debug)]
struct Handle {
    connection: Arc<Connection>,
    reader: AbortHandle,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.connection.close(Disconnect::Dropped);
        self.reader.abort();
    }
}

impl Monitor {
    /// Connects to QEMU's monitor socket and leaves the negotiation mode.
    ///
    /// **Errors**: [`QmpError::Connect`], [`QmpError::Timeout`] when QEMU does not greet,
    /// [`QmpError::Closed`] when it goes away or is not QEMU.
    pub async fn connect(
        path: &Path,
        options: Options,
    ) -> Result<(Self, Greeting, EventReceiver), QmpError> {
        let failed =
            |error: std::io::Error| QmpError::Connect { path: path.into(), error: Arc::new(error) };
        let started = Instant::now();
        let stream = timeout_at(started + options.greeting_deadline, UnixStream::connect(path))
            .await
            .map_err(|_| timeout("connect", options.greeting_deadline))?
            .map_err(failed)?;
        Self::greet(stream, options, started).await
    }

    /// Takes over a socket that is connected, or will be once QEMU accepts from its listening socket.
    ///
    /// **Errors**: as for [`Monitor::connect`].
    pub async fn attach(
        stream: UnixStream,
        options: Options,
    ) -> Result<(Self, Greeting, EventReceiver), QmpError> {
        Self::greet(stream, options, Instant::now()).await
    }

    async fn greet(
        stream: UnixStream,
        options: Options,
        started: Instant,
    ) -> Result<(Self, Greeting, EventReceiver), QmpError> {
        let (events, receiver) = event_queue();
        let (greeted, greeting) = oneshot::channel();
        let connection =
            Arc::new(Connection::new(stream, options.observer, options.socket_observer));
        let reader =
            tokio::spawn(reader::run(Arc::clone(&connection), events, greeted)).abort_handle();
        let monitor = Self {
            handle: Arc::new(Handle { connection, reader }),
            deadline: options.command_deadline,
        };
        let deadline = options.greeting_deadline;
        let greeting = timeout_at(started + deadline, greeting)
            .await
            .map_err(|_| timeout("greeting", deadline))?
            .map_err(|_| monitor.connection().closed())?;
        monitor
            .within(deadline.saturating_sub(started.elapsed()))
            .execute(&Command::new("qmp_capabilities"))
            .await?;
        Ok((monitor, greeting, receiver))
    }

    /// The same connection with another deadline for each command.
    #[must_use]
    pub fn within(&self, deadline: Duration) -> Self {
        Self { handle: Arc::clone(&self.handle), deadline }
    }

    /// Executes a command.
    ///
    /// **Errors**: [`QmpError::Refused`] with QEMU's words, [`QmpError::Timeout`], [`QmpError::Closed`].
    pub async fn execute(&self, command: &Command) -> Result<Reply, QmpError> {
        let reply = self.exchange(Request::of(command), None).await?;
        reply.accepted()
    }

    /// Executes a command and reads its answer as a `T`.
    ///
    /// **Errors**: as for [`Monitor::execute`], and [`QmpError::Decode`].
    pub async fn execute_as<T: DeserializeOwned>(&self, command: &Command) -> Result<T, QmpError> {
        self.execute(command).await?.decode()
    }

    /// Executes a command whose answer says nothing.
    ///
    /// **Errors**: as for [`Monitor::execute`].
    pub async fn perform(&self, command: &Command) -> Result<(), QmpError> {
        self.execute(command).await.map(drop)
    }

    /// Executes a command and reads its answer as a generic value.
    ///
    /// **Errors**: as for [`Monitor::execute_as`].
    pub async fn execute_value(&self, command: &Command) -> Result<Value, QmpError> {
        self.execute_as(command).await
    }

    /// Executes a command that takes a file descriptor, such as `getfd` or `add-fd`.
    ///
    /// QEMU keeps only the last descriptor it has read, so these commands wait for each other.
    ///
    /// **Errors**: as for [`Monitor::execute`].
    pub async fn execute_with_fd(&self, command: &Command, fd: OwnedFd) -> Result<Reply, QmpError> {
        let reply = self.exchange(Request::of(command), Some(fd)).await?;
        reply.accepted()
    }

    /// Passes a request on and gives QEMU's whole reply, error or not, as one line of compact JSON.
    ///
    /// `request` is a JSON object; it gets an `id` if it names something to `execute`. A refusal by QEMU is not
    /// an error here but a reply like any other.
    ///
    /// **Errors**: [`QmpError::Request`] when the request cannot be sent, [`QmpError::Timeout`],
    /// [`QmpError::Closed`].
    pub async fn execute_raw(&self, request: &str) -> Result<String, QmpError> {
        let request = Request::from_text(request).map_err(QmpError::Request)?;
        Ok(crate::compact(self.exchange(request, None).await?.line()))
    }

    /// The same for a request that takes a file descriptor.
    ///
    /// **Errors**: as for [`Monitor::execute_raw`].
    pub async fn execute_raw_with_fd(
        &self,
        request: &str,
        fd: OwnedFd,
    ) -> Result<String, QmpError> {
        let request = Request::from_text(request).map_err(QmpError::Request)?;
        Ok(crate::compact(self.exchange(request, Some(fd)).await?.line()))
    }

    /// Whether QEMU answers; never waits.
    pub fn health(&self) -> Health {
        self.connection().pulse.health()
    }

    /// Why the connection is closed, if it is; never waits.
    pub fn disconnect(&self) -> Option<Disconnect> {
        self.connection().disconnect()
    }

    /// Closes the connection for all handles: what is in flight fails, the events end.
    pub fn close(&self) {
        self.connection().close(Disconnect::Dropped);
        self.handle.reader.abort();
    }

    fn connection(&self) -> &Arc<Connection> {
        &self.handle.connection
    }

    async fn exchange(&self, request: Request<'_>, fd: Option<OwnedFd>) -> Result<Reply, QmpError> {
        let started = Instant::now();
        let mut ticket = None;
        let answer = async {
            let waiting = ticket.insert(self.connection().submit(&request, fd).await?);
            waiting.reply().await
        };
        let answer = timeout_at(started + self.deadline, answer).await;
        if let Some(observer) = self.connection().observer() {
            observer.waited(started.elapsed());
        }
        if let Ok(answer) = answer {
            return answer.map(|line| Reply::new(request.name(), line));
        }
        // Without a ticket it was our own queue that was too long.
        if ticket.is_some() {
            self.connection().pulse.missed(started.into_std());
        }
        Err(timeout(request.name(), self.deadline))
    }
}

fn timeout(command: &str, deadline: Duration) -> QmpError {
    QmpError::Timeout { command: command.into(), deadline }
}
