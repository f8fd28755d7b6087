//! Who may work on a domain at the same time.
//!
//! Queries run together; a change runs alone. Whoever cannot begin waits in line until its
//! deadline, and the holders and since when they hold are always there to read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::timing::{Reason, Waiting};

/// As many queries as run together; a change takes all places.
const PLACES: u32 = 1024;

/// What a job does to its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Looks; runs beside other queries.
    Query,
    /// Changes; runs alone.
    Modify,
}

/// A holder of the gate.
#[derive(Debug, Clone)]
pub struct JobHolder {
    /// What it does.
    pub kind: JobKind,
    /// The procedure that began it.
    pub name: &'static str,
    /// When it began.
    pub since: Instant,
}

/// The gate of one domain.
#[derive(Debug)]
pub struct JobGate {
    places: Arc<Semaphore>,
    holders: Arc<Mutex<Vec<(u64, JobHolder)>>>,
    numbers: std::sync::atomic::AtomicU64,
}

/// The right to work until dropped.
#[derive(Debug)]
pub struct JobPermit {
    holders: Arc<Mutex<Vec<(u64, JobHolder)>>>,
    number: u64,
    _place: OwnedSemaphorePermit,
}

/// The deadline came first.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot acquire state change lock (held by {})", holder.as_ref().map_or("nobody", |holder| holder.name))]
pub struct JobTimeout {
    /// Who held the gate longest.
    pub holder: Option<JobHolder>,
}

impl Default for JobGate {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES as usize)),
            holders: Arc::default(),
            numbers: std::sync::atomic::AtomicU64::new(0),
        }
    }
}

impl JobGate {
    /// Waits in line for at most `wait`.
    ///
    /// # Errors
    /// [`JobTimeout`], naming who held the gate.
    pub async fn begin(
        &self,
        kind: JobKind,
        name: &'static str,
        wait: Duration,
    ) -> Result<JobPermit, JobTimeout> {
        let places = Arc::clone(&self.places).acquire_many_owned(places_of(kind));
        let _waiting = Waiting::begin(Reason::Job);
        match tokio::time::timeout(wait, places).await {
            Ok(Ok(place)) => Ok(self.admit(kind, name, place)),
            Ok(Err(_)) | Err(_) => Err(self.timeout()),
        }
    }

    /// Begins at once or not at all.
    ///
    /// # Errors
    /// [`JobTimeout`], naming who holds the gate.
    pub fn try_begin(&self, kind: JobKind, name: &'static str) -> Result<JobPermit, JobTimeout> {
        match Arc::clone(&self.places).try_acquire_many_owned(places_of(kind)) {
            Ok(place) => Ok(self.admit(kind, name, place)),
            Err(_) => Err(self.timeout()),
        }
    }

    /// Who works now, the longest first.
    pub fn holders(&self) -> Vec<JobHolder> {
        let holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        holders.iter().map(|(_, holder)| holder.clone()).collect()
    }

    fn admit(&self, kind: JobKind, name: &'static str, place: OwnedSemaphorePermit) -> JobPermit {
        let number = self.numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let holder = JobHolder { kind, name, since: Instant::now() };
        self.holders.lock().unwrap_or_else(PoisonError::into_inner).push((number, holder));
        JobPermit { holders: Arc::clone(&self.holders), number, _place: place }
    }

    fn timeout(&self) -> JobTimeout {
        JobTimeout { holder: self.holders().into_iter().next() }
    }
}

fn places_of(kind: JobKind) -> u32 {
    match kind {
        JobKind::Query => 1,
        JobKind::Modify => PLACES,
    }
}

impl Drop for JobPermit {
    fn drop(&mut self) {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        holders.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{JobGate, JobKind};

    #[tokio::test]
    async fn queries_run_together_and_a_change_alone() {
        let gate = JobGate::default();
        let wait = Duration::from_secs(1);
        let first = gate.begin(JobKind::Query, "one", wait).await.unwrap();
        let second = gate.begin(JobKind::Query, "two", wait).await.unwrap();
        let refused = gate.try_begin(JobKind::Modify, "three").unwrap_err();
        assert_eq!(refused.to_string(), "cannot acquire state change lock (held by one)");
        drop((first, second));
        let change = gate.try_begin(JobKind::Modify, "three").unwrap();
        assert!(gate.try_begin(JobKind::Query, "four").is_err());
        assert_eq!(gate.holders().len(), 1);
        drop(change);
        assert!(gate.holders().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_in_vain_learns_who_held_the_gate() {
        let gate = JobGate::default();
        let _held = gate.try_begin(JobKind::Modify, "DomainSetMemory").unwrap();
        let late = gate.begin(JobKind::Query, "late", Duration::from_secs(30)).await.unwrap_err();
        assert_eq!(late.holder.unwrap().name, "DomainSetMemory");
    }
}
