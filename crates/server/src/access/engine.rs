//! What decides, and what it is asked.

use std::fmt;
use std::sync::Arc;

use api::procedure::Permission;
use driver::{Client, Identity, ObjectKind, Ruling};

/// Decides what clients may do.
pub trait Engine: Send + Sync {
    /// Whether `who` may do what is asked.
    fn decide(&self, who: &Subject, question: &Question<'_>) -> Ruling<Decision>;
}

/// Who asks, as far as it is proved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// User id of the peer of a unix socket.
    pub uid: Option<u32>,
    /// Group id of that peer; its other groups come from the system's accounts.
    pub gid: Option<u32>,
    /// The process of that peer, as it was when it opened the driver.
    pub process: Option<polkit::Subject>,
    /// Name proved by SASL.
    pub sasl_name: Option<String>,
    /// Distinguished name in a TLS certificate.
    pub tls_name: Option<String>,
}

/// One thing that somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Name of the driver, such as `QEMU`.
    pub driver: &'static str,
    /// What the caller must be allowed to.
    pub permission: Permission,
    /// On what.
    pub target: Target<'a>,
}

/// What a permission is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The connection, and with it the host.
    Connection,
    /// One object.
    Object(&'a Identity),
    /// Some object of that kind: a document yet unread says which.
    Some(ObjectKind),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What it is.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
}

/// Why an engine decided so.
#[derive(Debug, Clone)]
pub enum Reason {
    /// Always in these words.
    Fixed(&'static str),
    /// In words of this case.
    Said(Arc<str>),
}

impl Decision {
    /// Yes.
    pub fn allowed(reason: Reason) -> Self {
        Self { allowed: true, reason }
    }

    /// No.
    pub fn denied(reason: Reason) -> Self {
        Self { allowed: false, reason }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(words) => f.write_str(words),
            Self::Said(words) => f.write_str(words),
        }
    }
}

impl From<&Client> for Subject {
    fn from(client: &Client) -> Self {
        let peer = &client.peer;
        let pid = peer.pid.and_then(|pid| u32::try_from(pid).ok()).zip(peer.uid);
        Self {
            uid: peer.uid,
            gid: peer.gid,
            process: pid.and_then(|(pid, uid)| polkit::Subject::process(pid, uid).ok()),
            sasl_name: client.sasl_name().map(str::to_owned),
            tls_name: peer.tls_name.clone(),
        }
    }
}

/// As the log and `fv can-i` name somebody.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.uid.map(|uid| format!("uid {uid}")));
        parts.extend(self.gid.map(|gid| format!("gid {gid}")));
        parts.extend(self.process.map(|process| format!("pid {}", process.pid)));
        parts.extend(self.sasl_name.as_ref().map(|name| format!("SASL name {name:?}")));
        parts.extend(self.tls_name.as_ref().map(|name| format!("TLS name {name:?}")));
        if parts.is_empty() {
            return f.write_str("somebody unknown");
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection => f.write_str("the connection"),
            Self::Some(kind) => write!(f, "some {}", kind.name()),
            Self::Object(Identity { kind, name, uuid: Some(uuid), .. }) => {
                write!(f, "{} {name:?} ({uuid})", kind.name())
            }
            Self::Object(Identity { kind, name, .. }) => write!(f, "{} {name:?}", kind.name()),
        }
    }
}
