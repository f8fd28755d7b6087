//! Whether a guest's monitor is free, busy, or silent.

use api::remote::{DomainGetControlInfo, DomainGetControlInfoArgs, DomainGetControlInfoRet};
use api::{DomainControlErrorReason as Reason, DomainControlState as State, Result};
use driver::{CallContext, Handler, JobKind};
use qmp::Health;

use crate::driver::QemuDriver;
use crate::flags;

impl Handler<DomainGetControlInfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetControlInfoArgs,
    ) -> Result<DomainGetControlInfoRet> {
        flags::only(args.flags, 0, "qemuDomainGetControlInfo")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let info = |state: State, details: Reason, since: Option<std::time::Instant>| {
            let elapsed = since.map_or(0, |since| since.elapsed().as_millis());
            DomainGetControlInfoRet {
                state: state.0.cast_unsigned(),
                details: details.0.cast_unsigned(),
                state_time: u64::try_from(elapsed).unwrap_or(u64::MAX),
            }
        };
        let Ok(monitor) = live.monitor() else {
            return Ok(info(State::ERROR, Reason::MONITOR, None));
        };
        if monitor.disconnect().is_some() {
            return Ok(info(State::ERROR, Reason::MONITOR, None));
        }
        if let Health::Unresponsive { since } = monitor.health() {
            return Ok(info(State::OCCUPIED, Reason::NONE, Some(since)));
        }
        let holders = domain.gate.holders();
        let change = holders.iter().find(|holder| holder.kind == JobKind::Modify);
        let state = if change.is_some() { State::OCCUPIED } else { State::OK };
        Ok(info(state, Reason::NONE, change.map(|holder| holder.since)))
    }
}
