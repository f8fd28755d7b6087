//! The programs beside QEMU that a guest needs: chosen, prepared, started.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::{Error, Result};
use host::process::{Output, ProcessRef};

use super::Scaffold;
use crate::capabilities::Emulator;
use crate::companions::description::{Serves, program};
use crate::companions::swtpm::Tpm;
use crate::companions::{
    CompanionRecord, Companions, HeldCompanion, Plan, SWTPM_SOCKET, listen, virtiofsd,
};
use crate::documents;
use crate::domain::Domain;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::guest_log::GuestLog;
use crate::status::{Phase, Status};

/// How long making a TPM may take: keys are found by chance.
const TPM_SETUP: Duration = Duration::from_secs(120);

/// Chooses the programs whose document names none.
///
/// # Errors
/// `OPERATION_FAILED` when the host has none.
pub(crate) fn choose(document: &mut config::Domain) -> Result<()> {
    use config::domain::graphics::VideoBackend;
    let videos = &document.devices.videos;
    let apart = videos.iter().any(|it| it.driver.name == Some(VideoBackend::Vhostuser));
    if apart && program(Serves::Gpu).is_none() {
        let detail = "Unable to find a satisfying vhost-user-gpu";
        return Err(Error::operation_failed(QEMU, detail));
    }
    virtiofsd::choose(document)
}

/// A guest in the making, as its status file tells of it.
pub(super) struct Making<'a> {
    pub driver: &'a QemuDriver,
    pub domain: &'a Arc<Domain>,
    pub scaffold: &'a Scaffold,
    pub emulator: &'a Emulator,
    pub document: &'a config::Domain,
    pub last_layer: u32,
}

impl Making<'_> {
    /// Names processes on disk before they run anything, so that no daemon ever loses them.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(super) fn record(
        &self,
        qemu: Option<ProcessRef>,
        held: impl IntoIterator<Item = CompanionRecord>,
    ) -> Result<()> {
        let view = self.domain.published();
        let process = qemu.unwrap_or(ProcessRef { pid: 0, start_time: 0 });
        let mut companions = self.scaffold.companions.records();
        companions.extend(held);
        let status = Status {
            version: Status::VERSION,
            name: view.name.clone(),
            uuid: self.domain.uuid.to_string(),
            id: self.scaffold.id,
            pid: process.pid,
            start_time: process.start_time,
            companions,
            tpm_fate: self.scaffold.tpm_fate,
            phase: Phase::Starting,
            state: view.state,
            emulator: self.emulator.path().to_owned(),
            directory: self.scaffold.directory.clone(),
            group: self.scaffold.group.clone(),
            taints: self.scaffold.taints(),
            transient: !view.is_persistent(),
            stop_cause: None,
            reboots_on_shutdown: false,
            last_layer: self.last_layer,
            asked_cpu: None,
            document: documents::print_live(self.document),
            pending: None,
        };
        let saved = self.driver.status.save(&status);
        saved.map_err(|error| Error::io(QEMU, &error, "cannot save the status"))
    }

    /// What has to run beside QEMU, all that can be made before it made: the TPM of a guest that has none yet.
    ///
    /// # Errors
    /// What is missing on the host, by libvirt's codes.
    pub(super) async fn companions(&self) -> Result<Vec<Plan>> {
        let mut plans = Vec::new();
        plans.extend(self.tpm().await?);
        let filesystems = &self.document.devices.filesystems;
        for filesystem in filesystems.iter().filter(|filesystem| virtiofsd::is_ours(filesystem)) {
            let alias = filesystem.info.alias.name().unwrap_or_default();
            let socket = self.socket(&format!("{alias}-fs.sock"))?;
            let mut plan = virtiofsd::plan(filesystem, socket)?;
            self.give_log(&mut plan, &format!("{alias}-virtiofsd"))?;
            plans.push(plan);
        }
        Ok(plans)
    }

    async fn tpm(&self) -> Result<Option<Plan>> {
        let driver = self.driver;
        let secrets = &*driver.neighbours.secrets;
        let tpm = Tpm::of(self.document, &driver.settings, &driver.emulators, secrets).await?;
        let Some(tpm) = tpm else { return Ok(None) };
        let place = tpm.state.place();
        let failed = |error: std::io::Error| {
            let what = format_args!("cannot use TPM state '{}'", place.display());
            Error::io(QEMU, &error, what)
        };
        if !tpm.state.is_made().map_err(failed)? {
            if let Some(plan) = tpm.configuration() {
                self.run(plan).await?;
            }
            let unfinished = tpm.state.begin().map_err(failed)?;
            self.run(tpm.manufacture(unfinished.path())?).await?;
            let state = tpm.state.clone();
            let finish = move || state.finish(unfinished);
            let finished = tokio::task::spawn_blocking(finish).await;
            finished.unwrap_or_else(|fault| Err(fault.into())).map_err(failed)?;
        }
        if let Some(plan) = tpm.reconfigure()? {
            self.run(plan).await?;
        }
        let mut plan = tpm.emulator(self.socket(SWTPM_SOCKET)?)?;
        self.give_log(&mut plan, "swtpm")?;
        Ok(Some(plan))
    }

    /// Runs a program that makes something of a TPM.
    async fn run(&self, mut plan: Plan) -> Result<()> {
        let path = plan.spawn.program.clone();
        let log = self.give_log(&mut plan, "swtpm")?;
        let held = plan.hold().map_err(|error| Error::internal(QEMU, error.to_string()))?;
        self.record(None, [held.record()])?;
        // Whoever destroys the guest now ends this, and the start with it.
        self.domain.set_starting(Some(held.process()));
        self.scaffold.companions.run(held, TPM_SETUP).await.map_err(|error| {
            let (program, log) = (path.display(), log.path().display());
            let detail = format!("Could not run '{program}': {error}; check error log '{log}'");
            Error::internal(QEMU, detail)
        })
    }

    /// A socket in the guest's directory that listens.
    fn socket(&self, name: &str) -> Result<std::os::fd::OwnedFd> {
        let path = self.scaffold.directory.join(name);
        listen(&path).map_err(|error| {
            let what = format_args!("cannot listen on socket '{}'", path.display());
            Error::io(QEMU, &error, what)
        })
    }

    /// Has a program print into a log of its own, beside the guest's.
    fn give_log(&self, plan: &mut Plan, of: &str) -> Result<GuestLog> {
        let name = format!("{}-{of}", self.domain.name());
        let log = self.driver.open_log(&name)?;
        for output in [&mut plan.spawn.stdout, &mut plan.spawn.stderr] {
            let writer = log.writer();
            let writer = writer
                .map_err(|error| Error::io(QEMU, &error, "cannot share a companion's log"))?;
            *output = Output::To(writer.into());
        }
        plan.log = Some(name);
        self.scaffold.log.line(&record(&plan.spawn.program, &plan.spawn.arguments));
        Ok(log)
    }
}

/// What stands in the guest's log of a program that is started beside QEMU.
fn record(program: &Path, arguments: &[std::ffi::OsString]) -> String {
    let mut text = format!("starting beside QEMU\n{}", program.display());
    for argument in arguments {
        text.push_str(&format!(" {}", crate::argv::quoted(&argument.to_string_lossy())));
    }
    text
}

/// Makes the processes, which wait until a status file names them.
///
/// # Errors
/// `INTERNAL_ERROR` when the system cannot.
pub(super) fn hold(plans: Vec<Plan>) -> Result<Vec<HeldCompanion>> {
    let held = plans.into_iter().map(Plan::hold);
    held.map(|held| held.map_err(|error| Error::internal(QEMU, error.to_string()))).collect()
}

/// Lets them become what they are to be.
///
/// # Errors
/// `INTERNAL_ERROR` naming the program that cannot be run.
pub(super) async fn release(
    held: Vec<HeldCompanion>,
    companions: &Companions,
    deadline: Duration,
) -> Result<()> {
    for held in held {
        let released = companions.release(held, deadline).await;
        released.map_err(|error| Error::internal(QEMU, error.to_string()))?;
    }
    Ok(())
}
