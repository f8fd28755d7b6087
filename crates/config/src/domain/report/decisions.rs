//! Who decided what: kept up while a document is completed, step by step.
//!
//! ```text
//! as written ── each step of completion ──> as it is then
//!   user's        what is new or another       everything with whose decision it was,
//!                 is the step's decision       and what was dropped with who dropped it
//! ```

use std::collections::HashMap;

use super::align::partners;
use super::tree::{Text, Tree};
use crate::domain::complete::{Decider, Host, Trail};
use crate::domain::{Domain, FormatFlags, ParseFlags};
use crate::{Entropy, Error};

/// Whose decision something was, and why it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Who made it.
    pub by: Decider,
    /// Why: a few words; empty if nothing is known.
    pub why: &'static str,
}

impl Decision {
    /// What the user wrote.
    pub(super) const USERS: Self = Self { by: Decider::User, why: "" };
    /// What reading alone does.
    pub(super) const READING: Self =
        Self { by: Decider::Daemon, why: "the form that documents are kept in" };
    /// What is left out because it means nothing to anybody.
    pub(super) const NOT_KNOWN: Self = Self { by: Decider::Daemon, why: "nothing reads it" };
    /// What another daemon did, of which nothing is known.
    pub(super) const UNKNOWN: Self = Self { by: Decider::Daemon, why: "" };
}

/// Who decided each thing of a document.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// The document as it is, or was after the last step.
    now: Tree,
    /// Its text, from which the tree was made.
    printed: String,
    /// What was written and has been dropped: where its element begins, the attribute's name or nothing.
    dropped: HashMap<(usize, Box<str>), Decision>,
}

impl Decisions {
    /// Of a document that nobody has completed yet: everything is the user's.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub(super) fn of_written(document: &str) -> Result<Self, Error> {
        let now = Tree::read(document, Decision::USERS)?;
        Ok(Self { now, printed: String::new(), dropped: HashMap::new() })
    }

    /// Notes what a step has made of the document.
    fn note(&mut self, domain: &Domain, decision: Decision) {
        let printed = domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE));
        if printed == self.printed {
            return;
        }
        // What we print can be read.
        let Ok(mut next) = Tree::read(&printed, decision) else { return };
        self.hand_on(&self.now.clone(), &mut next, decision, &|_| decision);
        (self.now, self.printed) = (next, printed);
    }

    /// Says of everything in `document` who decided it, as far as it is what this one has become.
    pub(super) fn attribute(&mut self, document: &mut Tree) {
        let guess = |known: Decision| match known.by {
            Decider::User => Decision::UNKNOWN,
            _ => known,
        };
        self.hand_on(&self.now.clone(), document, Decision::UNKNOWN, &guess);
    }

    /// Who dropped what was written: an attribute, or an element and its text, which have no name.
    pub(super) fn dropped(&self, written_at: usize, attribute: &str) -> Decision {
        let place = (written_at, attribute.into());
        self.dropped.get(&place).copied().unwrap_or(Decision::UNKNOWN)
    }

    /// Hands on from `old` to `new` who decided what is in both; `changed` decides about what is there with
    /// another text, `new` has been decided about, and what is not there any more was dropped by `decision`.
    fn hand_on(
        &mut self,
        old: &Tree,
        new: &mut Tree,
        decision: Decision,
        changed: &dyn Fn(Decision) -> Decision,
    ) {
        let text = |old: &Text, new: &mut Text| {
            let same = old.text == new.text;
            new.decision = if same { old.decision } else { changed(old.decision) };
        };
        new.decision = old.decision;
        new.written_at = old.written_at;
        if old.text.text.is_empty() == new.text.text.is_empty() {
            text(&old.text, &mut new.text);
        }
        for given in &mut new.attributes {
            if let Some(before) = old.attribute(&given.name) {
                text(before, &mut given.text);
            }
        }
        for given in old.attributes.iter().filter(|given| new.attribute(&given.name).is_none()) {
            self.drop(old.written_at, &given.name, decision);
        }
        if new.text.text.is_empty() && !old.text.text.is_empty() {
            self.drop(old.written_at, "", decision);
        }
        for (before, partner) in old.children.iter().zip(partners(old, new)) {
            match partner.and_then(|at| new.children.get_mut(at)) {
                Some(after) => self.hand_on(before, after, decision, changed),
                None => self.drop_all(before, decision),
            }
        }
    }

    fn drop_all(&mut self, tree: &Tree, decision: Decision) {
        self.drop(tree.written_at, "", decision);
        for given in &tree.attributes {
            self.drop(tree.written_at, &given.name, decision);
        }
        tree.children.iter().for_each(|child| self.drop_all(child, decision));
    }

    fn drop(&mut self, written_at: Option<usize>, attribute: &str, decision: Decision) {
        if let Some(at) = written_at {
            self.dropped.entry((at, attribute.into())).or_insert(decision);
        }
    }
}

impl Domain {
    /// Reads and completes a document, and says who decided what: for a [`Report`](super::Report).
    ///
    /// # Errors
    /// Those of [`Self::parse`] and [`Self::complete`].
    pub fn explained(
        document: &str,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, Decisions), Error> {
        let mut domain = Self::parse(document, ParseFlags::Inactive)?;
        let mut decisions = Decisions::of_written(document)?;
        decisions.note(&domain, Decision::READING);
        let mut note = |domain: &Self, by, why| decisions.note(domain, Decision { by, why });
        domain.steps(host, entropy, &mut Trail::heard_by(&mut note))?;
        Ok((domain, decisions))
    }
}
