//! What a guest's monitor is asked for, in one burst, and what it said.

use std::sync::Arc;
use std::time::Instant;

use api::DomainStatsTypes as Group;
use config::domain::VirtType;
use qmp::commands::{
    DirtyRate, GuestMemoryStats, IoThread, StatsResult, StatsSchemas, StatsTarget,
};
use qmp::{Monitor, QmpError};

use super::Wanted;
use crate::block::Figures;
use crate::domain::Live;
use crate::tuning;

/// The answers; what was not asked, refused or damaged is not there.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) reached: Reached,
    pub(super) balloon: Option<GuestMemoryStats>,
    pub(super) block: Option<Figures>,
    pub(super) iothreads: Option<Vec<IoThread>>,
    pub(super) dirty_rate: Option<DirtyRate>,
    pub(super) vcpus: Option<Vec<StatsResult>>,
    pub(super) vm: Option<Vec<StatsResult>>,
    pub(super) schemas: Option<Arc<Vec<StatsSchemas>>>,
}

/// Whether the monitor answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reached {
    /// It did, or was not asked.
    #[default]
    Well,
    /// It has not.
    Silent {
        /// Since when.
        since: Instant,
    },
}

impl Answers {
    /// Those of a guest that did not answer.
    pub(super) fn unreached() -> Self {
        Self { reached: Reached::Silent { since: Instant::now() }, ..Self::default() }
    }

    /// For how long the guest has not answered; none when it has.
    pub(super) fn silent_ms(&self) -> Option<u64> {
        match self.reached {
            Reached::Well => None,
            Reached::Silent { since } => {
                Some(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
        }
    }

    /// Asks for everything that the wanted groups need; QEMU gets all of it at once.
    pub(super) async fn ask(
        monitor: &Monitor,
        live: &Live,
        document: &config::Domain,
        wanted: Wanted,
    ) -> Self {
        let begun = Instant::now();
        let kvm = document.virt_type == VirtType::Kvm;
        let balloon = tuning::balloon(document).and_then(tuning::balloon_path);
        let known = live.parts().stats_schemas.clone();
        let (wants_vcpus, wants_vm) =
            (kvm && wanted.group(Group::VCPU), kvm && wanted.group(Group::VM));
        let wants_polling = kvm && wanted.group(Group::CPU_TOTAL);
        let has_iothreads = document.iothreads.is_some_and(|count| count > 0);
        let path = balloon.as_deref().unwrap_or_default();
        let replies = tokio::join!(
            when(
                balloon.is_some() && wanted.group(Group::BALLOON),
                monitor.guest_memory_stats(path)
            ),
            when(wanted.group(Group::BLOCK), Figures::ask(monitor)),
            when(has_iothreads && wanted.group(Group::IOTHREAD), monitor.query_iothreads()),
            when(wanted.group(Group::DIRTYRATE), monitor.query_dirty_rate()),
            when(wants_vcpus || wants_polling, monitor.query_stats(StatsTarget::Vcpu)),
            when(wants_vm, monitor.query_stats(StatsTarget::Vm)),
            when((wants_vcpus || wants_vm) && known.is_none(), monitor.query_stats_schemas()),
        );
        let (balloon, block, iothreads, dirty_rate, vcpus, vm, schemas) = replies;
        let mut late = Late(false);
        let answers = Self {
            reached: Reached::Well,
            balloon: late.keep(balloon),
            block: late.keep(block),
            iothreads: late.keep(iothreads),
            dirty_rate: late.keep(dirty_rate),
            vcpus: late.keep(vcpus),
            vm: late.keep(vm),
            schemas: known.or_else(|| late.keep(schemas).map(Arc::new)),
        };
        live.parts().stats_schemas.clone_from(&answers.schemas);
        if late.0 { Self { reached: Reached::Silent { since: begun }, ..answers } } else { answers }
    }
}

/// Runs a command only if its answer is wanted.
async fn when<T>(
    wanted: bool,
    command: impl Future<Output = Result<T, QmpError>>,
) -> Option<Result<T, QmpError>> {
    if wanted { Some(command.await) } else { None }
}

/// Whether an answer was late, or will never come.
struct Late(bool);

impl Late {
    fn keep<T>(&mut self, answer: Option<Result<T, QmpError>>) -> Option<T> {
        match answer? {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.0 |= matches!(error, QmpError::Timeout { .. } | QmpError::Closed(_));
                tracing::debug!(%error, "not in the statistics");
                None
            }
        }
    }
}
