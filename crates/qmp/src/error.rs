//! What can go wrong between us and QEMU.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The error that QEMU or the guest agent answered with.
///
/// **Source**: the `error` member of a QMP reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Deserialize)]
#[error("{class}: {desc}")]
pub struct CommandError {
    /// `GenericError`, `CommandNotFound`, `DeviceNotFound`, …; open.
    pub class: String,
    /// QEMU's sentence for people.
    pub desc: String,
}

impl CommandError {
    /// Whether this QEMU or agent does not know the command at all.
    pub fn is_unknown_command(&self) -> bool {
        self.class == "CommandNotFound"
    }
}

/// Why a monitor command, or the connection it needed, failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QmpError {
    /// QEMU understood the request and answered with an error.
    #[error("QEMU refused '{command}': {error}")]
    Refused {
        /// The command's name.
        command: String,
        /// What QEMU said.
        error: CommandError,
    },
    /// No answer before the deadline.
    #[error("no answer to '{command}' within {} ms", deadline.as_millis())]
    Timeout {
        /// The command's name, or the step of the connection that waited.
        command: String,
        /// How long was waited.
        deadline: Duration,
    },
    /// The connection is gone; whether the command took effect is unknown.
    #[error("the monitor connection is closed: {0}")]
    Closed(Disconnect),
    /// The socket could not be reached.
    #[error("cannot connect to the monitor socket '{}': {error}", path.display())]
    Connect {
        /// The socket's path.
        path: PathBuf,
        /// The system's reason.
        error: Arc<io::Error>,
    },
    /// QEMU answered, but not with what the command promises.
    #[error("unexpected answer to '{command}': {reason}")]
    Decode {
        /// The command's name.
        command: String,
        /// Which part of the answer, and why.
        reason: String,
    },
    /// The request cannot be sent as it is.
    #[error("request refused: {0}")]
    Request(RequestFault),
}

impl QmpError {
    /// QEMU's own error, when it is one.
    pub fn refusal(&self) -> Option<&CommandError> {
        if let Self::Refused { error, .. } = self { Some(error) } else { None }
    }
}

/// What is wrong with a request that somebody wants to pass through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// JSON, but not an object.
    #[error("not a JSON object")]
    NotAnObject,
    /// It brings its own `id`; ids are the connection's.
    #[error("it has an 'id' of its own")]
    OwnId,
    /// Longer than one request may be.
    #[error("it is {bytes} bytes long, more than {limit}")]
    TooLong {
        /// The request's length.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
}

/// Why a connection ended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Disconnect {
    /// The peer closed it, which is how QEMU's exit looks.
    #[error("end of file")]
    EndOfFile,
    /// The socket failed.
    #[error("{0}")]
    Io(Arc<io::Error>),
    /// The peer sent a line that has no end.
    #[error("a line longer than {limit} bytes")]
    LineTooLong {
        /// The longest line accepted, in bytes.
        limit: usize,
    },
    /// The peer sent something that is not QMP.
    #[error("not QMP: {reason} in '{excerpt}'")]
    Garbage {
        /// What the parser missed.
        reason: String,
        /// The beginning of the line, made printable.
        excerpt: String,
    },
    /// This side closed it.
    #[error("closed by this side")]
    Dropped,
}

impl From<io::Error> for Disconnect {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
        match error.kind() {
            // A QEMU that exits with our bytes unread resets instead of ending the stream.
            BrokenPipe | ConnectionReset | UnexpectedEof => Self::EndOfFile,
            _ => Self::Io(Arc::new(error)),
        }
    }
}
