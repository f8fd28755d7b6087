//! Filters, as in `1:qemu 3:rpc`: a level for every part of the daemon whose name has that text in
//! it. The first that fits counts; where none does, the general level.

use std::fmt;

use tracing::level_filters::LevelFilter;

use super::{BadSetting, Level};

/// Most filters at a time.
const FILTERS_MAX: usize = 256;

/// Parts of the daemon under the names that libvirt's documentation has its users look for, by
/// the beginning of our own. The longest that fits counts.
static SOURCES: &[(&str, &str)] = &[
    ("driver_qemu", "qemu.driver"),
    ("driver_qemu::monitor", "qemu.monitor"),
    ("qmp", "qemu.monitor_json"),
    ("server", "rpc.server"),
    ("server::access", "access.manager"),
    ("server::admin", "admin.server"),
    ("server::auth", "rpc.auth"),
    ("server::call", "remote.dispatch"),
    ("server::dispatch", "remote.dispatch"),
    ("server::events", "conf.object_event"),
    ("tls", "rpc.tls"),
    ("sasl", "rpc.auth"),
    ("polkit", "rpc.auth"),
    ("rpc", "rpc.message"),
    ("trace", "trace.hub"),
    ("image", "util.storage_file"),
    ("host", "util.host"),
    ("config", "conf.domain"),
    ("ferrovirtd", "daemon.main"),
];

/// Some filters, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters(Vec<Filter>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Filter {
    level: Level,
    /// With an asterisk at both ends.
    pattern: String,
}

impl Filters {
    /// Reads filters, one after the other with spaces between.
    ///
    /// # Errors
    /// In libvirt's words when one of them makes no sense.
    pub(crate) fn parse(text: &str) -> Result<Self, BadSetting> {
        let filters: Vec<_> = text
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(FILTERS_MAX.saturating_add(1))
            .map(Filter::parse)
            .collect::<Result<_, _>>()?;
        match filters.len() {
            0..=FILTERS_MAX => Ok(Self(filters)),
            _ => Err(BadSetting(format!("more than {FILTERS_MAX} filters"))),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// How much of the part `target` of the program is logged; none where no filter fits.
    pub(crate) fn level_of(&self, target: &str) -> Option<LevelFilter> {
        let source = source(target);
        let fits =
            |filter: &&Filter| matches(&filter.pattern, source) || matches(&filter.pattern, target);
        self.0.iter().find(fits).map(|filter| filter.level.into())
    }
}

impl Filter {
    fn parse(text: &str) -> Result<Self, BadSetting> {
        // libvirtd ignores what follows a second colon.
        let mut fields = text.split(':');
        let (Some(number), Some(part)) = (fields.next(), fields.next()) else {
            return Err(BadSetting(format!("Malformed format for filter '{text}'")));
        };
        let level = number.parse().ok().and_then(Level::from_number).ok_or_else(|| {
            BadSetting(format!("Invalid priority '{number}' for filter '{text}'"))
        })?;
        // A plus once asked for a backtrace of each line, and is ignored since libvirt 6.9.
        let part = part.strip_prefix('+').unwrap_or(part);
        if part.is_empty() {
            return Err(BadSetting("Invalid match string ''".to_owned()));
        }
        Ok(Self { level, pattern: format!("*{part}*") })
    }
}

/// As libvirtd shows them, each with a space behind it.
impl fmt::Display for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|Filter { level, pattern }| write!(f, "{}:{pattern} ", level.number()))
    }
}

/// The name of a part of the program for people.
pub(super) fn source(target: &str) -> &str {
    let begins = |part: &str| {
        target.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let known = SOURCES.iter().filter(|(part, _)| begins(part)).max_by_key(|(part, _)| part.len());
    known.map_or(target, |(_, source)| source)
}

/// Whether `text` fits `pattern`, in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0usize, 0usize);
    // Where to go on when what was tried behind the last asterisk does not fit.
    let mut retry = None;
    while let Some(byte) = text.get(t) {
        match (pattern.get(p), retry) {
            (Some(b'*'), _) => {
                retry = Some((p, t));
                p = p.saturating_add(1);
            }
            (Some(wanted), _) if *wanted == b'?' || wanted == byte => {
                p = p.saturating_add(1);
                t = t.saturating_add(1);
            }
            (_, Some((asterisk, from))) => {
                p = asterisk;
                t = from.saturating_add(1);
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use tracing::level_filters::LevelFilter;

    use super::{Filters, matches, source};

    #[test]
    fn filters_are_shown_as_libvirtd_shows_them() {
        for (text, shown) in [
            ("1:qemu 3:rpc", "1:*qemu* 3:*rpc* "),
            ("1:+qemu", "1:*qemu* "),
            (" 1:qemu:x  2:rpc", "1:*qemu* 2:*rpc* "),
            ("1:qemu,2:rpc", "1:*qemu,2* "),
            ("1:*", "1:*** "),
            ("", ""),
        ] {
            assert_eq!(Filters::parse(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn filters_that_make_no_sense_are_refused_in_libvirts_words() {
        for (text, refusal) in [
            ("x", "Malformed format for filter 'x'"),
            ("1qemu", "Malformed format for filter '1qemu'"),
            ("5:qemu", "Invalid priority '5' for filter '5:qemu'"),
            ("1:qemu 0:rpc", "Invalid priority '0' for filter '0:rpc'"),
            (":qemu", "Invalid priority '' for filter ':qemu'"),
            ("1:", "Invalid match string ''"),
        ] {
            assert_eq!(Filters::parse(text).unwrap_err().to_string(), refusal);
        }
        assert!(Filters::parse(&"1:a ".repeat(256)).is_ok());
        assert!(Filters::parse(&"1:a ".repeat(257)).is_err());
    }

    #[test]
    fn the_first_filter_that_fits_decides() {
        let filters = Filters::parse("1:monitor 4:qemu 2:driver_qemu::life").unwrap();
        let level = |target| filters.level_of(target);
        assert_eq!(level("driver_qemu::monitor::events"), Some(LevelFilter::DEBUG));
        assert_eq!(level("qmp::reader"), Some(LevelFilter::DEBUG));
        assert_eq!(level("driver_qemu::lifecycle"), Some(LevelFilter::ERROR));
        assert_eq!(level("server::session"), None);
    }

    #[test]
    fn parts_have_libvirts_names() {
        assert_eq!(source("server::session"), "rpc.server");
        assert_eq!(source("server::access::rules"), "access.manager");
        assert_eq!(source("servers"), "servers");
    }

    #[test]
    fn an_asterisk_stands_for_anything() {
        for (pattern, text) in [("*a*", "bab"), ("*a?c*", "xxabc"), ("***", ""), ("*ab*", "aab")] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*a*", "b"), ("*a?", "a"), ("", "a"), ("*ab*", "ba")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
