//! Whose decision each step of completion was, for whoever wants to hear it.

use crate::domain::Domain;

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decider {
    /// The user, who wrote it.
    User,
    /// The machine type: the guest has it because such a machine has it.
    Machine,
    /// The emulator: it offers that, or is that.
    Emulator,
    /// The host: what it is, and what is installed there.
    Host,
    /// The daemon: it has to be something, and libvirt's choice is known.
    Daemon,
}

impl Decider {
    /// One word: `user`, `machine`, `emulator`, `host`, `daemon`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Machine => "machine",
            Self::Emulator => "emulator",
            Self::Host => "host",
            Self::Daemon => "daemon",
        }
    }
}

/// Hears after each step what the document is, whose decision the change was, and why it was made.
pub(in crate::domain) type Listener<'l> = &'l mut dyn FnMut(&Domain, Decider, &'static str);

/// Tells after each step whose decision it was. Where nobody listens it costs nothing.
pub(in crate::domain) struct Trail<'l>(Option<Listener<'l>>);

impl<'l> Trail<'l> {
    /// For those who do not ask.
    pub(in crate::domain) const fn unheard() -> Self {
        Self(None)
    }

    /// For those who do.
    pub(in crate::domain) const fn heard_by(listener: Listener<'l>) -> Self {
        Self(Some(listener))
    }

    /// What has changed in `domain` since the step before was decided by `by`.
    pub(in crate::domain) fn step(&mut self, domain: &Domain, by: Decider, why: &'static str) {
        if let Some(listener) = &mut self.0 {
            listener(domain, by, why);
        }
    }
}
