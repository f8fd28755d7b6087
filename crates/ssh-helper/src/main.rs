//! `virt-ssh-helper`: what libvirt's clients run on a server to reach its daemon through SSH.
//!
//! It connects to the socket that the URI means on this machine and relays: standard input to the
//! socket, the socket to standard output. When the client has no more to say, the daemon is told
//! so and may finish; when the daemon is done, so is the helper. Nothing is kept in between.
#![forbid(unsafe_code)]

mod relay;
mod socket;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use socket::{Access, Place};

const HELP: &str = "\
Usage: virt-ssh-helper [-r] URI

Connects standard input and output to the socket of the daemon that serves URI. libvirt's clients
run it through SSH; it is not for people.

  -r, --readonly   the socket for clients that only look
  -h, --help       this help
  -V, --version    the version
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Relay { uri: String, access: Access },
    Help,
    Version,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // The client shows it to its user. Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "virt-ssh-helper: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let shown = |text: &str| io::stdout().write_all(text.as_bytes()).map_err(|e| e.to_string());
    match parse(words)? {
        Request::Help => shown(HELP),
        Request::Version => shown(&format!("virt-ssh-helper {}\n", env!("CARGO_PKG_VERSION"))),
        Request::Relay { uri, access } => {
            let place = Place::of_process();
            relay::run(connect(&socket::candidates(&uri, access, &place)?)?)
                .map_err(|error| format!("connection broke: {error}"))
        }
    }
}

fn parse(words: impl Iterator<Item = String>) -> Result<Request, String> {
    let mut uri = None;
    let mut access = Access::ReadWrite;
    for word in words {
        match word.as_str() {
            "-h" | "--help" => return Ok(Request::Help),
            "-V" | "--version" => return Ok(Request::Version),
            "-r" | "--readonly" => access = Access::ReadOnly,
            option if option.starts_with('-') => return Err(format!("unknown option '{option}'")),
            _ if uri.is_some() => return Err("more than one URI".to_owned()),
            _ => uri = Some(word),
        }
    }
    let uri = uri.ok_or("URI is missing; see --help")?;
    Ok(Request::Relay { uri, access })
}

/// The first that answers; the fault is that of the first.
fn connect(candidates: &[std::path::PathBuf]) -> Result<UnixStream, String> {
    let mut fault = None;
    for path in candidates {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                fault.get_or_insert(format!("cannot connect to '{}': {error}", path.display()));
            }
        }
    }
    Err(fault.unwrap_or_else(|| "there is no socket to connect to".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Access, Request, parse};

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn what_clients_say_is_understood() {
        let relay = |uri: &str, access| Ok(Request::Relay { uri: uri.to_owned(), access });
        assert_eq!(parsed("qemu:///system"), relay("qemu:///system", Access::ReadWrite));
        assert_eq!(parsed("-r qemu:///system"), relay("qemu:///system", Access::ReadOnly));
        assert_eq!(parsed("qemu:///x --readonly"), relay("qemu:///x", Access::ReadOnly));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parsed("-x qemu:///system").unwrap_err(), "unknown option '-x'");
        assert!(parsed("").unwrap_err().contains("URI is missing"));
        assert!(parsed("a b").is_err());
    }
}
