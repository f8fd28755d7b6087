//! The task that reads one connection until it ends.

use super::connection::Connection;
use super::reply::Line;
use crate::error::Disconnect;
use crate::event::EventSender;
use crate::line::{LINE_LIMIT, LineBuffer};
use crate::message::{Greeting, Message};
use std::io;
use std::sync::Arc;
use tokio::io::{Interest, Ready};
use tokio::sync::oneshot;

/// As much of a faulty line as an error quotes.
const EXCERPT_LIMIT: usize = 120;

/// Reads, and writes what callers could not, until the connection ends; then fails everything in flight.
pub(super) async fn run(
    connection: Arc<Connection>,
    events: EventSender,
    greeted: oneshot::Sender<Greeting>,
) {
    let mut reader =
        Reader { connection, events, greeted: Some(greeted), lines: LineBuffer::default() };
    let reason = loop {
        if let Err(reason) = reader.turn().await {
            break reason;
        }
    };
    tracing::debug!(%reason, "monitor connection closed");
    reader.connection.close(reason);
}

struct Reader {
    connection: Arc<Connection>,
    events: EventSender,
    greeted: Option<oneshot::Sender<Greeting>>,
    lines: LineBuffer,
}

impl Reader {
    async fn turn(&mut self) -> Result<(), Disconnect> {
        let ready = self.ready().await?;
        if ready.is_readable() || ready.is_read_closed() {
            self.read()?;
        }
        if ready.is_writable()
            && let Err(error) = self.connection.flush_outbox()
        {
            // A broken pipe must not hide QEMU's last words, which came before it.
            while self.read()? {}
            return Err(error.into());
        }
        Ok(())
    }

    async fn ready(&self) -> io::Result<Ready> {
        let interest = if self.connection.has_outgoing() {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        tokio::select! {
            ready = self.connection.stream.ready(interest) => ready,
            () = self.connection.outbox_filled.notified() => Ok(Ready::EMPTY),
        }
    }

    /// One read and the lines it completed, so that a flood leaves the runtime time for others.
    /// False when there was nothing to read.
    fn read(&mut self) -> Result<bool, Disconnect> {
        let outcome = self.lines.fill(&self.connection.stream);
        let count = outcome.as_ref().map_or(0, |count| *count);
        self.connection.socket.read(self.lines.last(count), &outcome);
        match outcome {
            Ok(0) => return Err(Disconnect::EndOfFile),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        self.connection.socket.splits(self.lines.unread());
        while let Some(line) =
            self.lines.next_line().map_err(|_| Disconnect::LineTooLong { limit: LINE_LIMIT })?
        {
            if !line.is_empty() {
                route(line, &self.connection, &self.events, &mut self.greeted)?;
            }
        }
        Ok(true)
    }
}

fn route(
    line: &[u8],
    connection: &Connection,
    events: &EventSender,
    greeted: &mut Option<oneshot::Sender<Greeting>>,
) -> Result<(), Disconnect> {
    let text = str::from_utf8(line).map_err(|error| garbage(line, error.to_string()))?;
    match Message::parse(text).map_err(|reason| garbage(line, reason))? {
        Message::Event { name, timestamp, data } => {
            connection.socket.told(text);
            if let Some(observer) = connection.watcher() {
                observer.event(text);
            }
            events.push(name, timestamp, data);
        }
        Message::Greeting(greeting) => {
            let greeting = serde_json::from_str(greeting.get())
                .map_err(|error| garbage(line, error.to_string()))?;
            if let Some(greeted) = greeted.take() {
                // Nobody waits any more when the deadline has passed.
                let _ = greeted.send(greeting);
            }
        }
        Message::Reply { id, outcome, body } => {
            connection.socket.replied(text);
            if !connection.deliver(id, Line { text: text.into(), outcome, body }) {
                tracing::debug!(?id, "a monitor reply that nobody asked for");
            }
        }
    }
    Ok(())
}

fn garbage(line: &[u8], reason: String) -> Disconnect {
    let excerpt = line.get(..EXCERPT_LIMIT).unwrap_or(line).escape_ascii().to_string();
    Disconnect::Garbage { reason, excerpt }
}
