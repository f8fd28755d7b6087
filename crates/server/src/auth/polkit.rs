//! polkit says who may use a unix socket.

use std::sync::Arc;

use ::polkit::{Decision, Interaction, PolkitError, Subject};
use api::remote::{AuthPolkitRet, AuthType};
use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::Peer;
use trace::probes;

use super::{Pending, Verdict, refused};
use crate::server::{Auth, ListenerKind};
use crate::session::Session;

/// The process at the other end, as it is when it connects: a later one with its pid is another.
pub(super) fn subject(peer: &Peer) -> Option<Subject> {
    let pid = u32::try_from(peer.pid?).ok()?;
    Subject::process(pid, peer.uid?).ok()
}

impl Session {
    /// Asks polkit about the client's process, and polkit perhaps its user.
    pub(super) fn ask_polkit(&self) -> Result<Pending> {
        if self.door.auth != Auth::Polkit {
            return Err(Error::internal(ErrorDomain::RPC, "polkit authentication was not offered"));
        }
        if !self.is_anonymous() || self.attempt.deciding.is_some() {
            return Err(refused());
        }
        let Some(subject) = self.attempt.subject else {
            self.log_refusal(&"there is no process for polkit to judge");
            return Err(refused());
        };
        let action = match self.door.kind {
            ListenerKind::ReadOnly => "org.libvirt.unix.monitor",
            ListenerKind::ReadWrite | ListenerKind::Admin => "org.libvirt.unix.manage",
        };
        let authentication = self.server.authentication().ok_or_else(refused)?;
        let polkit = Arc::clone(&authentication.polkit);
        let interaction = Interaction::Within(self.limits.auth_timeout);
        Ok(Box::pin(async move {
            let decision = polkit.check(action, subject, &[], interaction).await;
            Verdict::Polkit(outcome(action, decision))
        }))
    }

    /// Lets the client in if polkit does.
    pub(super) fn polkit_decided(&mut self, outcome: Result<()>) -> Result<AuthPolkitRet> {
        let (client, polkit) = (self.client.id, AuthType::POLKIT.0);
        let peer = &self.client.peer;
        let identity =
            format!("pid:{},uid:{}", peer.pid.unwrap_or(-1), peer.uid.unwrap_or(u32::MAX));
        match &outcome {
            Ok(()) => probes::rpc_server_client_auth_allow(client, polkit, &identity),
            Err(error) if error.domain == ErrorDomain::POLKIT => {
                probes::rpc_server_client_auth_deny(client, polkit, &identity);
            }
            Err(_) => probes::rpc_server_client_auth_fail(client, polkit),
        }
        outcome.inspect_err(|error| self.log_refusal(&error.message))?;
        self.authenticated();
        Ok(AuthPolkitRet { complete: 1 })
    }
}

/// What the client is told.
fn outcome(action: &str, decision: Result<Decision, PolkitError>) -> Result<()> {
    let denied = |code, detail: String| Err(Error::new(code, ErrorDomain::POLKIT, detail));
    match decision {
        Ok(Decision::Allowed) => Ok(()),
        Ok(Decision::Denied) => {
            denied(ErrorCode::AUTH_FAILED, "access denied by policy".to_owned())
        }
        Ok(Decision::Dismissed) => {
            denied(ErrorCode::AUTH_CANCELLED, "user cancelled authentication process".to_owned())
        }
        Ok(Decision::NoAgent) => denied(
            ErrorCode::AUTH_UNAVAILABLE,
            format!("no polkit agent available to authenticate action '{action}'"),
        ),
        Err(fault @ PolkitError::NoBus(_)) => {
            Err(Error::internal(ErrorDomain::POLKIT, fault.to_string()))
        }
        Err(
            fault @ (PolkitError::NoAuthority(_)
            | PolkitError::Deadline(_)
            | PolkitError::Failed(_)),
        ) => Err(Error::new(ErrorCode::DBUS_SERVICE, ErrorDomain::DBUS, fault.to_string())),
    }
}
