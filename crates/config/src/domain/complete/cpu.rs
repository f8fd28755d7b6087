//! Defaults of the processors.

use super::Qemu;
use super::machine::is_kvm;
use crate::OnOff;
use crate::domain::Domain;
use crate::domain::cpu::{Cpu, CpuCheck, CpuFallback, CpuMatch, CpuMode, CpuModel, FeaturePolicy};

/// Names the machine's own CPU if none is said.
pub(super) fn name_machines(domain: &mut Domain, qemu: &dyn Qemu) {
    let machine = domain.os.machine.machine.as_deref().unwrap_or_default();
    let own = qemu.default_cpu(domain.virt_type, machine);
    let cpu = domain.cpu.get_or_insert_with(Cpu::default);
    if matches!(cpu.mode, None | Some(CpuMode::Custom)) {
        cpu.model = cpu.model.take().filter(|m| !m.name.is_empty() || m.vendor_id.is_some());
    }
    if let Some(bits) = &mut cpu.maxphysaddr {
        bits.limit = None;
    }
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
}

/// Completes the CPU.
pub(super) fn complete(domain: &mut Domain, qemu: &dyn Qemu) {
    let kvm = is_kvm(domain);
    let cpu = domain.cpu.get_or_insert_with(Cpu::default);
    let mode = *cpu.mode.get_or_insert(CpuMode::Custom);
    let migratable = OnOff::from(qemu.leaves_out_unmigratable());
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
            if let Some(model) = &mut cpu.model {
                let fallback = model.fallback.unwrap_or(CpuFallback::Allow);
                model.fallback = (!model.name.is_empty()).then_some(fallback);
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
