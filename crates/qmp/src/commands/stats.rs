//! Figures of the kernel about a guest, and how fast a guest dirties its memory.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::json;

/// What figures are about. **Source**: `StatsTarget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatsTarget {
    /// The guest as a whole.
    Vm,
    /// Each virtual CPU.
    Vcpu,
}

impl StatsTarget {
    /// QEMU's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vm => "vm",
            Self::Vcpu => "vcpu",
        }
    }
}

/// Figures from one provider about one object. **Source**: `StatsResult`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct StatsResult {
    /// `kvm`, …; open.
    pub provider: String,
    /// The virtual CPU they are about.
    pub qom_path: Option<String>,
    /// The figures.
    pub stats: Vec<Stat>,
}

/// One figure. **Source**: `Stats`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stat {
    /// Its name, described by [`Monitor::query_stats_schemas`].
    pub name: String,
    /// A number, a truth value, or a list of numbers.
    pub value: serde_json::Value,
}

/// The figures that one provider has about a target. **Source**: `StatsSchema`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatsSchemas {
    /// `kvm`, …; open.
    pub provider: String,
    /// `vm`, `vcpu`, …; open.
    pub target: String,
    /// Their descriptions.
    pub stats: Vec<StatSchema>,
}

/// What a figure means. **Source**: `StatsSchemaValue`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatSchema {
    /// The figure's name.
    pub name: String,
    /// `cumulative`, `instant`, `peak`, `linear-histogram`, `log2-histogram`; open.
    #[serde(rename = "type")]
    pub kind: String,
    /// `bytes`, `seconds`, `cycles`, `boolean`; absent for a count; open.
    pub unit: Option<String>,
    /// The base of the unit's scale.
    pub base: Option<i8>,
    /// The power of `base` the figure is to be multiplied with.
    pub exponent: i16,
}

/// How fast the guest dirties its memory. **Source**: `DirtyRateInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct DirtyRate {
    /// `unstarted`, `measuring` or `measured`; open.
    pub status: String,
    /// Present once measured. **Units**: MiB/s.
    pub dirty_rate: Option<i64>,
    /// **Units**: seconds since QEMU's clock began.
    pub start_time: i64,
    /// How long it measures. **Units**: seconds, or as `calc-time-unit` of newer releases says.
    pub calc_time: i64,
    /// `page-sampling`, `dirty-ring` or `dirty-bitmap`; open.
    pub mode: Option<String>,
    /// The share of each virtual CPU, in the mode that knows it.
    pub vcpu_dirty_rate: Vec<VcpuDirtyRate>,
}

/// How fast one virtual CPU dirties memory. **Source**: `DirtyRateVcpu`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct VcpuDirtyRate {
    /// Its number.
    pub id: i64,
    /// **Units**: MiB/s.
    pub dirty_rate: i64,
}

impl Monitor {
    /// The kernel's figures; refused before QEMU 7.1.
    pub async fn query_stats(&self, target: StatsTarget) -> Result<Vec<StatsResult>, QmpError> {
        self.execute_as(&Command::with("query-stats", json!({"target": target.name()}))).await
    }

    /// Of the kernel's figures, those with these names.
    pub async fn query_stats_named(
        &self,
        target: StatsTarget,
        provider: &str,
        names: &[&str],
    ) -> Result<Vec<StatsResult>, QmpError> {
        let providers = json!([{"provider": provider, "names": names}]);
        let arguments = json!({"target": target.name(), "providers": providers});
        self.execute_as(&Command::with("query-stats", arguments)).await
    }

    /// What the kernel's figures mean; refused before QEMU 7.1.
    pub async fn query_stats_schemas(&self) -> Result<Vec<StatsSchemas>, QmpError> {
        self.execute_as(&Command::new("query-stats-schemas")).await
    }

    /// Begins to measure how fast memory is dirtied; `mode` is QEMU's name of the way to measure.
    pub async fn calc_dirty_rate(&self, seconds: u32, mode: &str) -> Result<(), QmpError> {
        self.perform(&Command::with("calc-dirty-rate", json!({"calc-time": seconds, "mode": mode})))
            .await
    }

    /// The last measurement.
    pub async fn query_dirty_rate(&self) -> Result<DirtyRate, QmpError> {
        self.execute_as(&Command::new("query-dirty-rate")).await
    }
}
