//! An answer, kept as QEMU's text until somebody asks for a type.

use crate::error::{CommandError, QmpError};
use crate::message::Outcome;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// The answer to one command.
#[derive(Debug, Clone)]
pub struct Reply {
    command: String,
    line: Line,
}

/// A reply's line, and where in it the answer is.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: Box<str>,
    pub(super) outcome: Outcome,
    pub(super) body: Range<usize>,
}

impl Reply {
    pub(super) fn new(command: &str, line: Line) -> Self {
        Self { command: command.into(), line }
    }

    /// The answer as JSON text, exactly as QEMU wrote it.
    pub fn json(&self) -> &str {
        self.line.text.get(self.line.body.clone()).unwrap_or_default()
    }

    /// The whole line, exactly as QEMU wrote it.
    pub fn line(&self) -> &str {
        &self.line.text
    }

    /// The answer as a `T`.
    ///
    /// **Errors**: [`QmpError::Decode`] naming what does not fit.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, QmpError> {
        serde_json::from_str(self.json()).map_err(|error| QmpError::Decode {
            command: self.command.clone(),
            reason: error.to_string(),
        })
    }

    /// The reply itself unless it is an error.
    pub(super) fn accepted(self) -> Result<Self, QmpError> {
        match self.line.outcome {
            Outcome::Return => Ok(self),
            Outcome::Error => {
                let error: CommandError = self.decode()?;
                Err(QmpError::Refused { command: self.command, error })
            }
        }
    }
}
