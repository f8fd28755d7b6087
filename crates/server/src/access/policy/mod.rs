//! The policy file: who may do what, on which objects.
//!
//! Rules only add, except those that say what somebody may not: they win over all others. What no
//! rule allows is denied. A [`Policy`] is immutable; a [`PolicyFile`] swaps the whole of it when
//! the file is read again.

mod accounts;
mod bundle;
mod file;
mod form;
mod glob;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use api::Uuid;
use api::procedure::Permission;
use driver::{Identity, ObjectKind, Ruling};

pub use accounts::Accounts;
pub use file::{PolicyError, PolicyFile};

use super::engine::{Decision, Engine, Question, Reason, Subject, Target};
use bundle::PermissionSet;
use glob::Glob;

/// All rules.
#[derive(Debug, Default)]
pub struct Policy {
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
struct Rule {
    /// What it is known by: its name, if it has one, and its line.
    origin: Arc<str>,
    /// Whom it is about: anybody who is like one of these.
    who: Vec<Who>,
    /// What they may.
    may: PermissionSet,
    /// What they may not, whatever other rules say.
    may_not: PermissionSet,
    /// On what: an object that is like one of these; none for everything.
    on: Option<Vec<On>>,
}

/// Somebody; all that is given must be so.
#[derive(Debug, Default)]
struct Who {
    uid: Option<u32>,
    group: Option<Group>,
    sasl: Option<Glob>,
    tls: Option<Glob>,
}

/// A group with those who are in it.
#[derive(Debug)]
struct Group {
    gid: u32,
    members: Vec<u32>,
}

/// Some objects; all that is given must be so.
#[derive(Debug, Default)]
struct On {
    kind: Option<Kind>,
    name: Option<Glob>,
    uuid: Option<Uuid>,
    tag: Option<Glob>,
}

/// What a rule may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connection,
    Object(ObjectKind),
}

/// How surely a rule is about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    /// It is about some objects of the kind.
    Perhaps,
    Yes,
}

impl Policy {
    /// What the rules say.
    pub fn decide(&self, who: &Subject, permission: Permission, target: Target<'_>) -> Decision {
        let asked = PermissionSet::only(permission);
        let mut allowed = None;
        for rule in &self.rules {
            // What costs least comes first: a list asks about a thousand objects.
            let denies = rule.may_not.meets(asked);
            let allows = allowed.is_none() && rule.may.meets(asked);
            if !(denies || allows) || !rule.is_about(who) {
                continue;
            }
            // Which object a document brings is not known yet: it may be one that is allowed, and
            // need not be one that is denied.
            match rule.fit(target) {
                Fit::Yes if denies => {
                    return Decision::denied(Reason::Said(Arc::clone(&rule.origin)));
                }
                Fit::Yes | Fit::Perhaps if allows => allowed = Some(&rule.origin),
                Fit::Yes | Fit::Perhaps | Fit::No => {}
            }
        }
        match allowed {
            Some(origin) => Decision::allowed(Reason::Said(Arc::clone(origin))),
            None => Decision::denied(Reason::Fixed("no rule allows it")),
        }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether nobody may do anything.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Rule {
    fn is_about(&self, who: &Subject) -> bool {
        self.who.iter().any(|known| known.is(who))
    }

    fn fit(&self, target: Target<'_>) -> Fit {
        match &self.on {
            None => Fit::Yes,
            Some(on) => on.iter().map(|on| on.fit(target)).max().unwrap_or(Fit::No),
        }
    }
}

impl Who {
    fn is(&self, who: &Subject) -> bool {
        let glob = |glob: &Option<Glob>, name: &Option<String>| match (glob, name) {
            (None, _) => true,
            (Some(glob), Some(name)) => glob.matches(name),
            (Some(_), None) => false,
        };
        self.uid.is_none_or(|uid| who.uid == Some(uid))
            && self.group.as_ref().is_none_or(|group| group.has(who))
            && glob(&self.sasl, &who.sasl_name)
            && glob(&self.tls, &who.tls_name)
    }
}

impl Group {
    fn has(&self, who: &Subject) -> bool {
        who.gid == Some(self.gid) || who.uid.is_some_and(|uid| self.members.contains(&uid))
    }
}

impl On {
    /// A pattern without a kind is about objects only, never about the connection: who may do
    /// everything to some guests must not be able to do everything to their host.
    fn fit(&self, target: Target<'_>) -> Fit {
        let yes = |holds: bool| if holds { Fit::Yes } else { Fit::No };
        let any_kind = |kind: ObjectKind| self.kind.is_none_or(|of| of == Kind::Object(kind));
        match target {
            Target::Connection => yes(self.kind == Some(Kind::Connection)),
            Target::Object(object) => yes(any_kind(object.kind) && self.matches(object)),
            Target::Some(kind) if !any_kind(kind) => Fit::No,
            Target::Some(_) if self.is_about_whole_kind() => Fit::Yes,
            Target::Some(_) => Fit::Perhaps,
        }
    }

    fn matches(&self, object: &Identity) -> bool {
        self.name.as_ref().is_none_or(|name| name.matches(&object.name))
            && self.uuid.is_none_or(|uuid| object.uuid == Some(uuid))
            && self.tag.as_ref().is_none_or(|tag| object.tags.iter().any(|has| tag.matches(has)))
    }

    fn is_about_whole_kind(&self) -> bool {
        self.name.is_none() && self.uuid.is_none() && self.tag.is_none()
    }
}

impl Engine for PolicyFile {
    fn decide(&self, who: &Subject, question: &Question<'_>) -> Ruling<Decision> {
        Ruling::Now(self.policy().decide(who, question.permission, question.target))
    }
}
