//! How much memory a group may have.

use super::{Controller, Group, GroupError, Version};

const MEMORY: Controller = Controller::Memory;

/// A limit of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLimit {
    /// Never more: the group is short of memory then.
    Hard,
    /// No more while others want it; version 2 slows the group down instead.
    Soft,
    /// Version 1: memory and swap together. Version 2: swap.
    Swap,
}

impl MemoryLimit {
    const fn knob(self, version: Option<Version>) -> &'static str {
        match (version, self) {
            (Some(Version::V2), Self::Hard) => "memory.max",
            (Some(Version::V2), Self::Soft) => "memory.high",
            (Some(Version::V2), Self::Swap) => "memory.swap.max",
            (_, Self::Hard) => "memory.limit_in_bytes",
            (_, Self::Soft) => "memory.soft_limit_in_bytes",
            (_, Self::Swap) => "memory.memsw.limit_in_bytes",
        }
    }
}

impl Group {
    /// A limit, rounded to pages by the kernel; `None` is no limit. **Units**: KiB.
    ///
    /// **Errors**: [`GroupError::NoController`]; [`GroupError::Read`], of a limit of swap also where the kernel
    /// counts none.
    pub fn memory_limit_kib(&self, limit: MemoryLimit) -> Result<Option<u64>, GroupError> {
        let knob = limit.knob(self.version(MEMORY));
        let text = self.read(MEMORY, knob)?;
        if text == "max" {
            return Ok(None);
        }
        let bytes: u64 =
            text.parse().map_err(|_| self.unexpected(MEMORY, knob, "a number of bytes", &text))?;
        Ok((bytes < most_bytes()).then_some(bytes / 1024))
    }

    /// Sets a limit; `None` is no limit. **Units**: KiB.
    ///
    /// **Errors**: [`GroupError::NoController`]; [`GroupError::Write`], also when the group cannot be pressed
    /// below its new limit.
    pub fn set_memory_limit_kib(
        &self,
        limit: MemoryLimit,
        kib: Option<u64>,
    ) -> Result<(), GroupError> {
        let version = self.version(MEMORY);
        let none = if version == Some(Version::V2) { "max" } else { "-1" };
        let value = kib.map_or_else(|| none.to_owned(), |kib| kib.saturating_mul(1024).to_string());
        self.write(MEMORY, limit.knob(version), &value)
    }
}

/// What version 1 counts to: the last whole page of a signed number. **Units**: bytes.
fn most_bytes() -> u64 {
    let page = crate::sys::page_size();
    i64::MAX.unsigned_abs() / page * page
}
