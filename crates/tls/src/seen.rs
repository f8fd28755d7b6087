//! Credentials as static probes see them.

use trace::probes;

use crate::Role;
use crate::files::Files;
use crate::fitness::OwnCheck;

/// Credentials in use, until dropped.
#[derive(Debug)]
pub(crate) struct SeenContext(u64);

impl SeenContext {
    /// They were read from `files`; `checks_peer`: whether the peer's certificate must be good.
    pub(crate) fn new(files: &Files, own: OwnCheck, checks_peer: bool, role: Role) -> Self {
        let id = probes::next_id();
        let text = |path: &std::path::PathBuf| path.display().to_string();
        let own_files = files.own.as_ref();
        probes::rpc_tls_context_new(
            id,
            &|| text(&files.authorities),
            &|| files.revoked.as_ref().map(text).unwrap_or_default(),
            &|| own_files.map(|(certificate, _)| text(certificate)).unwrap_or_default(),
            &|| own_files.map(|(_, key)| text(key)).unwrap_or_default(),
            own == OwnCheck::Required,
            checks_peer,
            matches!(role, Role::Server),
        );
        Self(id)
    }

    /// By which probes know them.
    pub(crate) fn id(&self) -> u64 {
        self.0
    }
}

impl Drop for SeenContext {
    fn drop(&mut self) {
        probes::rpc_tls_context_dispose(self.0);
    }
}
