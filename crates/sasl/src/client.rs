//! The client's side of an exchange.

use std::io;

use crate::scram::Client as Scram;
use crate::{Mechanism, Password, plain};

/// One attempt to log in: [`Login::begin`], then [`Login::next`] for each thing the server says.
pub struct Login(State);

enum State {
    Plain,
    ScramFirst(Scram),
    ScramLast(Scram),
    Done,
}

/// Why the client gives up.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The server said what makes no sense.
    #[error("malformed {0} from the server")]
    Malformed(&'static str),
    /// The server has not proved that it knows the password.
    #[error("the server does not know the password")]
    Server,
    /// The system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] io::Error),
    /// The client's side does not speak it.
    #[error("mechanism {0} is not supported")]
    Unsupported(&'static str),
}

impl Login {
    /// Begins, with what is said first.
    ///
    /// # Errors
    /// [`Fault::Unsupported`], [`Fault::Random`].
    pub fn begin(
        mechanism: Mechanism,
        user: &str,
        password: &Password,
    ) -> Result<(Self, Vec<u8>), Fault> {
        match mechanism {
            Mechanism::Plain => Ok((Self(State::Plain), plain::message(user, password))),
            Mechanism::ScramSha256 => {
                let scram = Scram::new(user, password.clone())?;
                let first = scram.first().into_bytes();
                Ok((Self(State::ScramFirst(scram)), first))
            }
            Mechanism::DigestMd5 => Err(Fault::Unsupported(mechanism.name())),
        }
    }

    /// Answers what the server said; nothing once there is nothing more to say.
    ///
    /// # Errors
    /// [`Fault::Malformed`], [`Fault::Server`].
    pub fn next(&mut self, said: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::ScramFirst(mut scram) => {
                let last = scram.last(said)?.into_bytes();
                self.0 = State::ScramLast(scram);
                Ok(Some(last))
            }
            State::ScramLast(scram) => scram.verify(said).map(|()| None),
            State::Plain | State::Done if said.is_empty() => Ok(None),
            State::Plain | State::Done => Err(Fault::Malformed("unasked answer")),
        }
    }

    /// Whether the client is content: the server has proved what it has to prove.
    pub fn is_done(&self) -> bool {
        matches!(self.0, State::Plain | State::Done)
    }
}
