//! The guest agent: a program inside the guest that does there what it is asked.
//!
//! It listens at a virtio port, which QEMU shows as a socket in the host. Whether the guest has the
//! port open is known from QEMU; whether the agent answers, only by asking it. The connection is
//! made by the first command and kept until the guest closes the port.
//!
//! Commands to the agent hold no job of the domain: they wait for each other inside the connection,
//! and nothing else waits for them.

use std::path::Path;
use std::time::Duration;

use api::qemu::{DomainAgentCommand, DomainAgentCommandArgs, DomainAgentCommandRet};
use api::remote::{
    DomainAgentSetResponseTimeout, DomainAgentSetResponseTimeoutArgs,
    DomainAgentSetResponseTimeoutRet,
};
use api::{
    ConnectDomainEventAgentLifecycleReason, ConnectDomainEventAgentLifecycleState,
    DomainAgentResponseTimeout as Timeout, DomainState, Error, ErrorCode, Result,
};
use config::domain::chardev::{Channel, ChannelState, ChannelType, CharSource};
use driver::{CallContext, DomainEventBody, Handler};
use qmp::commands::Chardev;
use qmp::{Agent, AgentError, AgentOptions, Command, Disconnect, RequestFault};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::domain::{Domain, Live, Published, Taint, not_running};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

/// Name of the agent's port in the guest.
const PORT: &str = "org.qemu.guest_agent.0";
/// What a client gets that wants to wait as long as it takes.
const BLOCK: Duration = Duration::from_secs(24 * 60 * 60);
/// For a command after which the guest is gone, as libvirt gives it.
const FAREWELL: Duration = Duration::from_secs(60);

impl Handler<DomainAgentCommand> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainAgentCommandArgs,
    ) -> Result<DomainAgentCommandRet> {
        flags::only(args.flags, 0, "qemuDomainQemuAgentCommand")?;
        let domain = self.registry.find(&args.dom)?;
        let live = domain.running()?;
        let agent = self.agent(&domain, &live).await?;
        check_timeout(args.timeout)?;
        self.taint(&domain, &live, Taint::CustomGuestAgent);
        let agent = agent.within(self.agent_deadline(args.timeout));
        let reply = agent.execute_raw(&args.cmd).await;
        match reply.and_then(|reply| accepted(&args.cmd, reply)) {
            Ok(reply) => Ok(DomainAgentCommandRet { result: Some(reply) }),
            Err(AgentError::Request(RequestFault::Syntax(reason))) => {
                Err(Error::internal(QEMU, format!("cannot parse json {}: {reason}", args.cmd)))
            }
            Err(error) => Err(errors::agent(&error)),
        }
    }
}

impl Handler<DomainAgentSetResponseTimeout> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainAgentSetResponseTimeoutArgs,
    ) -> Result<DomainAgentSetResponseTimeoutRet> {
        flags::only(args.flags, 0, "qemuDomainAgentSetResponseTimeout")?;
        check_timeout(args.timeout)?;
        let domain = self.registry.find(&args.dom)?;
        if let Some(live) = domain.live() {
            live.parts().agent_timeout_s = Some(args.timeout);
        }
        Ok(DomainAgentSetResponseTimeoutRet { result: 0 })
    }
}

/// Whether this is the agent's channel.
pub(crate) fn is_agent(channel: &Channel) -> bool {
    channel.target.kind == ChannelType::Virtio && channel.target.name.as_deref() == Some(PORT)
}

/// The agent's channel, if the domain has one.
pub(crate) fn channel(document: &config::Domain) -> Option<&Channel> {
    document.devices.channels.iter().find(|channel| is_agent(channel))
}

/// Checks that the guest has the agent's port open.
///
/// # Errors
/// `AGENT_UNRESPONSIVE` when it has not, `ARGUMENT_UNSUPPORTED` when it has no such port.
pub(crate) fn require(live: &Live) -> Result<()> {
    match live.parts().agent_open {
        Some(true) => Ok(()),
        Some(false) => Err(Error::agent_unresponsive(QEMU, "QEMU guest agent is not connected")),
        None => {
            let detail = "QEMU guest agent is not configured";
            Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, QEMU, detail))
        }
    }
}

/// Notes in a live document which virtio ports the guest has open.
pub(crate) fn fill_states(document: &mut config::Domain, devices: &[Chardev]) {
    for channel in &mut document.devices.channels {
        let Some(alias) = channel.info.alias.name() else { continue };
        if channel.target.kind != ChannelType::Virtio {
            continue;
        }
        let label = format!("char{alias}");
        let found = devices.iter().find(|device| device.label == label);
        channel.target.state = found.map(|device| match device.frontend_open {
            true => ChannelState::Connected,
            false => ChannelState::Disconnected,
        });
    }
}

impl QemuDriver {
    /// Tells how the agent stands when a guest starts; nothing for a guest without one.
    pub(crate) fn tell_agent_at_start(&self, domain: &Domain, live: &Live) {
        let state = match live.parts().agent_open {
            Some(true) => ConnectDomainEventAgentLifecycleState::CONNECTED,
            Some(false) => ConnectDomainEventAgentLifecycleState::DISCONNECTED,
            None => return,
        };
        let reason = ConnectDomainEventAgentLifecycleReason::DOMAIN_STARTED;
        self.tell(domain, DomainEventBody::AgentLifecycle { state, reason });
    }

    /// Runs an agent command of ours and reads its answer, within the time that a client has set
    /// for this domain.
    ///
    /// # Errors
    /// `AGENT_UNRESPONSIVE`; `INTERNAL_ERROR` with the agent's words when it refuses.
    pub(crate) async fn ask_agent<T: DeserializeOwned>(
        &self,
        domain: &Domain,
        live: &Live,
        command: &Command,
    ) -> Result<T> {
        let timeout = live.parts().agent_timeout_s.unwrap_or(Timeout::DEFAULT.0);
        let agent = self.agent(domain, live).await?.within(self.agent_deadline(timeout));
        agent.execute_as(command).await.map_err(|error| errors::agent(&error))
    }

    /// Has the agent shut the guest down; `mode` is `powerdown`, `halt` or `reboot`.
    ///
    /// # Errors
    /// As for [`QemuDriver::ask_agent`].
    pub(crate) async fn agent_shutdown(
        &self,
        domain: &Domain,
        live: &Live,
        mode: &str,
    ) -> Result<()> {
        let command = Command::with("guest-shutdown", json!({ "mode": mode }));
        let is_going = |view: &Published| {
            let port = view.live.as_deref().and_then(channel);
            port.is_none_or(|port| port.target.state != Some(ChannelState::Connected))
                || view.state.state() == DomainState::SHUTDOWN
        };
        self.agent_farewell(domain, live, &command, is_going).await
    }

    /// Runs an agent command that is answered only when it fails: success is that the guest is
    /// seen to be gone.
    ///
    /// # Errors
    /// As for [`QemuDriver::ask_agent`].
    pub(super) async fn agent_farewell(
        &self,
        domain: &Domain,
        live: &Live,
        command: &Command,
        is_gone: impl Fn(&Published) -> bool,
    ) -> Result<()> {
        let agent = self.agent(domain, live).await?.within(FAREWELL);
        let is_gone = |view: &Published| view.id != Some(live.id) || is_gone(view);
        tokio::select! {
            true = domain.wait_until(is_gone, FAREWELL) => Ok(()),
            answer = agent.execute_as::<serde_json::Value>(command) => match answer {
                Ok(_) | Err(AgentError::Closed(Disconnect::EndOfFile)) => Ok(()),
                Err(error) => Err(errors::agent(&error)),
            },
        }
    }

    /// The agent of a running guest.
    async fn agent(&self, domain: &Domain, live: &Live) -> Result<Agent> {
        let view = domain.published();
        if view.state.state() != DomainState::RUNNING {
            return Err(not_running());
        }
        require(live)?;
        let options = self.agent_options(live);
        // A connection that broke stays broken; the next command makes a new one.
        let known = live.parts().agent.clone().filter(|agent| agent.disconnect().is_none());
        if let Some(agent) = known {
            return Ok(agent.with_options(options));
        }
        let path = view.live.as_deref().and_then(channel).and_then(socket);
        let path = path.ok_or_else(|| {
            let detail = format!("the channel '{PORT}' has no socket in the host");
            Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, QEMU, detail)
        })?;
        let agent = Agent::connect(Path::new(path), options)
            .await
            .map_err(|error| errors::agent(&error))?;
        // Two at once connect twice; QEMU serves the second when the first has left.
        let mut parts = live.parts();
        let working = parts.agent.take().filter(|agent| agent.disconnect().is_none());
        Ok(parts.agent.insert(working.unwrap_or(agent)).clone())
    }

    fn agent_options(&self, live: &Live) -> AgentOptions {
        let usual = self.settings.deadlines.agent;
        let wanted = live.parts().agent_timeout_s.and_then(|seconds| u64::try_from(seconds).ok());
        let sync_deadline = wanted.map_or(usual, |seconds| usual.min(Duration::from_secs(seconds)));
        AgentOptions { sync_deadline, command_deadline: usual }
    }

    /// The deadline behind a number that a client gives.
    fn agent_deadline(&self, timeout: i32) -> Duration {
        match Timeout(timeout) {
            Timeout::BLOCK => BLOCK,
            Timeout::DEFAULT => self.settings.deadlines.agent,
            Timeout(seconds) => Duration::from_secs(seconds.unsigned_abs().into()).min(BLOCK),
        }
    }
}

fn check_timeout(timeout: i32) -> Result<()> {
    let least = Timeout::BLOCK.0;
    if timeout >= least {
        return Ok(());
    }
    let detail = format!("guest agent timeout '{timeout}' is less than the minimum '{least}'");
    Err(Error::invalid_arg(QEMU, detail))
}

/// The socket in the host, where QEMU listens.
fn socket(channel: &Channel) -> Option<&str> {
    match &channel.source {
        CharSource::Unix(unix) => unix.source.as_ref()?.path.as_deref(),
        _ => None,
    }
}

/// The reply to a request itself unless it is an error.
fn accepted(request: &str, reply: String) -> Result<String, AgentError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: qmp::CommandError,
    }
    #[derive(Deserialize)]
    struct Request {
        execute: String,
    }
    let Ok(Refusal { error }) = serde_json::from_str(&reply) else { return Ok(reply) };
    let command = serde_json::from_str(request).map(|Request { execute }| execute);
    Err(AgentError::Refused { command: command.unwrap_or_default(), error })
}

#[cfg(test)]
mod tests {
    use qmp::AgentError;

    use super::accepted;

    #[test]
    fn a_refusal_names_the_command() {
        let reply = r#"{"error":{"class":"CommandNotFound","desc":"no"}}"#.to_owned();
        let refused = accepted(r#"{"execute":"guest-x"}"#, reply);
        let Err(AgentError::Refused { command, error }) = refused else { panic!("{refused:?}") };
        assert_eq!((command.as_str(), error.desc.as_str()), ("guest-x", "no"));
    }

    #[test]
    fn an_answer_is_passed_on_as_it_is() {
        let reply = r#"{"return":{"error":{}}}"#;
        assert_eq!(accepted(r#"{"execute":"guest-x"}"#, reply.into()).unwrap(), reply);
    }
}
