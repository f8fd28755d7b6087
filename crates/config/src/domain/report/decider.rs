//! Who decided something that the user did not.

use std::collections::HashMap;

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decider {
    /// The user, who wrote it.
    User,
    /// The machine type or the emulator: the guest has it because such a machine has it.
    Machine,
    /// The daemon: it has to be something.
    Daemon,
}

impl Decider {
    /// One word: `user`, `machine`, `daemon`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Machine => "machine",
            Self::Daemon => "daemon",
        }
    }
}

/// What completion has told of its decisions; where it has told nothing, the place decides.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    by: HashMap<(String, String), Decider>,
}

/// Places whose default follows from the machine type or the emulator.
const MACHINES: &[&str] = &[
    "/domain/os/type/@arch",
    "/domain/os/type/@machine",
    "/domain/cpu",
    "/domain/cpu/@mode",
    "/domain/cpu/@match",
    "/domain/cpu/@check",
    "/domain/cpu/model",
    "/domain/cpu/model/@fallback",
    "/domain/devices/emulator",
    "/domain/devices/controller",
    "/domain/devices/controller/@model",
    "/domain/devices/controller/model",
    "/domain/devices/controller/target",
    "/domain/devices/input",
    "/domain/devices/panic/@model",
    "/domain/devices/serial/target",
    "/domain/devices/serial/target/@type",
    "/domain/devices/serial/target/model",
    "/domain/devices/console",
    "/domain/devices/video",
    "/domain/devices/video/model",
    "/domain/devices/interface/model",
    "/domain/devices/tpm/@model",
];

impl Decisions {
    /// Who decided that `value` stands at `path`, which has no keys in it.
    pub(super) fn of(&self, path: &str, value: &str) -> Decider {
        let told = self.by.get(&(path.to_owned(), value.to_owned()));
        let usual = if MACHINES.contains(&path) { Decider::Machine } else { Decider::Daemon };
        told.copied().unwrap_or(usual)
    }

    /// Notes what was defaulted from one step of completion to the next, and who decides in that step.
    pub(in crate::domain) fn note(&mut self, before: &str, after: &str, by: Decider) {
        let Ok(report) = super::Report::between(before, after) else { return };
        for defaulted in report.defaulted {
            self.by.entry((without_keys(&defaulted.path), defaulted.value)).or_insert(by);
        }
    }
}

/// A path without what is in brackets.
fn without_keys(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let (mut depth, mut quoted) = (0usize, false);
    for letter in path.chars() {
        match letter {
            '\'' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}
