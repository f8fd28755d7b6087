//! What a start has built so far, taken down again when it fails.

use std::path::PathBuf;
use std::sync::Arc;

use api::Result;

use crate::companions::Companions;
use crate::companions::tpm_state::{self, Fate};
use crate::control_group::GroupPlace;
use crate::domain::{Domain, Taint, Taints};
use crate::driver::QemuDriver;
use crate::guest_log::GuestLog;

/// Files and directories of a guest in the making. Dropping it removes them.
pub(super) struct Scaffold {
    driver: Arc<QemuDriver>,
    domain: Arc<Domain>,
    /// Number of the guest.
    pub id: i32,
    /// Directory of its sockets and keys.
    pub directory: PathBuf,
    /// Other directories that are its own: of its channels' sockets, of its memory's files.
    pub extra: Vec<PathBuf>,
    /// Where its control group is or will be.
    pub group: Option<GroupPlace>,
    /// What runs beside QEMU.
    pub companions: Arc<Companions>,
    /// What becomes of its TPM if this start fails and nothing else is left of it.
    pub tpm_fate: Fate,
    /// Its log.
    pub log: Arc<GuestLog>,
    /// Where the log stood before this start.
    pub log_position: u64,
    taints: Taints,
    kept: bool,
}

impl Scaffold {
    /// Begins a guest: its number, its directory, its log.
    pub(super) async fn new(
        driver: &QemuDriver,
        domain: &Arc<Domain>,
        companions: Arc<Companions>,
    ) -> Result<Self> {
        let id = driver.registry.next_id();
        let name = domain.name();
        let directory = driver.settings.directories().guest(id, &name);
        // One left by a daemon that was killed has nothing anybody could want.
        driver.clear_runtime(&directory).await;
        make_private(&directory)?;
        let log = Arc::new(driver.open_log(&name)?);
        let log_position = log.position();
        Ok(Self {
            driver: driver.shared()?,
            domain: Arc::clone(domain),
            id,
            directory,
            extra: Vec::new(),
            group: None,
            companions,
            tpm_fate: tpm_state::fate_of_failed_start(&driver.settings.tpm_dir, domain.uuid),
            log,
            log_position,
            taints: Taints::default(),
            kept: false,
        })
    }

    /// Notes a taint that comes with the start.
    pub(super) fn taint(&mut self, taint: Taint) {
        if self.taints.add(taint) {
            self.log.line(&format!("Domain id={} is tainted: {}", self.id, taint.name()));
        }
    }

    /// The taints so far.
    pub(super) fn taints(&self) -> Taints {
        self.taints
    }

    /// The guest runs: what was built is its own now.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Scaffold {
    fn drop(&mut self) {
        self.domain.set_starting(None);
        if self.kept {
            return;
        }
        // Before the status goes: until then a later daemon would remove it.
        if let Some(group) = self.group.as_ref().and_then(|at| self.driver.control_groups.at(at)) {
            group.remove();
        }
        self.companions.kill();
        if let Err(error) = self.driver.status.remove(&self.domain.name()) {
            tracing::warn!(domain = %self.domain.name(), %error, "status not removed");
        }
        // Whoever started it need not wait: nobody else has a directory of this name.
        let (driver, directory) = (Arc::clone(&self.driver), self.directory.clone());
        // If the daemon is ending there is nobody to do it, and the next one does.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { driver.clear_runtime(&directory).await });
        }
        self.extra.iter().for_each(|directory| self.driver.remove_runtime(directory));
        self.log.line("shutting down, reason=failed");
    }
}

pub(super) fn make_private(directory: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| {
        let what = format_args!("cannot create directory '{}'", directory.display());
        api::Error::io(crate::errors::QEMU, &error, what)
    })
}
