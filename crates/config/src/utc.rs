//! Moments as documents write them: `2026-11-21T18:30:00`, in UTC.

use std::borrow::Cow;
use std::fmt;

use xml::Value;

/// A second, in UTC; years 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl UtcTime {
    /// Seconds since the epoch.
    pub fn unix_seconds(self) -> u64 {
        // Years begin in March here, so that the day that comes and goes is the last of its year.
        let (year, month) = if self.month > 2 {
            (u64::from(self.year), u64::from(self.month) - 3)
        } else {
            (u64::from(self.year) - 1, u64::from(self.month) + 9)
        };
        let leap_days = year / 4 - year / 100 + year / 400;
        let days = 365 * year + leap_days + (153 * month + 2) / 5 + u64::from(self.day) - 1;
        let hours = (days - 719_468) * 24 + u64::from(self.hour);
        (hours * 60 + u64::from(self.minute)) * 60 + u64::from(self.second)
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

impl Value for UtcTime {
    const EXPECTED: &'static str = "YYYY-MM-DDTHH:MM:SS";

    fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let [year, month, day] = numbers(date, '-')?;
        let [hour, minute, second] = numbers(time, ':')?;
        let is_moment = (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        is_moment.then_some(Self { year, month, day, hour, minute, second })
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// Three numbers of digits alone.
fn numbers(text: &str, between: char) -> Option<[u32; 3]> {
    let number = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    };
    let mut parts = text.split(between).map(number);
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_seconds_since_the_epoch() {
        let seconds = |text| UtcTime::parse(text).map(UtcTime::unix_seconds);
        assert_eq!(seconds("1970-01-01T00:00:00"), Some(0));
        assert_eq!(seconds("2000-02-29T23:59:59"), Some(951_868_799));
        assert_eq!(seconds("2010-04-09T15:51:00"), Some(1_270_828_260));
        assert_eq!(seconds("2100-03-01T00:00:00"), Some(4_107_542_400));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-21",
            "2026-11-21 10:00:00",
            "2026-02-29T00:00:00",
            "2026-13-01T00:00:00",
            "2026-11-21T24:00:00",
            "2026-11-21T10:00",
            "+026-11-21T10:00:00",
            "2026-11-21T10:00:00Z",
            "1969-12-31T23:59:59",
            "99999999999-01-01T00:00:00",
        ] {
            assert_eq!(UtcTime::parse(text), None, "{text}");
        }
    }
}
