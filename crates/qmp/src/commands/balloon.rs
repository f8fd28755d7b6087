//! The memory balloon.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// How much memory the guest has. **Source**: `BalloonInfo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct BalloonInfo {
    /// **Units**: bytes.
    pub actual: u64,
}

/// What the guest's balloon driver tells about its memory. **Source**: property `guest-stats` of the balloon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct GuestMemoryStats {
    /// When the guest told. **Units**: seconds since 1970; 0 is never.
    pub last_update: i64,
    /// `stat-free-memory` and so on; open. **Units**: bytes or counts.
    stats: BTreeMap<String, u64>,
}

impl GuestMemoryStats {
    /// The figure called `name`, such as `stat-free-memory`; `None` when the guest does not tell it.
    pub fn get(&self, name: &str) -> Option<u64> {
        // QEMU writes -1, as an unsigned number, for what the guest has not told.
        self.stats.get(name).copied().filter(|value| *value != u64::MAX)
    }
}

impl Monitor {
    /// How much memory the guest has; refused for a guest without a balloon.
    pub async fn query_balloon(&self) -> Result<BalloonInfo, QmpError> {
        self.execute_as(&Command::new("query-balloon")).await
    }

    /// Asks the guest to give up memory until it has `bytes`, or lets it take some back.
    pub async fn balloon(&self, bytes: u64) -> Result<(), QmpError> {
        self.perform(&Command::with("balloon", json!({"value": bytes}))).await
    }

    /// What the guest's balloon driver told last, for the balloon at `path`.
    pub async fn guest_memory_stats(&self, path: &str) -> Result<GuestMemoryStats, QmpError> {
        self.qom_get(path, "guest-stats").await
    }

    /// Makes the balloon at `path` ask its guest for figures every so many seconds; 0 stops it.
    pub async fn set_guest_memory_stats_period(
        &self,
        path: &str,
        seconds: u32,
    ) -> Result<(), QmpError> {
        self.qom_set(path, "guest-stats-polling-interval", seconds).await
    }
}
