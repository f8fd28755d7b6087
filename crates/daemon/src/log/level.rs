//! How grave a line is. Numbers are libvirt's: 1 debug, 2 info, 3 warning, 4 error.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use tracing::level_filters::LevelFilter;

use super::BadSetting;

/// The least grave lines that are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
    /// Finer than libvirt's finest; it has a name and no number.
    Trace,
}

impl Level {
    /// The level of libvirt's number.
    pub(crate) fn from_number(number: u64) -> Option<Self> {
        [Self::Debug, Self::Info, Self::Warn, Self::Error]
            .into_iter()
            .find(|level| u64::from(level.number()) == number)
    }

    /// The level of an event.
    pub(crate) fn of(level: tracing::Level) -> Self {
        match level {
            tracing::Level::ERROR => Self::Error,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::INFO => Self::Info,
            tracing::Level::DEBUG => Self::Debug,
            tracing::Level::TRACE => Self::Trace,
        }
    }

    /// libvirt's number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Error => 4,
            Self::Warn => 3,
            Self::Info => 2,
            Self::Debug | Self::Trace => 1,
        }
    }

    /// syslog's number.
    pub(crate) fn severity(self) -> u8 {
        match self {
            Self::Error => 3,
            Self::Warn => 4,
            Self::Info => 6,
            Self::Debug | Self::Trace => 7,
        }
    }

    /// As it stands in a line, five places wide.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => " WARN",
            Self::Info => " INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

impl FromStr for Level {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            "trace" => Ok(Self::Trace),
            number => number.parse().ok().and_then(Self::from_number).ok_or_else(|| {
                BadSetting(format!(
                    "'{text}' is neither error, warn, info, debug or trace nor a number from 1 to 4"
                ))
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    /// A name, or libvirt's number, bare or in quotes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrNumber;

        impl Visitor<'_> for NameOrNumber {
            type Value = Level;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("error, warn, info, debug, trace, or a number from 1 to 4")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Level, E> {
                text.parse().map_err(|bad: BadSetting| E::custom(format!("log_level: {bad}")))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Level, E> {
                self.visit_str(&number.to_string())
            }
        }

        deserializer.deserialize_any(NameOrNumber)
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn a_level_has_a_name_and_libvirts_number() {
        for (text, level) in [("1", Level::Debug), ("2", Level::Info), ("warn", Level::Warn)] {
            assert_eq!(text.parse(), Ok(level));
        }
        assert_eq!("4".parse(), Ok(Level::Error));
        for text in ["0", "5", "", "Info", "-1"] {
            assert!(text.parse::<Level>().is_err(), "{text}");
        }
    }
}
