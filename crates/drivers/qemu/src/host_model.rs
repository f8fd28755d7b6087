//! A guest's CPU and this host: whether it can be given, and which `<cpu mode='host-model'>` is here.

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::VirtType;
use config::domain::cpu::{Cpu, CpuCheck, CpuFallback, CpuMatch, CpuMode};

use crate::argv::Asks;
use crate::capabilities::cpu::{Comparison, Model, WrittenCpu, compare};
use crate::capabilities::{Accel, Arch, Emulator};

/// Whether the CPU is one that a guest has, or one that it would get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// The guest runs: it is this CPU and no other.
    Has,
    /// The guest is off.
    WouldGet,
}

/// Puts the model that stands for the host, with its features, in the place of `host-model`. A document
/// with another CPU, or on a host that has none, stays as it is.
pub(crate) fn name_model(document: &mut config::Domain, emulator: &impl Asks, tense: Tense) {
    let virt_type = document.virt_type;
    let Some(cpu) = document.cpu.as_mut().filter(|cpu| is_host_model(cpu)) else { return };
    let Some(host) = emulator.host_model(virt_type) else { return };
    let Some(mut model) = host.model.clone() else { return };
    let said = cpu.model.take();
    let fallback = said.as_ref().and_then(|said| said.fallback).unwrap_or(CpuFallback::Allow);
    model.vendor_id = said.and_then(|said| said.vendor_id);
    model.fallback = Some(if tense == Tense::Has { CpuFallback::Forbid } else { fallback });
    cpu.mode = Some(CpuMode::Custom);
    cpu.matching = Some(CpuMatch::Exact);
    if tense == Tense::Has && cpu.check != Some(CpuCheck::None) {
        cpu.check = Some(CpuCheck::Full);
    }
    cpu.model = Some(model);
    cpu.vendor.clone_from(&host.vendor);
    let asked = std::mem::take(&mut cpu.features);
    let said = |name: &str| asked.iter().any(|feature| &*feature.name == name);
    cpu.features = host.features.iter().filter(|feature| !said(&feature.name)).cloned().collect();
    cpu.features.extend(asked);
}

/// Refuses a start with a named model that the emulator cannot give here, if the document has it checked.
///
/// # Errors
/// `CPU_INCOMPATIBLE`, naming what is missing.
pub(crate) fn check(document: &config::Domain, emulator: &Emulator) -> Result<()> {
    let is_named = |cpu: &&Cpu| {
        let model = cpu.model.as_ref().and_then(|model| Model::by_name(&model.name));
        let is_custom = matches!(cpu.mode, None | Some(CpuMode::Custom));
        is_custom && cpu.check == Some(CpuCheck::Partial) && model.is_some()
    };
    let accel = match document.virt_type {
        VirtType::Kvm => Accel::Kvm,
        _ => Accel::Tcg,
    };
    let cpu = document.cpu.as_ref().filter(is_named);
    let (Some(cpu), Some(host)) = (cpu, emulator.host_cpu(accel)) else { return Ok(()) };
    let arch = emulator.arch().unwrap_or_else(Arch::host);
    match compare(&host, arch, &WrittenCpu::of_guest(cpu))? {
        Comparison::Incompatible(why) => {
            Err(Error::new(ErrorCode::CPU_INCOMPATIBLE, ErrorDomain::CPU, why))
        }
        Comparison::Identical | Comparison::Superset => Ok(()),
    }
}

fn is_host_model(cpu: &Cpu) -> bool {
    cpu.mode == Some(CpuMode::HostModel)
}

#[cfg(test)]
mod tests {
    use config::domain::{FormatFlags, ParseFlags};

    use super::*;
    use crate::capabilities::probe::recorded;

    async fn emulator() -> Emulator {
        recorded::emulator(&recorded::recording(Accel::Tcg), None).await.unwrap()
    }

    async fn named(cpu: &str, tense: Tense) -> String {
        let text =
            format!("<domain type='qemu'><name>a</name><os><type>hvm</type></os>{cpu}</domain>");
        let mut document = config::Domain::parse(&text, ParseFlags::Live).unwrap();
        name_model(&mut document, &emulator().await, tense);
        document.format(FormatFlags::LIVE)
    }

    #[tokio::test]
    async fn a_guest_has_the_model_and_features_that_stand_for_the_host() {
        let own = emulator().await.host_model(Accel::Tcg).unwrap().model.name;
        let text = named(
            "<cpu mode='host-model' check='partial'><topology sockets='1' dies='1' cores='2' \
             threads='1'/><feature policy='disable' name='hypervisor'/></cpu>",
            Tense::Has,
        )
        .await;
        for part in [
            "<cpu mode='custom' match='exact' check='full'>",
            &format!("<model fallback='forbid'>{own}</model>"),
            "<vendor>",
            "<topology sockets='1' dies='1' cores='2' threads='1'/>",
            "<feature policy='disable' name='hypervisor'/>",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert_eq!(text.matches("name='hypervisor'").count(), 1, "{text}");
    }

    #[tokio::test]
    async fn of_a_guest_that_is_off_the_check_stays() {
        let text = named("<cpu mode='host-model' check='partial'/>", Tense::WouldGet).await;
        assert!(text.contains("<cpu mode='custom' match='exact' check='partial'>"), "{text}");
        assert!(text.contains("<model fallback='allow'>"), "{text}");
    }

    #[tokio::test]
    async fn a_model_that_cannot_be_given_is_refused_where_that_is_checked() {
        let emulator = emulator().await;
        let checked = |cpu: &str| {
            let text = format!(
                "<domain type='qemu'><name>a</name><os><type>hvm</type></os>{cpu}</domain>"
            );
            let document = config::Domain::parse(&text, ParseFlags::Inactive).unwrap();
            check(&document, &emulator)
        };
        let model = |check: &str, feature: &str| {
            checked(&format!(
                "<cpu mode='custom' match='exact' check='{check}'><model>kvm32</model>\
                 <feature policy='require' name='{feature}'/></cpu>"
            ))
        };
        assert_eq!(model("partial", "sse2"), Ok(()));
        let error = model("partial", "avx512f").unwrap_err();
        assert_eq!(error.code, ErrorCode::CPU_INCOMPATIBLE);
        assert!(error.message.ends_with("required features: avx512f"), "{error}");
        assert_eq!(model("none", "avx512f"), Ok(()));
    }

    #[tokio::test]
    async fn another_cpu_stays_as_it_is() {
        let text = named("<cpu mode='maximum' check='none'/>", Tense::Has).await;
        assert!(text.contains("<cpu mode='maximum' check='none'/>"), "{text}");
    }
}
