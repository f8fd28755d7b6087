//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::bail;

pub(crate) const HELP: &str = "\
ferrovirtd: runs virtual machines for clients of libvirt

usage: ferrovirtd [--root DIR] [--config FILE] [--check-config]

  --root DIR       keep everything below DIR: the socket is DIR/run/libvirt/libvirt-sock
  --config FILE    read this configuration, not the usual one
  --check-config   say whether the configuration is good, and end
  --version        print the version
  --help           print this

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
        let place = match (name, &attached) {
            ("--help" | "-h", None) => return Ok(Request::Help),
            ("--version" | "-V", None) => return Ok(Request::Version),
            ("--check-config", None) => {
                check = true;
                continue;
            }
            ("--root", _) => &mut arguments.root,
            ("--config", _) => &mut arguments.configuration,
            _ => bail!("unknown argument '{text}' (see --help)"),
        };
        match attached.or_else(|| words.next()) {
            Some(value) if !value.is_empty() => *place = Some(value.into()),
            Some(_) | None => bail!("{name} needs a path"),
        }
    }
    Ok(if check { Request::CheckConfiguration(arguments) } else { Request::Run(arguments) })
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Request, parse};

    fn parsed(line: &str) -> anyhow::Result<Request> {
        parse(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn paths_stand_behind_their_names_or_are_attached() {
        let expected = Request::Run(Arguments {
            root: Some("/srv/a".into()),
            configuration: Some("/etc/b".into()),
        });
        assert_eq!(parsed("--root /srv/a --config=/etc/b").unwrap(), expected);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            parsed("--rot /srv").unwrap_err().to_string(),
            "unknown argument '--rot' (see --help)"
        );
        assert_eq!(parsed("--root").unwrap_err().to_string(), "--root needs a path");
        assert!(parsed("--version=3").is_err());
    }
}
