//! How much of the daemon clients may use.

use std::time::Duration;

/// Every limit that a client can run into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time; beyond, new ones wait to be accepted.
    pub max_clients: usize,
    /// Most connections that have not authenticated; beyond, new ones wait to be accepted.
    pub max_anonymous_clients: usize,
    /// Most connections of one user; beyond, new ones are closed.
    pub max_clients_per_user: usize,
    /// How long a client may take to authenticate.
    pub auth_timeout: Duration,
    /// Ordinary calls of one connection that run at a time.
    pub max_client_requests: usize,
    /// Calls of one connection that run or wait to run; beyond, nothing is read from it.
    pub max_client_queue: usize,
    /// Output that may wait for a client before its calls and streams pause. **Units**: bytes.
    pub outgoing_pause_bytes: usize,
    /// Output that may wait for a client that does not read; an event beyond ends the connection.
    /// **Units**: bytes.
    pub outgoing_max_bytes: usize,
    /// How long a client may take nothing of what waits for it.
    pub stall_timeout: Duration,
    /// Registrations for events of one connection.
    pub max_registrations: usize,
    /// Silence after which a client is pinged, once it asked for that; none: never.
    pub keepalive_interval: Option<Duration>,
    /// Pings that may go unanswered.
    pub keepalive_count: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_clients: 5000,
            max_anonymous_clients: 20,
            max_clients_per_user: 4000,
            auth_timeout: Duration::from_secs(60),
            max_client_requests: 5,
            max_client_queue: 64,
            outgoing_pause_bytes: 1 << 20,
            outgoing_max_bytes: 8 << 20,
            stall_timeout: Duration::from_secs(60),
            max_registrations: 1024,
            keepalive_interval: Some(Duration::from_secs(5)),
            keepalive_count: 5,
        }
    }
}
