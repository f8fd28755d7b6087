//! A guest's monitor, used by the test itself while no daemon is there to do so.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use serde_json::Value;

use crate::Daemon;
use crate::process::DEADLINE;

/// A connection to the monitor of one guest. QEMU serves one at a time.
pub struct Qmp {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Qmp {
    /// Connects to the monitor of the only running guest called `name`.
    #[track_caller]
    pub fn of(daemon: &Daemon, name: &str) -> Self {
        // The directory's name has the guest's number, which only a daemon would tell.
        let short: String = name.chars().take(20).collect();
        let guests = fs::read_dir(daemon.runtime()).into_iter().flatten().flatten();
        let directory = guests
            .map(|entry| entry.path())
            .find(|path| path.to_string_lossy().ends_with(&format!("-{short}")))
            .unwrap_or_else(|| panic!("no guest '{name}' in {}", daemon.runtime().display()));
        let stream = UnixStream::connect(directory.join("monitor.sock"))
            .unwrap_or_else(|error| panic!("no monitor in {}: {error}", directory.display()));
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline can be set");
        let lines = BufReader::new(stream.try_clone().expect("a socket can be duplicated"));
        let mut monitor = Self { stream, lines };
        monitor.heard("QMP");
        monitor.executes("qmp_capabilities");
        monitor
    }

    /// Runs a command without arguments and waits until QEMU has accepted it.
    #[track_caller]
    pub fn executes(&mut self, command: &str) {
        writeln!(self.stream, "{{\"execute\":\"{command}\"}}").expect("QEMU reads");
        self.heard("return");
    }

    /// Waits for the event `name`.
    #[track_caller]
    pub fn hears(&mut self, name: &str) {
        while self.heard("event")["event"] != name {}
    }

    /// Waits for a message that has `member`.
    #[track_caller]
    fn heard(&mut self, member: &str) -> Value {
        loop {
            let mut line = String::new();
            self.lines.read_line(&mut line).unwrap_or_else(|error| panic!("no {member}: {error}"));
            let message: Value =
                serde_json::from_str(&line).unwrap_or_else(|error| panic!("'{line}': {error}"));
            assert!(message.get("error").is_none(), "{message}");
            if message.get(member).is_some() {
                return message;
            }
        }
    }
}
