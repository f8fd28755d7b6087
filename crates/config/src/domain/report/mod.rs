//! What became of a document: what was defaulted, rewritten, ignored, by whom and why.
//!
//! ```text
//! as written ── completion, each step of which says whose decision it is ──> decisions
//!     │                                                                          │
//!     └── align: children by name and key ──> differences from the completed ────┴──> report
//! ```
//!
//! The completed document may be another daemon's, which tells nothing of its decisions: they are found out
//! by completing the document here, for a host of which the completed document says what it is.

mod align;
mod decisions;
mod shown;
mod tree;

use std::collections::HashSet;

use xml::Position;

pub use decisions::{Decision, Decisions};

use self::shown::Shown;
use self::tree::Tree;
pub use super::complete::Decider;
use super::{Domain, ParseFlags};
use crate::{Error, NothingDrawn};

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
    /// Whose decision it was.
    pub decision: Decision,
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
    /// Whose decision it was.
    pub decision: Decision,
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
    /// Who dropped it.
    pub decision: Decision,
}

impl Report {
    /// Holds a document as written against what a daemon has made of it: ours, or another that speaks of the
    /// same documents.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) if one is no XML, [`Code::XmlError`](crate::Code::XmlError)
    /// if it is no domain's.
    pub fn between(written: &str, completed: &str) -> Result<Self, Error> {
        let shown = Domain::parse(completed, ParseFlags::Inactive).map(Shown);
        let explained = shown.and_then(|host| Domain::explained(written, &host, &mut NothingDrawn));
        // Whoever completed it may know documents that are refused here: then only the differences are told.
        let decisions = match explained {
            Ok((_, decisions)) => decisions,
            Err(_) => Decisions::of_written(written)?,
        };
        Self::decided(written, completed, decisions)
    }

    /// The same with what completing the document has told: see [`Domain::explained`].
    ///
    /// # Errors
    /// As [`Self::between`].
    pub fn decided(
        written: &str,
        completed: &str,
        mut decisions: Decisions,
    ) -> Result<Self, Error> {
        let unknown: HashSet<(Position, String)> = Domain::unknown(written)?
            .into_iter()
            .map(|unknown| {
                let attribute = unknown.path.rsplit_once("/@").map_or("", |(_, name)| name);
                (unknown.position, attribute.to_owned())
            })
            .collect();
        let before = Tree::read(written, Decision::USERS)?;
        let mut after = Tree::read(completed, Decision::UNKNOWN)?;
        decisions.attribute(&mut after);
        let decisions = &decisions;
        let mut comparison =
            align::Comparison { report: Self::default(), written, unknown, decisions };
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
        let defaulted = self.defaulted.iter().map(|row| (&row.path, row.decision));
        let rewritten = self.rewritten.iter().map(|row| (&row.path, row.decision));
        // An attribute that has a row of its own is told apart from its element.
        let found = defaulted.chain(rewritten).filter(|(whole, _)| under(whole));
        found.max_by_key(|(whole, _)| whole.len()).map_or(Decider::User, |(_, found)| found.by)
    }

    /// Whether the completed document says what the user wrote and nothing else.
    pub fn is_empty(&self) -> bool {
        self.defaulted.is_empty() && self.rewritten.is_empty() && self.ignored.is_empty()
    }
}

#[cfg(test)]
mod tests;
