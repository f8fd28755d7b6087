//! From tracing to outputs. Whether a place in the code logs is decided once, when it first does
//! or when settings change, so that what is not logged costs a load.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::Context;

use super::filters::source;
use super::sink::{Line, Sink};
use super::{Filters, Level};

/// Longest line. **Units**: bytes.
const LINE_BYTES_MAX: usize = 8192;
/// How long the end of the process waits for outputs.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is logged, and where to.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) level: Level,
    pub(super) filters: Filters,
    pub(super) sinks: Vec<Arc<Sink>>,
}

/// The settings of now.
pub(super) struct Current(ArcSwap<Settings>);

/// Writes events to outputs.
pub(super) struct LogLayer(Arc<Current>);

impl Current {
    pub(super) fn new(settings: Settings) -> Self {
        Self(ArcSwap::from_pointee(settings))
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        self.0.load_full()
    }

    /// Logs by other settings from now on. Outputs that are no longer among them are closed once
    /// what waits for them is written.
    pub(super) fn replace(&self, settings: Settings) {
        self.0.store(Arc::new(settings));
        tracing::callsite::rebuild_interest_cache();
    }

    /// Logs nothing any more; waits a moment for what is not written yet.
    pub(super) fn finish(&self) {
        let settings = self.settings();
        self.replace(Settings { sinks: Vec::new(), ..Settings::clone(&settings) });
        let sinks = Arc::unwrap_or_clone(settings).sinks;
        for sink in sinks.into_iter().filter_map(Arc::into_inner) {
            sink.finish(PATIENCE);
        }
    }
}

impl Settings {
    fn logs(&self, metadata: &Metadata<'_>) -> bool {
        let filtered = self.filters.level_of(metadata.target());
        *metadata.level() <= filtered.unwrap_or_else(|| self.level.into())
    }
}

impl LogLayer {
    pub(super) fn new(current: Arc<Current>) -> Self {
        Self(current)
    }
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match self.0.0.load().logs(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.0.0.load().logs(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let settings = self.0.0.load();
        let general = settings.level.into();
        Some(if settings.filters.count() == 0 { general } else { general.max(LevelFilter::DEBUG) })
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let settings = self.0.0.load();
        let level = Level::of(*event.metadata().level());
        let mut line = None;
        for sink in settings.sinks.iter().filter(|sink| sink.output.takes(level)) {
            sink.log(line.get_or_insert_with(|| Arc::new(render(event, level))));
        }
    }
}

fn render(event: &Event<'_>, level: Level) -> Line {
    let (mut time, mut fields) = (String::new(), String::new());
    // A String takes all that is written to it; a value that cannot be shown leaves the line short.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let _ = DefaultFields::new().format_fields(Writer::new(&mut fields), event);
    let source = source(event.metadata().target());
    Line { time, level, source, text: printable(&fields) }
}

/// What comes from peers and guests must neither begin a line of its own nor speak to a terminal.
fn printable(fields: &str) -> String {
    let mut text = String::with_capacity(fields.len());
    for c in fields.chars() {
        if text.len() >= LINE_BYTES_MAX {
            text.push('…');
            break;
        }
        match c {
            '\n' => text.push_str("\\n"),
            c if c.is_control() => {
                // As above.
                let _ = write!(text, "\\x{:02x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::layer::SubscriberExt;

    use super::{Current, LogLayer, Settings, printable};
    use crate::log::sink::open_all;
    use crate::log::{Filters, Level, Outputs};

    #[test]
    fn what_is_logged_changes_while_it_runs() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let output = format!("2:file:{}", path.display());
        let settings = Settings {
            level: Level::Error,
            filters: Filters::default(),
            sinks: open_all(&Outputs::parse(&output).unwrap()).unwrap(),
        };
        let current = Arc::new(Current::new(settings));
        let log = tracing_subscriber::registry().with(LogLayer::new(Arc::clone(&current)));
        tracing::subscriber::with_default(log, || {
            let say = |text: &str| {
                tracing::info!(target: "driver_qemu::x", "about qemu: {text}");
                tracing::debug!(target: "driver_qemu::x", "in detail: {text}");
                tracing::info!(target: "server", number = 7, "about rpc: {text}");
            };
            say("one");
            let settings = current.settings();
            let filters = Filters::parse("1:qemu").unwrap();
            current.replace(Settings { filters, ..Settings::clone(&settings) });
            say("two");
            let settings = current.settings();
            current.replace(Settings { level: Level::Info, ..Settings::clone(&settings) });
            say("three");
        });
        current.finish();
        let text = std::fs::read_to_string(&path).unwrap();
        let said: Vec<_> = text.lines().filter_map(|line| line.split_once("INFO ")).collect();
        let said: Vec<_> = said.into_iter().map(|(_, said)| said).collect();
        let expected = [
            "qemu.driver: about qemu: two",
            "qemu.driver: about qemu: three",
            "rpc.server: about rpc: three number=7",
        ];
        assert_eq!(said, expected, "{text}");
        assert!(!text.contains("in detail"), "the output takes no debug lines: {text}");
    }

    #[test]
    fn a_value_cannot_begin_a_line_and_is_cut() {
        assert_eq!(printable("a\nb\u{1b}[31m"), "a\\nb\\x1b[31m");
        assert!(printable(&"x".repeat(10_000)).len() < 8200);
    }
}
