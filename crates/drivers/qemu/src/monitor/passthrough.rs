//! Commands that users send to a guest's monitor in their own words.

use api::qemu::{
    DomainMonitorCommand, DomainMonitorCommandArgs, DomainMonitorCommandRet,
    DomainMonitorCommandWithFiles, DomainMonitorCommandWithFilesArgs,
    DomainMonitorCommandWithFilesRet,
};
use api::remote::NonnullDomain;
use api::{DomainQemuMonitorCommandFlags as Flag, Error, Result};
use driver::{CallContext, Handler};
use qmp::{Command, Monitor, QmpError, RequestFault};
use std::os::fd::OwnedFd;

use crate::domain::{Domain, Live, Taint};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

impl Handler<DomainMonitorCommand> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainMonitorCommandArgs,
    ) -> Result<DomainMonitorCommandRet> {
        flags::only(args.flags, Flag::HMP.0, "qemuDomainQemuMonitorCommandWithFiles")?;
        let words = Words { text: &args.cmd, language: Language::of(args.flags) };
        let result = self.pass_through(&args.dom, "DomainMonitorCommand", words, None).await?;
        Ok(DomainMonitorCommandRet { result })
    }
}

impl Handler<DomainMonitorCommandWithFiles> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainMonitorCommandWithFilesArgs,
    ) -> Result<DomainMonitorCommandWithFilesRet> {
        flags::only(args.flags, Flag::HMP.0, "qemuDomainQemuMonitorCommandWithFiles")?;
        let mut files = cx.take_fds();
        let file = files.pop();
        if !files.is_empty() {
            let detail = "at most 1 fd can be passed to qemu along with a command";
            return Err(Error::invalid_arg(QEMU, detail));
        }
        let words = Words { text: &args.cmd, language: Language::of(args.flags) };
        let name = "DomainMonitorCommandWithFiles";
        let result = self.pass_through(&args.dom, name, words, file).await?;
        Ok(DomainMonitorCommandWithFilesRet { result })
    }
}

/// What a user wants to say.
#[derive(Debug, Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    language: Language,
}

/// In which of the monitor's languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// JSON for programs.
    Qmp,
    /// Lines for people.
    Human,
}

impl Language {
    fn of(flags: u32) -> Self {
        if Flag(flags).contains(Flag::HMP) { Self::Human } else { Self::Qmp }
    }
}

impl QemuDriver {
    async fn pass_through(
        &self,
        reference: &NonnullDomain,
        name: &'static str,
        words: Words<'_>,
        file: Option<OwnedFd>,
    ) -> Result<String> {
        let domain = self.registry.find(reference)?;
        let _job = domain.query(name, &self.settings.deadlines).await?;
        let live = domain.running()?;
        let monitor = live.monitor()?;
        self.taint(&domain, &live, Taint::CustomMonitor);
        say(monitor, words, file).await.map_err(|error| fault(&domain, words.text, &error))
    }

    /// Notes what takes a guest out of what is known to work: for readers, for a later daemon, and
    /// once in the guest's log.
    pub(crate) fn taint(&self, domain: &Domain, live: &Live, taint: Taint) {
        let mut is_new = false;
        domain.publish(|view| is_new = view.taints.add(taint));
        if is_new {
            self.log_line(domain, &format!("Domain id={} is tainted: {}", live.id, taint.name()));
            self.save_status(domain, live);
        }
    }
}

async fn say(
    monitor: &Monitor,
    words: Words<'_>,
    file: Option<OwnedFd>,
) -> Result<String, QmpError> {
    match (words.language, file) {
        (Language::Qmp, None) => monitor.execute_raw(words.text).await,
        (Language::Qmp, Some(file)) => monitor.execute_raw_with_fd(words.text, file).await,
        (Language::Human, None) => monitor.human_monitor_command(words.text).await,
        (Language::Human, Some(file)) => {
            let arguments = serde_json::json!({ "command-line": words.text });
            let command = Command::with("human-monitor-command", arguments);
            monitor.execute_with_fd(&command, file).await?.decode()
        }
    }
}

fn fault(domain: &Domain, text: &str, error: &QmpError) -> Error {
    match error {
        QmpError::Request(RequestFault::OwnId) => {
            Error::internal(QEMU, "Unable to append command 'id' string")
        }
        QmpError::Request(RequestFault::Syntax(reason)) => {
            Error::internal(QEMU, format!("cannot parse json {text}: {reason}"))
        }
        other => errors::monitor(domain, other),
    }
}
