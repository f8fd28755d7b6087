//! What one QEMU binary is and can do.
//!
//! Everything here was asked of QEMU itself; nothing is derived from its version, so that a
//! distribution's build with features added or left out is known for what it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qmp::VersionTriple;
use serde::{Deserialize, Serialize};

use super::cpu::{Candidate, CpuData, Description, FeatureSet, Model, Purpose, describe};
use super::{Arch, Names, SchemaPath};

/// How a guest's instructions are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accel {
    /// Translated by QEMU.
    Tcg,
    /// By the host's CPU.
    Kvm,
}

/// A QEMU binary and what it can do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Emulator {
    pub(super) path: PathBuf,
    pub(super) version: (u32, u32, u32),
    pub(super) package: String,
    pub(super) target: String,
    pub(super) commands: Names,
    pub(super) types: Names,
    pub(super) properties: BTreeMap<String, Names>,
    pub(super) schema: Names,
    pub(super) options: BTreeMap<String, Names>,
    pub(super) switches: Names,
    pub(super) migration_capabilities: Names,
    pub(super) tpm_models: Names,
    pub(super) tpm_types: Names,
    pub(super) gic: Vec<Gic>,
    pub(super) sev: Option<Sev>,
    pub(super) sgx: Option<Sgx>,
    pub(super) machines: Vec<Machine>,
    pub(super) tcg: Option<Acceleration>,
    pub(super) kvm: Option<Acceleration>,
}

/// A machine type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its own name, such as `pc-q35-7.2`.
    pub name: String,
    /// Another name that stands for it, such as `q35`.
    pub alias: Option<String>,
    /// Whether it is what a guest gets that names none.
    pub is_default: bool,
    /// Whether QEMU wants to be rid of it.
    pub deprecated: bool,
    /// Whether CPUs can come and go while the guest runs.
    pub hotpluggable_cpus: bool,
    /// Most virtual CPUs.
    pub max_cpus: u32,
    /// Whether memory of NUMA nodes can be given as a bare size (`-numa node,mem=`).
    pub numa_mem: bool,
    /// The CPU model of a guest that names none, such as `qemu64`.
    pub default_cpu: Option<String>,
    /// Name of the memory backend for the main memory.
    pub default_ram_id: Option<String>,
    /// Whether it has ACPI; not told by an older QEMU.
    pub acpi: Option<bool>,
}

/// What depends on how instructions are executed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Acceleration {
    /// CPU models, in QEMU's order.
    pub cpu_models: Vec<CpuModel>,
    /// The CPU that has all that can be had here.
    pub host_cpu: Option<CpuData>,
    /// Hyper-V enlightenments that the host can provide, such as `hv-relaxed`.
    pub hyperv: Names,
}

/// A CPU model, as one accelerator has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuModel {
    /// Its name, such as `Broadwell`.
    pub name: String,
    /// Features that it needs and that cannot be had here; none for a usable model.
    pub blockers: Vec<String>,
    /// Whether QEMU wants to be rid of it.
    pub deprecated: bool,
}

impl CpuModel {
    /// Whether a guest can have it here.
    pub fn is_usable(&self) -> bool {
        self.blockers.is_empty()
    }
}

/// A version of ARM's interrupt controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gic {
    /// 2 or 3.
    pub version: u32,
    /// Whether the kernel provides it.
    #[serde(default)]
    pub kernel: bool,
    /// Whether QEMU emulates it.
    #[serde(default)]
    pub emulated: bool,
}

/// AMD's memory encryption on this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sev {
    /// Diffie-Hellman key of the platform, in base64.
    pub pdh: String,
    /// Chain of certificates, in base64.
    pub cert_chain: String,
    /// The CPU's id, in base64.
    #[serde(default)]
    pub cpu0_id: Option<String>,
    /// The bit of a page table entry that says encrypted.
    pub cbitpos: u32,
    /// How many bits of physical addresses are lost.
    pub reduced_phys_bits: u32,
}

/// Intel's enclaves on this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sgx {
    /// Flexible launch control.
    #[serde(default)]
    pub flc: bool,
    /// Version 1.
    #[serde(default)]
    pub sgx1: bool,
    /// Version 2.
    #[serde(default)]
    pub sgx2: bool,
    /// Memory for enclaves, by NUMA node.
    #[serde(default)]
    pub sections: Vec<SgxSection>,
}

/// Memory for enclaves of one NUMA node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SgxSection {
    /// The node.
    pub node: u32,
    /// **Units**: bytes.
    pub size: u64,
}

impl Emulator {
    /// A binary that nothing is known of.
    pub fn unknown(path: &Path) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// The binary.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, to be shown: what it can do is asked, not concluded.
    pub fn version(&self) -> VersionTriple {
        let (major, minor, micro) = self.version;
        VersionTriple { major, minor, micro }
    }

    /// Version and build as a person reads them.
    pub fn version_text(&self) -> String {
        let (major, minor, micro) = self.version;
        format!("{major}.{minor}.{micro}{}", self.package)
    }

    /// The distributor's name for this build; may be empty.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// What it emulates.
    pub fn arch(&self) -> Option<Arch> {
        Arch::by_target(&self.target)
    }

    /// Whether there is a device of this type, such as `virtio-blk-pci`.
    pub fn has_device(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    /// Whether there is a type that `-object` makes, such as `memory-backend-memfd`.
    pub fn has_object(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    /// Whether a device, object or machine type has a property.
    ///
    /// Only types of [`PROBED_TYPES`](super::PROBED_TYPES) are known so closely.
    pub fn has_property(&self, kind: &str, property: &str) -> bool {
        if !super::is_probed(kind) {
            tracing::warn!(kind, property, "asked about a type whose properties were not probed");
        }
        self.properties.get(kind).is_some_and(|names| names.contains(property))
    }

    /// Whether the monitor knows a command.
    pub fn has_command(&self, name: &str) -> bool {
        self.commands.contains(name)
    }

    /// Whether the monitor's schema has a place.
    pub fn has_schema_path(&self, path: SchemaPath) -> bool {
        self.schema.contains(path.text())
    }

    /// Whether there is a switch `-NAME` of the command line.
    pub fn has_switch(&self, name: &str) -> bool {
        self.switches.contains(name)
    }

    /// Whether an option of the command line has a parameter: (`smp-opts`, `dies`).
    pub fn has_option(&self, option: &str, parameter: &str) -> bool {
        self.options.get(option).is_some_and(|names| names.contains(parameter))
    }

    /// Whether migration knows a capability, such as `postcopy-ram`.
    pub fn has_migration_capability(&self, name: &str) -> bool {
        self.migration_capabilities.contains(name)
    }

    /// What migration can do, such as `postcopy-ram`.
    pub fn migration_capabilities(&self) -> &Names {
        &self.migration_capabilities
    }

    /// Models of TPM, such as `tpm-crb`.
    pub fn tpm_models(&self) -> &Names {
        &self.tpm_models
    }

    /// What a TPM can be backed by, such as `emulator`.
    pub fn tpm_types(&self) -> &Names {
        &self.tpm_types
    }

    /// ARM's interrupt controllers.
    pub fn gic(&self) -> &[Gic] {
        &self.gic
    }

    /// AMD's memory encryption, if this host has it.
    pub fn sev(&self) -> Option<&Sev> {
        self.sev.as_ref()
    }

    /// Intel's enclaves, if this host has them.
    pub fn sgx(&self) -> Option<&Sgx> {
        self.sgx.as_ref()
    }

    /// Whether guests can be run this way.
    pub fn supports(&self, accel: Accel) -> bool {
        self.acceleration(accel).is_some()
    }

    /// What depends on how guests are run.
    pub fn acceleration(&self, accel: Accel) -> Option<&Acceleration> {
        match accel {
            Accel::Tcg => self.tcg.as_ref(),
            Accel::Kvm => self.kvm.as_ref(),
        }
    }

    /// Whether guests of `arch` can be run this way: the host's CPU must be able to run them for KVM.
    pub fn runs(&self, arch: Arch, accel: Accel) -> bool {
        self.supports(accel) && (accel == Accel::Tcg || Arch::host().runs(arch))
    }

    /// The best way to run guests here.
    pub fn best_accel(&self) -> Option<Accel> {
        [Accel::Kvm, Accel::Tcg].into_iter().find(|accel| self.supports(*accel))
    }

    /// The CPU that has all that can be had here.
    pub fn host_cpu(&self, accel: Accel) -> Option<CpuData> {
        let mut cpu = self.acceleration(accel)?.host_cpu.clone()?;
        // A QEMU that does not tell what it leaves out of a CPU is not believed about registers.
        if !self.has_property("max-x86_64-cpu", "unavailable-features") {
            cpu.features = cpu.features.without(&FeatureSet::of_registers());
        }
        Some(cpu)
    }

    /// The named models of x86 that guests can be given, with what of them cannot be had here.
    pub fn candidates(&self, accel: Accel) -> Vec<Candidate> {
        let offered = self.acceleration(accel).map_or(&[][..], |accel| &accel.cpu_models);
        let candidate = |model: &'static Model| {
            let offered = offered.iter().find(|offered| offered.name == model.name)?;
            let blockers = offered.blockers.iter().map(String::as_str).collect();
            Some(Candidate { model, blockers })
        };
        Model::all().iter().filter(|model| model.describes_cpus()).filter_map(candidate).collect()
    }

    /// The CPU that has all that can be had here, told as a named model and what differs: what a guest
    /// with `<cpu mode='host-model'>` gets. None on other architectures than x86.
    pub fn host_model(&self, accel: Accel) -> Option<Description> {
        let host = self.host_cpu(accel)?;
        self.arch().filter(|arch| arch.is_x86())?;
        describe(&host, self.candidates(accel).into_iter(), Purpose::Guest(None))
    }

    /// Machine types: the default first, then in QEMU's order.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The machine type of this name or alias.
    pub fn machine(&self, name: &str) -> Option<&Machine> {
        self.machines
            .iter()
            .find(|machine| machine.name == name)
            .or_else(|| self.machines.iter().find(|machine| machine.alias.as_deref() == Some(name)))
    }

    /// The machine type of a guest that names none.
    pub fn default_machine(&self) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.is_default)
    }
}
