//! What one client may do, from the moment it opened a driver.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use api::procedure::{Permission, Row};
use api::xdr;
use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::{Client, Driver, Guard, Identity, ObjectKind, Ruling};

use super::engine::{Decision, Question, Subject, Target};
use super::log::Entry;
use super::object::About;
use super::{Access, Relay, needs, object};
use crate::outgoing::Outgoing;

/// Watches one client.
pub(crate) struct ClientGuard {
    access: Arc<Access>,
    client: u64,
    who: Subject,
    driver: &'static str,
    relay: Relay,
}

/// A decision that comes from elsewhere.
pub(crate) type Pending = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Leave to begin a call.
#[derive(Default)]
pub(crate) struct Passage {
    /// What the call needs; asked again about objects that it only describes.
    pub(crate) needs: Vec<Permission>,
    /// Whether the arguments only describe the object, so that the driver has to ask.
    pub(crate) describes: bool,
    /// What is still to be decided.
    pub(crate) pending: Option<Pending>,
}

/// Why a call cannot begin.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What decides cannot be decoded.
    Undecodable(xdr::Error),
    /// It is denied, or its object is not there.
    Error(Error),
}

impl ClientGuard {
    /// A guard for a client that has proved who it is; none where the socket decides alone.
    pub(crate) fn new(
        access: &Arc<Access>,
        client: &Client,
        driver: &dyn Driver,
    ) -> Option<Arc<Self>> {
        (!access.is_open()).then(|| {
            Arc::new(Self {
                access: Arc::clone(access),
                client: client.id,
                who: Subject::from(client),
                driver: driver.name(),
                relay: Relay::new(),
            })
        })
    }

    /// Decides about a call before its arguments are decoded.
    pub(crate) fn admit(
        self: &Arc<Self>,
        row: &'static Row,
        driver: &dyn Driver,
        args: &[u8],
    ) -> std::result::Result<Passage, Refusal> {
        if row.access.is_empty() {
            return Ok(Passage::default());
        }
        let needs = needs::needs(row, args).map_err(Refusal::Undecodable)?;
        let about = object::about(row, args).map_err(Refusal::Undecodable)?;
        let identity = match &about {
            About::Object(named) => {
                let known = driver.identify(named).map_err(Refusal::Error)?;
                Some(known.unwrap_or_else(|| nameless(named.kind)))
            }
            About::Connection | About::Described(_) => None,
        };
        let target = match (&about, &identity) {
            (About::Described(kind), _) => Target::Some(*kind),
            (_, Some(identity)) => Target::Object(identity),
            (_, None) => Target::Connection,
        };
        let mut later = Vec::new();
        for permission in &needs {
            match self.rule(row, *permission, target) {
                Ruling::Now(outcome) => outcome.map_err(Refusal::Error)?,
                Ruling::Later(pending) => later.push(pending),
            }
        }
        let pending = (!later.is_empty()).then(|| all(later));
        Ok(Passage { needs, describes: matches!(about, About::Described(_)), pending })
    }

    /// Decides, and writes the decision down.
    fn rule(
        self: &Arc<Self>,
        row: &'static Row,
        permission: Permission,
        target: Target<'_>,
    ) -> Ruling<Result<()>> {
        let question = Question { driver: self.driver, permission, target };
        match self.access.decide(&self.who, &question) {
            Ruling::Now(decision) => Ruling::Now(self.end(row, permission, &target, &decision)),
            Ruling::Later(decision) => {
                let (guard, object) = (Arc::clone(self), target.to_string());
                Ruling::Later(Box::pin(async move {
                    let decision = decision.await;
                    guard.end(row, permission, &object, &decision)
                }))
            }
        }
    }

    fn end(
        &self,
        row: &'static Row,
        permission: Permission,
        object: &dyn Display,
        decision: &Decision,
    ) -> Result<()> {
        let (client, who, procedure) = (self.client, &self.who, row.name);
        self.access.log.write(&Entry { client, who, procedure, permission, object, decision });
        if decision.allowed { Ok(()) } else { Err(denied(self.driver)) }
    }

    /// Tells the client of an event, if it may know of the object. The answer is what waits for the
    /// client now, unless it is not told or that is yet to be decided. **Units**: bytes.
    pub(crate) fn tell(
        self: &Arc<Self>,
        object: &Identity,
        outgoing: &Arc<Outgoing>,
        packet: Vec<u8>,
    ) -> Option<usize> {
        let permission = Permission { object: object.kind.name(), name: "getattr" };
        match Arc::clone(self).sees(permission, object) {
            Ruling::Now(true) => Some(outgoing.event(packet)),
            Ruling::Now(false) => None,
            Ruling::Later(decision) => {
                self.relay.send(decision, outgoing, packet);
                None
            }
        }
    }
}

impl Guard for ClientGuard {
    fn check(
        self: Arc<Self>,
        row: &'static Row,
        permission: Permission,
        object: &Identity,
    ) -> Ruling<Result<()>> {
        self.rule(row, permission, Target::Object(object))
    }

    fn sees(self: Arc<Self>, permission: Permission, object: &Identity) -> Ruling<bool> {
        let target = Target::Object(object);
        match self.access.decide(&self.who, &Question { driver: self.driver, permission, target }) {
            Ruling::Now(decision) => Ruling::Now(decision.allowed),
            Ruling::Later(decision) => {
                Ruling::Later(Box::pin(async move { decision.await.allowed }))
            }
        }
    }
}

/// An object of a kind that the driver has none of: the call will not be supported.
fn nameless(kind: ObjectKind) -> Identity {
    let (name, tags) = (String::new(), Default::default());
    Identity { kind, name, uuid: None, tags, details: Vec::new() }
}

/// All of them, or the first that fails.
fn all(pending: Vec<Pending>) -> Pending {
    Box::pin(async move {
        for decision in pending {
            decision.await?;
        }
        Ok(())
    })
}

/// libvirt's words: they do not say which permission is missing; the log does.
fn denied(driver: &str) -> Error {
    let detail = format!("'{driver}' denied access");
    Error::new(ErrorCode::ACCESS_DENIED, ErrorDomain::ACCESS, detail)
}
