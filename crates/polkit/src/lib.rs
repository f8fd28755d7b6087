//! Questions to polkit's authority, over D-Bus: may this process do that?
//!
//! A [`Polkit`] connects to the system bus when it is first asked and again when the bus was
//! restarted. Every question has a deadline. A question that is dropped while an agent asks its
//! user is taken back, so that no dialogue stays on a screen for nothing.
#![forbid(unsafe_code)]

mod authority;
mod subject;

use std::time::Duration;

pub use authority::Polkit;
pub use subject::Subject;

/// What polkit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The subject may.
    Allowed,
    /// It may not, whatever its user says.
    Denied,
    /// It may once its user has proved to be allowed, but nobody could be asked.
    NoAgent,
    /// Its user was asked and closed the dialogue.
    Dismissed,
}

/// Whether the subject's user may be asked to authenticate, by an agent such as the one of the
/// desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interaction {
    /// Nobody is asked: the rules alone decide.
    None,
    /// The user may be asked, and has this long to answer.
    Within(Duration),
}

/// Why polkit says nothing.
#[derive(Debug, thiserror::Error)]
pub enum PolkitError {
    /// There is no system bus, or it went away and did not come back.
    #[error("cannot reach the system bus: {0}")]
    NoBus(zbus::Error),
    /// The bus is there and polkit is not.
    #[error("polkit is not there: {0}")]
    NoAuthority(String),
    /// No answer came in time.
    #[error("polkit did not answer within {0:?}")]
    Deadline(Duration),
    /// polkit does not know the action, or could not decide.
    #[error("polkit failed: {0}")]
    Failed(String),
}
