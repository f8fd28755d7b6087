//! Sending a guest to sleep, through its agent, and waking it.

use api::remote::{
    DomainPmSuspendForDuration, DomainPmSuspendForDurationArgs, DomainPmWakeup, DomainPmWakeupArgs,
};
use api::{DomainState, Error, ErrorCode, NodeSuspendTarget as Target, Result};
use config::YesNo;
use driver::{CallContext, Handler};
use qmp::Command;

use crate::domain::Published;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainPmSuspendForDuration> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainPmSuspendForDurationArgs) -> Result<()> {
        flags::only(args.flags, 0, "qemuDomainPMSuspendForDuration")?;
        if args.duration != 0 {
            let detail = "Duration not supported. Use 0 for now";
            return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, QEMU, detail));
        }
        let (command, sleep) = match Target(args.target.cast_signed()) {
            Target::MEM => ("guest-suspend-ram", Sleep::Memory),
            Target::DISK => ("guest-suspend-disk", Sleep::Disk),
            Target::HYBRID => ("guest-suspend-hybrid", Sleep::Memory),
            Target(other) => {
                let detail = format!("Unknown suspend target: {other}");
                return Err(Error::invalid_arg(QEMU, detail));
            }
        };
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        allowed(&domain.published(), sleep)?;
        // A guest that sleeps on disk is shut off afterwards.
        let asleep = |view: &Published| view.state.state() != DomainState::RUNNING;
        self.agent_farewell(&domain, &live, &Command::new(command), asleep).await
    }
}

impl Handler<DomainPmWakeup> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainPmWakeupArgs) -> Result<()> {
        flags::only(args.flags, 0, "qemuDomainPMWakeup")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainPmWakeup", &self.settings.deadlines).await?;
        let live = domain.running()?;
        self.ask(&domain, live.monitor()?.system_wakeup()).await
    }
}

/// How deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sleep {
    /// S3.
    Memory,
    /// S4.
    Disk,
}

/// Whether the definition has switched this sleep off.
fn allowed(view: &Published, sleep: Sleep) -> Result<()> {
    let pm = view.live.as_deref().and_then(|live| live.pm.as_ref());
    let (switch, name) = match sleep {
        Sleep::Memory => (pm.and_then(|pm| pm.suspend_to_mem), "S3"),
        Sleep::Disk => (pm.and_then(|pm| pm.suspend_to_disk), "S4"),
    };
    if switch.and_then(|switch| switch.enabled) == Some(YesNo::No) {
        let detail = format!("{name} state is disabled for this domain");
        return Err(Error::operation_unsupported(QEMU, detail));
    }
    Ok(())
}
