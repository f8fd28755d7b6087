//! Which element of the one document is which of the other, and where they differ.

use std::collections::HashSet;

use xml::Position;

use super::tree::Tree;
use super::{Decisions, Defaulted, Ignored, Report, Rewritten};

/// A comparison under way.
pub(super) struct Comparison<'d> {
    pub(super) report: Report,
    /// What nothing knows of the document as written.
    pub(super) unknown: HashSet<(String, Position)>,
    pub(super) decisions: &'d Decisions,
}

/// Most pairs of a name that are weighed against each other; with more, the order decides.
const MOST_PAIRS: usize = 250_000;

impl Comparison<'_> {
    /// Compares an element with what has become of it.
    pub(super) fn element(&mut self, before: &Tree<'_, '_>, after: &Tree<'_, '_>) {
        if before.is_quantity() && after.is_quantity() {
            self.value(&after.path, &before.value(), &after.value());
        } else {
            self.attributes(before, after);
            if after.text.is_empty() != before.text.is_empty() || after.text != before.text {
                self.texts(before, after);
            }
        }
        let partners = partners(&before.children, &after.children);
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

    fn attributes(&mut self, before: &Tree<'_, '_>, after: &Tree<'_, '_>) {
        for (name, text) in &before.attributes {
            match after.attribute(name) {
                Some(now) => self.value(&format!("{}/@{name}", after.path), text, now),
                None => self.ignore(
                    format!("{}/@{name}", before.path),
                    &format!("{}/@{name}", before.plain),
                    text,
                    before.node.position(),
                ),
            }
        }
        for (name, text) in &after.attributes {
            if before.attribute(name).is_none() {
                let (path, plain) =
                    (format!("{}/@{name}", after.path), format!("{}/@{name}", after.plain));
                self.default(path, &plain, (*text).to_owned());
            }
        }
    }

    fn texts(&mut self, before: &Tree<'_, '_>, after: &Tree<'_, '_>) {
        if before.text.is_empty() {
            self.default(after.path.clone(), &after.plain, after.text.clone());
        } else if after.text.is_empty() {
            let position = before.node.position();
            self.ignore(before.path.clone(), &before.plain, &before.text, position);
        } else {
            self.value(&after.path, &before.text, &after.text);
        }
    }

    fn value(&mut self, path: &str, from: &str, to: &str) {
        if from != to {
            let (from, to) = (from.to_owned(), to.to_owned());
            self.report.rewritten.push(Rewritten { path: path.to_owned(), from, to });
        }
    }

    /// An element that is new, and each below it.
    fn added(&mut self, tree: &Tree<'_, '_>) {
        let value = tree.value();
        if !value.is_empty() || tree.children.is_empty() {
            self.default(tree.path.clone(), &tree.plain, value);
        }
        for child in &tree.children {
            self.added(child);
        }
    }

    /// An element that is gone: it is told by itself unless what it had in it can be.
    fn lost(&mut self, tree: &Tree<'_, '_>) {
        let known = !self.unknown.contains(&(tree.plain.clone(), tree.node.position()));
        let says = known && (!tree.children.is_empty() || !tree.attributes.is_empty());
        if !says || tree.children.is_empty() {
            self.ignore(tree.path.clone(), &tree.plain, &tree.value(), tree.node.position());
            return;
        }
        for child in &tree.children {
            self.lost(child);
        }
        if !tree.attributes.is_empty() {
            self.ignore(tree.path.clone(), &tree.plain, &tree.value(), tree.node.position());
        }
    }

    fn default(&mut self, path: String, plain: &str, value: String) {
        let by = self.decisions.of(plain, &value);
        self.report.defaulted.push(Defaulted { path, value, by });
    }

    fn ignore(&mut self, path: String, plain: &str, value: &str, position: Position) {
        let unknown = self.unknown.contains(&(plain.to_owned(), position));
        self.report.ignored.push(Ignored { path, value: value.to_owned(), position, unknown });
    }
}

/// For each of `before`, which of `after` it has become.
fn partners(before: &[Tree<'_, '_>], after: &[Tree<'_, '_>]) -> Vec<Option<usize>> {
    let mut partners = vec![None; before.len()];
    let mut free: Vec<bool> = vec![true; after.len()];
    let mut names: Vec<&str> = before.iter().map(|tree| &*tree.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of = |trees: &[Tree<'_, '_>]| -> Vec<usize> {
            (0..trees.len()).filter(|at| trees[*at].name == name).collect()
        };
        let (ours, theirs) = (of(before), of(after));
        let in_order = ours.len().saturating_mul(theirs.len()) > MOST_PAIRS;
        let single = ours.len() == 1 && theirs.len() == 1 && !is_device(&before[ours[0]]);
        if in_order || single {
            for (our, their) in ours.iter().zip(&theirs) {
                partners[*our] = Some(*their);
                free[*their] = false;
            }
            continue;
        }
        let leaves = |tree: &Tree<'_, '_>| {
            let mut leaves = Vec::new();
            tree.leaves("", &mut leaves);
            leaves.into_iter().map(|(path, text)| (path, text.to_owned())).collect::<HashSet<_>>()
        };
        let candidates: Vec<_> = theirs.iter().map(|at| (*at, leaves(&after[*at]))).collect();
        for our in ours {
            let said = leaves(&before[our]);
            let best = candidates
                .iter()
                .filter(|(at, _)| free[*at] && !contradict(&before[our], &after[*at]))
                .map(|(at, has)| (said.intersection(has).count(), *at))
                .filter(|(common, _)| *common > 0 || said.is_empty())
                .max_by_key(|(common, at)| (*common, std::cmp::Reverse(*at)));
            if let Some((_, at)) = best {
                partners[our] = Some(at);
                free[at] = false;
            }
        }
    }
    partners
}

fn is_device(tree: &Tree<'_, '_>) -> bool {
    tree.plain.starts_with("/domain/devices/") && !tree.attributes.is_empty()
}

/// Whether they cannot be the same thing: their kinds differ.
fn contradict(before: &Tree<'_, '_>, after: &Tree<'_, '_>) -> bool {
    let differ = |name| match (before.attribute(name), after.attribute(name)) {
        (Some(before), Some(after)) => before != after,
        _ => false,
    };
    matches!(&*before.name, "controller" | "input" | "graphics" | "hostdev" | "channel" | "feature")
        && (differ("type") || differ("index") || differ("name"))
}
