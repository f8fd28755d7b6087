//! Which of a monitor's events a client wants to hear of.

use api::{ConnectDomainQemuMonitorEventRegisterFlags as Flags, Error, ErrorCode, ErrorDomain};
use regex_lite::{Regex, RegexBuilder};

/// Longest pattern. **Units**: bytes.
const PATTERN_BYTES_MAX: usize = 1024;

/// A choice among events by their names.
#[derive(Debug)]
pub(crate) enum NameFilter {
    All,
    Exactly(String),
    IgnoringCase(String),
    Pattern(Regex),
}

impl NameFilter {
    /// The filter that a client asks for; without a name flags mean nothing.
    ///
    /// # Errors
    /// INVALID_ARG for unknown flags and for what is no regular expression.
    pub(crate) fn new(name: Option<String>, flags: u32) -> Result<Self, Error> {
        let unknown = Flags(flags).without(Flags::REGEX | Flags::NOCASE);
        if !unknown.is_empty() {
            return Err(unsupported(unknown));
        }
        let nocase = Flags(flags).contains(Flags::NOCASE);
        Ok(match name {
            None => Self::All,
            Some(name) if Flags(flags).contains(Flags::REGEX) => {
                Self::Pattern(compile(&name, nocase)?)
            }
            Some(name) if nocase => Self::IgnoringCase(name),
            Some(name) => Self::Exactly(name),
        })
    }

    /// Whether an event of that name is wanted.
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exactly(wanted) => wanted == name,
            Self::IgnoringCase(wanted) => wanted.eq_ignore_ascii_case(name),
            Self::Pattern(pattern) => pattern.is_match(name),
        }
    }
}

/// In libvirtd's words, which come without those of the code before them.
fn unsupported(flags: Flags) -> Error {
    let function = "virDomainQemuMonitorEventStateRegisterID";
    let message = format!("unsupported flags (0x{:x}) in function {function}", flags.0);
    let detail = Some(message.clone());
    Error { code: ErrorCode::INVALID_ARG, domain: ErrorDomain::NONE, message, detail, errno: -1 }
}

/// Its matching takes time linear in the name, whatever the client makes up.
fn compile(pattern: &str, nocase: bool) -> Result<Regex, Error> {
    let refused = |reason: String| {
        let detail = format!("failed to compile regex '{pattern}': {reason}");
        Error::invalid_arg(ErrorDomain::NONE, detail)
    };
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(refused(format!("it is longer than {PATTERN_BYTES_MAX} bytes")));
    }
    RegexBuilder::new(pattern)
        .case_insensitive(nocase)
        .size_limit(1 << 16)
        .build()
        .map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::NameFilter;

    fn matches(pattern: &str, flags: u32, name: &str) -> bool {
        NameFilter::new(Some(pattern.to_owned()), flags).unwrap().matches(name)
    }

    #[test]
    fn names_match_exactly_unless_a_flag_says_otherwise() {
        assert!(NameFilter::new(None, 0).unwrap().matches("STOP"));
        assert!(matches("STOP", 0, "STOP"));
        assert!(!matches("STOP", 0, "STOPPED"));
        assert!(!matches("stop", 0, "STOP"));
        assert!(matches("stop", 2, "STOP"));
        assert!(matches("^BLOCK_.*", 1, "BLOCK_JOB_READY"));
        assert!(!matches("^block_.*", 1, "BLOCK_JOB_READY"));
        assert!(matches("^block_.*", 3, "BLOCK_JOB_READY"));
    }

    #[test]
    fn a_bad_pattern_and_unknown_flags_are_refused() {
        let error = NameFilter::new(Some("ST[".to_owned()), 1).unwrap_err();
        assert!(error.message.contains("'ST['"), "{error}");
        assert!(NameFilter::new(None, 8).unwrap_err().message.contains("0x8"));
        assert!(NameFilter::new(Some("(a{1000}){1000}".to_owned()), 1).is_err());
    }
}
