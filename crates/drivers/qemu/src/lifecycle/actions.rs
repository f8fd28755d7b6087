//! What becomes of a guest that powers off, reboots or crashes, changed while it is defined or runs.

use api::remote::{DomainSetLifecycleAction, DomainSetLifecycleActionArgs};
use api::{
    DomainLifecycle, DomainLifecycleAction, DomainModificationImpact as Impacts, Error,
    ErrorDomain, Result,
};
use config::domain::LifecycleAction;
use driver::{CallContext, Handler};
use qmp::Command;
use serde_json::json;

use crate::domain::Impact;
use crate::driver::QemuDriver;
use crate::{errors, flags};

const KNOWN: u32 = Impacts::LIVE.0 | Impacts::CONFIG.0;

impl Handler<DomainSetLifecycleAction> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetLifecycleActionArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetLifecycleAction")?;
        let change = Change::read(args.kind, args.action)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetLifecycleAction", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        // Both or neither: what the definition cannot have is found before the guest is touched.
        if let Some(definition) = view.definition().filter(|_| impact.config) {
            change.applied(&definition)?;
        }
        if let Some(document) = view.live.as_deref().filter(|_| impact.live) {
            let changed = change.applied(document)?;
            let live = domain.running()?;
            if changed.on_reboot != document.on_reboot {
                let command = on_reboot(changed.on_reboot);
                self.ask(&domain, live.monitor()?.perform(&command)).await?;
            }
            self.change_live(&domain, &live, |document| change.apply(document));
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |definition| {
            *definition = change.applied(definition)?;
            Ok(())
        })
        .await
    }
}

/// What tells QEMU what a guest's own reboot does: libvirt ends a guest that shall not come up again.
pub(super) fn on_reboot(action: Option<LifecycleAction>) -> Command {
    let does = if action == Some(LifecycleAction::Destroy) { "shutdown" } else { "reset" };
    Command::with("set-action", json!({ "reboot": does }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Poweroff,
    Reboot,
    Crash,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    event: Event,
    action: LifecycleAction,
}

impl Change {
    /// **Errors**: `INVALID_ARG` for numbers that mean nothing.
    fn read(event: u32, action: u32) -> Result<Self> {
        let unknown = |what: &str, number: u32| {
            Error::invalid_arg(ErrorDomain::DOMAIN, format!("invalid lifecycle {what} '{number}'"))
        };
        let event = match DomainLifecycle(event.cast_signed()) {
            DomainLifecycle::POWEROFF => Event::Poweroff,
            DomainLifecycle::REBOOT => Event::Reboot,
            DomainLifecycle::CRASH => Event::Crash,
            _ => return Err(unknown("type", event)),
        };
        let action = match DomainLifecycleAction(action.cast_signed()) {
            DomainLifecycleAction::DESTROY => LifecycleAction::Destroy,
            DomainLifecycleAction::RESTART => LifecycleAction::Restart,
            DomainLifecycleAction::RESTART_RENAME => LifecycleAction::RenameRestart,
            DomainLifecycleAction::PRESERVE => LifecycleAction::Preserve,
            DomainLifecycleAction::COREDUMP_DESTROY => LifecycleAction::CoredumpDestroy,
            DomainLifecycleAction::COREDUMP_RESTART => LifecycleAction::CoredumpRestart,
            _ => return Err(unknown("action", action)),
        };
        Ok(Self { event, action })
    }

    fn apply(self, document: &mut config::Domain) {
        let place = match self.event {
            Event::Poweroff => &mut document.on_poweroff,
            Event::Reboot => &mut document.on_reboot,
            Event::Crash => &mut document.on_crash,
        };
        *place = Some(self.action);
    }

    /// **Errors**: those of a definition that says so.
    fn applied(self, document: &config::Domain) -> Result<config::Domain> {
        let mut changed = document.clone();
        self.apply(&mut changed);
        changed.check_lifecycle_actions().map_err(|error| errors::document(&error))?;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_mean_nothing_are_named() {
        for (event, action, named) in
            [(3, 0, "type '3'"), (u32::MAX, 0, "type"), (0, 6, "action '6'")]
        {
            let error = Change::read(event, action).unwrap_err();
            assert_eq!(error.code, api::ErrorCode::INVALID_ARG);
            assert!(error.message.contains(named), "{error}");
        }
    }

    #[test]
    fn qemu_is_told_what_a_reboot_does() {
        let tells = |does: &str| Command::with("set-action", json!({ "reboot": does }));
        assert_eq!(on_reboot(Some(LifecycleAction::Destroy)), tells("shutdown"));
        assert_eq!(on_reboot(Some(LifecycleAction::Restart)), tells("reset"));
        assert_eq!(on_reboot(None), tells("reset"));
    }
}
