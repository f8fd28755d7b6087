//! A QEMU that does what a test tells it to. For tests only.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use qmp::{Command, Monitor, Options, scripted::Peer};
//!
//! let (socket, mut qemu) = Peer::pair()?;
//! let script = async {
//!     qemu.greet().await?;
//!     let request = qemu.expect("query-status").await?;
//!     qemu.reply(&request, r#"{"status":"running","running":true}"#).await
//! };
//! let user = async {
//!     let (monitor, _, _events) = Monitor::attach(socket, Options::default()).await.unwrap();
//!     monitor.query_status().await.unwrap()
//! };
//! let (script, status) = tokio::join!(script, user);
//! assert_eq!(status.status, "running");
//! # script }).unwrap(); std::io::Result::Ok(())?;
//! # std::io::Result::Ok(())
//! ```

use crate::line::LineBuffer;
use serde_json::Value;
use std::io;
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};

/// What a 7.2 says when it is connected to.
const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": "scripted"}, "capabilities": ["oob"]}}"#;

/// The far end of a monitor or agent connection.
#[derive(Debug)]
pub struct Peer {
    stream: UnixStream,
    lines: LineBuffer,
}

/// A request as the peer received it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What to execute; empty when the request says nothing about it.
    pub name: String,
    /// The arguments, or null.
    pub arguments: Value,
    /// The id as JSON, or null.
    pub id: Value,
    /// The whole line.
    pub line: String,
}

/// What [`Peer::serve`] does about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The answer, as JSON.
    Return(String),
    /// An error: its class and description.
    Error(&'static str, String),
    /// Nothing, as a QEMU that hangs.
    Silence,
}

impl Peer {
    /// A connected pair: the socket for the code under test, and the peer.
    ///
    /// **Errors**: the system's.
    pub fn pair() -> io::Result<(UnixStream, Self)> {
        let (near, far) = UnixStream::pair()?;
        Ok((near, Self::new(far)))
    }

    /// The peer behind a socket that is already connected.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream, lines: LineBuffer::default() }
    }

    /// Listens at `path`, where QEMU would have its socket, and takes the first connection.
    ///
    /// **Errors**: the system's.
    pub async fn listen(path: &Path) -> io::Result<Self> {
        let (stream, _) = UnixListener::bind(path)?.accept().await?;
        Ok(Self::new(stream))
    }

    /// Greets, and accepts the negotiation.
    ///
    /// **Errors**: as for [`Peer::expect`].
    pub async fn greet(&mut self) -> io::Result<()> {
        self.send_line(GREETING).await?;
        let request = self.expect("qmp_capabilities").await?;
        self.reply(&request, "{}").await
    }

    /// The next request, however it was cut on its way; `None` once the other side has closed.
    ///
    /// **Errors**: the system's; a line that is not JSON.
    pub async fn request(&mut self) -> io::Result<Option<Request>> {
        while let Some(line) = self.line().await? {
            // An agent's client begins with a 0xFF to make the agent forget what came before.
            let line: &[u8] = line.strip_prefix(b"\xff").unwrap_or(&line);
            if line.is_empty() {
                continue;
            }
            let value: Value = serde_json::from_slice(line)?;
            let member = |name: &str| value.get(name).cloned().unwrap_or_default();
            let name = member("execute").as_str().unwrap_or_default().to_owned();
            let line = String::from_utf8_lossy(line).into_owned();
            return Ok(Some(Request {
                name,
                arguments: member("arguments"),
                id: member("id"),
                line,
            }));
        }
        Ok(None)
    }

    /// The next request, which must be `name`.
    ///
    /// **Errors**: as for [`Peer::request`]; another request; the end of the connection.
    pub async fn expect(&mut self, name: &str) -> io::Result<Request> {
        match self.request().await? {
            Some(request) if request.name == name => Ok(request),
            other => Err(io::Error::other(format!("expected '{name}', got {other:?}"))),
        }
    }

    /// Answers every request until the other side closes: with JSON, with QEMU's class and description of an
    /// error, or not at all.
    ///
    /// **Errors**: as for [`Peer::request`].
    pub async fn serve(&mut self, mut answer: impl FnMut(&Request) -> Answer) -> io::Result<()> {
        while let Some(request) = self.request().await? {
            match answer(&request) {
                Answer::Return(result) => self.reply(&request, &result).await?,
                Answer::Error(class, desc) => self.refuse(&request, class, &desc).await?,
                Answer::Silence => {}
            }
        }
        Ok(())
    }

    /// Answers a request with `result`, which is JSON.
    ///
    /// **Errors**: the system's.
    pub async fn reply(&mut self, request: &Request, result: &str) -> io::Result<()> {
        self.send_line(&with_id(&format!("\"return\": {result}"), &request.id)).await
    }

    /// Answers a request with an error.
    ///
    /// **Errors**: the system's.
    pub async fn refuse(&mut self, request: &Request, class: &str, desc: &str) -> io::Result<()> {
        let (class, desc) = (Value::from(class), Value::from(desc));
        let error = format!("\"error\": {{\"class\": {class}, \"desc\": {desc}}}");
        self.send_line(&with_id(&error, &request.id)).await
    }

    /// Reports an event; `data` is JSON.
    ///
    /// **Errors**: the system's.
    pub async fn event(&mut self, name: &str, data: &str) -> io::Result<()> {
        let timestamp = "\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 5}";
        self.send_line(&format!(
            "{{{timestamp}, \"event\": {}, \"data\": {data}}}",
            Value::from(name)
        ))
        .await
    }

    /// Sends a line as it is.
    ///
    /// **Errors**: the system's.
    pub async fn send_line(&mut self, line: &str) -> io::Result<()> {
        self.send(format!("{line}\r\n").as_bytes()).await
    }

    /// Sends bytes as they are, in one write where the socket takes them.
    ///
    /// **Errors**: the system's.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The socket, for what the methods above do not do.
    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }

    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.lines.next_line() {
                Ok(Some(line)) => return Ok(Some(line.to_vec())),
                Ok(None) => {}
                Err(error) => return Err(io::Error::other(format!("{error:?}"))),
            }
            self.stream.readable().await?;
            match self.lines.fill(&self.stream) {
                Ok(0) => return Ok(None),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
    }
}

fn with_id(body: &str, id: &Value) -> String {
    if id.is_null() { format!("{{{body}}}") } else { format!("{{{body}, \"id\": {id}}}") }
}
