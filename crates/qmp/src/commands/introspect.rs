//! What this QEMU is and can do.

use crate::{Command, Monitor, QmpError, Reply, Version};
use serde::Deserialize;

/// A machine type. **Source**: `MachineInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// The short name that stands for it in this release.
    pub alias: Option<String>,
    /// Whether it is taken when none is named.
    pub is_default: bool,
    /// The most virtual CPUs.
    pub cpu_max: u32,
    /// Whether virtual CPUs can be plugged.
    pub hotpluggable_cpus: bool,
    /// Whether memory of NUMA nodes can be given as sizes alone.
    pub numa_mem_supported: bool,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// The CPU taken when none is named.
    pub default_cpu_type: Option<String>,
    /// The id of its memory.
    pub default_ram_id: Option<String>,
    /// Whether it can have ACPI; absent before 8.2.
    pub acpi: Option<bool>,
}

/// Whether the kernel helps. **Source**: `KvmInfo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct KvmSupport {
    /// This guest uses it.
    pub enabled: bool,
    /// This QEMU knows how to.
    pub present: bool,
}

/// Something a migration can do. **Source**: `MigrationCapabilityStatus`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MigrationCapability {
    /// `postcopy-ram`, `multifd`, …; open.
    pub capability: String,
    /// Whether it is switched on.
    pub state: bool,
}

/// An option of the command line. **Source**: `CommandLineOptionInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CommandLineOption {
    /// Its name without the dash.
    pub option: String,
    /// What it takes; empty also when QEMU does not tell.
    pub parameters: Vec<CommandLineParameter>,
}

/// A parameter of an option. **Source**: `CommandLineParameterInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CommandLineParameter {
    /// Its name.
    pub name: String,
    /// `string`, `boolean`, `number` or `size`; open.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Monitor {
    /// The release.
    pub async fn query_version(&self) -> Result<Version, QmpError> {
        self.execute_as(&Command::new("query-version")).await
    }

    /// Whether the kernel helps.
    pub async fn query_kvm(&self) -> Result<KvmSupport, QmpError> {
        self.execute_as(&Command::new("query-kvm")).await
    }

    /// The machine types.
    pub async fn query_machines(&self) -> Result<Vec<Machine>, QmpError> {
        self.execute_as(&Command::new("query-machines")).await
    }

    /// Everything QMP itself can do. Long: the reply stays text until it is decoded.
    pub async fn query_qmp_schema(&self) -> Result<Reply, QmpError> {
        self.execute(&Command::new("query-qmp-schema")).await
    }

    /// The names of all commands.
    pub async fn query_commands(&self) -> Result<Vec<String>, QmpError> {
        #[derive(Deserialize)]
        struct Name {
            name: String,
        }
        let names: Vec<Name> = self.execute_as(&Command::new("query-commands")).await?;
        Ok(names.into_iter().map(|name| name.name).collect())
    }

    /// The options of the command line.
    pub async fn query_command_line_options(&self) -> Result<Vec<CommandLineOption>, QmpError> {
        self.execute_as(&Command::new("query-command-line-options")).await
    }

    /// The kinds of TPM a guest can see.
    pub async fn query_tpm_models(&self) -> Result<Vec<String>, QmpError> {
        self.execute_as(&Command::new("query-tpm-models")).await
    }

    /// The ways to provide a TPM.
    pub async fn query_tpm_types(&self) -> Result<Vec<String>, QmpError> {
        self.execute_as(&Command::new("query-tpm-types")).await
    }

    /// What a migration can do.
    pub async fn query_migrate_capabilities(&self) -> Result<Vec<MigrationCapability>, QmpError> {
        self.execute_as(&Command::new("query-migrate-capabilities")).await
    }
}
