//! Times of day, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment taken apart.
struct Parts {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    ms: u32,
}

fn now() -> Parts {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    parts(since.as_secs(), since.subsec_millis())
}

/// The time as events bear it.
pub(crate) fn stamp() -> String {
    shown(&now())
}

/// The time as it may stand in a file's name.
pub(crate) fn file_stamp() -> String {
    let Parts { year, month, day, hour, minute, second, .. } = now();
    format!("{year:04}-{month:02}-{day:02}-{hour:02}:{minute:02}:{second:02}")
}

/// A second since the epoch, as virt-admin shows it, in UTC.
pub(crate) fn second_stamp(seconds: u64) -> String {
    let Parts { year, month, day, hour, minute, second, .. } = parts(seconds, 0);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}+0000")
}

fn shown(time: &Parts) -> String {
    let Parts { year, month, day, hour, minute, second, ms } = time;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{ms:03}+0000")
}

/// The Gregorian date of a second since the epoch, counted in years that begin in March, so that
/// the day that comes and goes is the last of its year.
fn parts(seconds: u64, ms: u32) -> Parts {
    let day_of_era = seconds / 86_400 + 719_468;
    let (era, day) = (day_of_era / 146_097, day_of_era % 146_097);
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let second = seconds % 86_400;
    Parts {
        year: year_of_era + era * 400 + u64::from(month <= 2),
        month,
        day: day_of_year - (153 * march_month + 2) / 5 + 1,
        hour: second / 3600,
        minute: second / 60 % 60,
        second: second % 60,
        ms,
    }
}

#[cfg(test)]
mod tests {
    use super::{parts, shown};

    #[test]
    fn leap_days_and_ends_of_years_are_right() {
        assert_eq!(shown(&parts(0, 0)), "1970-01-01 00:00:00.000+0000");
        assert_eq!(shown(&parts(951_782_400, 7)), "2000-02-29 00:00:00.007+0000");
        assert_eq!(shown(&parts(1_795_265_958, 252)), "2026-11-21 12:59:18.252+0000");
        assert_eq!(shown(&parts(1_735_689_599, 999)), "2024-12-31 23:59:59.999+0000");
    }
}
