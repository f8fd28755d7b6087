//! What a group has used.

use super::{Controller, Group, GroupError, Version};
use crate::sys;

const ACCOUNTING: Controller = Controller::Accounting;

/// Time on CPUs. **Units**: ns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuUsage {
    /// All of it.
    pub total_ns: u64,
    /// In programs.
    pub user_ns: u64,
    /// In the kernel.
    pub system_ns: u64,
}

impl Group {
    /// Time that all that was ever in the group has spent on CPUs.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Read`].
    pub fn cpu_usage(&self) -> Result<CpuUsage, GroupError> {
        if self.version(ACCOUNTING) == Some(Version::V2) {
            let text = self.read(ACCOUNTING, "cpu.stat")?;
            let ns = |name| {
                let missing = || self.unexpected(ACCOUNTING, "cpu.stat", name, &text);
                figure(&text, name).map(|us| us.saturating_mul(1000)).ok_or_else(missing)
            };
            return Ok(CpuUsage {
                total_ns: ns("usage_usec")?,
                user_ns: ns("user_usec")?,
                system_ns: ns("system_usec")?,
            });
        }
        let text = self.read(ACCOUNTING, "cpuacct.stat")?;
        let tick_ns = 1_000_000_000 / sys::clock_ticks().max(1);
        let ns = |name| figure(&text, name).unwrap_or(0).saturating_mul(tick_ns);
        Ok(CpuUsage {
            total_ns: self.number(ACCOUNTING, "cpuacct.usage")?,
            user_ns: ns("user"),
            system_ns: ns("system"),
        })
    }

    /// The same time by CPU, in their order; `None` where only the sum is counted. **Units**: ns.
    ///
    /// **Errors**: [`GroupError::NoController`], [`GroupError::Read`].
    pub fn usage_by_cpu_ns(&self) -> Result<Option<Vec<u64>>, GroupError> {
        match self.version(ACCOUNTING) {
            Some(Version::V2) => Ok(None),
            Some(Version::V1) | None => {
                let text = self.read(ACCOUNTING, "cpuacct.usage_percpu")?;
                Ok(Some(text.split_ascii_whitespace().map_while(|n| n.parse().ok()).collect()))
            }
        }
    }
}

/// The figure of a line `name figure`.
fn figure(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}
