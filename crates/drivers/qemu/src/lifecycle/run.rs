//! Pausing, resuming, resetting and shutting down a running guest.

use api::remote::{
    DomainReboot, DomainRebootArgs, DomainReset, DomainResetArgs, DomainResume, DomainResumeArgs,
    DomainShutdown, DomainShutdownArgs, DomainShutdownFlags, DomainShutdownFlagsArgs,
    DomainSuspend, DomainSuspendArgs,
};
use api::{DomainPausedReason, DomainRunningReason, DomainState, Error, Result};
use driver::{CallContext, Handler};

use crate::domain::{Domain, Live, RunState};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::{flags, interfaces};

impl Handler<DomainSuspend> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSuspendArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSuspend", &self.settings.deadlines).await?;
        let live = domain.running()?;
        match domain.published().state.state() {
            DomainState::PMSUSPENDED => {
                Err(Error::operation_invalid(QEMU, "domain is pmsuspended"))
            }
            DomainState::PAUSED => Ok(()),
            _ => self.stop_vcpus(&domain, &live, RunState::paused(DomainPausedReason::USER)).await,
        }
    }
}

impl Handler<DomainResume> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainResumeArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainResume", &self.settings.deadlines).await?;
        let live = domain.running()?;
        let state = domain.published().state;
        match state.state() {
            DomainState::PMSUSPENDED => {
                Err(Error::operation_invalid(QEMU, "domain is pmsuspended"))
            }
            DomainState::RUNNING => {
                Err(Error::operation_invalid(QEMU, "domain is already running"))
            }
            DomainState::CRASHED => {
                let detail = "Domain is not in an runnable state";
                Err(Error::operation_invalid(QEMU, detail))
            }
            _ => {
                let running = RunState::running(DomainRunningReason::UNPAUSED);
                self.start_vcpus(&domain, &live, running).await
            }
        }
    }
}

impl Handler<DomainReset> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainResetArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        flags::only(args.flags, 0, "qemuDomainReset")?;
        let _job = domain.modify("DomainReset", &self.settings.deadlines).await?;
        let live = domain.running()?;
        self.ask(&domain, live.monitor()?.system_reset()).await?;
        live.parts().reboots_on_shutdown = false;
        if domain.published().state.state() == DomainState::CRASHED {
            domain.publish(|view| view.state = RunState::paused(DomainPausedReason::CRASHED));
        }
        Ok(())
    }
}

impl Handler<DomainShutdown> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainShutdownArgs) -> Result<()> {
        let args = DomainShutdownFlagsArgs { dom: args.dom, flags: 0 };
        Handler::<DomainShutdownFlags>::handle(self, cx, args).await
    }
}

impl Handler<DomainShutdownFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainShutdownFlagsArgs) -> Result<()> {
        use api::DomainShutdownFlags as Flag;
        let (acpi, agent) = (Flag::ACPI_POWER_BTN, Flag::GUEST_AGENT);
        flags::only(args.flags, (acpi | agent).0, "qemuDomainShutdownFlags")?;
        let ways = Ways::of(Flag(args.flags).contains(agent), Flag(args.flags).contains(acpi));
        self.power_down(&args.dom, "DomainShutdownFlags", ways, PowerDown::Off).await
    }
}

impl Handler<DomainReboot> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainRebootArgs) -> Result<()> {
        use api::DomainRebootFlags as Flag;
        let (acpi, agent) = (Flag::ACPI_POWER_BTN, Flag::GUEST_AGENT);
        flags::only(args.flags, (acpi | agent).0, "qemuDomainReboot")?;
        let ways = Ways::of(Flag(args.flags).contains(agent), Flag(args.flags).contains(acpi));
        self.power_down(&args.dom, "DomainReboot", ways, PowerDown::Restart).await
    }
}

/// What comes after the guest has gone down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PowerDown {
    Off,
    Restart,
}

/// How the guest is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Through its agent if it answers, else through ACPI.
    Either,
    /// Through its agent only.
    Agent,
    /// Through ACPI only.
    Acpi,
}

impl Ways {
    /// No flag means that either will do, with the agent only if it is there; both mean the same.
    fn of(agent: bool, acpi: bool) -> Self {
        match (agent, acpi) {
            (true, false) => Self::Agent,
            (false, true) => Self::Acpi,
            _ => Self::Either,
        }
    }
}

impl QemuDriver {
    async fn power_down(
        &self,
        reference: &api::remote::NonnullDomain,
        name: &'static str,
        ways: Ways,
        then: PowerDown,
    ) -> Result<()> {
        let domain = self.registry.find(reference)?;
        let _job = domain.modify(name, &self.settings.deadlines).await?;
        let live = domain.running()?;
        if self.agent_is_wanted(&live, ways)? {
            let mode = if then == PowerDown::Restart { "reboot" } else { "powerdown" };
            match self.agent_shutdown(&domain, &live, mode).await {
                Err(error) if ways == Ways::Agent => return Err(error),
                Err(error) => tracing::debug!(%error, "agent refused, trying ACPI"),
                Ok(()) => return Ok(()),
            }
        }
        live.parts().reboots_on_shutdown = then == PowerDown::Restart;
        // Before the guest can go down, so that a later daemon knows what then.
        self.save_status(&domain, &live);
        self.ask(&domain, live.monitor()?.system_powerdown()).await
    }

    fn agent_is_wanted(&self, live: &Live, ways: Ways) -> Result<bool> {
        match ways {
            Ways::Acpi => Ok(false),
            Ways::Agent => crate::guest::agent::require(live).map(|()| true),
            Ways::Either => Ok(live.parts().agent_open == Some(true)),
        }
    }

    /// Stops the virtual CPUs; `then` is what the state is called afterwards.
    pub(crate) async fn stop_vcpus(
        &self,
        domain: &Domain,
        live: &Live,
        then: RunState,
    ) -> Result<()> {
        live.parts().expected_state = Some(then);
        let stopped = self.ask(domain, live.monitor()?.stop()).await;
        if stopped.is_err() {
            live.parts().expected_state = None;
            return stopped;
        }
        self.see_state(domain, live, DomainState::PAUSED).await;
        self.interfaces_off(domain).await;
        Ok(())
    }

    /// Lets the virtual CPUs run; `then` is what the state is called afterwards.
    pub(crate) async fn start_vcpus(
        &self,
        domain: &Domain,
        live: &Live,
        then: RunState,
    ) -> Result<()> {
        self.interfaces_on(domain).await?;
        live.parts().expected_state = Some(then);
        let started = self.ask(domain, live.monitor()?.cont()).await;
        if started.is_err() {
            live.parts().expected_state = None;
            return started;
        }
        self.see_state(domain, live, DomainState::RUNNING).await;
        Ok(())
    }

    /// Switches on what the guest's interfaces have on the host.
    async fn interfaces_on(&self, domain: &Domain) -> Result<()> {
        let Some(document) = domain.published().live.clone() else { return Ok(()) };
        let on = move || document.devices.interfaces.iter().try_for_each(interfaces::switch_on);
        self.on_host(on).await
    }

    async fn interfaces_off(&self, domain: &Domain) {
        let Some(document) = domain.published().live.clone() else { return };
        let off = move || {
            document.devices.interfaces.iter().for_each(interfaces::switch_off);
            Ok(())
        };
        if let Err(error) = self.on_host(off).await {
            tracing::error!(%error, "interfaces not switched off");
        }
    }

    /// Runs a monitor command and maps its fault.
    pub(crate) async fn ask<T>(
        &self,
        domain: &Domain,
        command: impl Future<Output = std::result::Result<T, qmp::QmpError>>,
    ) -> Result<T> {
        command.await.map_err(|error| errors::monitor(domain, &error))
    }
}
