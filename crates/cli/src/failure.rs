//! How a command fails: what is shown, and the exit code.
//!
//! | code | when |
//! |---|---|
//! | 0 | it was done |
//! | 1 | it was not: a line `error: …` on standard error says why, and a first one what was tried |
//! | 1 | `event` and `qemu-monitor-event`: the time was up before an event came |
//! | 1 | `console --until`: the time was up, or the console ended, before the text came |
//!
//! They are virsh's; scripts rely on them.

use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command did not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    lines: Vec<String>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The command line makes no sense; nothing was done.
    Usage,
    /// It was tried.
    Run,
    /// Nobody reads what is printed.
    BrokenPipe,
}

impl Failure {
    /// The command line makes no sense.
    pub(crate) fn usage(line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], kind: Kind::Usage }
    }

    /// It was tried and did not work.
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], kind: Kind::Run }
    }

    /// It did not work, and there is nothing to say about it.
    pub(crate) fn silent() -> Self {
        Self { lines: Vec::new(), kind: Kind::Run }
    }

    /// A system call failed.
    pub(crate) fn io(what: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        let words = text.split(" (os error").next().unwrap_or_default();
        Self::new(format!("{what}: {words}"))
    }

    /// Standard output failed.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { lines: Vec::new(), kind: Kind::BrokenPipe },
            _ => Self::io("cannot write to standard output", error),
        }
    }

    /// Puts what was tried before the reason.
    pub(crate) fn while_doing(mut self, what: impl Into<String>) -> Self {
        self.lines.insert(0, what.into());
        self
    }

    /// Puts another line behind the reason.
    pub(crate) fn and(mut self, what: impl Into<String>) -> Self {
        self.lines.push(what.into());
        self
    }

    /// Whether the command began.
    pub(crate) fn was_run(&self) -> bool {
        self.kind == Kind::Run
    }

    /// Shows it; the exit code of the program.
    pub(crate) fn report(&self) -> ExitCode {
        let mut stderr = io::stderr().lock();
        for line in &self.lines {
            // When standard error is closed too, there is nobody left to tell.
            let _ = writeln!(stderr, "error: {line}");
        }
        ExitCode::FAILURE
    }
}

impl From<ferrovirt::Error> for Failure {
    fn from(error: ferrovirt::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Says what was tried when it failed.
pub(crate) trait WhileDoing<T> {
    /// The failure, with a first line that says what was tried.
    fn while_doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> WhileDoing<T> for Result<T, E> {
    fn while_doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| error.into().while_doing(what()))
    }
}
