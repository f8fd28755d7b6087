//! What survives: definitions through a restart of the host, status through one of the daemon.

mod definitions;
mod status;

pub(crate) use definitions::{Autostart, Definitions, StoredDefinition};
pub(crate) use status::{Phase, Status, StatusFiles};
