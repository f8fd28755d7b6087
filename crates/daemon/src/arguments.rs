//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{anyhow, bail};

pub(crate) const HELP: &str = "\
ferrovirtd: runs virtual machines for clients of libvirt

usage: ferrovirtd [--root DIR] [--config FILE] [--timeout SECONDS] [--check-config]

  --root DIR         keep everything below DIR: the socket is DIR/run/libvirt/libvirt-sock
  --config FILE      read this configuration, not the usual one
  --timeout SECONDS  end when there has been neither a client nor a running guest for so long
  --check-config     say whether the configuration is good, and end
  --version          print the version
  --help             print this

FERROVIRT_LOG=error|warn|info|debug|trace overrides the configured log level.
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Run(Arguments),
    CheckConfiguration(Arguments),
    Help,
    Version,
}

/// Where things are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) root: Option<PathBuf>,
    pub(crate) configuration: Option<PathBuf>,
    /// After how long without being needed the daemon ends; none: never.
    pub(crate) timeout: Option<Duration>,
}

/// Reads the command line, without the program's name.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> anyhow::Result<Request> {
    let mut words = words.into_iter();
    let mut arguments = Arguments::default();
    let mut check = false;
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let (name, attached) = match text.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (text.as_str(), None),
        };
        let mut value = || match attached.clone().or_else(|| words.next()) {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) | None => Err(anyhow!("{name} needs a value")),
        };
        match (name, &attached) {
            ("--help" | "-h", None) => return Ok(Request::Help),
            ("--version" | "-V", None) => return Ok(Request::Version),
            ("--check-config", None) => check = true,
            ("--root", _) => arguments.root = Some(value()?.into()),
            ("--config", _) => arguments.configuration = Some(value()?.into()),
            ("--timeout", _) => arguments.timeout = Some(seconds(&value()?)?),
            _ => bail!("unknown argument '{text}' (see --help)"),
        }
    }
    Ok(if check { Request::CheckConfiguration(arguments) } else { Request::Run(arguments) })
}

fn seconds(value: &OsStr) -> anyhow::Result<Duration> {
    let text = value.to_string_lossy();
    match text.parse() {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        Ok(0) | Err(_) => bail!("--timeout: '{text}' is no number of seconds"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Arguments, Request, parse};

    fn parsed(line: &str) -> anyhow::Result<Request> {
        parse(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn paths_stand_behind_their_names_or_are_attached() {
        let expected = Request::Run(Arguments {
            root: Some("/srv/a".into()),
            configuration: Some("/etc/b".into()),
            timeout: Some(Duration::from_secs(120)),
        });
        assert_eq!(parsed("--root /srv/a --config=/etc/b --timeout=120").unwrap(), expected);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            parsed("--rot /srv").unwrap_err().to_string(),
            "unknown argument '--rot' (see --help)"
        );
        assert_eq!(parsed("--root").unwrap_err().to_string(), "--root needs a value");
        assert!(parsed("--version=3").is_err());
        assert!(parsed("--timeout 0").is_err() && parsed("--timeout soon").is_err());
    }
}
