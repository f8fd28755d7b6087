//! Logging to stderr.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt;

use crate::configuration::LogLevel;

/// Changes how much is logged.
pub(crate) struct LogSwitch {
    filter: reload::Handle<LevelFilter, tracing_subscriber::Registry>,
}

/// Begins to log.
pub(crate) fn start(level: LogLevel) -> anyhow::Result<LogSwitch> {
    let (filter, handle) = reload::Layer::new(filter(level)?);
    let stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(filter).with(stderr).try_init()?;
    Ok(LogSwitch { filter: handle })
}

impl LogSwitch {
    /// Logs as much as this from now on.
    pub(crate) fn set(&self, level: LogLevel) -> anyhow::Result<()> {
        self.filter.reload(filter(level)?)?;
        Ok(())
    }
}

fn filter(level: LogLevel) -> anyhow::Result<LevelFilter> {
    if let Some(wanted) = std::env::var_os("FERROVIRT_LOG").filter(|wanted| !wanted.is_empty()) {
        let wanted = wanted.to_string_lossy();
        return wanted
            .parse()
            .map_err(|_| anyhow::anyhow!("FERROVIRT_LOG: '{wanted}' is not a log level"));
    }
    Ok(match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    })
}
