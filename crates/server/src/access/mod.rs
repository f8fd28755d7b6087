//! Who may do what.
//!
//! ```text
//!  call ──> read-only? ──> what its row needs ──> on which object ──> engines ──> decode, run
//!           (the socket)   (flags, by shape)     (its identity)      (all agree)
//! ```
//!
//! Everything comes from the call's row. Of the arguments nothing is looked at before the decision
//! but the words that its conditions are about and what names the object; an object's name and tags
//! are the driver's, never the client's. Where a document brings the object, its sender must be
//! allowed the same on some object before it is read, and the driver asks again afterwards.
//!
//! Without an engine the socket decides alone, as with libvirtd. With engines nothing is allowed
//! that not every one of them allows.

mod engine;
mod explain;
mod guard;
mod log;
mod needs;
mod object;
mod policy;
mod polkit;
mod read_only;
mod relay;

use std::sync::Arc;

pub use engine::{Decision, Engine, Question, Reason, Subject, Target};
pub use policy::{Accounts, Policy, PolicyError, PolicyFile};
pub use polkit::PolkitEngine;

pub(crate) use guard::{ClientGuard, Passage, Pending, Refusal};
pub(crate) use read_only::{check_read_only, error_domain};
pub(crate) use relay::Relay;

use driver::Ruling;
use log::DecisionLog;

/// Decides what clients may do.
#[derive(Default)]
pub struct Access {
    engines: Vec<Arc<dyn Engine>>,
    log: DecisionLog,
}

impl Access {
    /// Whoever gets in may do everything that the socket allows.
    pub fn open() -> Self {
        Self::default()
    }

    /// What all of these allow.
    pub fn new(engines: Vec<Arc<dyn Engine>>) -> Self {
        Self { engines, log: DecisionLog::default() }
    }

    /// Whether the socket decides alone.
    pub fn is_open(&self) -> bool {
        self.engines.is_empty()
    }

    /// Whether `who` may do what is asked. The first engine that refuses decides.
    pub(crate) fn decide(&self, who: &Subject, question: &Question<'_>) -> Ruling<Decision> {
        let mut last = Decision::allowed(Reason::Fixed("no access driver is configured"));
        let mut later = Vec::new();
        for engine in &self.engines {
            match engine.decide(who, question) {
                Ruling::Now(decision) if decision.allowed => last = decision,
                Ruling::Now(refusal) => return Ruling::Now(refusal),
                Ruling::Later(decision) => later.push(decision),
            }
        }
        if later.is_empty() {
            return Ruling::Now(last);
        }
        Ruling::Later(Box::pin(async move {
            for decision in later {
                last = decision.await;
                if !last.allowed {
                    break;
                }
            }
            last
        }))
    }
}
