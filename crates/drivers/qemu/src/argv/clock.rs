//! `-rtc` and the timers of the machine.

use config::domain::clock::{
    Clock, ClockBasis, ClockOffset, TickPolicy, Timer, TimerName, TimerTrack,
};
use config::{Error, YesNo};

use super::line::Line;
use super::options::Options;
use super::{Result, WallClock};

impl Line<'_> {
    /// `-rtc`, and what the timers need.
    pub(super) fn clock(&mut self) -> Result<()> {
        let Some(clock) = &self.domain.clock else {
            self.option("-rtc", "base=utc");
            return Ok(());
        };
        let mut rtc = Options::keyed();
        rtc.set("base", base(clock, self.context.now)?);
        let mut rtcs = clock.timers.iter().filter(|timer| timer.name == TimerName::Rtc);
        if let Some(timer) = rtcs.next() {
            add_rtc(&mut rtc, timer)?;
        }
        self.option("-rtc", rtc);
        clock.timers.iter().try_for_each(|timer| self.timer(timer))
    }

    fn timer(&mut self, timer: &Timer) -> Result<()> {
        match timer.name {
            TimerName::Pit => self.pit(timer),
            TimerName::Hpet => {
                if timer.present == Some(YesNo::No) && self.context.emulator.has_switch("no-hpet") {
                    self.flag("-no-hpet");
                }
                Ok(())
            }
            // The first is `-rtc`'s, the next three are the processor's.
            TimerName::Rtc | TimerName::Tsc | TimerName::Kvmclock | TimerName::HypervClock => {
                Ok(())
            }
            TimerName::Platform | TimerName::Armvtimer => {
                Err(Error::unsupported(format!("unsupported timer type (name) '{}'", timer.name)))
            }
        }
    }

    fn pit(&mut self, timer: &Timer) -> Result<()> {
        let policy = match timer.tickpolicy {
            Some(TickPolicy::Catchup) => return Ok(()),
            None | Some(TickPolicy::Delay) => "delay",
            Some(TickPolicy::Discard) => "discard",
            Some(policy @ TickPolicy::Merge) => {
                let what = format!("unsupported pit tickpolicy '{policy}'");
                return Err(Error::unsupported(what));
            }
        };
        if self.context.emulator.has_property("kvm-pit", "lost_tick_policy") {
            self.option("-global", format_args!("kvm-pit.lost_tick_policy={policy}"));
        }
        Ok(())
    }

    /// Whether the document takes the HPET away.
    pub(super) fn hpet_is_absent(&self) -> bool {
        let mut timers = self.domain.clock.iter().flat_map(|clock| &clock.timers);
        timers.any(|timer| timer.name == TimerName::Hpet && timer.present == Some(YesNo::No))
    }
}

fn base(clock: &Clock, now: WallClock) -> Result<String> {
    match clock.offset.unwrap_or(ClockOffset::Utc) {
        ClockOffset::Utc => Ok("utc".to_owned()),
        ClockOffset::Localtime | ClockOffset::Timezone => Ok("localtime".to_owned()),
        ClockOffset::Variable => {
            let basis = match clock.basis {
                Some(ClockBasis::Localtime) => now.local_offset_s,
                Some(ClockBasis::Utc) | None => 0,
            };
            let adjustment = clock.adjustment.as_deref().unwrap_or("0");
            let seconds: i64 = adjustment.parse().map_err(|_| {
                Error::unsupported(format!(
                    "clock adjustment '{adjustment}' is no number of seconds"
                ))
            })?;
            date(now.utc_s.checked_add(basis).and_then(|s| s.checked_add(seconds)))
        }
        ClockOffset::Absolute => date(clock.start.and_then(|start| i64::try_from(start).ok())),
    }
}

fn add_rtc(rtc: &mut Options, timer: &Timer) -> Result<()> {
    let clock = match timer.track {
        None => None,
        Some(TimerTrack::Boot | TimerTrack::Guest) => Some("vm"),
        Some(TimerTrack::Wall) => Some("host"),
        Some(TimerTrack::Realtime) => Some("rt"),
    };
    rtc.set("clock", clock);
    match timer.tickpolicy {
        None | Some(TickPolicy::Delay) => {}
        Some(TickPolicy::Catchup) => {
            rtc.set("driftfix", "slew");
        }
        Some(policy @ (TickPolicy::Merge | TickPolicy::Discard)) => {
            return Err(Error::unsupported(format!("unsupported rtc tickpolicy '{policy}'")));
        }
    }
    Ok(())
}

/// `2026-11-21T10:57:36` of seconds since 1970, for years that have four digits.
fn date(seconds: Option<i64>) -> Result<String> {
    const DAY: i64 = 86_400;
    const YEAR_10000: i64 = 253_402_300_800;
    let seconds = seconds
        .filter(|seconds| (0..YEAR_10000).contains(seconds))
        .ok_or_else(|| Error::unsupported("clock of the guest is before 1970 or after 9999"))?;
    let (year, month, day) = civil(seconds / DAY);
    let time = seconds % DAY;
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar.
///
/// Counts in eras of 400 years that begin on 1 March, so that a leap day ends its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_795_258_656, "2026-11-21T10:57:36"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
        ] {
            assert_eq!(date(Some(seconds)).unwrap(), text);
        }
    }

    #[test]
    fn a_date_that_cannot_be_written_is_refused() {
        for seconds in [None, Some(-1), Some(i64::MAX)] {
            assert!(date(seconds).is_err(), "{seconds:?}");
        }
    }
}
