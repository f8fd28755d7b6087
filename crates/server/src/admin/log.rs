//! What the daemon logs, and where to.

use std::sync::Arc;

use api::admin::{
    ConnectGetLoggingFilters, ConnectGetLoggingFiltersArgs, ConnectGetLoggingFiltersRet,
    ConnectGetLoggingOutputs, ConnectGetLoggingOutputsArgs, ConnectGetLoggingOutputsRet,
    ConnectSetLoggingFilters, ConnectSetLoggingFiltersArgs, ConnectSetLoggingOutputs,
    ConnectSetLoggingOutputsArgs,
};
use api::{Error, ErrorDomain, Result};
use driver::{CallContext, Handler};

use super::{AdminDriver, check_flags};

/// The daemon's log, as administrators see it. Texts are in libvirt's syntax.
pub trait Log: Send + Sync + 'static {
    /// What decides how much of each part of the daemon is logged.
    fn filters(&self) -> LogSetting;

    /// Where it is logged to.
    fn outputs(&self) -> LogSetting;

    /// Changes filters; the empty text takes all away.
    ///
    /// # Errors
    /// INVALID_ARG when the text makes no sense; nothing is changed then.
    fn set_filters(&self, text: &str) -> Result<()>;

    /// Changes outputs; the empty text brings the configured one back. It may block.
    ///
    /// # Errors
    /// INVALID_ARG when the text makes no sense, SYSTEM_ERROR when an output does not open;
    /// nothing is changed then.
    fn set_outputs(&self, text: &str) -> Result<()>;
}

/// A setting of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSetting {
    /// The setting, in libvirt's syntax.
    pub text: String,
    /// How many filters or outputs it has.
    pub count: u32,
}

impl AdminDriver {
    fn log(&self) -> Result<Arc<dyn Log>> {
        let none = || Error::no_support(ErrorDomain::ADMIN, "the daemon has no log");
        self.server()?.log().map(Arc::clone).ok_or_else(none)
    }
}

impl Handler<ConnectGetLoggingFilters> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetLoggingFiltersArgs,
    ) -> Result<ConnectGetLoggingFiltersRet> {
        check_flags(args.flags, 0, "adminConnectGetLoggingFilters")?;
        let LogSetting { text, count } = self.log()?.filters();
        Ok(ConnectGetLoggingFiltersRet { filters: (count != 0).then_some(text), nfilters: count })
    }
}

impl Handler<ConnectGetLoggingOutputs> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetLoggingOutputsArgs,
    ) -> Result<ConnectGetLoggingOutputsRet> {
        check_flags(args.flags, 0, "adminConnectGetLoggingOutputs")?;
        let LogSetting { text, count } = self.log()?.outputs();
        Ok(ConnectGetLoggingOutputsRet { outputs: text, noutputs: count })
    }
}

impl Handler<ConnectSetLoggingFilters> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ConnectSetLoggingFiltersArgs) -> Result<()> {
        check_flags(args.flags, 0, "adminConnectSetLoggingFilters")?;
        self.log()?.set_filters(args.filters.as_deref().unwrap_or_default())
    }
}

impl Handler<ConnectSetLoggingOutputs> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ConnectSetLoggingOutputsArgs) -> Result<()> {
        check_flags(args.flags, 0, "adminConnectSetLoggingOutputs")?;
        let log = self.log()?;
        let outputs = args.outputs.unwrap_or_default();
        let set = tokio::task::spawn_blocking(move || log.set_outputs(&outputs));
        set.await.unwrap_or_else(|_| {
            Err(Error::internal(ErrorDomain::ADMIN, "the outputs were not changed"))
        })
    }
}
