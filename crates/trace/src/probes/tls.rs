//! TLS: credentials, the sessions that use them, and whom they let in.

probes! {
    /// Credentials were read from these files. `sanity_check_cert`: whether our own certificate
    /// was checked; `require_valid_cert`: whether the peer's must be good.
    rpc_tls_context_new(
        ctxt: u64,
        cacert: &dyn Fn() -> String,
        cacrl: &dyn Fn() -> String,
        cert: &dyn Fn() -> String,
        key: &dyn Fn() -> String,
        sanity_check_cert: bool,
        require_valid_cert: bool,
        is_server: bool,
    );
    /// Credentials are no longer used.
    rpc_tls_context_dispose(ctxt: u64);
    /// The peer's certificate is good, and its distinguished name is allowed.
    rpc_tls_context_session_allow(ctxt: u64, sess: u64, dname: &str);
    /// The peer's certificate is good, but its distinguished name is not allowed.
    rpc_tls_context_session_deny(ctxt: u64, sess: u64, dname: &str);
    /// The peer's certificate is not good.
    rpc_tls_context_session_fail(ctxt: u64, sess: u64);
    /// A session begins; a client knows the `hostname` of its peer.
    rpc_tls_session_new(sess: u64, ctxt: u64, hostname: Option<&str>, is_server: bool);
    /// A session is over.
    rpc_tls_session_dispose(sess: u64);
    /// The handshake succeeded.
    rpc_tls_session_handshake_pass(sess: u64);
    /// The handshake failed.
    rpc_tls_session_handshake_fail(sess: u64);
}
