//! Defaults of the processors.

use super::Qemu;
use super::machine::is_kvm;
use crate::OnOff;
use crate::domain::Domain;
use crate::domain::cpu::{Cpu, CpuCheck, CpuFallback, CpuMatch, CpuMode, CpuModel, FeaturePolicy};

/// Completes the CPU; one that is not said is the machine's own, by its name.
pub(super) fn complete(domain: &mut Domain, qemu: &dyn Qemu) {
    let machine = domain.os.machine.machine.as_deref().unwrap_or_default();
    let own = qemu.default_cpu(domain.virt_type, machine);
    let kvm = is_kvm(domain);
    let cpu = domain.cpu.get_or_insert_with(Cpu::default);
    if matches!(cpu.mode, None | Some(CpuMode::Custom)) && cpu.model.is_none() {
        match own.as_deref() {
            Some("host") => cpu.mode = Some(CpuMode::HostPassthrough),
            Some("max") => cpu.mode = Some(CpuMode::Maximum),
            Some(name) => {
                *cpu = Cpu {
                    mode: Some(CpuMode::Custom),
                    matching: Some(CpuMatch::Exact),
                    check: Some(CpuCheck::None),
                    model: Some(CpuModel {
                        fallback: Some(CpuFallback::Forbid),
                        vendor_id: None,
                        name: name.into(),
                    }),
                    ..std::mem::take(cpu)
                };
            }
            None => {}
        }
    }
    let mode = *cpu.mode.get_or_insert(CpuMode::Custom);
    // libvirt asks the 64-bit CPU whether it can leave out what cannot migrate.
    let migratable = OnOff::from(qemu.arch() == "x86_64");
    complete_mode(cpu, mode, kvm, migratable);
    for feature in &mut cpu.features {
        feature.policy.get_or_insert(FeaturePolicy::Require);
    }
    if let Some(topology) = &mut cpu.topology {
        topology.dies.get_or_insert(1);
    }
}

fn complete_mode(cpu: &mut Cpu, mode: CpuMode, kvm: bool, migratable: OnOff) {
    match mode {
        CpuMode::Custom => {
            cpu.matching.get_or_insert(CpuMatch::Exact);
            if let Some(model) = &mut cpu.model {
                model.fallback.get_or_insert(CpuFallback::Allow);
            }
            cpu.check.get_or_insert(if kvm { CpuCheck::Partial } else { CpuCheck::None });
        }
        CpuMode::HostModel => {
            cpu.matching = None;
            if cpu
                .model
                .as_ref()
                .is_some_and(|model| model.name.is_empty() && model.vendor_id.is_none())
            {
                cpu.model = None;
            }
            cpu.check.get_or_insert(CpuCheck::Partial);
        }
        CpuMode::HostPassthrough | CpuMode::Maximum => {
            (cpu.matching, cpu.model) = (None, None);
            cpu.check.get_or_insert(CpuCheck::None);
            if mode == CpuMode::HostPassthrough {
                cpu.migratable.get_or_insert(migratable);
            }
        }
    }
}
