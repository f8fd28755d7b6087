//! The driver itself: what all its parts share, and how it comes up.

use std::sync::{Arc, Weak};

use api::remote::NonnullDomain;
use api::xdr::{self, Writer};
use api::{Error, ErrorCode, Feature, Result};
use definitions::{Files, Place};
use driver::{
    Answer, CallContext, DomainEvent, DomainEventBody, Driver, Event, EventBus, Identity,
    Neighbours, Reference, Routes,
};
use host::files::FileError;

use crate::capabilities::Emulators;
use crate::control_group::{ControlGroups, GuestGroup};
use crate::documents;
use crate::domain::{Domain, Live};
use crate::errors::{self, QEMU};
use crate::guest_log::GuestLog;
use crate::interfaces::{self, Names};
use crate::node::Node;
use crate::registry::Registry;
use crate::settings::{Scope, Settings};
use crate::status::{Phase, Status, StatusFiles};

/// How often memory that is free goes back to the system, and logs that have grown are rolled over.
const HOUSEKEEPING: std::time::Duration = std::time::Duration::from_secs(30);

/// Runs guests with QEMU.
pub struct QemuDriver {
    pub(crate) settings: Settings,
    pub(crate) registry: Registry,
    pub(crate) definitions: Files,
    pub(crate) status: StatusFiles,
    pub(crate) emulators: Emulators,
    pub(crate) node: Node,
    pub(crate) control_groups: ControlGroups,
    pub(crate) names: Names,
    pub(crate) neighbours: Neighbours,
    events: Arc<EventBus>,
    routes: Routes<Self>,
    this: Weak<Self>,
}

/// Why the driver cannot come up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A directory cannot be made or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A directory cannot be made or read.
    #[error("cannot use '{}': {error}", path.display())]
    Directory {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl QemuDriver {
    /// Reads every definition, finds the guests that run, and has what is marked for it started in
    /// the background.
    ///
    /// # Errors
    /// When a directory cannot be used. A broken definition is logged and left alone.
    pub(crate) async fn load(
        settings: Settings,
        neighbours: Neighbours,
        routes: Routes<Self>,
    ) -> Result<Arc<Self>, StartError> {
        make_directories(&settings)?;
        let place = Place {
            directory: settings.definitions_dir(),
            autostart: Some(settings.autostart_dir()),
        };
        let definitions = Files::open(&place, "virsh edit, or fv define")?;
        let status = StatusFiles::open(settings.runtime_dir.clone())
            .map_err(|error| StartError::Directory { path: settings.runtime_dir.clone(), error })?;
        let driver = Arc::new_cyclic(|this| Self {
            emulators: Emulators::new(settings.cache_dir.clone()),
            node: Node::default(),
            control_groups: ControlGroups::detect(&settings),
            names: Names::default(),
            neighbours,
            settings,
            registry: Registry::default(),
            definitions,
            status,
            events: Arc::default(),
            routes,
            this: Weak::clone(this),
        });
        Node::warm(&driver.emulators);
        driver.load_definitions()?;
        driver.find_running().await?;
        tokio::spawn(Arc::clone(&driver).autostart());
        tokio::spawn(Arc::clone(&driver).keep_house());
        Ok(driver)
    }

    /// A handle for a task that outlives the call which begins it.
    pub(crate) fn shared(&self) -> Result<Arc<Self>> {
        self.this.upgrade().ok_or_else(|| Error::internal(QEMU, "the daemon is shutting down"))
    }

    /// Tells what happened to a domain.
    pub(crate) fn tell(&self, domain: &Domain, body: DomainEventBody) {
        self.tell_about(domain, domain.reference(), body);
    }

    /// Tells what happened to a domain that is known by another name or id by now.
    pub(crate) fn tell_about(
        &self,
        domain: &Domain,
        reference: NonnullDomain,
        body: DomainEventBody,
    ) {
        let tags = domain.published().tags.clone();
        self.events.publish(Event::Domain(DomainEvent { domain: reference, body, tags }));
    }

    /// Tells anything else.
    pub(crate) fn publish(&self, event: Event) {
        self.events.publish(event);
    }

    /// Runs what waits for the disk where it holds nobody up.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
        what: &'static str,
    ) -> Result<T> {
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(errors::file(&error, what)),
            Err(fault) => Err(Error::internal(QEMU, format!("{what}: {fault}"))),
        }
    }

    /// Does something with devices of the host, where it holds nobody up.
    pub(crate) async fn on_host<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|fault| Error::internal(QEMU, format!("devices of the host: {fault}")))?
    }

    /// Writes down what a later daemon must know of a running guest. A failure is logged: the
    /// guest goes on.
    pub(crate) fn save_status(&self, domain: &Domain, live: &Live) {
        if let Some(document) = &domain.published().live {
            self.save_status_of(domain, live, document);
        }
    }

    /// The same with a document that readers do not see yet.
    pub(crate) fn save_status_of(&self, domain: &Domain, live: &Live, document: &config::Domain) {
        let view = domain.published();
        let process = live.process.reference();
        let (reboots_on_shutdown, last_layer, tpm_fate, pending) = {
            let parts = live.parts();
            let pending = parts.pending.clone();
            (parts.reboots_on_shutdown, parts.last_layer, parts.tpm_fate, pending)
        };
        let status = Status {
            version: Status::VERSION,
            name: view.name.clone(),
            uuid: domain.uuid.to_string(),
            id: live.id,
            pid: process.pid,
            start_time: process.start_time,
            companions: live.companions.records(),
            tpm_fate,
            phase: Phase::Running,
            state: view.state,
            emulator: live.emulator.path().to_owned(),
            directory: live.directory.clone(),
            group: live.group.as_ref().map(GuestGroup::place),
            taints: view.taints,
            transient: !view.is_persistent(),
            stop_cause: live.stop_cause(),
            reboots_on_shutdown,
            last_layer,
            asked_cpu: view.asked_cpu.as_deref().cloned(),
            document: documents::print_live(document),
            pending: pending.as_deref().map(documents::print_live),
        };
        if let Err(error) = self.status.save(&status) {
            tracing::error!(domain = %view.name, %error, "status not saved");
        }
    }

    /// Opens a domain's log.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(crate) fn open_log(&self, name: &str) -> Result<GuestLog> {
        GuestLog::open(&self.settings.log_dir, name, self.settings.log_limit_bytes).map_err(
            |error| {
                let directory = self.settings.log_dir.display();
                Error::io(
                    QEMU,
                    &error,
                    format_args!("cannot open the log of '{name}' in '{directory}'"),
                )
            },
        )
    }

    /// Appends a line to a domain's log.
    pub(crate) fn log_line(&self, domain: &Domain, text: &str) {
        match self.open_log(&domain.name()) {
            Ok(log) => log.line(text),
            Err(error) => tracing::warn!(%error, "guest log not written"),
        }
    }

    /// Removes the directory of a guest that is gone, and what its interfaces have left on the host.
    pub(crate) async fn clear_runtime(&self, directory: &std::path::Path) {
        self.undo_interfaces(directory, |_| false).await;
        self.remove_runtime(directory);
    }

    /// Undoes what the interfaces of a guest have left on the host, but for devices that are `in_use`.
    pub(crate) async fn undo_interfaces(
        &self,
        directory: &std::path::Path,
        in_use: impl Fn(&str) -> bool + Send + 'static,
    ) {
        let directory = directory.to_owned();
        let undo = move || interfaces::undo_others(&directory, in_use);
        if let Err(fault) = tokio::task::spawn_blocking(undo).await {
            tracing::error!(%fault, "interfaces not undone");
        }
    }

    /// Removes a directory of a guest that is gone.
    pub(crate) fn remove_runtime(&self, directory: &std::path::Path) {
        match std::fs::remove_dir_all(directory) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(path = %directory.display(), %error, "not removed");
            }
            _ => {}
        }
    }

    /// Once a minute: rolls logs over, as QEMU may print for months, and gives back the memory that
    /// large answers took.
    async fn keep_house(self: Arc<Self>) {
        let mut rounds = tokio::time::interval(HOUSEKEEPING);
        loop {
            rounds.tick().await;
            // It takes the longer the more there is; nobody waits for it.
            tokio::task::spawn_blocking(host::memory::give_back);
            for domain in self.registry.all() {
                let Some(live) = domain.live() else { continue };
                let beside = live.companions.all();
                let beside = beside.iter().filter_map(|companion| companion.log.clone());
                for log in std::iter::once(domain.name()).chain(beside) {
                    // Opening rolls over what is too large.
                    if let Err(error) = self.open_log(&log) {
                        tracing::warn!(%error, "guest log not rolled over");
                    }
                }
            }
        }
    }
}

impl Driver for QemuDriver {
    fn scheme(&self) -> &'static str {
        "qemu"
    }

    fn name(&self) -> &'static str {
        "QEMU"
    }

    fn identify(&self, object: &Reference) -> Result<Option<Identity>> {
        self.identity_of(object)
    }

    fn open(&self, path: &str) -> Result<String> {
        let ours = match self.settings.scope {
            Scope::System => "/system",
            Scope::Session => "/session",
        };
        match path {
            "" | "/" => Ok(format!("qemu://{ours}")),
            path if path == ours => Ok(format!("qemu://{ours}")),
            other => {
                let detail = format!("unexpected QEMU URI path '{other}', try qemu://{ours}");
                Err(Error::new(ErrorCode::INTERNAL_ERROR, QEMU, detail))
            }
        }
    }

    fn supports(&self, feature: Feature) -> bool {
        matches!(
            feature,
            Feature::XML_MIGRATABLE | Feature::TYPED_PARAM_STRING | Feature::FD_PASSING
        )
    }

    fn is_busy(&self) -> bool {
        self.views().iter().any(|view| view.is_active())
    }

    fn events(&self) -> &Arc<EventBus> {
        &self.events
    }

    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: Writer,
    ) -> Result<Option<Answer>, xdr::Error> {
        self.routes.begin(Arc::clone(&self), cx, args, out)
    }
}

fn make_directories(settings: &Settings) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    let directories = [
        settings.definitions_dir(),
        settings.autostart_dir(),
        settings.runtime_dir.clone(),
        settings.log_dir.clone(),
        settings.cache_dir.clone(),
    ];
    for path in directories {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| StartError::Directory { path, error })?;
    }
    Ok(())
}
