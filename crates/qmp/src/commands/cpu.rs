//! Virtual CPUs and CPU models.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A virtual CPU and the thread that runs it. **Source**: `CpuInfoFast`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct VcpuThread {
    /// Its number.
    pub cpu_index: u32,
    /// Its object.
    pub qom_path: String,
    /// The host's thread id.
    pub thread_id: i32,
    /// Where it sits.
    pub props: CpuPlace,
}

/// Where a virtual CPU sits. **Source**: `CpuInstanceProperties`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct CpuPlace {
    /// NUMA node.
    pub node_id: Option<i64>,
    /// Socket of the board.
    pub socket_id: Option<i64>,
    /// Die of the socket.
    pub die_id: Option<i64>,
    /// Cluster of the die.
    pub cluster_id: Option<i64>,
    /// Core of the cluster.
    pub core_id: Option<i64>,
    /// Thread of the core.
    pub thread_id: Option<i64>,
}

/// A place that has or may get a virtual CPU. **Source**: `HotpluggableCPU`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HotpluggableCpu {
    /// The device that goes there.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many virtual CPUs it brings.
    pub vcpus_count: u32,
    /// The place.
    pub props: CpuPlace,
    /// The device that is there.
    pub qom_path: Option<String>,
}

/// A CPU model this QEMU knows. **Source**: `CpuDefinitionInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct CpuDefinition {
    /// Its name.
    pub name: String,
    /// The device of this model.
    pub typename: String,
    /// What keeps it from running here; empty: it runs; absent: QEMU cannot tell.
    pub unavailable_features: Option<Vec<String>>,
    /// The versioned name it stands for.
    pub alias_of: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether it is the same everywhere.
    #[serde(rename = "static")]
    pub is_static: bool,
    /// Whether a guest may move with it.
    pub migration_safe: Option<bool>,
}

/// A CPU model with properties. **Source**: `CpuModelInfo`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CpuModel {
    /// Its name.
    pub name: String,
    /// What was added to or removed from it, or after an expansion all of it.
    pub props: Map<String, Value>,
}

impl Monitor {
    /// The virtual CPUs, without disturbing them.
    pub async fn query_cpus_fast(&self) -> Result<Vec<VcpuThread>, QmpError> {
        self.execute_as(&Command::new("query-cpus-fast")).await
    }

    /// The places for virtual CPUs; refused by machines that cannot plug them.
    pub async fn query_hotpluggable_cpus(&self) -> Result<Vec<HotpluggableCpu>, QmpError> {
        self.execute_as(&Command::new("query-hotpluggable-cpus")).await
    }

    /// The CPU models this QEMU knows.
    pub async fn query_cpu_definitions(&self) -> Result<Vec<CpuDefinition>, QmpError> {
        self.execute_as(&Command::new("query-cpu-definitions")).await
    }

    /// All properties of a model. `depth` is `static` or `full`.
    pub async fn query_cpu_model_expansion(
        &self,
        depth: &str,
        model: &CpuModel,
    ) -> Result<CpuModel, QmpError> {
        #[derive(Deserialize)]
        struct Expansion {
            model: CpuModel,
        }
        let mut wanted = json!({"name": model.name});
        if !model.props.is_empty() {
            wanted["props"] = Value::Object(model.props.clone());
        }
        let command =
            Command::with("query-cpu-model-expansion", json!({"type": depth, "model": wanted}));
        let expansion: Expansion = self.execute_as(&command).await?;
        Ok(expansion.model)
    }
}
