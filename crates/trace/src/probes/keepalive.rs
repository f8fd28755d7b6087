//! Whether the peer is still there. Server and client both have these.

probes! {
    /// The state of pings with a peer begins; no ping is sent yet.
    rpc_keepalive_new(ka: u64, client: u64);
    /// The state of pings with a peer is gone.
    rpc_keepalive_dispose(ka: u64);
    /// From now on a peer that is silent for `interval` seconds is pinged, up to `count` times.
    rpc_keepalive_start(ka: u64, client: u64, interval: i64, count: u32);
    /// The peer is not pinged any more.
    rpc_keepalive_stop(ka: u64, client: u64);
    /// A ping (`proc` 1) or an answer to one (2) is put in line.
    rpc_keepalive_send(ka: u64, client: u64, prog: u32, vers: u32, proc: i32);
    /// A ping or an answer to one was read.
    rpc_keepalive_received(ka: u64, client: u64, prog: u32, vers: u32, proc: i32);
    /// The peer was silent for `idle` seconds; when no ping is left (`countToDeath` 0), it is given up.
    rpc_keepalive_timeout(ka: u64, client: u64, count_to_death: u32, idle: i64);
}
