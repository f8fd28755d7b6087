//! A program that wants a terminal, and what appears on it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::process::DEADLINE;

/// The user's side of a terminal that a program runs on.
pub struct Console {
    process: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Console {
    /// Starts `command` on a new terminal.
    #[track_caller]
    pub fn open_with(command: &mut Command) -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal can be had");
        grantpt(&master)
            .and_then(|()| unlockpt(&master))
            .expect("a terminal of our own can be unlocked");
        let path = ptsname(&master, Vec::new()).expect("a terminal has a name");
        let slave = File::from(
            open(path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("a terminal opens"),
        );
        let stdio = || Stdio::from(slave.try_clone().expect("a file can be duplicated"));
        let process = command
            .stdin(stdio())
            .stdout(stdio())
            .stderr(stdio())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let keyboard = File::from(master);
        let mut output = keyboard.try_clone().expect("a file can be duplicated");
        let (sender, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { process, keyboard, screen, shown: String::new() }
    }

    /// Waits until `text` appears, after whatever was waited for before.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        assert!(
            self.shows_within(text, DEADLINE),
            "no '{text}' on the terminal, but: {}",
            self.shown
        );
    }

    /// Presses Enter until `prompt` appears.
    ///
    /// What is typed while a program makes its terminal raw, or before a shell reads, is thrown away.
    #[track_caller]
    pub fn answers(&mut self, prompt: &str) {
        let deadline = Instant::now() + DEADLINE;
        while !self.shows_within(prompt, Duration::from_millis(500)) {
            assert!(
                Instant::now() < deadline,
                "no '{prompt}' on the terminal, but: {}",
                self.shown
            );
            self.types("\n");
        }
    }

    /// Whether `text` appears within `time`, after whatever was waited for before.
    #[track_caller]
    fn shows_within(&mut self, text: &str, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return true;
            }
            match self.screen.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the terminal closed without '{text}': {}", self.shown)
                }
            }
        }
    }

    /// Types `text`.
    #[track_caller]
    pub fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("a terminal takes what is typed");
    }

    /// Asserts that the program ends by itself, and returns its exit status.
    #[track_caller]
    pub fn ends(mut self) -> i32 {
        assert!(
            crate::process::has_ended_within(self.process.id(), DEADLINE),
            "the program on the terminal runs on"
        );
        self.process.wait().ok().and_then(|status| status.code()).unwrap_or(-1)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
