//! Connections, on either side, and who they turned out to be.

probes! {
    /// A client has connected to this server, over the socket `sock`.
    rpc_server_client_new(client: u64, sock: i32);
    /// A client of this server is gone.
    rpc_server_client_dispose(client: u64);
    /// A client proved to be `identity`. `authtype`: 0 none, 1 SASL, 2 polkit.
    rpc_server_client_auth_allow(client: u64, authtype: i32, identity: &str);
    /// A client proved to be `identity`, whom the server does not let in.
    rpc_server_client_auth_deny(client: u64, authtype: i32, identity: &str);
    /// A client could not prove who it is.
    rpc_server_client_auth_fail(client: u64, authtype: i32);
    /// This client has connected to a server.
    rpc_client_new(client: u64, sock: i32);
    /// This client's connection to a server is gone.
    rpc_client_dispose(client: u64);
}
