//! What became of a document: what was defaulted, rewritten, ignored.
//!
//! The document as written is held against the completed one as it is printed, so it does not matter which
//! daemon has completed it: ours or another's that speaks of the same documents.
//!
//! ```text
//! as written ──┐
//!              ├─ align: children by name and key ──> differences ──> by whom (decider)
//! completed ───┘
//! ```

mod align;
mod decider;
mod tree;

use std::collections::HashSet;

use xml::{Document, Position, View};

pub use decider::{Decider, Decisions};

use self::tree::Tree;
use super::Domain;
use crate::Error;

/// What became of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What the document did not say and has now.
    pub defaulted: Vec<Defaulted>,
    /// What it said in another way.
    pub rewritten: Vec<Rewritten>,
    /// What it said and has not any more.
    pub ignored: Vec<Ignored>,
}

/// Something that the user left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaulted {
    /// Where it stands in the completed document: `/domain/devices/disk[target/@dev='vda']/driver/@type`.
    pub path: String,
    /// What was put there: an attribute's or element's text; an element's attributes, as they are printed.
    pub value: String,
    /// Who decided it.
    pub by: Decider,
}

/// Something that is said in another way now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Where it stands in the completed document.
    pub path: String,
    /// What the user wrote.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// Something that is not in the completed document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Where it stands in the document as written.
    pub path: String,
    /// What it said; empty for an element without text.
    pub value: String,
    /// Where its element begins in the text as written.
    pub position: Position,
    /// Whether nothing knows it; what is known was dropped because it means nothing where it stands.
    pub unknown: bool,
}

impl Report {
    /// Holds a document as written against what a daemon has made of it.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) if one is no XML, [`Code::XmlError`](crate::Code::XmlError)
    /// if it is no domain's.
    pub fn between(written: &str, completed: &str) -> Result<Self, Error> {
        Self::decided(written, completed, &Decisions::default())
    }

    /// The same for a document whose completion has told who decided what.
    ///
    /// # Errors
    /// As [`Self::between`].
    pub fn decided(written: &str, completed: &str, decisions: &Decisions) -> Result<Self, Error> {
        let unknown: HashSet<(String, Position)> = Domain::unknown(written)?
            .into_iter()
            .map(|unknown| (unknown.path, unknown.position))
            .collect();
        let written = parse(written)?;
        let completed = parse(completed)?;
        let before = Tree::of(written.any_root(View::PLAIN), None);
        let after = Tree::of(completed.any_root(View::PLAIN), None);
        let mut comparison = align::Comparison { report: Self::default(), unknown, decisions };
        comparison.element(&before, &after);
        Ok(comparison.report)
    }

    /// Who decided what stands at `path` in the completed document: the user, if nobody else did.
    ///
    /// `path` is one that the report itself would print.
    pub fn by(&self, path: &str) -> Decider {
        let under = |whole: &str| {
            path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with("/@"))
        };
        let found = self.defaulted.iter().find(|defaulted| under(&defaulted.path));
        found.map_or(Decider::User, |defaulted| defaulted.by)
    }

    /// Whether the completed document says what the user wrote and nothing else.
    pub fn is_empty(&self) -> bool {
        self.defaulted.is_empty() && self.rewritten.is_empty() && self.ignored.is_empty()
    }
}

fn parse(text: &str) -> Result<Document<'_>, Error> {
    let reading = |error| Error::reading("domain_definition", error);
    let document = Document::parse(text).map_err(reading)?;
    document.root("domain", View::PLAIN).map_err(reading)?;
    Ok(document)
}

#[cfg(test)]
mod tests;
