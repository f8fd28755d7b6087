//! The host's own CPU.

use host::kvm::Kvm;

use super::data::CpuData;

/// What the CPU says of itself, and through the kernel what only it may read. None where there is
/// nothing to tell a CPU by features: on other architectures than x86.
#[cfg(target_arch = "x86_64")]
pub fn host_cpu(kvm: Option<&Kvm>) -> Option<CpuData> {
    use std::collections::HashMap;

    use super::features::{FEATURES, Place, Register};

    let signature = host::cpu::signature();
    let mut data = CpuData {
        vendor: signature.vendor,
        family: signature.family,
        model: signature.model,
        stepping: signature.stepping,
        ..CpuData::default()
    };
    let mut leaves = HashMap::new();
    let mut msrs = HashMap::new();
    for (index, feature) in FEATURES.iter().enumerate() {
        let word = match feature.place {
            Place::Cpuid { leaf, subleaf, register, .. } => {
                let answer = leaves
                    .entry((leaf, subleaf))
                    .or_insert_with(|| host::cpu::cpuid(leaf, subleaf));
                u64::from(match register {
                    Register::Eax => answer.eax,
                    Register::Ebx => answer.ebx,
                    Register::Ecx => answer.ecx,
                    Register::Edx => answer.edx,
                })
            }
            Place::Msr { index, .. } => *msrs
                .entry(index)
                .or_insert_with(|| kvm.and_then(|kvm| kvm.msr(index)).unwrap_or(0)),
        };
        let (Place::Cpuid { bit, .. } | Place::Msr { bit, .. }) = feature.place;
        if word >> bit & 1 == 1 {
            data.features.set(index);
        }
    }
    Some(data)
}

/// None: features are x86's way.
#[cfg(not(target_arch = "x86_64"))]
pub fn host_cpu(_: Option<&Kvm>) -> Option<CpuData> {
    None
}
