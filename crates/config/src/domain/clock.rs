//! `<clock>`: what time it is in the guest.

use xml::{element, words};

use crate::YesNo;

words! {
    /// What the guest's clock follows.
    pub enum ClockOffset { Utc = "utc", Localtime = "localtime", Variable = "variable", Timezone = "timezone", Absolute = "absolute" }
    /// What an adjustment counts from.
    pub enum ClockBasis { Utc = "utc", Localtime = "localtime" }
    /// A timer.
    pub enum TimerName {
        Platform = "platform", Pit = "pit", Rtc = "rtc", Hpet = "hpet", Tsc = "tsc", Kvmclock = "kvmclock",
        HypervClock = "hypervclock", Armvtimer = "armvtimer",
    }
    /// What a timer follows.
    pub enum TimerTrack { Boot = "boot", Guest = "guest", Wall = "wall", Realtime = "realtime" }
    /// What happens to ticks that were missed.
    pub enum TickPolicy { Delay = "delay", Catchup = "catchup", Merge = "merge", Discard = "discard" }
    /// How the TSC is emulated.
    pub enum TscMode { Auto = "auto", Native = "native", Emulate = "emulate", Paravirt = "paravirt", Smpsafe = "smpsafe" }
}

element! {
    /// `<clock>`
    #[derive(Eq)]
    pub struct Clock {
        /// What it follows; complete after completion.
        attr offset: Option<ClockOffset> = "offset",
        /// Seconds, or `reset`.
        attr adjustment: Option<Box<str>> = "adjustment",
        /// What an adjustment counts from.
        loose_attr basis: Option<ClockBasis> = "basis",
        /// Time zone.
        attr timezone: Option<Box<str>> = "timezone",
        /// Seconds since the epoch at start.
        loose_attr start: Option<u64> = "start",
        /// Timers.
        child timers: Vec<Timer> = "timer",
    }

    /// `<timer>`
    #[derive(Eq)]
    pub struct Timer {
        /// Which.
        attr name: TimerName = "name",
        /// Whether the guest has it.
        attr present: Option<YesNo> = "present",
        /// What happens to missed ticks.
        attr tickpolicy: Option<TickPolicy> = "tickpolicy",
        /// What it follows.
        attr track: Option<TimerTrack> = "track",
        /// Hertz, of the TSC.
        attr frequency: Option<u64> = "frequency",
        /// How the TSC is emulated.
        attr mode: Option<TscMode> = "mode",
        /// How it catches up.
        group catchup: Catchup = "catchup",
    }

    /// `<catchup>`
    #[derive(Copy, Eq, Default)]
    pub struct Catchup {
        /// Threshold.
        attr threshold: Option<u64> = "threshold",
        /// Slew.
        attr slew: Option<u64> = "slew",
        /// Limit.
        attr limit: Option<u64> = "limit",
    }
}
