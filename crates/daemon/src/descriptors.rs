//! How many files and sockets the daemon may have open: as many as it is ever allowed.
//!
//! Shells and service managers start programs with a small limit for the sake of those that use
//! `select`; a daemon with thousands of clients takes the large one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the daemon needs besides its clients: monitors, logs, images.
const BESIDES_CLIENTS: u64 = 1024;

/// Raises the limit, and says so when it is too low for `clients`.
pub(crate) fn allow(clients: usize) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "limit of open files cannot be raised");
    }
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let wanted = (clients as u64).saturating_add(BESIDES_CLIENTS);
    if allowed < wanted {
        tracing::warn!(allowed, wanted, "limit of open files is too low for max_clients");
    }
}
