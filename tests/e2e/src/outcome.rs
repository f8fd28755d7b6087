//! What a program that ran to its end has printed.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::process::has_ended_within;

/// No client command of these tests takes nearly as long, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(90);

/// Status and output of a program.
pub struct Outcome {
    /// The command line, for messages.
    pub line: String,
    /// The exit status; -1 when a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    /// Runs `command` to its end.
    ///
    /// # Panics
    /// When it cannot be started or does not end within the deadline.
    pub fn of(command: &mut Command) -> Self {
        let line = line(command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {line}: {error}"));
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let status = wait(&mut child, &line);
        let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
            let bytes = reader.join().unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Self { line, status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// The output of a program that succeeded.
    ///
    /// # Panics
    /// When it failed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self}");
        self.stdout
    }

    /// [`Outcome::ok`] without space at the ends.
    #[track_caller]
    pub fn word(self) -> String {
        self.ok().trim().to_owned()
    }

    /// The lines of [`Outcome::ok`] that are not empty, runs of spaces made one.
    #[track_caller]
    pub fn lines(self) -> Vec<String> {
        squeezed(&self.ok())
    }

    /// Asserts that the program failed and named `reason` on standard error.
    #[track_caller]
    pub fn fails(self, reason: &str) {
        assert_ne!(self.status, 0, "success where '{reason}' was expected: {self}");
        assert!(self.stderr.contains(reason), "no '{reason}' in: {self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  status {}\n  stdout: {}\n  stderr: {}",
            self.line, self.status, self.stdout, self.stderr
        )
    }
}

/// The lines that are not empty, trimmed, runs of spaces made one: tables are for eyes.
pub fn squeezed(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is what there is to show.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait(child: &mut Child, line: &str) -> i32 {
    let ended = has_ended_within(child.id(), DEADLINE);
    if !ended {
        let _ = child.kill();
    }
    let status = child.wait().unwrap_or_else(|error| panic!("lost {line}: {error}"));
    assert!(ended, "{line} did not end within {} s", DEADLINE.as_secs());
    status.code().unwrap_or(-1)
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
