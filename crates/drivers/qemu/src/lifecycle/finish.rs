//! The end of a guest's life, told once.

use std::sync::Arc;
use std::time::Duration;

use api::{DomainEventStoppedDetailType, DomainEventType, DomainShutoffReason, Error, Result};
use driver::DomainEventBody;

use crate::companions::tpm_state;
use crate::control_group;
use crate::domain::{Domain, Live, RunState, StopCause};
use crate::driver::QemuDriver;
use crate::errors::QEMU;

/// How long the watcher may take to clean up behind a process that is gone: scripts of interfaces have their say.
const CLEANUP: Duration = Duration::from_secs(60);

impl QemuDriver {
    /// Waits until the guest's end has been told and cleaned up.
    pub(super) async fn finished(&self, domain: &Arc<Domain>, live: &Live) -> Result<()> {
        tokio::time::timeout(CLEANUP, live.wait_finished()).await.map_err(|_| {
            let detail = format!("domain '{}' ended, but was not cleaned up", domain.name());
            Error::internal(QEMU, detail)
        })
    }

    /// Cleans up behind a guest whose process is gone, and tells it. Called by its watcher.
    pub(super) async fn finish(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        live.companions.end().await;
        let cause = live.stop_cause();
        let (reason, detail) = outcome(cause);
        let Some(live) = domain.take_live(live.id) else { return };
        self.log_line(domain, &format!("shutting down, reason={}", word(cause)));
        // Before the status goes: until then a later daemon would remove it.
        if let Some(group) = live.group.clone() {
            let removed = control_group::wait_for(move || {
                group.remove();
                Ok(())
            });
            if let Err(error) = removed.await {
                tracing::warn!(domain = %domain.name(), %error, "control group not removed");
            }
        }
        if let Err(error) = self.status.remove(&domain.name()) {
            tracing::warn!(domain = %domain.name(), %error, "status not removed");
        }
        self.clear_runtime(&live.directory).await;
        let directories = self.settings.directories();
        self.remove_runtime(&directories.channels(live.id, &domain.name()));
        self.remove_runtime(&directories.memory(live.id, &domain.name()));
        self.registry.release_id(live.id);
        let mut reference = domain.reference();
        let document = domain.published().live.clone();
        let after = domain.publish(|view| {
            view.id = None;
            view.live = None;
            view.asked_cpu = None;
            view.state = RunState::shut_off(reason);
            view.taints = Default::default();
        });
        if !after.is_persistent() {
            self.registry.remove(domain);
            let fate = live.parts().tpm_fate;
            if let Some(document) = document.filter(|document| fate.removes(document)) {
                self.remove_tpm(document.name.as_str(), domain.uuid).await;
            }
        }
        reference.id = -1;
        let event = DomainEventType::STOPPED;
        self.tell_about(domain, reference, DomainEventBody::Lifecycle { event, detail: detail.0 });
        live.set_finished();
    }
}

impl QemuDriver {
    /// Removes the TPM of a guest that is no more. A failure is logged: the guest is gone.
    pub(super) async fn remove_tpm(&self, name: &str, uuid: api::Uuid) {
        let directory = self.settings.tpm_dir.clone();
        let removed =
            tokio::task::spawn_blocking(move || tpm_state::remove(&directory, uuid)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(domain = name, %error, "TPM not removed");
        }
    }
}

/// What an end is called; without a cause of ours QEMU went away by itself, which no guest that
/// shut down does.
fn outcome(cause: Option<StopCause>) -> (DomainShutoffReason, DomainEventStoppedDetailType) {
    match cause {
        Some(StopCause::Destroyed) => {
            (DomainShutoffReason::DESTROYED, DomainEventStoppedDetailType::DESTROYED)
        }
        Some(StopCause::Shutdown) => {
            (DomainShutoffReason::SHUTDOWN, DomainEventStoppedDetailType::SHUTDOWN)
        }
        Some(StopCause::Crashed) => {
            (DomainShutoffReason::CRASHED, DomainEventStoppedDetailType::CRASHED)
        }
        Some(StopCause::Failed) => {
            (DomainShutoffReason::FAILED, DomainEventStoppedDetailType::FAILED)
        }
        None => (DomainShutoffReason::CRASHED, DomainEventStoppedDetailType::FAILED),
    }
}

fn word(cause: Option<StopCause>) -> &'static str {
    match cause {
        Some(StopCause::Destroyed) => "destroyed",
        Some(StopCause::Shutdown) => "shutdown",
        Some(StopCause::Failed) => "failed",
        Some(StopCause::Crashed) | None => "crashed",
    }
}
