//! One domain: what its readers see, and what only its workers touch.
//!
//! Readers take the [`Published`] snapshot and never wait. Workers hold a [`JobPermit`] of the
//! domain's gate, and swap the snapshot whole when something changed. A running guest has a
//! [`Live`] part; it is there from the moment the monitor greeted until the process is gone.

mod definition;
mod impact;
mod live;
mod published;
#[cfg(test)]
pub(crate) mod scripted;
pub(crate) mod tags;
mod taint;

use std::sync::Arc;
use std::time::Duration;

use api::remote::NonnullDomain;
use api::{Error, ErrorCode, ErrorDomain, Result, Uuid};
use arc_swap::{ArcSwap, ArcSwapOption};
use driver::{Identity, JobGate, JobKind, JobPermit};
use host::process::{ProcessRef, Signal};
use tokio::sync::Notify;

pub(crate) use definition::Definition;
pub(crate) use impact::Impact;
pub(crate) use live::{Live, StopCause};
pub(crate) use published::{Published, RunState};
pub(crate) use taint::{Taint, Taints};

use crate::settings::Deadlines;

/// One domain.
pub(crate) struct Domain {
    /// What it is known by for good.
    pub uuid: Uuid,
    /// Who may work on it.
    pub gate: JobGate,
    published: ArcSwap<Published>,
    live: ArcSwapOption<Live>,
    /// Orders writers of the snapshot; held for the moment of one change only.
    writing: std::sync::Mutex<()>,
    changed: Notify,
    starting: std::sync::Mutex<Option<ProcessRef>>,
    /// Orders changes of the definition, which wait for the disk but never for a guest.
    definition: tokio::sync::Mutex<()>,
}

impl Domain {
    /// A domain that readers first see as `published`.
    pub(crate) fn new(uuid: Uuid, mut published: Published) -> Arc<Self> {
        if let Some(tags) = published.current_tags() {
            published.tags = tags;
        }
        Arc::new(Self {
            uuid,
            gate: JobGate::default(),
            published: ArcSwap::from_pointee(published),
            live: ArcSwapOption::empty(),
            writing: std::sync::Mutex::default(),
            changed: Notify::new(),
            starting: std::sync::Mutex::default(),
            definition: tokio::sync::Mutex::default(),
        })
    }

    /// What is true of the domain now; never waits.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    /// Changes the snapshot and returns the new one.
    pub(crate) fn publish(&self, change: impl FnOnce(&mut Published)) -> Arc<Published> {
        let _order = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = self.published.load();
        let mut next = Published::clone(&before);
        change(&mut next);
        let lives_on =
            matches!((&before.live, &next.live), (Some(old), Some(new)) if Arc::ptr_eq(old, new));
        if !lives_on && let Some(tags) = next.current_tags() {
            next.tags = tags;
        }
        let next = Arc::new(next);
        self.published.store(Arc::clone(&next));
        self.changed.notify_waiters();
        next
    }

    /// Waits until the snapshot is as `wanted`; whether it became so in time.
    pub(crate) async fn wait_until(
        &self,
        wanted: impl Fn(&Published) -> bool,
        within: Duration,
    ) -> bool {
        let reached = async {
            loop {
                let change = self.changed.notified();
                tokio::pin!(change);
                // In line before looking, so that no change in between is missed.
                change.as_mut().enable();
                if wanted(&self.published.load()) {
                    return;
                }
                change.await;
            }
        };
        tokio::time::timeout(within, reached).await.is_ok()
    }

    /// Takes the right to change the definition.
    pub(crate) async fn definition(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.definition.lock().await
    }

    /// Names the process of a guest that is being started, so that it can be ended.
    pub(crate) fn set_starting(&self, process: Option<ProcessRef>) {
        *self.starting.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = process;
    }

    /// Ends a guest that is being started; whether there was one.
    pub(crate) fn abort_start(&self) -> bool {
        let starting = *self.starting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let process = starting.and_then(|reference| reference.open().ok());
        process.is_some_and(|process| process.signal(Signal::KILL).is_ok())
    }

    /// The running guest, if there is one.
    pub(crate) fn live(&self) -> Option<Arc<Live>> {
        self.live.load_full()
    }

    /// The running guest.
    ///
    /// # Errors
    /// `OPERATION_INVALID` when the domain is not running.
    pub(crate) fn running(&self) -> Result<Arc<Live>> {
        self.live().ok_or_else(not_running)
    }

    /// Sets or removes the running guest.
    pub(crate) fn set_live(&self, live: Option<Arc<Live>>) {
        self.live.store(live);
    }

    /// Removes the running guest if it is the one with `id`; whoever gets it ends it, once.
    pub(crate) fn take_live(&self, id: i32) -> Option<Arc<Live>> {
        let _order = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let live = self.live.load_full().filter(|live| live.id == id)?;
        self.live.store(None);
        Some(live)
    }

    /// The domain as the protocol names it.
    pub(crate) fn reference(&self) -> NonnullDomain {
        self.published.load().reference(self.uuid)
    }

    /// The domain as access rules see it.
    pub(crate) fn identity(&self) -> Identity {
        let view = self.published.load();
        Identity::domain(view.name.as_str(), self.uuid, Arc::clone(&view.tags))
    }

    /// Its name now.
    pub(crate) fn name(&self) -> String {
        self.published.load().name.clone()
    }

    /// Waits in line to look at the guest.
    ///
    /// # Errors
    /// `OPERATION_TIMEOUT`, naming who held the domain.
    pub(crate) async fn query(
        &self,
        name: &'static str,
        deadlines: &Deadlines,
    ) -> Result<JobPermit> {
        self.begin(JobKind::Query, name, deadlines).await
    }

    /// Waits in line to change the domain.
    ///
    /// # Errors
    /// `OPERATION_TIMEOUT`, naming who held the domain.
    pub(crate) async fn modify(
        &self,
        name: &'static str,
        deadlines: &Deadlines,
    ) -> Result<JobPermit> {
        self.begin(JobKind::Modify, name, deadlines).await
    }

    async fn begin(
        &self,
        kind: JobKind,
        name: &'static str,
        deadlines: &Deadlines,
    ) -> Result<JobPermit> {
        self.gate
            .begin(kind, name, deadlines.job)
            .await
            .map_err(|timeout| Error::operation_timeout(ErrorDomain::QEMU, timeout.to_string()))
    }
}

impl std::fmt::Debug for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").field("uuid", &self.uuid).field("name", &self.name()).finish()
    }
}

/// What callers are told who need a running guest.
pub(crate) fn not_running() -> Error {
    Error::new(ErrorCode::OPERATION_INVALID, ErrorDomain::DOMAIN, "domain is not running")
}
