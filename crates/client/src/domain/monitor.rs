//! Passthrough to QEMU's monitor and to the guest agent. Both taint the domain.

use std::time::Duration;

use api::{DomainQemuAgentCommandTimeout, DomainQemuMonitorCommandFlags, qemu};

use super::domain_calls;

/// How long the guest agent has for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentPatience {
    /// As long as the server thinks right.
    #[default]
    Default,
    /// As long as it takes.
    Endless,
    /// Nobody waits for the answer.
    None,
    /// This long. **Units**: whole seconds go over the wire.
    For(Duration),
}

impl AgentPatience {
    fn to_wire(self) -> i32 {
        match self {
            Self::Default => DomainQemuAgentCommandTimeout::DEFAULT.0,
            Self::Endless => DomainQemuAgentCommandTimeout::BLOCK.0,
            Self::None => DomainQemuAgentCommandTimeout::NOWAIT.0,
            Self::For(time) => i32::try_from(time.as_secs()).unwrap_or(i32::MAX),
        }
    }
}

domain_calls! {
    /// Sends a command to the monitor, as QMP's JSON or (`HMP`) in the human dialect; the answer
    /// is as QEMU gave it.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    monitor_command(command: &str, flags: DomainQemuMonitorCommandFlags)
        -> String = |ret: qemu::DomainMonitorCommandRet| ret.result,
        qemu::DomainMonitorCommand,
        qemu::DomainMonitorCommandArgs { cmd: command.to_owned(), flags: flags.0 };

    /// Sends a command to the guest agent; the answer is as the agent gave it, or none.
    ///
    /// # Errors
    /// Code 55 when it does not run, 86 when the agent does not answer.
    agent_command(command: &str, patience: AgentPatience)
        -> Option<String> = |ret: qemu::DomainAgentCommandRet| ret.result,
        qemu::DomainAgentCommand,
        qemu::DomainAgentCommandArgs { cmd: command.to_owned(), timeout: patience.to_wire(), flags: 0 };
}
