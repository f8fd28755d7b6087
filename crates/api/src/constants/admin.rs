//! Constants: admin.

open_enums! {
    /// Values of `virClientTransport`.
    pub struct ClientTransport {
        /// `VIR_CLIENT_TRANS_UNIX`, since 2.0.0.
        UNIX = 0,
        /// `VIR_CLIENT_TRANS_TCP`, since 2.0.0.
        TCP = 1,
        /// `VIR_CLIENT_TRANS_TLS`, since 2.0.0.
        TLS = 2,
    }
}

flags! {
    /// Values of `virAdmConnectDaemonShutdownFlags`.
    pub struct ConnectDaemonShutdownFlags {
        /// `VIR_DAEMON_SHUTDOWN_PRESERVE`, since 11.2.0.
        PRESERVE = 0x1,
    }
}
