//! Programs that do something short and end: `tc`, `ovs-vsctl`, scripts.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The most that is read of what a program says. A pipe holds no more of one that says more: it waits, and is
/// ended when its time is over. **Units**: bytes.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// Why a program did not do what it was to do.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not there, or cannot be started.
    #[error("Cannot run '{program}': {error}")]
    Start {
        /// Its name.
        program: String,
        /// The system's reason.
        error: io::Error,
    },
    /// It ended otherwise than well.
    #[error("Child process ({line}) unexpected {status}{}{words}", if words.is_empty() { "" } else { ": " })]
    Ended {
        /// Program and arguments.
        line: String,
        /// How it ended.
        status: String,
        /// What it said on its error output.
        words: String,
    },
    /// It did not end in time, and was ended.
    #[error("Child process ({line}) did not end within {} s", within.as_secs())]
    Late {
        /// Program and arguments.
        line: String,
        /// How long it had.
        within: Duration,
    },
}

/// Runs a program that is looked for in `PATH` unless it is a path, and gives what it said. Blocks.
///
/// **Errors**: [`ProgramError`].
pub fn run(program: &str, arguments: &[&str], within: Duration) -> Result<String, ProgramError> {
    let deadline = Instant::now() + within;
    let line = || {
        let words = [&[program], arguments].concat();
        words.join(" ")
    };
    let start = |error| ProgramError::Start { program: program.to_owned(), error };
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    let Some(status) = wait(&mut child, deadline).map_err(start)? else {
        return Err(ProgramError::Late { line: line(), within });
    };
    if status.success() {
        return Ok(child.stdout.take().map(said).unwrap_or_default());
    }
    let words = child.stderr.take().map(said).unwrap_or_default();
    Err(ProgramError::Ended { line: line(), status: describe(status), words: words.trim().into() })
}

/// Waits for the end of a child; one that does not come to it in time is ended.
fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    let pidfd = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        match poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
            Ok(_) => return child.wait().map(Some),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// What is in a pipe. A child of the child may hold it open, and is not waited for.
fn said(pipe: impl Read + AsFd) -> String {
    let mut text = Vec::new();
    if rustix::io::ioctl_fionbio(&pipe, true).is_ok()
        && let Err(error) = pipe.take(OUTPUT_LIMIT).read_to_end(&mut text)
        && error.kind() != io::ErrorKind::WouldBlock
    {
        tracing::debug!(%error, "output of a program not read");
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("fatal signal {signal}"),
        (None, None) => "end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_program_says_something_or_fails_with_its_words() {
        assert_eq!(run("echo", &["a", "b c"], LONG).unwrap(), "a b c\n");
        let error = run("sh", &["-c", "echo oops >&2; exit 3"], LONG).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Child process (sh -c echo oops >&2; exit 3) unexpected exit status 3: oops"
        );
        let error = run("sh", &["-c", "kill -9 $$"], LONG).unwrap_err();
        assert!(error.to_string().ends_with("unexpected fatal signal 9"), "{error}");
        let error = run("no-such-program-here", &[], LONG).unwrap_err();
        assert!(matches!(error, ProgramError::Start { .. }), "{error}");
    }

    #[test]
    fn one_that_takes_too_long_is_ended() {
        let error = run("sleep", &["1000"], Duration::from_millis(10)).unwrap_err();
        assert!(matches!(error, ProgramError::Late { .. }), "{error}");
    }

    #[test]
    fn a_child_of_the_child_is_not_waited_for() {
        let said = run("sh", &["-c", "sleep 1000 & echo $!"], LONG).unwrap();
        let pid = said.trim().parse().ok().and_then(Pid::from_raw).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
}
