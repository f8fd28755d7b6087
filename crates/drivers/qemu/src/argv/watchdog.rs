//! `<watchdog>`

use config::Error;
use config::domain::peripheral::{Watchdog, WatchdogAction, WatchdogModel};

use super::Result;
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// `-device` of the watchdog and `-watchdog-action`
    pub(super) fn watchdog(&mut self) -> Result<()> {
        let Some(watchdog) = self.domain.devices.watchdog.as_deref() else {
            return Ok(());
        };
        self.watchdog_device(watchdog)?;
        self.option("-watchdog-action", watchdog_action(watchdog));
        Ok(())
    }

    pub(super) fn watchdog_device(&mut self, watchdog: &Watchdog) -> Result<()> {
        if watchdog.model == WatchdogModel::Diag288 {
            return Err(Error::unsupported("watchdog model 'diag288' is not supported"));
        }
        let mut props = Props::driver(watchdog.model.word());
        props.set("id", alias(&watchdog.info)?);
        self.place(&mut props, &watchdog.info)?;
        self.device(props)
    }
}

/// What QEMU does when a watchdog barks.
pub(crate) fn watchdog_action(watchdog: &Watchdog) -> WatchdogAction {
    match watchdog.action.unwrap_or(WatchdogAction::Reset) {
        // The daemon takes the dump while the guest waits.
        WatchdogAction::Dump => WatchdogAction::Pause,
        action => action,
    }
}
