//! How much time on CPUs a group gets.

use super::{Controller, Group, GroupError, Version};
use std::ops::RangeInclusive;

const CPU: Controller = Controller::Cpu;
/// Quota and period in one, in version 2.
const MAX: &str = "cpu.max";
const PERIOD: &str = "cpu.cfs_period_us";
const QUOTA: &str = "cpu.cfs_quota_us";

/// How much of each period a group may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bandwidth {
    /// **Units**: µs.
    pub period_us: u64,
    /// Time on all CPUs together; `None` is any. **Units**: µs.
    pub quota_us: Option<u64>,
}

impl Group {
    /// What shares may be: version 1 counts them from 2 to 262144, version 2 from 1 to 10000.
    pub fn share_range(&self) -> RangeInclusive<u64> {
        match self.version(CPU) {
            Some(Version::V2) => 1..=10_000,
            Some(Version::V1) | None => 2..=262_144,
        }
    }

    /// The group's weight among its siblings.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Read`].
    pub fn cpu_shares(&self) -> Result<u64, GroupError> {
        self.number(CPU, self.shares_knob())
    }

    /// Sets the group's weight among its siblings.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Write`].
    pub fn set_cpu_shares(&self, shares: u64) -> Result<(), GroupError> {
        self.write(CPU, self.shares_knob(), &shares.to_string())
    }

    fn shares_knob(&self) -> &'static str {
        match self.version(CPU) {
            Some(Version::V2) => "cpu.weight",
            Some(Version::V1) | None => "cpu.shares",
        }
    }

    /// How much the group may run.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Read`].
    pub fn bandwidth(&self) -> Result<Bandwidth, GroupError> {
        if self.version(CPU) != Some(Version::V2) {
            let quota = self.read(CPU, QUOTA)?;
            return Ok(Bandwidth {
                period_us: self.number(CPU, PERIOD)?,
                // -1 is any.
                quota_us: quota.parse().ok(),
            });
        }
        let text = self.read(CPU, MAX)?;
        let parsed = text.split_once(' ').and_then(|(quota, period)| {
            let period_us = period.parse().ok()?;
            let quota_us = if quota == "max" { None } else { Some(quota.parse().ok()?) };
            Some(Bandwidth { period_us, quota_us })
        });
        parsed.ok_or_else(|| self.unexpected(CPU, MAX, "quota and period", &text))
    }

    /// Sets the period and leaves the quota. **Units**: µs.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Write`].
    pub fn set_cpu_period(&self, period_us: u64) -> Result<(), GroupError> {
        if self.version(CPU) != Some(Version::V2) {
            return self.write(CPU, PERIOD, &period_us.to_string());
        }
        let quota = quota_word(self.bandwidth()?.quota_us);
        self.write(CPU, MAX, &format!("{quota} {period_us}"))
    }

    /// Sets the quota and leaves the period; `None` is any. **Units**: µs.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Write`].
    pub fn set_cpu_quota(&self, quota_us: Option<u64>) -> Result<(), GroupError> {
        match (self.version(CPU), quota_us) {
            (Some(Version::V2), quota) => self.write(CPU, MAX, &quota_word(quota)),
            (_, Some(quota)) => self.write(CPU, QUOTA, &quota.to_string()),
            (_, None) => self.write(CPU, QUOTA, "-1"),
        }
    }
}

fn quota_word(quota_us: Option<u64>) -> String {
    quota_us.map_or_else(|| "max".to_owned(), |quota| quota.to_string())
}
