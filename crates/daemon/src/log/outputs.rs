//! Outputs, as in `1:file:/var/log/ferrovirtd.log 3:journald`: where lines go, and how grave they
//! must be.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{BadSetting, Level};

/// Most outputs at a time.
const OUTPUTS_MAX: usize = 16;

/// Some outputs, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outputs(Vec<Output>);

/// Where lines go, from a level on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(super) level: Level,
    pub(super) destination: Destination,
}

/// Where lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Stderr,
    Journald,
    /// Under this name.
    Syslog(String),
    File(PathBuf),
}

impl Outputs {
    /// Reads outputs, one after the other with spaces between. The last of those with the same
    /// destination counts.
    ///
    /// # Errors
    /// In libvirt's words when one of them makes no sense.
    pub(crate) fn parse(text: &str) -> Result<Self, BadSetting> {
        let mut outputs: Vec<Output> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let output = Output::parse(word)?;
            outputs.retain(|other| other.destination != output.destination);
            outputs.push(output);
            if outputs.len() > OUTPUTS_MAX {
                return Err(BadSetting(format!("more than {OUTPUTS_MAX} outputs")));
            }
        }
        Ok(Self(outputs))
    }

    /// The outputs of the configuration: standard error, unless it names others.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(crate) fn configured(text: &str) -> Result<Self, BadSetting> {
        let outputs = Self::parse(text)?;
        let usual = || Self(vec![Output { level: Level::Debug, destination: Destination::Stderr }]);
        Ok(if outputs.is_empty() { usual() } else { outputs })
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Output> {
        self.0.iter()
    }
}

impl Output {
    fn parse(text: &str) -> Result<Self, BadSetting> {
        let mut fields = text.splitn(3, ':');
        let (Some(number), Some(kind)) = (fields.next(), fields.next()) else {
            return Err(BadSetting(format!("Malformed format for log output '{text}'")));
        };
        let level = number.parse().ok().and_then(Level::from_number).ok_or_else(|| {
            BadSetting(format!("Invalid log priority '{number}' for log output '{text}'"))
        })?;
        let destination = match (kind, fields.next()) {
            ("stderr", None) => Destination::Stderr,
            ("journald", None) => Destination::Journald,
            ("syslog", Some(name)) => Destination::Syslog(name.to_owned()),
            ("file", Some(path)) => Destination::File(absolute(path)),
            ("stderr" | "journald" | "syslog" | "file", _) => {
                return Err(BadSetting(format!(
                    "Log output '{text}' does not meet the format requirements for destination \
                     type '{kind}'"
                )));
            }
            _ => {
                return Err(BadSetting(format!(
                    "Invalid log destination '{kind}' for log output '{text}'"
                )));
            }
        };
        Ok(Self { level, destination })
    }

    /// Whether lines of this level go there.
    pub(super) fn takes(&self, level: Level) -> bool {
        level.number() >= self.level.number()
    }
}

/// A name is looked for where the daemon runs, as libvirtd does.
fn absolute(path: &str) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    here.join(path)
}

impl Destination {
    /// Its path, or what stands for one in an error.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Stderr => Path::new("stderr"),
            Self::Journald => Path::new("journald"),
            Self::Syslog(_) => Path::new("syslog"),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.level.number())?;
        match &self.destination {
            Destination::Stderr => f.write_str("stderr"),
            Destination::Journald => f.write_str("journald"),
            Destination::Syslog(name) => write!(f, "syslog:{name}"),
            Destination::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl fmt::Display for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, output)| {
            write!(f, "{}{output}", if index == 0 { "" } else { " " })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Outputs;

    #[test]
    fn outputs_are_shown_as_they_were_written() {
        for text in ["1:stderr 2:file:/tmp/a:b.log", "2:journald", "1:syslog:a 4:syslog:b", ""] {
            assert_eq!(Outputs::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_last_of_the_same_destination_counts() {
        let outputs = Outputs::parse("1:stderr 3:journald 2:stderr").unwrap();
        assert_eq!(outputs.to_string(), "3:journald 2:stderr");
        let outputs = Outputs::parse("1:file:/tmp/a 2:file:/tmp/a").unwrap();
        assert_eq!(outputs.to_string(), "2:file:/tmp/a");
    }

    #[test]
    fn outputs_that_make_no_sense_are_refused_in_libvirts_words() {
        let unfit = |text: &str, kind: &str| {
            format!(
                "Log output '{text}' does not meet the format requirements for destination type \
                 '{kind}'"
            )
        };
        for (text, refusal) in [
            ("x", "Malformed format for log output 'x'".to_owned()),
            ("9:stderr", "Invalid log priority '9' for log output '9:stderr'".to_owned()),
            ("0:x", "Invalid log priority '0' for log output '0:x'".to_owned()),
            ("1:nosuch", "Invalid log destination 'nosuch' for log output '1:nosuch'".to_owned()),
            ("3:syslog", unfit("3:syslog", "syslog")),
            ("1:file", unfit("1:file", "file")),
            ("1:stderr:x", unfit("1:stderr:x", "stderr")),
            ("2:stderr 1:journald:x", unfit("1:journald:x", "journald")),
        ] {
            assert_eq!(Outputs::parse(text).unwrap_err().to_string(), refusal);
        }
    }
}
