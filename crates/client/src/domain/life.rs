//! Life and documents: start to destroy, state, XML.

use std::time::Duration;

use api::remote::{self, DomainGetControlInfoRet, DomainGetInfoRet, DomainGetStateRet};
use api::{
    DomainControlErrorReason, DomainControlState, DomainCreateFlags, DomainDestroyFlags,
    DomainLifecycle, DomainLifecycleAction, DomainModificationImpact, DomainRebootFlags,
    DomainShutdownFlags, DomainState, DomainUndefineFlags, DomainXMLFlags,
};

use super::{Domain, domain_calls};
use crate::error::Result;
use crate::host::text;

/// State, memory, virtual CPUs and CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainInfo {
    /// What it does.
    pub state: DomainState,
    /// Memory that it may have. **Units**: KiB.
    pub max_memory_kib: u64,
    /// Memory that it has. **Units**: KiB.
    pub memory_kib: u64,
    /// Virtual CPUs that it has.
    pub vcpus: u16,
    /// CPU time used so far. **Units**: ns.
    pub cpu_time_ns: u64,
}

/// State, and the number of the reason in that state's own enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateAndReason {
    /// What it does.
    pub state: DomainState,
    /// Such as [`api::DomainPausedReason`].
    pub reason: i32,
}

/// Whether the monitor of a guest is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlInfo {
    /// Free, busy or in error.
    pub state: DomainControlState,
    /// What the error is.
    pub error: DomainControlErrorReason,
    /// For how long it has been so; zero when it is free.
    pub since: Duration,
}

/// What the server says about a guest's confinement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityLabel {
    /// The label; empty when there is none.
    pub label: String,
    /// Whether it is enforced, or only watched.
    pub enforcing: bool,
}

// Calls that an older server knows in a form without flags are made in that form when no flag is
// set: what a server says about a refused call names the form.

domain_calls! {
    /// Stops the virtual CPUs.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    suspend(), remote::DomainSuspend, remote::DomainSuspendArgs {};

    /// Lets the virtual CPUs run again.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    resume(), remote::DomainResume, remote::DomainResumeArgs {};

    /// Asks the guest to restart; returns once it was asked.
    ///
    /// # Errors
    /// Code 55 when it does not run, 86 when its agent does not answer.
    reboot(how: DomainRebootFlags), remote::DomainReboot, remote::DomainRebootArgs { flags: how.0 };

    /// Presses the reset button.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    reset(), remote::DomainReset, remote::DomainResetArgs { flags: 0 };

    /// Sets what becomes of it after an event: of the running guest, of its definition, or of both.
    ///
    /// # Errors
    /// Code 67 for an action that the event, or the others with it, cannot have; 55 when it does not run.
    set_lifecycle_action(
        event: DomainLifecycle,
        action: DomainLifecycleAction,
        on: DomainModificationImpact
    ), remote::DomainSetLifecycleAction, remote::DomainSetLifecycleActionArgs {
        kind: event.0.cast_unsigned(), action: action.0.cast_unsigned(), flags: on.0 };

    /// Removes the definition; a running guest runs on and is gone once it stops.
    ///
    /// # Errors
    /// Code 55 when something that hangs on it (NVRAM, a saved state, snapshots) is neither to be
    /// kept nor to be removed.
    undefine(flags: DomainUndefineFlags),
        remote::DomainUndefineFlags, remote::DomainUndefineFlagsArgs { flags: flags.0 };

    /// Sets whether it starts with the server.
    ///
    /// # Errors
    /// Code 55 for a domain that has no definition.
    set_autostart(on: Autostart),
        remote::DomainSetAutostart, remote::DomainSetAutostartArgs { autostart: i32::from(on == Autostart::WithServer) };

    /// Whether it starts with the server.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    autostart() -> bool = |ret: remote::DomainGetAutostartRet| ret.autostart != 0,
        remote::DomainGetAutostart, remote::DomainGetAutostartArgs {};

    /// Whether it has a definition, so that it stays when it stops.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    is_persistent() -> bool = |ret: remote::DomainIsPersistentRet| ret.persistent != 0,
        remote::DomainIsPersistent, remote::DomainIsPersistentArgs {};

    /// Whether it runs.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    is_active() -> bool = |ret: remote::DomainIsActiveRet| ret.active != 0,
        remote::DomainIsActive, remote::DomainIsActiveArgs {};

    /// Whether its next start continues from a saved state.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    has_managed_save() -> bool = |ret: remote::DomainHasManagedSaveImageRet| ret.result != 0,
        remote::DomainHasManagedSaveImage, remote::DomainHasManagedSaveImageArgs { flags: 0 };

    /// Kind of its operating system, such as `hvm`.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    os_type() -> String = |ret: remote::DomainGetOsTypeRet| ret.kind,
        remote::DomainGetOsType, remote::DomainGetOsTypeArgs {};

    /// Its document.
    ///
    /// # Errors
    /// Code 29 for secrets on a read-only connection.
    xml(flags: DomainXMLFlags) -> String = |ret: remote::DomainGetXmlDescRet| ret.xml,
        remote::DomainGetXmlDesc, remote::DomainGetXmlDescArgs { flags: flags.0 };

    /// State, memory, virtual CPUs and CPU time.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    info() -> DomainInfo = |ret: DomainGetInfoRet| DomainInfo {
        state: DomainState(ret.state.into()),
        max_memory_kib: ret.max_mem,
        memory_kib: ret.memory,
        vcpus: ret.nr_virt_cpu,
        cpu_time_ns: ret.cpu_time,
    }, remote::DomainGetInfo, remote::DomainGetInfoArgs {};

    /// State and the reason for it.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    state() -> StateAndReason = |ret: DomainGetStateRet| StateAndReason {
        state: DomainState(ret.state),
        reason: ret.reason,
    }, remote::DomainGetState, remote::DomainGetStateArgs { flags: 0 };

    /// Whether the monitor of the guest is free.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    control_info() -> ControlInfo = |ret: DomainGetControlInfoRet| ControlInfo {
        state: DomainControlState(ret.state.cast_signed()),
        error: DomainControlErrorReason(ret.details.cast_signed()),
        since: Duration::from_millis(ret.state_time),
    }, remote::DomainGetControlInfo, remote::DomainGetControlInfoArgs { flags: 0 };

    /// How the guest's process is confined.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    security_label() -> SecurityLabel = |ret: remote::DomainGetSecurityLabelRet| SecurityLabel {
        label: text(&ret.label),
        enforcing: ret.enforcing == 1,
    }, remote::DomainGetSecurityLabel, remote::DomainGetSecurityLabelArgs {};

    /// Why the domain is tainted or asks for what is deprecated, a sentence each.
    ///
    /// # Errors
    /// Code 3 when the server is older than 7.1.
    messages() -> Vec<String> = |ret: remote::DomainGetMessagesRet| ret.msgs.0,
        remote::DomainGetMessages, remote::DomainGetMessagesArgs { flags: 0 };

    /// Gives it another name; it must not run.
    ///
    /// # Errors
    /// Code 55 when it runs or the name is taken.
    rename(name: &str) -> () = |_: remote::DomainRenameRet| (), remote::DomainRename,
        remote::DomainRenameArgs { new_name: Some(name.to_owned()), flags: 0 };
}

/// Whether a domain starts with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autostart {
    /// It does.
    WithServer,
    /// Someone has to start it.
    ByHand,
}

impl Domain {
    /// Asks the guest to shut down; returns once it was asked.
    ///
    /// # Errors
    /// Code 55 when it does not run, 86 when its agent does not answer.
    pub async fn shutdown(&self, how: DomainShutdownFlags) -> Result<()> {
        let dom = self.reference();
        if how.is_empty() {
            let args = remote::DomainShutdownArgs { dom };
            return self.connection().call::<remote::DomainShutdown>(args).await;
        }
        let args = remote::DomainShutdownFlagsArgs { dom, flags: how.0 };
        self.connection().call::<remote::DomainShutdownFlags>(args).await
    }

    /// Ends the guest at once, or with `GRACEFUL` only if it obeys a signal.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    pub async fn destroy(&self, flags: DomainDestroyFlags) -> Result<()> {
        let dom = self.reference();
        if flags.is_empty() {
            let args = remote::DomainDestroyArgs { dom };
            return self.connection().call::<remote::DomainDestroy>(args).await;
        }
        let args = remote::DomainDestroyFlagsArgs { dom, flags: flags.0 };
        self.connection().call::<remote::DomainDestroyFlags>(args).await
    }

    /// Starts it; the answer is the domain with its new id.
    ///
    /// # Errors
    /// Code 55 when it runs already, or why it did not start.
    pub async fn start(&self, flags: DomainCreateFlags) -> Result<Self> {
        let args = remote::DomainCreateWithFlagsArgs { dom: self.reference(), flags: flags.0 };
        let ret = self.connection().call::<remote::DomainCreateWithFlags>(args).await?;
        Ok(self.connection().domain(ret.dom))
    }
}
