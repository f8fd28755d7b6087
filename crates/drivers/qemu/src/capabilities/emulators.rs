//! The QEMU binaries of this host, each probed once.
//!
//! Whoever asks about a binary that is being probed waits for that probe; whoever asks about one that
//! is known does not wait. A binary that was replaced is another one. A failure is told to those who
//! waited and not remembered.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::cache::{self, Identity};
use super::probe::{PROBE_DEADLINE, probe};
use super::swtpm::KnownSwtpm;
use super::{Arch, Emulator, ProbeError};
use crate::slow_storage;

/// Most binaries that are remembered at a time.
const BINARIES_LIMIT: usize = 256;

/// How long storage may take to show a binary.
const LOOK: Duration = Duration::from_secs(10);

type Answer = Result<Arc<Emulator>, Arc<ProbeError>>;

/// The QEMU binaries of this host; clones share what is known.
#[derive(Debug, Clone)]
pub struct Emulators(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    cache_dir: PathBuf,
    search: Vec<PathBuf>,
    deadline: Duration,
    known: Mutex<HashMap<PathBuf, Known>>,
    swtpm: tokio::sync::Mutex<KnownSwtpm>,
}

#[derive(Debug, Clone)]
struct Known {
    identity: Identity,
    answer: Arc<OnceCell<Answer>>,
}

impl Emulators {
    /// Those in the directories of `PATH`; what is found out is kept below `cache_dir`.
    pub fn new(cache_dir: PathBuf) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut search: Vec<PathBuf> = std::env::split_paths(&path).collect();
        // A daemon started by hand or by a thrifty init has less in its PATH than users expect.
        for directory in ["/usr/local/bin", "/usr/bin", "/bin", "/usr/libexec"] {
            if !search.iter().any(|known| known == Path::new(directory)) {
                search.push(directory.into());
            }
        }
        Self::within(&cache_dir, search, PROBE_DEADLINE)
    }

    /// Those in the given directories, which get `deadline` to answer.
    pub fn within(cache_dir: &Path, search: Vec<PathBuf>, deadline: Duration) -> Self {
        let cache_dir = cache_dir.join("capabilities");
        let (known, swtpm) = (Mutex::default(), Default::default());
        Self(Arc::new(Shared { cache_dir, search, deadline, known, swtpm }))
    }

    /// The binary that emulates `arch`, if there is one.
    pub fn binary(&self, arch: Arch) -> Option<PathBuf> {
        let own = self.find(&format!("qemu-system-{}", arch.qemu));
        let other = || {
            let wider = Arch::all().filter(|wider| *wider != arch && wider.emulates(arch));
            wider.filter_map(|wider| self.find(&format!("qemu-system-{}", wider.qemu))).next()
        };
        let native = || {
            let native = Arch::host().runs(arch);
            native
                .then(|| ["qemu-kvm", "kvm"].into_iter().find_map(|name| self.find(name)))
                .flatten()
        };
        own.or_else(other).or_else(native)
    }

    /// A program of the search path.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let runs = |path: &PathBuf| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
        self.0
            .search
            .iter()
            .map(|directory| directory.join(name))
            .find(|path| path.is_file() && runs(path))
    }

    /// Every architecture that guests of this host can have, and the binary for it.
    pub fn binaries(&self) -> Vec<(Arch, PathBuf)> {
        Arch::all().filter_map(|arch| Some((arch, self.binary(arch)?))).collect()
    }

    /// What a binary can do.
    ///
    /// # Errors
    /// When it is missing, cannot be run, or is not a QEMU.
    pub async fn get(&self, binary: &Path) -> Answer {
        let known = self.entry(self.identify(binary).await.map_err(Arc::new)?);
        let answer =
            known.answer.get_or_init(|| self.find_out(known.identity.clone())).await.clone();
        if answer.is_err() {
            self.forget(binary, &known);
        }
        answer
    }

    /// What a binary can do, if that is known already; never waits.
    pub fn peek(&self, binary: &Path) -> Option<Arc<Emulator>> {
        self.lock().get(binary)?.answer.get()?.as_ref().ok().cloned()
    }

    /// What is known of a binary without asking it: from memory, from the cache, or nothing but its path.
    /// It is for guests that run already, started perhaps by a binary that is gone.
    pub fn known(&self, binary: &Path) -> Arc<Emulator> {
        self.peek(binary).unwrap_or_else(|| {
            let cached =
                Identity::of(binary).ok().and_then(|key| cache::load(&self.0.cache_dir, &key));
            Arc::new(cached.unwrap_or_else(|| Emulator::unknown(binary)))
        })
    }

    /// All binaries of the search path by architecture, probed at the same time. One that fails is
    /// noted and left out.
    pub async fn all(&self) -> Vec<(Arch, Arc<Emulator>)> {
        let binaries = self.binaries();
        let mut probes = tokio::task::JoinSet::new();
        for (_, binary) in binaries.clone() {
            let this = self.clone();
            probes.spawn(async move { this.get(&binary).await.map_err(|error| (binary, error)) });
        }
        while let Some(probed) = probes.join_next().await {
            if let Ok(Err((binary, error))) = probed {
                tracing::warn!(binary = %binary.display(), %error, "this QEMU cannot be used");
            }
        }
        binaries
            .into_iter()
            .filter_map(|(arch, binary)| Some((arch, self.peek(&binary)?)))
            .collect()
    }

    /// Looks at a binary. One outside the search path is on whatever storage its document names.
    async fn identify(&self, binary: &Path) -> Result<Identity, ProbeError> {
        if self.0.search.iter().any(|directory| binary.parent() == Some(directory)) {
            return Identity::of(binary);
        }
        let path = binary.to_owned();
        let identity = slow_storage::on(binary, LOOK, move || Identity::of(&path));
        identity.await.map_err(|unanswered| ProbeError::Binary {
            what: unanswered.to_string(),
            error: io::ErrorKind::TimedOut.into(),
        })?
    }

    fn entry(&self, identity: Identity) -> Known {
        let mut known = self.lock();
        if known.len() >= BINARIES_LIMIT && !known.contains_key(&identity.path()) {
            known.retain(|_, known| Arc::strong_count(&known.answer) > 1);
        }
        let fresh = || Known { identity: identity.clone(), answer: Arc::default() };
        let entry = known.entry(identity.path()).or_insert_with(fresh);
        if entry.identity != identity {
            *entry = fresh();
        }
        entry.clone()
    }

    /// Lets the next caller ask anew.
    fn forget(&self, binary: &Path, failed: &Known) {
        let mut known = self.lock();
        if known.get(binary).is_some_and(|known| Arc::ptr_eq(&known.answer, &failed.answer)) {
            known.remove(binary);
        }
    }

    pub(super) fn known_swtpm(&self) -> &tokio::sync::Mutex<KnownSwtpm> {
        &self.0.swtpm
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Known>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find_out(&self, identity: Identity) -> Answer {
        let (directory, deadline) = (self.0.cache_dir.clone(), self.0.deadline);
        let path = identity.path();
        // Its own task: a caller that goes away must not leave half a probe behind.
        let probe = tokio::spawn(find_out(directory, identity, deadline));
        probe.await.unwrap_or(Err(ProbeError::GivenUp { path })).map(Arc::new).map_err(Arc::new)
    }
}

async fn find_out(
    directory: PathBuf,
    identity: Identity,
    deadline: Duration,
) -> Result<Emulator, ProbeError> {
    let path = identity.path();
    let given_up = |path: &Path| ProbeError::GivenUp { path: path.into() };
    let (kept, place, key) = (path.clone(), directory.clone(), identity.clone());
    let cached = tokio::task::spawn_blocking(move || cache::load(&place, &key)).await;
    if let Some(emulator) = cached.map_err(|_| given_up(&kept))? {
        return Ok(emulator);
    }
    let emulator = probe(&path, identity.kvm(), deadline).await?;
    let copy = emulator.clone();
    // Written in the background: nobody waits for the disk to learn what is known already.
    tokio::task::spawn_blocking(move || cache::store(&directory, &identity, &copy));
    Ok(emulator)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A binary that notes each start and is no QEMU.
    fn fake(directory: &Path) -> (PathBuf, PathBuf) {
        let (binary, starts) = (directory.join("qemu-system-x86_64"), directory.join("starts"));
        fs::write(&binary, format!("#!/bin/sh\necho started >> '{}'\nexit 3\n", starts.display()))
            .unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        (binary, starts)
    }

    fn starts(file: &Path) -> usize {
        fs::read_to_string(file).unwrap_or_default().lines().count()
    }

    #[tokio::test]
    async fn those_who_ask_at_the_same_time_share_one_probe_and_a_failure_is_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let (binary, noted) = fake(directory.path());
        let search = vec![directory.path().to_owned()];
        let emulators = Emulators::within(directory.path(), search, Duration::from_secs(20));
        assert_eq!(emulators.binary(Arch::by_name("i686").unwrap()), Some(binary.clone()));
        emulators.get(&binary).await.unwrap_err();
        let alone = starts(&noted);
        assert!(alone > 0);
        let (one, two, three) =
            tokio::join!(emulators.get(&binary), emulators.get(&binary), emulators.get(&binary));
        let errors = [one, two, three].map(Result::unwrap_err);
        assert!(errors.iter().all(|error| Arc::ptr_eq(error, &errors[0])));
        assert_eq!(starts(&noted), 2 * alone);
    }

    #[tokio::test]
    async fn a_binary_that_is_not_there_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let emulators = Emulators::within(directory.path(), Vec::new(), Duration::from_secs(20));
        let error = emulators.get(Path::new("/nosuch/qemu")).await.unwrap_err();
        assert!(
            error.to_string().starts_with("Cannot check QEMU binary /nosuch/qemu: No such file"),
            "{error}"
        );
        let error = emulators.get(directory.path()).await.unwrap_err();
        assert!(error.to_string().contains("is not executable: Is a directory"), "{error}");
    }
}
