//! `fv console`: connect to the console of a guest, by hand or from a script.

use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::time::Duration;

use ferrovirt::{Domain, DomainConsoleFlags, StreamReader, StreamWriter};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::DOMAIN;

command!("console", "Connect to the console of a guest", [
    DOMAIN,
    Opt::value("devname", "alias of the console"),
    Opt::flag("force", "end the connection of another client"),
    Opt::flag("safe", "only if the server keeps others out"),
    Opt::named("until", "print what comes until this text does, then leave"),
    Opt::named("timeout", "give up after so many seconds (with --until)"),
]);

/// Ctrl and `]`.
const ESCAPE: u8 = 0x1d;

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let flags = DomainConsoleFlags(args.bits(&[
        ("force", DomainConsoleFlags::FORCE.0),
        ("safe", DomainConsoleFlags::SAFE.0),
    ]));
    match args.value("until") {
        Some(text) => {
            let seconds = args.number::<u32>("timeout")?;
            let deadline = seconds.map(|seconds| Duration::from_secs(seconds.into()));
            until(&domain, args.value("devname"), flags, text, deadline).await
        }
        None if args.has("timeout") => {
            Err(Failure::new("Option --until is required by option --timeout"))
        }
        None => connect(cx, &domain, args.value("devname"), flags).await,
    }
}

/// Connects to the first console, for `start --console`.
pub(super) async fn attach(cx: &Context, domain: &Domain) -> Outcome {
    connect(cx, domain, None, DomainConsoleFlags::default()).await
}

/// Prints what the console says until it says `text`.
async fn until(
    domain: &Domain,
    alias: Option<&str>,
    flags: DomainConsoleFlags,
    text: &str,
    timeout: Option<Duration>,
) -> Outcome {
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let mut stream = domain.console(alias, flags).await?;
    let mut marker = Marker::new(text.as_bytes());
    loop {
        let data = tokio::select! {
            data = stream.next() => data?,
            () = sleep_until(deadline) => {
                return Err(Failure::new(format!("'{text}' did not come in time")));
            }
        };
        let Some(data) = data else {
            return Err(Failure::new(format!("console ended before '{text}' came")));
        };
        context::write(&data)?;
        if marker.saw(&data) {
            return Ok(stream.abort().await?);
        }
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Looks for a text in data that comes in pieces.
struct Marker {
    text: Vec<u8>,
    /// The last bytes that came, one fewer than the text has.
    tail: Vec<u8>,
}

impl Marker {
    fn new(text: &[u8]) -> Self {
        Self { text: text.to_vec(), tail: Vec::new() }
    }

    fn saw(&mut self, data: &[u8]) -> bool {
        self.tail.extend_from_slice(data);
        let seen = self.text.is_empty()
            || self.tail.windows(self.text.len()).any(|window| window == self.text);
        let kept = self.text.len().saturating_sub(1).min(self.tail.len());
        self.tail.drain(..self.tail.len() - kept);
        seen
    }
}

async fn connect(
    cx: &Context,
    domain: &Domain,
    alias: Option<&str>,
    flags: DomainConsoleFlags,
) -> Outcome {
    cx.remark(format!("Connected to domain '{}'", domain.name()))?;
    if std::io::stdin().is_terminal() {
        cx.remark("Escape character is ^] (Ctrl + ])")?;
    }
    let mut stream = domain.console(alias, flags).await?;
    let raw = RawTerminal::enter()?;
    let (reader, writer) = stream.split();
    let outcome = pump(reader, writer, raw.is_some()).await;
    drop(raw);
    outcome?;
    Ok(stream.abort().await?)
}

/// Carries bytes both ways until the console ends or the user leaves. Without a terminal, the end
/// of standard input does not end it: a script reads on until the console ends.
async fn pump(reader: &mut StreamReader, writer: &StreamWriter, by_hand: bool) -> Outcome {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 4096];
    let mut typing = true;
    loop {
        tokio::select! {
            data = reader.next() => match data? {
                Some(data) => context::write(&data)?,
                None => return Ok(()),
            },
            count = stdin.read(&mut buffer), if typing => {
                let count = count.map_err(|error| Failure::io("cannot read standard input", &error))?;
                let typed = buffer.get(..count).unwrap_or_default();
                let escape = typed.iter().position(|byte| *byte == ESCAPE).filter(|_| by_hand);
                writer.send(typed.get(..escape.unwrap_or(count)).unwrap_or_default()).await?;
                if escape.is_some() {
                    return Ok(());
                }
                typing = count > 0;
            }
        }
    }
}

/// The terminal without line editing, echo and signals, until dropped.
struct RawTerminal {
    before: Termios,
}

impl RawTerminal {
    /// None when standard input is no terminal.
    fn enter() -> Result<Option<Self>, Failure> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return Ok(None);
        }
        let failed = || "unable to make terminal raw".to_owned();
        let before = tcgetattr(stdin.as_fd()).map_err(io_failure).while_doing(failed)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin.as_fd(), OptionalActions::Flush, &raw)
            .map_err(io_failure)
            .while_doing(failed)?;
        Ok(Some(Self { before }))
    }
}

fn io_failure(error: rustix::io::Errno) -> Failure {
    Failure::io("terminal", &error.into())
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        // A terminal that went away needs no mode.
        let _ = tcsetattr(std::io::stdin().as_fd(), OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::Marker;

    #[test]
    fn a_marker_is_seen_across_pieces() {
        let mut marker = Marker::new(b"guest is up");
        assert!(!marker.saw(b"booting... guest "));
        assert!(!marker.saw(b"is"));
        assert!(marker.saw(b" up\r\n"));
        assert!(!marker.saw(b"t is up"));
    }
}
