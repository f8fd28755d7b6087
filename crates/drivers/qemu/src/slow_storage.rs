//! Work on storage that may never answer: a server that is gone, a device that hangs.
//!
//! A thread that waits for such storage cannot be called back. Threads that do are counted, so that
//! neither one dead mount nor all of them together hold up what the daemon does on its own disk.
//!
//! ```text
//! on(path) ─ a place of its medium ─ a place of all ─> thread ─> answer
//!          └───────── deadline: nothing is known ─────────────┘ (the places stay taken)
//! ```
//!
//! Deliberately absent: telling a dead mount from a slow one. Whoever finds it in time is served.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::{Error, ErrorDomain};
use host::Root;
use host::mounts::Mounts;
use tokio::sync::Semaphore;

/// Threads that may wait for one medium.
const OF_A_MEDIUM: usize = 4;
/// Threads that may wait for storage at all: half of those that the daemon has.
const OF_ALL: usize = 32;
/// How old the list of mounts may be.
const MOUNTS_AGE: Duration = Duration::from_secs(1);

/// The threads are the process's, and so is what counts them.
static THREADS: LazyLock<Threads> = LazyLock::new(Threads::new);

/// Storage did not answer in time, or the thread that asked it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unanswered {
    path: PathBuf,
    within: Duration,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, within) = (self.path.display(), self.within);
        write!(f, "storage of '{path}' did not answer within {within:?}")
    }
}

impl Unanswered {
    /// The same for a client.
    pub(crate) fn error(&self, domain: ErrorDomain) -> Error {
        Error::operation_timeout(domain, self.to_string())
    }
}

/// Does `work`, which waits for the storage of `path` and of nothing else, where it holds nobody up.
///
/// # Errors
/// There was no answer `within` the time; the work goes on, and what it comes to is dropped.
pub(crate) async fn on<T: Send + 'static>(
    path: &Path,
    within: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unanswered> {
    let answer = tokio::time::timeout(within, THREADS.run(path, work)).await;
    let unanswered = || Unanswered { path: path.to_owned(), within };
    answer.ok().flatten().ok_or_else(unanswered)
}

/// The same for work that nobody waits for; nothing when its thread failed.
pub(crate) async fn whenever<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    THREADS.run(path, work).await
}

/// What answers for a path: its mount, or the device that it is. Paths of one medium wait together.
pub(crate) fn medium(path: &Path) -> PathBuf {
    THREADS.known().medium(path)
}

struct Threads {
    all: Arc<Semaphore>,
    known: Mutex<Known>,
}

struct Known {
    mounts: Mounts,
    read: Option<Instant>,
    /// By medium, the places that are left there.
    places: HashMap<PathBuf, Arc<Semaphore>>,
}

impl Threads {
    fn new() -> Self {
        let known = Known { mounts: Mounts::default(), read: None, places: HashMap::new() };
        Self { all: Arc::new(Semaphore::new(OF_ALL)), known: Mutex::new(known) }
    }

    async fn run<T: Send + 'static>(
        &self,
        path: &Path,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let places = self.known().places(path);
        let of_medium = places.acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        let counted = move || {
            let done = work();
            drop((of_medium, of_all));
            done
        };
        tokio::task::spawn_blocking(counted).await.ok()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refresh();
        known
    }
}

impl Known {
    fn refresh(&mut self) {
        if self.read.is_some_and(|read| read.elapsed() < MOUNTS_AGE) {
            return;
        }
        self.mounts = Mounts::read(&Root::default()).unwrap_or_default();
        self.read = Some(Instant::now());
        // Somebody waits for the others, or for a place there.
        self.places.retain(|_, places| Arc::strong_count(places) > 1);
    }

    fn places(&mut self, path: &Path) -> Arc<Semaphore> {
        let places = self.places.entry(self.medium(path));
        Arc::clone(places.or_insert_with(|| Arc::new(Semaphore::new(OF_A_MEDIUM))))
    }

    fn medium(&self, path: &Path) -> PathBuf {
        match self.mounts.of(path) {
            Some(mount) if mount.kind == "devtmpfs" => path.to_owned(),
            Some(mount) => mount.point.clone(),
            None => PathBuf::from("/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    /// Threads of which `mounts` are told apart.
    fn threads(mounts: &str) -> Threads {
        let machine = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(machine.path().join("proc/self")).unwrap();
        std::fs::write(machine.path().join("proc/self/mountinfo"), mounts).unwrap();
        let threads = Threads::new();
        {
            let mut known = threads.known.lock().unwrap();
            known.mounts = Mounts::read(&Root::at(machine.path())).unwrap();
            known.read = Instant::now().checked_add(LONG);
        }
        threads
    }

    const THREE: &str = "\
        1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /dead rw - nfs b rw\n3 1 0:3 / /dev rw - devtmpfs c rw\n";

    async fn ask(threads: &Threads, path: &str, within: Duration) -> bool {
        let path = Path::new(path);
        tokio::time::timeout(within, threads.run(path, || ())).await.is_ok()
    }

    #[tokio::test]
    async fn a_dead_mount_takes_its_own_places_alone() {
        let threads = threads(THREE);
        let mut held = Vec::new();
        for _ in 0..OF_A_MEDIUM {
            let (release, hangs) = mpsc::channel::<()>();
            let dead = threads.run(Path::new("/dead/a"), move || hangs.recv().is_ok());
            assert!(tokio::time::timeout(SHORT, dead).await.is_err());
            held.push(release);
        }
        assert!(!ask(&threads, "/dead/b", SHORT).await, "no place is left");
        assert!(ask(&threads, "/well", LONG).await);
        held.pop();
        assert!(ask(&threads, "/dead/b", LONG).await, "one of them came back");
    }

    #[test]
    fn a_device_answers_for_itself() {
        let threads = threads(THREE);
        for (path, medium) in
            [("/dead/a/b", "/dead"), ("/dev/vg/lv", "/dev/vg/lv"), ("/srv/a", "/"), ("a", "/")]
        {
            assert_eq!(threads.known().medium(Path::new(path)), Path::new(medium));
        }
    }

    #[tokio::test]
    async fn all_dead_mounts_together_leave_the_daemon_its_threads() {
        let dead = |n: usize| format!("{n} 0 0:{n} / /dead{n} rw - nfs a rw\n");
        let threads = threads(&(0..OF_ALL).map(dead).collect::<String>());
        let mut held = Vec::new();
        for number in 0..OF_ALL {
            let (release, hangs) = mpsc::channel::<()>();
            let path = PathBuf::from(format!("/dead{number}/a"));
            let dead = threads.run(&path, move || hangs.recv().is_ok());
            assert!(tokio::time::timeout(SHORT, dead).await.is_err());
            held.push(release);
        }
        assert!(!ask(&threads, "/well", SHORT).await);
        assert!(tokio::task::spawn_blocking(|| true).await.unwrap());
        drop(held);
        assert!(ask(&threads, "/well", LONG).await);
    }

    #[tokio::test]
    async fn what_does_not_answer_is_named() {
        let (_release, hangs) = mpsc::channel::<()>();
        let unanswered = on(Path::new("/a/b"), SHORT, move || hangs.recv().is_ok()).await;
        let error = unanswered.unwrap_err().error(ErrorDomain::STORAGE);
        assert_eq!(error.code, api::ErrorCode::OPERATION_TIMEOUT);
        assert!(error.message.contains("storage of '/a/b' did not answer within 20ms"), "{error}");
    }
}
