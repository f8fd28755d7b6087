//! Events that change whether a guest runs.

use std::sync::Arc;
use std::time::Duration;

use api::{
    DomainCrashedReason, DomainEventCrashedDetailType, DomainEventPMSuspendedDetailType,
    DomainEventResumedDetailType, DomainEventShutdownDetailType, DomainEventStartedDetailType,
    DomainEventSuspendedDetailType, DomainEventType, DomainEventWatchdogAction,
    DomainPMSuspendedReason, DomainPausedReason, DomainRunningReason, DomainShutdownReason,
    DomainState,
};
use config::domain::LifecycleAction;
use driver::DomainEventBody;
use serde::Deserialize;

use crate::domain::{Domain, Live, RunState, StopCause};
use crate::driver::QemuDriver;

/// How long a state may take to be announced after QEMU accepted the command for it.
const ANNOUNCEMENT: Duration = Duration::from_secs(2);

/// Data of `SHUTDOWN`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Shutdown {
    /// Whether the guest wanted it; an older QEMU does not say.
    guest: Option<bool>,
}

/// Data of `WATCHDOG`.
#[derive(Debug, Deserialize)]
pub(super) struct Watchdog {
    action: String,
}

impl QemuDriver {
    pub(super) fn on_stop(&self, domain: &Domain, live: &Live) {
        let expected = announced(live, DomainState::PAUSED);
        // A restart in the same process stops the CPUs for a moment that nobody is told of.
        let restarts = live.parts().reboots_on_shutdown && expected.is_none();
        if domain.published().state.state() == DomainState::RUNNING && !restarts {
            let then = expected.unwrap_or(RunState::paused(DomainPausedReason::UNKNOWN));
            self.suspend(domain, live, then);
        }
        settle(domain, live, expected);
    }

    pub(super) fn on_resume(&self, domain: &Domain, live: &Live) {
        let expected = announced(live, DomainState::RUNNING);
        let rebooted = std::mem::take(&mut live.parts().reboots_on_shutdown);
        if domain.published().state.state() != DomainState::RUNNING {
            let then = expected.unwrap_or(RunState::running(DomainRunningReason::UNPAUSED));
            let detail = match DomainRunningReason(then.reason) {
                DomainRunningReason::MIGRATED => DomainEventResumedDetailType::MIGRATED,
                DomainRunningReason::FROM_SNAPSHOT => DomainEventResumedDetailType::FROM_SNAPSHOT,
                _ => DomainEventResumedDetailType::UNPAUSED,
            };
            self.enter_state(domain, live, then, (DomainEventType::RESUMED, detail.0));
        } else if rebooted {
            self.save_status(domain, live);
        }
        settle(domain, live, expected);
    }

    pub(super) fn on_reset(&self, domain: &Domain) {
        self.tell(domain, DomainEventBody::Reboot);
    }

    pub(super) fn on_shutdown(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        data: Option<Shutdown>,
    ) {
        live.set_heard_signal();
        if live.parts().reboots_on_shutdown && live.stop_cause().is_none() {
            // For everybody but QEMU this is a reboot: the state stays what it is.
            return self.restart(domain, live);
        }
        let ours = live.stop_cause();
        let state = domain.published().state.state();
        if state == DomainState::SHUTDOWN || ours.is_some_and(|cause| cause != StopCause::Destroyed)
        {
            return;
        }
        let detail = match data.unwrap_or_default().guest {
            Some(true) => DomainEventShutdownDetailType::GUEST,
            Some(false) => DomainEventShutdownDetailType::HOST,
            None => DomainEventShutdownDetailType::FINISHED,
        };
        let down = RunState::shutting_down(DomainShutdownReason::UNKNOWN);
        self.enter_state(domain, live, down, (DomainEventType::SHUTDOWN, detail.0));
        if ours.is_none() {
            self.when_down(domain, live);
        }
    }

    /// Does what is due with a guest that went down: ends its process, or brings it up again.
    pub(crate) fn when_down(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        if live.parts().reboots_on_shutdown {
            return self.restart(domain, live);
        }
        match domain.published().live.as_ref().and_then(|live| live.on_poweroff) {
            Some(LifecycleAction::Restart | LifecycleAction::RenameRestart) => {
                self.restart(domain, live);
            }
            Some(LifecycleAction::Preserve) => {}
            _ => self.end_because(domain, live, StopCause::Shutdown),
        }
    }

    pub(super) fn on_suspend(&self, domain: &Domain, live: &Live) {
        self.tell(domain, DomainEventBody::PmSuspend);
        self.enter_sleep(domain, live, DomainEventPMSuspendedDetailType::MEMORY);
    }

    pub(super) fn on_suspend_disk(&self, domain: &Domain, live: &Live) {
        self.tell(domain, DomainEventBody::PmSuspendDisk);
        self.enter_sleep(domain, live, DomainEventPMSuspendedDetailType::DISK);
    }

    pub(super) fn on_wakeup(&self, domain: &Domain, live: &Live) {
        self.tell(domain, DomainEventBody::PmWakeup);
        if domain.published().state.state() != DomainState::PMSUSPENDED {
            return;
        }
        let awake = RunState::running(DomainRunningReason::WAKEUP);
        let detail = DomainEventStartedDetailType::WAKEUP.0;
        self.enter_state(domain, live, awake, (DomainEventType::STARTED, detail));
    }

    pub(super) fn on_watchdog(&self, domain: &Domain, live: &Live, data: Option<Watchdog>) {
        use DomainEventWatchdogAction as Action;
        let Some(data) = data else { return };
        let action = match data.action.as_str() {
            "pause" => Action::PAUSE,
            "reset" => Action::RESET,
            "poweroff" => Action::POWEROFF,
            "shutdown" => Action::SHUTDOWN,
            "debug" => Action::DEBUG,
            "inject-nmi" => Action::INJECTNMI,
            _ => Action::NONE,
        };
        self.tell(domain, DomainEventBody::Watchdog { action });
        if action == Action::PAUSE {
            self.paused_by_qemu(domain, live, DomainPausedReason::WATCHDOG);
        }
    }

    /// The guest's kernel gave up.
    pub(super) fn on_panic(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        let crashed = RunState::crashed(DomainCrashedReason::PANICKED);
        let detail = DomainEventCrashedDetailType::PANICKED.0;
        self.enter_state(domain, live, crashed, (DomainEventType::CRASHED, detail));
        let action = domain.published().live.as_ref().and_then(|live| live.on_crash);
        if let Some(LifecycleAction::CoredumpDestroy | LifecycleAction::CoredumpRestart) = action {
            tracing::warn!(domain = %domain.name(), "no core is dumped: not supported yet");
        }
        match action {
            Some(LifecycleAction::Preserve) => {}
            Some(
                LifecycleAction::Restart
                | LifecycleAction::RenameRestart
                | LifecycleAction::CoredumpRestart,
            ) => self.restart(domain, live),
            Some(LifecycleAction::Destroy | LifecycleAction::CoredumpDestroy) | None => {
                self.end_because(domain, live, StopCause::Crashed);
            }
        }
    }

    /// The guest's kernel gave up, and another one takes over to save what there is.
    pub(super) fn on_crash_loaded(&self, domain: &Domain) {
        let detail = DomainEventCrashedDetailType::CRASHLOADED.0;
        self.tell_lifecycle(domain, DomainEventType::CRASHED, detail);
    }

    /// QEMU stops the CPUs by itself and has just said why; the `STOP` that follows says nothing new.
    pub(super) fn paused_by_qemu(&self, domain: &Domain, live: &Live, reason: DomainPausedReason) {
        if domain.published().state.state() == DomainState::RUNNING {
            self.suspend(domain, live, RunState::paused(reason));
        }
    }

    fn enter_sleep(&self, domain: &Domain, live: &Live, detail: DomainEventPMSuspendedDetailType) {
        if domain.published().state.state() == DomainState::RUNNING {
            let asleep = RunState::pm_suspended(DomainPMSuspendedReason::PMSUSPENDED_UNKNOWN);
            self.enter_state(domain, live, asleep, (DomainEventType::PMSUSPENDED, detail.0));
        }
    }

    /// A state that readers see, clients hear of, and a later daemon knows, in this order: who waits
    /// for the news need not wait for the file.
    fn enter_state(
        &self,
        domain: &Domain,
        live: &Live,
        state: RunState,
        (event, detail): (DomainEventType, i32),
    ) {
        domain.publish(|view| view.state = state);
        self.tell_lifecycle(domain, event, detail);
        self.save_status(domain, live);
    }

    fn suspend(&self, domain: &Domain, live: &Live, paused: RunState) {
        let detail = match DomainPausedReason(paused.reason) {
            DomainPausedReason::MIGRATION => DomainEventSuspendedDetailType::MIGRATED,
            DomainPausedReason::IOERROR => DomainEventSuspendedDetailType::IOERROR,
            DomainPausedReason::WATCHDOG => DomainEventSuspendedDetailType::WATCHDOG,
            DomainPausedReason::FROM_SNAPSHOT => DomainEventSuspendedDetailType::FROM_SNAPSHOT,
            _ => DomainEventSuspendedDetailType::PAUSED,
        };
        self.enter_state(domain, live, paused, (DomainEventType::SUSPENDED, detail.0));
    }

    fn tell_lifecycle(&self, domain: &Domain, event: DomainEventType, detail: i32) {
        self.tell(domain, DomainEventBody::Lifecycle { event, detail });
    }

    /// Ends the process behind a guest that is down. Not waited for: the watcher that called us is
    /// who sees it end.
    pub(crate) fn end_because(&self, domain: &Arc<Domain>, live: &Arc<Live>, cause: StopCause) {
        live.ends_because(cause);
        self.save_status(domain, live);
        let Ok(driver) = self.shared() else { return };
        let (domain, live) = (Arc::clone(domain), Arc::clone(live));
        tokio::spawn(async move {
            if let Err(error) = driver.end_process(&live).await {
                tracing::error!(domain = %domain.name(), %error, "process cannot be ended");
            }
        });
    }

    /// Brings a guest that is down up again in the same process. Not waited for either: the watcher
    /// goes on to see what comes of it.
    fn restart(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        live.parts().expected_state = Some(RunState::running(DomainRunningReason::BOOTED));
        let Ok(driver) = self.shared() else { return };
        let (domain, live) = (Arc::clone(domain), Arc::clone(live));
        tokio::spawn(async move {
            let restarted = async {
                let monitor = live.monitor()?;
                driver.ask(&domain, monitor.system_reset()).await?;
                driver.ask(&domain, monitor.cont()).await
            };
            if let Err(error) = restarted.await {
                tracing::error!(domain = %domain.name(), %error, "guest cannot be restarted");
                driver.end_because(&domain, &live, StopCause::Shutdown);
            }
        });
    }

    /// Waits until the watcher has seen, and told, the state that a command has just brought about.
    pub(crate) async fn see_state(&self, domain: &Domain, live: &Live, wanted: DomainState) {
        let seen = |view: &crate::domain::Published| {
            let told = announced(live, wanted).is_none();
            (told && view.state.state() == wanted) || view.id != Some(live.id)
        };
        if !domain.wait_until(seen, ANNOUNCEMENT).await {
            tracing::warn!(domain = %domain.name(), ?wanted, "QEMU did not announce the state");
        }
    }
}

/// What somebody wants the next change to `state` to be called.
fn announced(live: &Live, state: DomainState) -> Option<RunState> {
    live.parts().expected_state.filter(|then| then.state() == state)
}

/// Lets whoever announced a change go on, now that it has been told.
fn settle(domain: &Domain, live: &Live, announced: Option<RunState>) {
    if announced.is_some() {
        live.parts().expected_state.take_if(|expected| Some(*expected) == announced);
        domain.publish(|_| {});
    }
}
