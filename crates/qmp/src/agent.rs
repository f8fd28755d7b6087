//! A connection to the guest agent.
//!
//! The socket is QEMU's and stays open whether or not an agent runs in the guest, so before each command the
//! agent must prove that it listens: `guest-sync-delimited` makes it repeat a number that was never used before.
//! What arrives before that number belongs to an earlier call, or to a guest that plays tricks, and is dropped.
//!
//! Invariant: one command is under way at a time, and only bytes after its own number can become its answer.

use crate::command::Command;
use crate::error::{CommandError, Disconnect, RequestFault};
use crate::line::{LINE_LIMIT, LineBuffer};
use crate::message::{Message, Outcome};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

#[cfg(test)]
mod tests;

/// Makes the agent, and us, forget a line that was never finished. It occurs in no JSON.
const DELIMITER: u8 = 0xff;

/// The deadlines of an agent.
#[derive(Debug, Clone, Copy)]
pub struct AgentOptions {
    /// For reaching the socket, waiting for an earlier call, and the agent's proof that it listens.
    pub sync_deadline: Duration,
    /// For the command itself, unless [`Agent::within`] says otherwise.
    pub command_deadline: Duration,
}

impl Default for AgentOptions {
    /// 5 s to prove it listens, 30 s a command.
    fn default() -> Self {
        Self { sync_deadline: Duration::from_secs(5), command_deadline: Duration::from_secs(30) }
    }
}

/// Why an agent command failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgentError {
    /// The agent does not listen: not installed, not started, or stuck.
    #[error("the guest agent did not answer within {} ms", deadline.as_millis())]
    Silent {
        /// How long was waited.
        deadline: Duration,
    },
    /// The agent listens, but the command did not end in time; it may still.
    #[error("no answer to agent command '{command}' within {} ms", deadline.as_millis())]
    Timeout {
        /// The command's name.
        command: String,
        /// How long was waited.
        deadline: Duration,
    },
    /// An earlier command still holds the agent.
    #[error("the guest agent is busy with an earlier command")]
    Busy,
    /// The agent answered with an error.
    #[error("the guest agent refused '{command}': {error}")]
    Refused {
        /// The command's name.
        command: String,
        /// What it said.
        error: CommandError,
    },
    /// The agent answered, but not with what the command promises.
    #[error("unexpected answer to agent command '{command}': {reason}")]
    Decode {
        /// The command's name.
        command: String,
        /// Which part, and why.
        reason: String,
    },
    /// The request cannot be sent as it is.
    #[error("request refused: {0}")]
    Request(RequestFault),
    /// The connection is gone.
    #[error("the guest agent connection is closed: {0}")]
    Closed(Disconnect),
}

/// A handle to the agent of one guest; clones share the connection.
#[derive(Debug, Clone)]
pub struct Agent {
    channel: Arc<Mutex<Channel>>,
    options: AgentOptions,
}

impl Agent {
    /// Connects to the socket behind which QEMU has the agent's port.
    ///
    /// **Errors**: [`AgentError::Closed`] with the system's reason; [`AgentError::Silent`].
    pub async fn connect(path: &Path, options: AgentOptions) -> Result<Self, AgentError> {
        let deadline = options.sync_deadline;
        let stream = timeout_at(Instant::now() + deadline, UnixStream::connect(path))
            .await
            .map_err(|_| AgentError::Silent { deadline })?
            .map_err(|error| AgentError::Closed(Disconnect::Io(Arc::new(error))))?;
        Ok(Self::attach(stream, options))
    }

    /// Takes over a connected socket. Nothing is sent before the first command.
    pub fn attach(stream: UnixStream, options: AgentOptions) -> Self {
        let channel = Channel { stream, lines: LineBuffer::default(), closed: None };
        Self { channel: Arc::new(Mutex::new(channel)), options }
    }

    /// The same agent with another deadline for each command, after it has proved that it listens.
    #[must_use]
    pub fn within(&self, command_deadline: Duration) -> Self {
        let options = AgentOptions { command_deadline, ..self.options };
        Self { channel: Arc::clone(&self.channel), options }
    }

    /// The same agent with other deadlines.
    #[must_use]
    pub fn with_options(&self, options: AgentOptions) -> Self {
        Self { channel: Arc::clone(&self.channel), options }
    }

    /// Why the connection is closed, if it is; never waits.
    pub fn disconnect(&self) -> Option<Disconnect> {
        // Whoever holds it is speaking to the agent.
        self.channel.try_lock().ok().and_then(|channel| channel.closed.clone())
    }

    /// Executes a command and reads its answer as a `T`.
    ///
    /// **Errors**: every [`AgentError`].
    pub async fn execute_as<T: DeserializeOwned>(
        &self,
        command: &Command,
    ) -> Result<T, AgentError> {
        let reply = self.exchange(command.name(), command.line(None)).await?;
        let body = reply.body(command.name())?;
        serde_json::from_str(body).map_err(|error| decode(command.name(), error.to_string()))
    }

    /// Passes a request on and gives the agent's whole reply, error or not, as one line of compact JSON.
    ///
    /// **Errors**: every [`AgentError`] but `Refused`.
    pub async fn execute_raw(&self, request: &str) -> Result<String, AgentError> {
        let request = crate::monitor::check_passthrough(request).map_err(AgentError::Request)?;
        let line = format!("{}\n", request.object).into_bytes();
        Ok(crate::compact(&self.exchange(&request.name, line).await?.line))
    }

    /// Executes a command that answers only when it fails, such as `guest-shutdown`.
    ///
    /// `grace` is how long an error is waited for. That the agent goes away meanwhile is success.
    ///
    /// **Errors**: every [`AgentError`] but `Timeout`.
    pub async fn execute_unanswered(
        &self,
        command: &Command,
        grace: Duration,
    ) -> Result<(), AgentError> {
        match self.within(grace).exchange(command.name(), command.line(None)).await {
            Ok(reply) => reply.body(command.name()).map(drop),
            Err(AgentError::Timeout { .. } | AgentError::Closed(Disconnect::EndOfFile)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn exchange(&self, name: &str, line: Vec<u8>) -> Result<AgentReply, AgentError> {
        let AgentOptions { sync_deadline, command_deadline } = self.options;
        let sync_end = Instant::now() + sync_deadline;
        let mut channel =
            timeout_at(sync_end, self.channel.lock()).await.map_err(|_| AgentError::Busy)?;
        timeout_at(sync_end, channel.synchronise())
            .await
            .map_err(|_| AgentError::Silent { deadline: sync_deadline })??;
        let answer = timeout_at(Instant::now() + command_deadline, channel.exchange(&line)).await;
        answer
            .map_err(|_| AgentError::Timeout { command: name.into(), deadline: command_deadline })?
    }
}

/// An answer of the agent.
#[derive(Debug)]
struct AgentReply {
    line: String,
    outcome: Outcome,
    body: std::ops::Range<usize>,
}

impl AgentReply {
    fn body(&self, command: &str) -> Result<&str, AgentError> {
        let body = self.line.get(self.body.clone()).unwrap_or_default();
        match self.outcome {
            Outcome::Return => Ok(body),
            Outcome::Error => Err(match serde_json::from_str(body) {
                Ok(error) => AgentError::Refused { command: command.into(), error },
                Err(error) => decode(command, error.to_string()),
            }),
        }
    }
}

fn decode(command: &str, reason: String) -> AgentError {
    AgentError::Decode { command: command.into(), reason }
}

#[derive(Debug)]
struct Channel {
    stream: UnixStream,
    lines: LineBuffer,
    closed: Option<Disconnect>,
}

impl Channel {
    /// Waits for the agent to repeat a fresh number; drops whatever arrives before.
    async fn synchronise(&mut self) -> Result<(), AgentError> {
        let number = fresh_number();
        let sync = Command::with("guest-sync-delimited", json!({ "id": number }));
        self.lines.clear();
        self.send(&[DELIMITER]).await?;
        self.send(&sync.line(None)).await?;
        loop {
            let line = self.line().await?;
            let Some(start) = line.iter().rposition(|byte| *byte == DELIMITER) else {
                continue;
            };
            let answer = line.get(start.saturating_add(1)..).unwrap_or_default();
            if answers_with(answer, number) {
                return Ok(());
            }
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<AgentReply, AgentError> {
        self.send(request).await?;
        loop {
            let line = self.line().await?;
            let reply = str::from_utf8(&line).map_err(|error| error.to_string()).and_then(|text| {
                let message = Message::parse(text)?;
                let Message::Reply { outcome, body, .. } = message else {
                    return Err("no reply".into());
                };
                Ok(AgentReply { line: text.into(), outcome, body })
            });
            match reply {
                Ok(reply) => return Ok(reply),
                // The guest may write what it likes to the port; nothing but its own answer suffers.
                Err(reason) => {
                    tracing::debug!(reason, "a line from the guest agent that is no answer")
                }
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), AgentError> {
        self.check_open()?;
        let sent = self.stream.write_all(bytes).await;
        sent.map_err(|error| self.close(error.into()))
    }

    /// The next line that is not empty.
    async fn line(&mut self) -> Result<Vec<u8>, AgentError> {
        self.check_open()?;
        loop {
            match self.lines.next_line() {
                Ok(Some(line)) if !line.is_empty() => return Ok(line.to_vec()),
                Ok(Some(_)) => continue,
                Ok(None) => {}
                Err(_) => return Err(self.close(Disconnect::LineTooLong { limit: LINE_LIMIT })),
            }
            if let Err(error) = self.stream.readable().await {
                return Err(self.close(error.into()));
            }
            match self.lines.fill(&self.stream) {
                Ok(0) => return Err(self.close(Disconnect::EndOfFile)),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    return Err(self.close(error.into()));
                }
                _ => {}
            }
        }
    }

    fn check_open(&self) -> Result<(), AgentError> {
        self.closed.clone().map_or(Ok(()), |reason| Err(AgentError::Closed(reason)))
    }

    fn close(&mut self, reason: Disconnect) -> AgentError {
        AgentError::Closed(self.closed.get_or_insert(reason).clone())
    }
}

fn answers_with(line: &[u8], number: u64) -> bool {
    #[derive(serde::Deserialize)]
    struct Answer {
        #[serde(rename = "return")]
        number: u64,
    }
    serde_json::from_slice::<Answer>(line).is_ok_and(|answer| answer.number == number)
}

/// A number not used before, neither by this daemon nor, most likely, by one before it.
///
/// **Units**: below 2^53, which every JSON implementation keeps exactly.
fn fresh_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let count = LAST.fetch_add(1, Ordering::Relaxed) & 0xf_ffff;
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    ((clock & 0xffff_ffff) << 20) | count
}
