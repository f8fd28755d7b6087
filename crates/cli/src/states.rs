//! Names of states and reasons.

use ferrovirt::api::StoragePoolState;
use ferrovirt::{DomainState, StateAndReason};

/// Name of a state.
pub(crate) fn state(state: DomainState) -> &'static str {
    match state {
        DomainState::RUNNING => "running",
        DomainState::BLOCKED => "idle",
        DomainState::PAUSED => "paused",
        DomainState::SHUTDOWN => "in shutdown",
        DomainState::SHUTOFF => "shut off",
        DomainState::CRASHED => "crashed",
        DomainState::PMSUSPENDED => "pmsuspended",
        _ => "no state",
    }
}

/// Name of a storage pool's state.
pub(crate) fn pool_state(state: StoragePoolState) -> &'static str {
    match state {
        StoragePoolState::INACTIVE => "inactive",
        StoragePoolState::BUILDING => "building",
        StoragePoolState::RUNNING => "running",
        StoragePoolState::DEGRADED => "degraded",
        StoragePoolState::INACCESSIBLE => "inaccessible",
        _ => "unknown",
    }
}

const RUNNING: &[&str] = &[
    "unknown",
    "booted",
    "migrated",
    "restored",
    "from snapshot",
    "unpaused",
    "migration canceled",
    "save canceled",
    "event wakeup",
    "crashed",
    "post-copy",
    "post-copy failed",
];
const PAUSED: &[&str] = &[
    "unknown",
    "user",
    "migrating",
    "saving",
    "dumping",
    "I/O error",
    "watchdog",
    "from snapshot",
    "shutting down",
    "creating snapshot",
    "crashed",
    "starting up",
    "post-copy",
    "post-copy failed",
    "API error",
];
const SHUTOFF: &[&str] = &[
    "unknown",
    "shutdown",
    "destroyed",
    "crashed",
    "migrated",
    "saved",
    "failed",
    "from snapshot",
    "daemon",
];

/// Name of the reason for a state.
pub(crate) fn reason(at: StateAndReason) -> &'static str {
    let names = match at.state {
        DomainState::RUNNING => RUNNING,
        DomainState::PAUSED => PAUSED,
        DomainState::SHUTOFF => SHUTOFF,
        DomainState::SHUTDOWN => &["unknown", "user"],
        DomainState::CRASHED => &["unknown", "panicked"],
        _ => &["unknown"],
    };
    usize::try_from(at.reason).ok().and_then(|at| names.get(at)).copied().unwrap_or("unknown")
}
