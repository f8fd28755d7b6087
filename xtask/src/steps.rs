//! One line for every step of a task, with the time since the task began.

use std::fmt::Display;
use std::time::Instant;

/// The progress of one task on the terminal.
pub(crate) struct Steps {
    began: Instant,
}

impl Steps {
    /// Starts the clock.
    pub(crate) fn start() -> Self {
        Self { began: Instant::now() }
    }

    /// Says what was just done.
    pub(crate) fn done(&mut self, what: impl Display) {
        println!("[{:6.1} s] {what}", self.began.elapsed().as_secs_f64());
    }

    /// A header above a part that prints for itself.
    pub(crate) fn header(&mut self, what: impl Display) {
        println!("\n[{:6.1} s] == {what} ==", self.began.elapsed().as_secs_f64());
    }

    /// Output of a program, set in below the step it belongs to.
    pub(crate) fn quote(&mut self, text: &str) {
        for line in text.trim_end().lines() {
            println!("           | {line}");
        }
    }
}
