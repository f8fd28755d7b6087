//! One open output: a queue of lines and the thread that writes them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel,
};
use std::time::Duration;

use rustix::fs::OFlags;

use super::Level;
use super::outputs::{Destination, Output, Outputs};

/// Lines that may wait for an output.
const QUEUE_LINES: usize = 1024;
/// Stack of the thread of an output. **Units**: bytes.
const STACK_BYTES: usize = 128 << 10;
/// Where journald listens.
const JOURNAL_SOCKET: &str = "/run/systemd/journal/socket";
/// Where syslog listens.
const SYSLOG_SOCKET: &str = "/dev/log";
/// The syslog facility of daemons.
const FACILITY_DAEMON: u8 = 3;

/// A line of the log, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// When, as text.
    pub(super) time: String,
    pub(super) level: Level,
    /// Which part of the daemon says it.
    pub(super) source: &'static str,
    pub(super) text: String,
}

/// An open output.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(super) output: Output,
    queue: SyncSender<Arc<Line>>,
    lost: Arc<AtomicU64>,
    /// Closed when the thread has ended.
    ended: std::sync::Mutex<Receiver<()>>,
}

/// An output that does not open.
#[derive(Debug, thiserror::Error)]
#[error("failed to open {}: {source}", path.display())]
pub(super) struct NotOpened {
    pub(super) path: PathBuf,
    pub(super) source: io::Error,
}

/// What the thread writes to.
#[derive(Debug)]
enum Target {
    Stderr,
    File(File),
    Journal { socket: UnixDatagram, path: PathBuf },
    Syslog { socket: UnixDatagram, path: PathBuf, name: String },
}

/// Opens all of the outputs, or none.
///
/// # Errors
/// With the path of the first that does not open.
pub(super) fn open_all(outputs: &Outputs) -> Result<Vec<Arc<Sink>>, NotOpened> {
    let open = |output: &Output| {
        Sink::open(output.clone()).map(Arc::new).map_err(|source| {
            let path = output.destination.path().to_owned();
            NotOpened { path, source }
        })
    };
    outputs.iter().map(open).collect()
}

impl Sink {
    /// Opens an output and starts its thread.
    fn open(output: Output) -> io::Result<Self> {
        let target = match &output.destination {
            Destination::Stderr => Target::Stderr,
            Destination::File(path) => Target::File(open_file(path)?),
            Destination::Journald => {
                Target::Journal { socket: UnixDatagram::unbound()?, path: JOURNAL_SOCKET.into() }
            }
            Destination::Syslog(name) => Target::Syslog {
                socket: UnixDatagram::unbound()?,
                path: SYSLOG_SOCKET.into(),
                name: name.clone(),
            },
        };
        Self::over(output, target)
    }

    fn over(output: Output, mut target: Target) -> io::Result<Self> {
        let (queue, lines) = sync_channel(QUEUE_LINES);
        let (alive, ended) = channel();
        let lost = Arc::<AtomicU64>::default();
        let lost_lines = Arc::clone(&lost);
        std::thread::Builder::new().name("log".to_owned()).stack_size(STACK_BYTES).spawn(
            move || {
                write_all(&mut target, &lines, &lost_lines);
                drop(alive);
            },
        )?;
        Ok(Self { output, queue, lost, ended: ended.into() })
    }

    /// Puts a line in the queue; where there is no room it is lost, and counted.
    pub(super) fn log(&self, line: &Arc<Line>) {
        match self.queue.try_send(Arc::clone(line)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Closes the queue and waits until all of it is written, or the time is up.
    pub(super) fn finish(self, patience: Duration) {
        drop(self.queue);
        let ended = self.ended.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        match ended.recv_timeout(patience) {
            // Nobody is left to tell when the time is up.
            Ok(()) | Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Others may not read what is logged, nor lead it elsewhere by a link.
fn open_file(path: &Path) -> io::Result<File> {
    // A pipe that nobody reads is refused instead of waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Writes lines until there will be no more, and says how many are missing.
fn write_all(target: &mut Target, lines: &Receiver<Arc<Line>>, lost: &AtomicU64) {
    for line in lines {
        let missing = lost.swap(0, Ordering::Relaxed);
        let noted = match missing {
            0 => Ok(()),
            missing => target.write(&Line {
                level: Level::Warn,
                source: "daemon.log",
                text: format!("{missing} lines are missing here: they could not be written"),
                ..Line::clone(&line)
            }),
        };
        if noted.is_err() {
            lost.fetch_add(missing, Ordering::Relaxed);
        }
        if noted.and_then(|()| target.write(&line)).is_err() {
            lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Target {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Stderr => io::stderr().write_all(plain(line).as_bytes()),
            Self::File(file) => file.write_all(plain(line).as_bytes()),
            Self::Journal { socket, path } => {
                socket.send_to(journal(line).as_bytes(), path).map(drop)
            }
            Self::Syslog { socket, path, name } => {
                socket.send_to(syslog(line, name).as_bytes(), path).map(drop)
            }
        }
    }
}

fn plain(line: &Line) -> String {
    let Line { time, level, source, text } = line;
    format!("{time} {} {source}: {text}\n", level.label())
}

/// journald's own protocol: a datagram of fields, a line each.
fn journal(line: &Line) -> String {
    let Line { level, source, text, .. } = line;
    let severity = level.severity();
    format!(
        "MESSAGE={text}\nPRIORITY={severity}\nSYSLOG_IDENTIFIER=ferrovirtd\n\
         FERROVIRT_SOURCE={source}\n"
    )
}

/// RFC 3164 without a time, which whoever receives it knows as well.
fn syslog(line: &Line, name: &str) -> String {
    let Line { level, source, text, .. } = line;
    let priority = FACILITY_DAEMON << 3 | level.severity();
    format!("<{priority}>{name}[{}]: {source}: {text}", std::process::id())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::{Line, Sink, Target, open_all, open_file};
    use crate::log::{Level, Outputs};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn line(text: &str) -> Arc<Line> {
        let time = "2026-01-02T03:04:05.678901Z".to_owned();
        Arc::new(Line { time, level: Level::Warn, source: "rpc.server", text: text.to_owned() })
    }

    fn sink(output: &str) -> Sink {
        let sinks = open_all(&Outputs::parse(output).unwrap()).unwrap();
        Arc::into_inner(sinks.into_iter().next().unwrap()).unwrap()
    }

    #[test]
    fn a_file_is_appended_to_and_nobody_elses_to_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        for text in ["one", "two"] {
            let sink = sink(&format!("1:file:{}", path.display()));
            sink.log(&line(text));
            sink.finish(PATIENCE);
        }
        let expected = "2026-01-02T03:04:05.678901Z  WARN rpc.server: one\n\
                        2026-01-02T03:04:05.678901Z  WARN rpc.server: two\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_does_not_open_is_named() {
        let outputs = Outputs::parse("1:file:/no/such/directory/log").unwrap();
        let refusal = open_all(&outputs).err().unwrap().to_string();
        assert!(refusal.starts_with("failed to open /no/such/directory/log: "), "{refusal}");
    }

    #[test]
    fn a_link_is_not_followed_and_a_pipe_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let (link, pipe) = (directory.path().join("link"), directory.path().join("pipe"));
        symlink(directory.path().join("target"), &link).unwrap();
        assert!(open_file(&link).is_err());
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(open_file(&pipe).is_err());
    }

    #[test]
    fn journald_and_syslog_get_a_datagram_each() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let receiver = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
        receiver.set_read_timeout(Some(PATIENCE)).unwrap();
        let socket = || std::os::unix::net::UnixDatagram::unbound().unwrap();
        let targets = [
            Target::Journal { socket: socket(), path: path.clone() },
            Target::Syslog { socket: socket(), path: path.clone(), name: "fv".to_owned() },
        ];
        let pid = std::process::id();
        let expected = [
            "MESSAGE=hello\nPRIORITY=4\nSYSLOG_IDENTIFIER=ferrovirtd\nFERROVIRT_SOURCE=rpc.server\n"
                .to_owned(),
            format!("<28>fv[{pid}]: rpc.server: hello"),
        ];
        for (mut target, expected) in targets.into_iter().zip(expected) {
            target.write(&line("hello")).unwrap();
            let mut bytes = [0; 512];
            let received = receiver.recv(&mut bytes).unwrap();
            assert_eq!(String::from_utf8_lossy(&bytes[..received]), expected);
        }
    }

    /// A device that is always full takes the place of a disk that is.
    #[test]
    fn an_output_that_takes_nothing_holds_nobody_up_and_what_is_lost_is_counted() {
        let full = sink("1:file:/dev/full");
        let lost = Arc::clone(&full.lost);
        for number in 0..5000 {
            full.log(&line(&number.to_string()));
        }
        full.finish(PATIENCE);
        assert_eq!(lost.load(Ordering::Relaxed), 5000);
    }

    #[test]
    fn lines_that_are_missing_are_told_of() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let sink = sink(&format!("1:file:{}", path.display()));
        sink.lost.store(3, Ordering::Relaxed);
        sink.log(&line("next"));
        sink.finish(PATIENCE);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].contains("3 lines are missing here"), "{text}");
        assert!(lines[1].ends_with("rpc.server: next"), "{text}");
    }
}
