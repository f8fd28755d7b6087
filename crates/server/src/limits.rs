//! How much of the daemon clients may use.

use std::time::Duration;

use crate::admission::Capacity;

/// Every limit that a client can run into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time; beyond, new ones wait to be accepted.
    pub max_clients: usize,
    /// Most connections of one user and socket that have not authenticated; beyond, new ones are
    /// not read from until others have. 0: any number.
    pub max_anonymous_clients: usize,
    /// Most connections of one user; beyond, new ones are closed.
    pub max_clients_per_user: usize,
    /// How long a client may take to authenticate.
    pub auth_timeout: Duration,
    /// Ordinary calls of one connection that run at a time.
    pub max_client_requests: usize,
    /// Ordinary calls of all connections that run at a time.
    pub max_requests: usize,
    /// Ordinary calls of one user that run at a time.
    pub max_user_requests: usize,
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
    /// What is different on the admin socket.
    pub admin: AdminLimits,
}

/// Limits of clients of the admin socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminLimits {
    /// Most connections at a time; beyond, new ones wait to be accepted.
    pub max_clients: usize,
    /// Ordinary calls of one connection that run at a time.
    pub max_client_requests: usize,
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
            max_requests: 1000,
            max_user_requests: 500,
            max_client_queue: 64,
            outgoing_pause_bytes: 1 << 20,
            outgoing_max_bytes: 8 << 20,
            stall_timeout: Duration::from_secs(60),
            max_registrations: 1024,
            keepalive_interval: Some(Duration::from_secs(5)),
            keepalive_count: 5,
            admin: AdminLimits::default(),
        }
    }
}

impl Default for AdminLimits {
    fn default() -> Self {
        Self {
            max_clients: 5000,
            max_client_requests: 5,
            keepalive_interval: Some(Duration::from_secs(5)),
            keepalive_count: 5,
        }
    }
}

impl Limits {
    /// The limits of clients of the admin socket. There is no user but the daemon's own.
    pub(crate) fn for_admin(&self) -> Self {
        let admin = &self.admin;
        Self {
            max_clients: admin.max_clients,
            max_anonymous_clients: 0,
            max_clients_per_user: admin.max_clients,
            max_client_requests: admin.max_client_requests,
            max_user_requests: self.max_requests,
            keepalive_interval: admin.keepalive_interval,
            keepalive_count: admin.keepalive_count,
            ..self.clone()
        }
    }

    /// How many clients may be connected.
    pub(crate) fn capacity(&self) -> Capacity {
        Capacity {
            clients: self.max_clients,
            anonymous: self.max_anonymous_clients,
            per_user: self.max_clients_per_user,
        }
    }
}
