//! A program that prints lines while the test does other things.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use crate::process::{DEADLINE, has_ended_within, terminate};

/// A running program whose lines are waited for.
pub struct Listener {
    process: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Listener {
    /// Starts `command`.
    #[track_caller]
    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let output = process.stdout.take().expect("its output is piped");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { process, lines, seen: Vec::new() }
    }

    /// Waits for a line that contains `text` and returns it; those before it are passed over.
    ///
    /// # Panics
    /// When none comes in time or the program ends; the message has what it printed.
    #[track_caller]
    pub fn hears(&mut self, text: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => self.seen.push(line),
                Err(reason) => panic!("no '{text}' ({reason}); heard {:#?}", self.seen),
            }
        }
    }

    /// The lines passed over so far.
    pub fn passed_over(&self) -> &[String] {
        &self.seen
    }

    /// The next line that contains `text` among those that it has printed so far.
    pub fn has_heard(&mut self, text: &str) -> Option<String> {
        while let Ok(line) = self.lines.try_recv() {
            if line.contains(text) {
                return Some(line);
            }
            self.seen.push(line);
        }
        None
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it ends and returns its exit status; -1 when a signal ended it.
    ///
    /// # Panics
    /// When it does not end in time.
    #[track_caller]
    pub fn ends(&mut self) -> i32 {
        assert!(has_ended_within(self.pid(), DEADLINE), "it goes on; heard {:#?}", self.seen);
        self.process.wait().ok().and_then(|status| status.code()).unwrap_or(-1)
    }

    /// Ends the program with SIGTERM and waits for its end.
    ///
    /// # Panics
    /// When it does not end in time.
    #[track_caller]
    pub fn terminate(&mut self) {
        terminate(self.pid());
        self.ends();
    }

    /// Whether the program has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
