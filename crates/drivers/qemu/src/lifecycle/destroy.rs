//! Ending a guest from outside.

use std::sync::Arc;
use std::time::Duration;

use api::remote::{DomainDestroy, DomainDestroyArgs, DomainDestroyFlags, DomainDestroyFlagsArgs};
use api::{Error, Result};
use driver::{CallContext, Handler};
use host::process::Signal;

use crate::domain::{Domain, Live, StopCause, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::{flags, guest_log};

/// How long a QEMU whose main loop runs needs at most to say that it got the signal.
const REACTION: Duration = Duration::from_millis(500);

impl Handler<DomainDestroy> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDestroyArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        self.destroy(&domain, Force::Kill).await
    }
}

impl Handler<DomainDestroyFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDestroyFlagsArgs) -> Result<()> {
        use api::DomainDestroyFlags as Flag;
        let known = Flag::GRACEFUL | Flag::REMOVE_LOGS;
        flags::only(args.flags, known.0, "qemuDomainDestroyFlags")?;
        let domain = self.registry.find(&args.dom)?;
        let name = domain.name();
        let graceful = Flag(args.flags).contains(Flag::GRACEFUL);
        self.destroy(&domain, if graceful { Force::Ask } else { Force::Kill }).await?;
        if Flag(args.flags).contains(Flag::REMOVE_LOGS) {
            let removed = guest_log::remove(&self.settings.log_dir, &name);
            removed.map_err(|error| {
                Error::io(QEMU, &error, format_args!("cannot remove the log of '{name}'"))
            })?;
        }
        Ok(())
    }
}

/// How far a destroy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// A signal that QEMU may obey.
    Ask,
    /// Whatever it takes.
    Kill,
}

impl QemuDriver {
    /// Ends a guest. Waits behind no job: a hung guest can always be ended.
    pub(super) async fn destroy(&self, domain: &Arc<Domain>, force: Force) -> Result<()> {
        let Some(live) = domain.live() else {
            return domain.abort_start().then_some(()).ok_or_else(not_running);
        };
        live.ends_because(StopCause::Destroyed);
        self.save_status(domain, &live);
        match force {
            Force::Ask => self.ask_to_end(&live).await?,
            Force::Kill => self.end_process(&live).await?,
        }
        self.finished(domain, &live).await
    }

    async fn ask_to_end(&self, live: &Live) -> Result<()> {
        signal(live, Signal::TERM)?;
        let grace = self.settings.deadlines.terminate;
        match tokio::time::timeout(grace, live.process.wait_exit()).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::system(
                QEMU,
                rustix::io::Errno::BUSY.raw_os_error(),
                format_args!("Failed to terminate process {} with SIGTERM", live.process.pid()),
            )),
        }
    }

    /// SIGTERM, so that QEMU writes back what it holds; SIGKILL at once if it cannot hear, and at
    /// the deadline if it does not obey.
    pub(crate) async fn end_process(&self, live: &Live) -> Result<()> {
        let deadlines = &self.settings.deadlines;
        if !live.process.reference().is_stopped() {
            signal(live, Signal::TERM)?;
            let exit = live.process.wait_exit();
            tokio::pin!(exit);
            let mut over = tokio::time::timeout(REACTION, &mut exit).await.is_ok();
            if !over && live.heard_signal() {
                over = tokio::time::timeout(deadlines.terminate, &mut exit).await.is_ok();
            }
            if over {
                return Ok(());
            }
        }
        live.process
            .end(Duration::ZERO)
            .await
            .map(drop)
            .map_err(|error| Error::system(QEMU, rustix::io::Errno::BUSY.raw_os_error(), error))
    }
}

fn signal(live: &Live, signal: Signal) -> Result<()> {
    match live.process.signal(signal) {
        Ok(()) | Err(host::process::ProcessError::Gone { .. }) => Ok(()),
        Err(error) => Err(Error::internal(QEMU, error.to_string())),
    }
}
