//! What the daemon says, in libvirt's terms: a level, filters for parts of it, and outputs.
//!
//! ```text
//! tracing event ──> level and filters (decided once a place in the code)
//!               ──> each output that takes lines as grave: its queue ──> its thread ──> file, …
//! ```
//!
//! Whoever logs never waits: a line that finds a queue full is lost and counted, and the count is
//! logged as soon as the output takes lines again. All of it can be changed while the daemon runs.

mod filters;
mod layer;
mod level;
mod outputs;
mod sink;

pub(crate) use filters::Filters;
pub(crate) use level::Level;
pub(crate) use outputs::Outputs;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use api::{Error, ErrorDomain};
use server::LogSetting;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use layer::{Current, LogLayer, Settings};

/// Text of a setting that makes no sense, in libvirt's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadSetting(String);

/// What the configuration wants logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The level, unless `FERROVIRT_LOG` names another.
    pub(crate) level: Level,
    /// Filters, as libvirt writes them.
    pub(crate) filters: &'a str,
    /// Outputs, as libvirt writes them.
    pub(crate) outputs: &'a str,
}

/// The log of this process; dropped at the end, it waits a moment for what is not written yet.
pub(crate) struct RunningLog(Arc<LogSwitch>);

/// Changes what is logged and where to.
pub(crate) struct LogSwitch {
    current: Arc<Current>,
    /// Where lines go when an administrator takes all outputs away. Held while settings change.
    configured: Mutex<Outputs>,
}

/// Begins to log.
pub(crate) fn start(wanted: &Wanted<'_>) -> anyhow::Result<RunningLog> {
    let (outputs, settings) = wanted.open()?;
    let current = Arc::new(Current::new(settings));
    let layer = LogLayer::new(Arc::clone(&current));
    tracing_subscriber::registry().with(layer).try_init().context("cannot log")?;
    Ok(RunningLog(Arc::new(LogSwitch { current, configured: Mutex::new(outputs) })))
}

impl Wanted<'_> {
    /// Opens all of it.
    fn open(&self) -> anyhow::Result<(Outputs, Settings)> {
        let outputs = Outputs::configured(self.outputs)?;
        let settings = Settings {
            level: self.level()?,
            filters: Filters::parse(self.filters)?,
            sinks: sink::open_all(&outputs).map_err(|fault| anyhow::anyhow!("{fault}"))?,
        };
        Ok((outputs, settings))
    }

    fn level(&self) -> anyhow::Result<Level> {
        match std::env::var_os("FERROVIRT_LOG").filter(|level| !level.is_empty()) {
            None => Ok(self.level),
            Some(level) => {
                let level = level.to_string_lossy();
                level.parse().with_context(|| format!("FERROVIRT_LOG: '{level}' is no log level"))
            }
        }
    }
}

impl RunningLog {
    /// What changes it.
    pub(crate) fn switch(&self) -> &Arc<LogSwitch> {
        &self.0
    }
}

impl Drop for RunningLog {
    fn drop(&mut self) {
        self.0.current.finish();
    }
}

impl LogSwitch {
    /// Logs as the configuration says from now on. Files are opened again, so that whoever
    /// renamed one gets a new one.
    pub(crate) fn configure(&self, wanted: &Wanted<'_>) -> anyhow::Result<()> {
        let mut configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        let (outputs, settings) = wanted.open()?;
        *configured = outputs;
        self.current.replace(settings);
        Ok(())
    }
}

impl server::Log for LogSwitch {
    fn filters(&self) -> LogSetting {
        let settings = self.current.settings();
        LogSetting { text: settings.filters.to_string(), count: figure(settings.filters.count()) }
    }

    fn outputs(&self) -> LogSetting {
        let settings = self.current.settings();
        let outputs: Vec<_> = settings.sinks.iter().map(|sink| sink.output.to_string()).collect();
        LogSetting { text: outputs.join(" "), count: figure(outputs.len()) }
    }

    fn set_filters(&self, text: &str) -> api::Result<()> {
        let filters = Filters::parse(text).map_err(invalid)?;
        let _changing = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = self.current.settings();
        tracing::info!("log filters are now '{filters}'");
        self.current.replace(Settings { filters, ..Settings::clone(&settings) });
        Ok(())
    }

    fn set_outputs(&self, text: &str) -> api::Result<()> {
        let outputs = Outputs::parse(text).map_err(invalid)?;
        let configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = if outputs.is_empty() { configured.clone() } else { outputs };
        let sinks = sink::open_all(&outputs).map_err(|fault| {
            let what = format!("failed to open {}", fault.path.display());
            Error::io(ErrorDomain::NONE, &fault.source, what)
        })?;
        let settings = self.current.settings();
        tracing::info!("log outputs are now '{outputs}'");
        self.current.replace(Settings { sinks, ..Settings::clone(&settings) });
        Ok(())
    }
}

fn invalid(bad: BadSetting) -> Error {
    Error::invalid_arg(ErrorDomain::NONE, bad.0)
}

fn figure(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
