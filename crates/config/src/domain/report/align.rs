//! Which element of the one document is which of the other, and where they differ.

use std::collections::HashSet;

use xml::Position;

use super::tree::{Attribute, Tree, position};
use super::{Decider, Decision, Decisions, Defaulted, Ignored, Report, Rewritten};

/// A comparison under way.
pub(super) struct Comparison<'w> {
    pub(super) report: Report,
    /// The document as written.
    pub(super) written: &'w str,
    /// What nothing knows in it: where the element stands, the attribute's name or nothing.
    pub(super) unknown: HashSet<(Position, String)>,
    pub(super) decisions: &'w Decisions,
}

/// Most pairs of a name that are weighed against each other; with more, the order decides.
const MOST_PAIRS: usize = 250_000;

impl Comparison<'_> {
    /// Compares an element with what has become of it.
    pub(super) fn element(&mut self, before: &Tree, after: &Tree) {
        if before.is_quantity() && after.is_quantity() {
            let same = before.text.text == after.text.text;
            let unit = after.attribute("unit").filter(|_| same).unwrap_or(&after.text);
            self.value(&after.path, &before.value(), &after.value(), unit.decision);
        } else {
            self.attributes(before, after);
            self.text(before, after);
        }
        let partners = partners(before, after);
        for (child, partner) in before.children.iter().zip(&partners) {
            match partner {
                Some(at) => self.element(child, &after.children[*at]),
                None => self.lost(child),
            }
        }
        let taken: HashSet<usize> = partners.into_iter().flatten().collect();
        for (at, child) in after.children.iter().enumerate() {
            if !taken.contains(&at) {
                self.added(child);
            }
        }
    }

    fn attributes(&mut self, before: &Tree, after: &Tree) {
        for Attribute { name, text } in &before.attributes {
            match after.attribute(name) {
                Some(now) => {
                    let path = format!("{}/@{name}", after.path);
                    self.value(&path, &text.text, &now.text, now.decision);
                }
                None => self.ignore(before, name, &text.text),
            }
        }
        for Attribute { name, text } in &after.attributes {
            if before.attribute(name).is_none() {
                self.default(
                    format!("{}/@{name}", after.path),
                    text.text.to_string(),
                    text.decision,
                );
            }
        }
    }

    fn text(&mut self, before: &Tree, after: &Tree) {
        let now = &after.text;
        match (&*before.text.text, &*now.text) {
            ("", "") => {}
            ("", text) => self.default(after.path.to_string(), text.to_owned(), now.decision),
            (text, "") => self.ignore(before, "", text),
            (from, to) => self.value(&after.path, from, to, now.decision),
        }
    }

    fn value(&mut self, path: &str, from: &str, to: &str, decision: Decision) {
        if from != to {
            let (path, from, to) = (path.to_owned(), from.to_owned(), to.to_owned());
            self.report.rewritten.push(Rewritten { path, from, to, decision: not_users(decision) });
        }
    }

    /// An element that is new, and each below it. What somebody else added to it is told by itself.
    fn added(&mut self, tree: &Tree) {
        let texts = || tree.attributes.iter().map(|given| &given.text).chain([&tree.text]);
        let first = texts().find(|text| !text.text.is_empty());
        let decision = first.map_or(tree.decision, |text| text.decision);
        let value = tree.value_where(|text| text.decision == decision);
        if !value.is_empty() || tree.children.is_empty() {
            self.default(tree.path.to_string(), value, decision);
        }
        if !tree.is_quantity() {
            for Attribute { name, text } in &tree.attributes {
                if text.decision != decision {
                    let path = format!("{}/@{name}", tree.path);
                    self.default(path, text.text.to_string(), text.decision);
                }
            }
            if tree.text.decision != decision && !tree.text.text.is_empty() {
                let text = tree.text.text.to_string();
                self.default(format!("{}/text()", tree.path), text, tree.text.decision);
            }
        }
        tree.children.iter().for_each(|child| self.added(child));
    }

    /// An element that is gone: it is told by itself unless what it had in it can be.
    fn lost(&mut self, tree: &Tree) {
        if tree.children.is_empty() || self.is_unknown(tree, "") {
            self.ignore(tree, "", &tree.value());
            return;
        }
        tree.children.iter().for_each(|child| self.lost(child));
        if !tree.attributes.is_empty() {
            self.ignore(tree, "", &tree.value());
        }
    }

    fn default(&mut self, path: String, value: String, decision: Decision) {
        self.report.defaulted.push(Defaulted { path, value, decision: not_users(decision) });
    }

    fn ignore(&mut self, tree: &Tree, attribute: &str, value: &str) {
        let at = tree.written_at.unwrap_or_default();
        let path = match attribute {
            "" => tree.path.to_string(),
            name => format!("{}/@{name}", tree.path),
        };
        let unknown = self.is_unknown(tree, attribute);
        self.report.ignored.push(Ignored {
            path,
            value: value.to_owned(),
            position: position(self.written, at),
            unknown,
            decision: match unknown {
                true => Decision::NOT_KNOWN,
                false => self.decisions.dropped(at, attribute),
            },
        });
    }

    fn is_unknown(&self, tree: &Tree, attribute: &str) -> bool {
        let at = position(self.written, tree.written_at.unwrap_or_default());
        self.unknown.contains(&(at, attribute.to_owned()))
    }
}

/// What reading alone put there is in nobody's step.
fn not_users(decision: Decision) -> Decision {
    if decision.by == Decider::User { Decision::READING } else { decision }
}

/// For each child of `before`, which child of `after` it has become.
pub(super) fn partners(before: &Tree, after: &Tree) -> Vec<Option<usize>> {
    let devices = &*before.name == "devices";
    let (before, after) = (&before.children, &after.children);
    let mut partners = vec![None; before.len()];
    let mut free = vec![true; after.len()];
    let mut names: Vec<&str> = before.iter().map(|tree| &*tree.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of = |trees: &[Tree]| -> Vec<usize> {
            (0..trees.len()).filter(|at| &*trees[*at].name == name).collect()
        };
        let (mut ours, mut theirs) = (of(before), of(after));
        let mut pair = |our: usize, their: usize| {
            partners[our] = Some(their);
            free[their] = false;
        };
        // Most have not changed.
        for (our, their) in ours.iter().zip(&theirs) {
            if before[*our].says_as(&after[*their]) {
                pair(*our, *their);
            }
        }
        let single = ours.len() == 1 && theirs.len() == 1;
        ours.retain(|our| partners[*our].is_none());
        theirs.retain(|their| free[*their]);
        let in_order = ours.len().saturating_mul(theirs.len()) > MOST_PAIRS;
        let is_device = |our: usize| devices && !before[our].attributes.is_empty();
        if in_order || (single && ours.first().is_some_and(|our| !is_device(*our))) {
            for (our, their) in ours.iter().zip(&theirs) {
                partners[*our] = Some(*their);
                free[*their] = false;
            }
            continue;
        }
        weigh(before, after, &ours, &theirs, &mut partners);
        partners.iter().flatten().for_each(|at| free[*at] = false);
    }
    partners
}

/// Gives each of `ours` the one of `theirs` that has most in common with it.
fn weigh(
    before: &[Tree],
    after: &[Tree],
    ours: &[usize],
    theirs: &[usize],
    partners: &mut [Option<usize>],
) {
    let mut candidates: Vec<_> = theirs.iter().map(|at| (*at, leaves(&after[*at]))).collect();
    for our in ours {
        let said = leaves(&before[*our]);
        let best = candidates
            .iter()
            .enumerate()
            .filter(|(_, (at, _))| !contradict(&before[*our], &after[*at]))
            .map(|(nth, (_, has))| (said.intersection(has).count(), nth))
            .filter(|(common, _)| *common > 0 || said.is_empty())
            .max_by_key(|(common, nth)| (*common, std::cmp::Reverse(*nth)));
        if let Some((_, nth)) = best {
            partners[*our] = Some(candidates.remove(nth).0);
        }
    }
}

fn leaves(tree: &Tree) -> HashSet<(String, &str)> {
    let mut leaves = Vec::new();
    tree.leaves("", &mut leaves);
    leaves.into_iter().collect()
}

/// Whether they cannot be the same thing: their kinds differ.
fn contradict(before: &Tree, after: &Tree) -> bool {
    let differ = |name| match (before.attribute(name), after.attribute(name)) {
        (Some(before), Some(after)) => before.text != after.text,
        _ => false,
    };
    matches!(&*before.name, "controller" | "input" | "graphics" | "hostdev" | "channel" | "feature")
        && (differ("type") || differ("index") || differ("name"))
}
