//! What readers of a domain see.

use std::sync::Arc;

use api::remote::NonnullDomain;
use api::{
    DomainCrashedReason, DomainPMSuspendedReason, DomainPausedReason, DomainRunningReason,
    DomainShutdownReason, DomainShutoffReason, DomainState, Uuid,
};
use driver::Tags;
use serde::{Deserialize, Serialize};

use super::{Definition, Taints, tags};
use crate::guest_cpu::AskedCpu;
use crate::tuning::Allotment;

/// A consistent view of one domain. Swapped whole; never changed in place.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// Its name.
    pub name: String,
    /// Number of the running guest; none when it is not running.
    pub id: Option<i32>,
    /// State, with the reason for it.
    pub state: RunState,
    /// The definition that survives; none for a transient domain.
    pub persistent: Option<Definition>,
    /// What runs; none when nothing does.
    pub live: Option<Arc<config::Domain>>,
    /// What was asked for of the CPU that the live document tells of.
    pub asked_cpu: Option<Arc<AskedCpu>>,
    /// Whether it starts with the daemon.
    pub autostart: bool,
    /// What was done to the running guest that support should know of.
    pub taints: Taints,
    /// Whether the definition changed since it was last started, saved, or loaded.
    pub updated: bool,
    /// What access rules know it by, from the document that runs or else is defined. A domain that
    /// lost both keeps what it had, for those who are told of its end.
    pub tags: Tags,
}

/// A state and the number of its reason, as [`api::DomainState`] and its reason enums count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunState {
    state: i32,
    /// Number of the reason.
    pub reason: i32,
}

macro_rules! states {
    ($($(#[$meta:meta])* $name:ident($reason:ident) = $state:ident;)*) => {
        impl RunState {
            $($(#[$meta])* pub(crate) const fn $name(reason: $reason) -> Self {
                Self { state: DomainState::$state.0, reason: reason.0 }
            })*
        }
    };
}
states! {
    /// The guest runs.
    running(DomainRunningReason) = RUNNING;
    /// The virtual CPUs stand still.
    paused(DomainPausedReason) = PAUSED;
    /// The guest is on its way down.
    shutting_down(DomainShutdownReason) = SHUTDOWN;
    /// Nothing runs.
    shut_off(DomainShutoffReason) = SHUTOFF;
    /// The guest broke.
    crashed(DomainCrashedReason) = CRASHED;
    /// The guest sleeps.
    pm_suspended(DomainPMSuspendedReason) = PMSUSPENDED;
}

impl RunState {
    /// The state without its reason.
    pub(crate) const fn state(self) -> DomainState {
        DomainState(self.state)
    }
}

impl Published {
    /// A defined domain that does not run.
    pub(crate) fn defined(name: &str, definition: Definition) -> Self {
        Self { persistent: Some(definition), ..Self::named(name) }
    }

    /// A domain of which nothing is known but its name.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: None,
            state: RunState::shut_off(DomainShutoffReason::UNKNOWN),
            persistent: None,
            live: None,
            asked_cpu: None,
            autostart: false,
            taints: Taints::default(),
            updated: false,
            tags: Tags::default(),
        }
    }

    /// Whether a guest runs, be it paused.
    pub(crate) fn is_active(&self) -> bool {
        self.id.is_some()
    }

    /// Whether the domain outlives its guest.
    pub(crate) fn is_persistent(&self) -> bool {
        self.persistent.is_some()
    }

    /// What is defined. Reading it takes as long as reading a document does: once a call.
    pub(crate) fn definition(&self) -> Option<Arc<config::Domain>> {
        self.persistent.as_ref().map(Definition::read)
    }

    /// What runs, or else what is defined.
    pub(crate) fn current(&self) -> Option<Arc<config::Domain>> {
        self.live.clone().or_else(|| self.definition())
    }

    /// What the guest has, or else what it is defined to get.
    pub(crate) fn allotment(&self) -> Option<Allotment> {
        let defined = || self.persistent.as_ref().map(Definition::allotment);
        self.live.as_deref().map(Allotment::of).or_else(defined)
    }

    /// The tags of what runs, or else of what is defined.
    pub(super) fn current_tags(&self) -> Option<Tags> {
        let defined = || self.persistent.as_ref().map(Definition::tags);
        self.live.as_deref().map(tags::of).or_else(defined)
    }

    /// The domain as the protocol names it.
    pub(crate) fn reference(&self, uuid: Uuid) -> NonnullDomain {
        NonnullDomain { name: self.name.clone(), uuid, id: self.id.unwrap_or(-1) }
    }
}
