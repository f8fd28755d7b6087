//! Starting a guest: a chain of phases, each consuming the one before it.
//!
//! ```text
//!  Prepared   the live document is complete; directory, sockets, log and TPM are there
//!  Spawned    the process waits at its gate, what it needs beside it runs, the status file names all
//!  Greeted    QEMU runs and its monitor has answered
//!  running    published, and told
//! ```
//!
//! Dropping a phase undoes what exists so far ([`Scaffold`]). Until the status file says
//! `Running`, a daemon that comes after us ends the process: nobody was told of it.

mod beside;
mod displays;
mod greet;
mod prepare;
mod resources;
mod running;
mod scaffold;
mod spawn;

use std::sync::Arc;

use api::{
    DomainEventStartedDetailType, DomainEventSuspendedDetailType, DomainEventType, Error, Result,
};
use driver::DomainEventBody;

use crate::companions::Companions;
use crate::domain::{Domain, RunState};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
pub(crate) use beside::choose as choose_companions;
use greet::Greeted;
use prepare::Prepared;
pub(crate) use prepare::{vhost_net, wall_clock};
use scaffold::Scaffold;
use spawn::Spawned;

/// How a guest is started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StartMode {
    detail: DomainEventStartedDetailType,
    stays_paused: bool,
}

impl StartMode {
    /// The virtual CPUs run; `detail` is what the event says.
    pub(crate) fn running(detail: DomainEventStartedDetailType) -> Self {
        Self { detail, stays_paused: false }
    }

    /// The virtual CPUs stand still until somebody resumes them.
    #[must_use]
    pub(crate) fn paused(self) -> Self {
        Self { stays_paused: true, ..self }
    }
}

impl QemuDriver {
    /// Starts a defined domain. The caller holds a modify job.
    pub(in crate::lifecycle) async fn start(
        &self,
        domain: &Arc<Domain>,
        mode: StartMode,
    ) -> Result<()> {
        let view = domain.published();
        let definition = view.definition();
        let definition = definition.ok_or_else(|| {
            Error::no_domain(QEMU, format!("no definition of domain '{}'", view.name))
        })?;
        self.start_as(domain, definition, mode).await
    }

    /// Starts `definition` in the name of `domain`. The caller holds a modify job.
    pub(in crate::lifecycle) async fn start_as(
        &self,
        domain: &Arc<Domain>,
        definition: Arc<config::Domain>,
        mode: StartMode,
    ) -> Result<()> {
        if domain.live().is_some() {
            return Err(Error::operation_invalid(QEMU, "domain is already running"));
        }
        let greeted = self.bring_up(domain, &definition).await.inspect_err(|_| {
            let failed = RunState::shut_off(api::DomainShutoffReason::FAILED);
            domain.publish(|view| view.state = failed);
        })?;
        self.enter(domain, greeted, mode).await
    }

    async fn bring_up(&self, domain: &Arc<Domain>, definition: &config::Domain) -> Result<Greeted> {
        let companions = Arc::new(Companions::default());
        let greeted = async {
            let prepared = Prepared::new(self, domain, definition, Arc::clone(&companions)).await?;
            let spawned = Spawned::new(self, prepared).await?;
            Greeted::new(self, domain, spawned).await
        };
        let greeted = greeted.await;
        if greeted.is_err() {
            // The next start may want what they hold.
            companions.end().await;
        }
        greeted
    }

    /// Publishes a guest that has greeted, gives it its watcher, and lets it run.
    async fn enter(&self, domain: &Arc<Domain>, greeted: Greeted, mode: StartMode) -> Result<()> {
        let Greeted { live, document, asked_cpu, events, mut scaffold } = greeted;
        let driver = self.shared()?;
        let paused = RunState::paused(api::DomainPausedReason::STARTING_UP);
        domain.set_live(Some(Arc::clone(&live)));
        self.registry.bind_id(live.id, domain);
        domain.publish(|view| {
            view.id = Some(live.id);
            view.live = Some(Arc::new(document));
            view.asked_cpu = asked_cpu.map(Arc::new);
            view.state = paused;
            view.taints = scaffold.taints();
            view.updated = false;
        });
        // From here on the watcher cleans up, whatever happens.
        scaffold.keep();
        self.save_status(domain, &live);
        self.tell_agent_at_start(domain, &live);
        driver.watch_companions(domain, &live);
        tokio::spawn(driver.watch(Arc::clone(domain), Arc::clone(&live), events));
        if !mode.stays_paused {
            let state = match mode.detail {
                DomainEventStartedDetailType::RESTORED => api::DomainRunningReason::RESTORED,
                _ => api::DomainRunningReason::BOOTED,
            };
            if let Err(error) = self.start_vcpus(domain, &live, RunState::running(state)).await {
                live.ends_because(crate::domain::StopCause::Failed);
                self.end_process(&live).await?;
                return Err(error);
            }
        }
        let event = DomainEventType::STARTED;
        self.tell(domain, DomainEventBody::Lifecycle { event, detail: mode.detail.0 });
        if mode.stays_paused {
            domain.publish(|view| view.state = RunState::paused(api::DomainPausedReason::USER));
            self.save_status(domain, &live);
            let event = DomainEventType::SUSPENDED;
            let detail = DomainEventSuspendedDetailType::PAUSED.0;
            self.tell(domain, DomainEventBody::Lifecycle { event, detail });
        }
        Ok(())
    }
}
