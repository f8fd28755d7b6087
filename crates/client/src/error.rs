//! Why a call, or the whole connection, failed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What the system calls an error, without Rust's `(os error 2)` behind it.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Result of what this crate does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call, or the whole connection, failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The URI names no connection that this crate can make.
    #[error(transparent)]
    Uri(#[from] UriError),
    /// The daemon's socket does not answer.
    #[error("Failed to connect socket to '{path}': {}", words(source))]
    Connect {
        /// Path of the socket.
        path: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The server's host or port does not answer.
    #[error("unable to connect to server at '{address}': {}", words(source))]
    ConnectHost {
        /// Host and port.
        address: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The program that was to reach the server cannot be started, or ended.
    #[error("'{program}' does not reach the server: {said}")]
    Program {
        /// The program.
        program: String,
        /// What it, or the system, said.
        said: String,
    },
    /// Something is wrong with our own certificates.
    #[error(transparent)]
    Certificates(Arc<tls::Error>),
    /// The server is not who it should be, or refuses us.
    #[error("TLS connection to '{host}': {refusal}")]
    Tls {
        /// The server's host.
        host: String,
        /// Why.
        refusal: Arc<tls::Refusal>,
    },
    /// The server wants an authentication that this crate does not speak.
    #[error("server demands authentication of type {kind}, which is not supported yet")]
    Authentication {
        /// The protocol's number: 1 SASL, 2 polkit.
        kind: i32,
    },
    /// The server refused the call; code, domain and message are the server's.
    #[error(transparent)]
    Remote(#[from] api::Error),
    /// No reply came before the deadline. The server may still be at work on the call.
    #[error("no reply to {call} within {deadline:?}")]
    Deadline {
        /// Name of the procedure.
        call: &'static str,
        /// How long was waited.
        deadline: Duration,
    },
    /// The arguments do not fit into a packet.
    #[error("arguments of {call} cannot be sent: {fault}")]
    Arguments {
        /// Name of the procedure.
        call: &'static str,
        /// What is too long.
        fault: api::xdr::Error,
    },
    /// A file, a terminal or a stream's target failed on this side.
    #[error("{what}: {}", words(source))]
    Local {
        /// What was tried.
        what: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The connection has ended; so did all that was in flight on it.
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Why a connection ended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Closed {
    /// It was closed on this side.
    #[error("connection is closed")]
    Local,
    /// The server closed it, or went away.
    #[error("End of file while reading data: Input/output error")]
    Eof,
    /// The server went away inside a packet.
    #[error("End of file while reading data: {arrived} bytes of a packet came")]
    Truncated {
        /// Bytes of the unfinished packet.
        arrived: usize,
    },
    /// The socket failed.
    #[error("Cannot {action} data: {}", words(source))]
    Socket {
        /// `read` or `write`.
        action: &'static str,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// Nothing came for as long as keepalive allows.
    #[error("connection closed due to keepalive timeout")]
    Keepalive,
    /// The server broke the protocol.
    #[error("server misbehaved: {0}")]
    Misbehaved(#[from] Misbehaviour),
}

/// How a server broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// Bytes that are no packet.
    #[error(transparent)]
    Packet(#[from] rpc::PeerMisbehaved),
    /// A reply to a call that was never made.
    #[error("reply with serial {serial}, which no call has had")]
    UnknownSerial {
        /// Serial of the reply.
        serial: u32,
    },
    /// A reply that names another procedure than its call.
    #[error(
        "reply to procedure {procedure} of program {program:#x}, but serial {serial} called {call}"
    )]
    WrongProcedure {
        /// Serial of the reply.
        serial: u32,
        /// Program that the reply names.
        program: u32,
        /// Procedure that the reply names.
        procedure: i32,
        /// Name of the procedure that was called.
        call: &'static str,
    },
    /// A packet that a server must not send.
    #[error("a packet of type {kind:?} with status {status:?}")]
    UnexpectedPacket {
        /// Type of the packet.
        kind: rpc::PacketType,
        /// Status of the packet.
        status: rpc::Status,
    },
    /// A payload that is not what the procedure promises.
    #[error("payload of {name} cannot be decoded: {fault}")]
    Payload {
        /// Name of the procedure or event.
        name: &'static str,
        /// Where decoding stopped.
        fault: api::xdr::Error,
    },
}

/// What is wrong with a URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// It does not have the form `scheme[+transport]://[host]/path[?parameters]`.
    #[error("malformed URI '{uri}': {reason}")]
    Malformed {
        /// The URI.
        uri: String,
        /// What is missing or wrong.
        reason: &'static str,
    },
    /// It asks for a transport that is not there.
    #[error("transport '{transport}' in URI '{uri}' is not supported")]
    Transport {
        /// The URI.
        uri: String,
        /// Its transport.
        transport: String,
    },
}

impl Error {
    /// The error that the server sent, if it is one.
    pub fn remote(&self) -> Option<&api::Error> {
        match self {
            Self::Remote(error) => Some(error),
            Self::Uri(_)
            | Self::Connect { .. }
            | Self::ConnectHost { .. }
            | Self::Program { .. }
            | Self::Certificates(_)
            | Self::Tls { .. }
            | Self::Authentication { .. }
            | Self::Deadline { .. }
            | Self::Arguments { .. }
            | Self::Local { .. }
            | Self::Closed(_) => None,
        }
    }

    /// Whether the server refused with this code.
    pub fn is(&self, code: api::ErrorCode) -> bool {
        self.remote().is_some_and(|error| error.code == code)
    }
}

impl Error {
    /// A failure on this side: what was tried, and what the system said.
    pub fn local(what: impl Into<String>, source: io::Error) -> Self {
        Self::Local { what: what.into(), source: Arc::new(source) }
    }
}

impl From<rpc::Error> for Closed {
    fn from(error: rpc::Error) -> Self {
        match error {
            rpc::Error::Peer(fault) => Self::Misbehaved(fault.into()),
            rpc::Error::Truncated { arrived } => Self::Truncated { arrived },
            rpc::Error::Io(source) => Self::Socket { action: "read", source: Arc::new(source) },
        }
    }
}
