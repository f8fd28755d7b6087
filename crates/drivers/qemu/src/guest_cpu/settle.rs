//! The choice of a CPU that a document leaves to the host.

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::VirtType;
use config::domain::cpu::{
    Cpu, CpuCheck, CpuFallback, CpuFeature, CpuMatch, CpuMode, CpuModel, FeaturePolicy,
};

use crate::capabilities::cpu::{
    Comparison, CpuData, FeatureSet, Model, Purpose, Vendor, WrittenCpu, compare, describe,
    host_cpu,
};
use crate::capabilities::{Accel, Arch, Emulator};
use crate::errors::QEMU;

/// What keeps a guest from moving to another host; it has to be asked for by name.
const NOT_MIGRATABLE: &str = "invtsc";

/// Checks the CPU of a guest that is to be started, and makes the choices that its document leaves open.
///
/// # Errors
/// `CPU_INCOMPATIBLE`, naming what this host lacks; `CONFIG_UNSUPPORTED` for a mode or a model that cannot be
/// had; `INTERNAL_ERROR` for a model that nobody knows.
pub(crate) fn settle(document: &mut config::Domain, emulator: &Emulator) -> Result<()> {
    let site = Site::of(document, emulator);
    let Some(cpu) = document.cpu.as_mut().filter(|cpu| chooses(cpu) || is_passed_through(cpu))
    else {
        return Ok(());
    };
    if is_passed_through(cpu) {
        return if site.virt_type == VirtType::Kvm { Ok(()) } else { Err(site.refuses(cpu)) };
    }
    site.check(cpu)?;
    site.choose(cpu)?;
    site.translate(cpu)?;
    if let Some(model) = &mut cpu.model {
        model.fallback = Some(CpuFallback::Forbid);
    }
    Ok(())
}

/// Names the CPU that a guest which is off would get. A document that leaves nothing open, or a host that has
/// no CPU for it, changes nothing.
pub(crate) fn name(document: &mut config::Domain, emulator: &Emulator) {
    let site = Site::of(document, emulator);
    if let Some(cpu) = document.cpu.as_mut().filter(|cpu| chooses(cpu))
        && let Err(error) = site.choose(cpu)
    {
        tracing::debug!(%error, "a CPU stays as it is written");
    }
}

/// Whether something of the CPU may be left to the host.
fn chooses(cpu: &Cpu) -> bool {
    match cpu.mode {
        Some(CpuMode::HostModel) => true,
        None | Some(CpuMode::Custom) => cpu.model.is_some(),
        Some(CpuMode::HostPassthrough | CpuMode::Maximum) => false,
    }
}

fn is_passed_through(cpu: &Cpu) -> bool {
    cpu.mode == Some(CpuMode::HostPassthrough)
}

/// Where the guest is to run.
struct Site<'a> {
    emulator: &'a Emulator,
    virt_type: VirtType,
    arch: String,
    accel: Accel,
}

impl<'a> Site<'a> {
    fn of(document: &config::Domain, emulator: &'a Emulator) -> Self {
        let accel = match document.virt_type {
            VirtType::Kvm => Accel::Kvm,
            _ => Accel::Tcg,
        };
        let arch = document.os.machine.arch.as_deref().unwrap_or(Arch::host().name).to_owned();
        Self { emulator, virt_type: document.virt_type, arch, accel }
    }

    fn is_x86(&self) -> bool {
        self.emulator.arch().is_some_and(|arch| arch.is_x86())
    }

    /// Compares the CPU with the host's, if the document has that done.
    fn check(&self, cpu: &Cpu) -> Result<()> {
        let is_custom = cpu.mode != Some(CpuMode::HostModel);
        if !is_custom || cpu.check != Some(CpuCheck::Partial) || !self.is_x86() {
            return Ok(());
        }
        let Some(mut host) = self.emulator.host_cpu(self.accel) else { return Ok(()) };
        if let (Accel::Kvm, Some(machine)) = (self.accel, host_cpu(None)) {
            host.features = host.features.with(&machine.features);
        }
        let arch = self.emulator.arch().unwrap_or_else(Arch::host);
        match compare(&host, arch, &WrittenCpu::of_guest(cpu))? {
            Comparison::Incompatible(why) => {
                Err(Error::new(ErrorCode::CPU_INCOMPATIBLE, ErrorDomain::CPU, why))
            }
            Comparison::Identical | Comparison::Superset => Ok(()),
        }
    }

    /// Puts a named model and features that are there or not in the place of what is left open.
    fn choose(&self, cpu: &mut Cpu) -> Result<()> {
        if !self.is_x86() {
            return Ok(());
        }
        let host = self.host();
        if cpu.mode == Some(CpuMode::HostModel) || cpu.matching == Some(CpuMatch::Minimum) {
            let host = host.as_ref().ok_or_else(|| self.refuses(cpu))?;
            self.stand_for(cpu, host)?;
        }
        let has = |feature: &CpuFeature| {
            host.as_ref().is_some_and(|host| host.features.contains(&feature.name))
        };
        let optional = |feature: &&mut CpuFeature| feature.policy == Some(FeaturePolicy::Optional);
        for feature in cpu.features.iter_mut().filter(optional) {
            let policy = if has(feature) { FeaturePolicy::Require } else { FeaturePolicy::Disable };
            feature.policy = Some(policy);
        }
        let model = WrittenCpu::of_guest(cpu).known_model()?;
        for gone in model.into_iter().flat_map(|model| model.denied.names()) {
            if !says(cpu, gone) {
                cpu.features.push(feature(FeaturePolicy::Disable, gone));
            }
        }
        Ok(())
    }

    /// The CPU that all guests of this kind can have and take along to another such host.
    fn host(&self) -> Option<CpuData> {
        let mut host = self.emulator.host_cpu(self.accel)?;
        host.features.remove(NOT_MIGRATABLE);
        Some(host)
    }

    /// Puts the model that describes the host in the place of what is asked for; features that the document
    /// names stay as they are.
    fn stand_for(&self, cpu: &mut Cpu, host: &CpuData) -> Result<()> {
        let candidates = self.emulator.candidates(self.accel);
        let described = describe(host, candidates.into_iter(), Purpose::Guest(None));
        let described = described.ok_or_else(|| self.refuses(cpu))?;
        let is_host_model = cpu.mode == Some(CpuMode::HostModel);
        let written = cpu.model.take();
        let fallback = written.as_ref().and_then(|written| written.fallback);
        cpu.model = Some(CpuModel {
            fallback: Some(fallback.unwrap_or(CpuFallback::Allow)),
            vendor_id: written.and_then(|written| written.vendor_id),
            name: described.model.name.into(),
        });
        cpu.mode = Some(CpuMode::Custom);
        cpu.matching = Some(CpuMatch::Exact);
        if is_host_model {
            let vendor = Vendor::by_signature(&host.vendor).and_then(Vendor::name);
            cpu.vendor = vendor.map(Into::into);
        }
        let asked = std::mem::take(&mut cpu.features);
        let required = described.required().map(|name| feature(FeaturePolicy::Require, name));
        let disabled = described.disabled().map(|name| feature(FeaturePolicy::Disable, name));
        let of_host = required.chain(disabled);
        let said = |own: &CpuFeature| asked.iter().any(|asked| asked.name == own.name);
        cpu.features = of_host.filter(|own| !said(own)).collect();
        cpu.features.extend(asked);
        Ok(())
    }

    /// Tells the CPU by a model that this emulator has, if the document lets another stand for its own.
    fn translate(&self, cpu: &mut Cpu) -> Result<()> {
        let Some(acceleration) = self.emulator.acceleration(self.accel) else { return Ok(()) };
        let Some(written) = cpu.model.as_ref().filter(|_| self.is_x86()) else { return Ok(()) };
        if acceleration.cpu_models.iter().any(|known| *known.name == *written.name) {
            return Ok(());
        }
        let refused = Error::config_unsupported(
            ErrorDomain::CPU,
            format!("CPU model {} is not supported by hypervisor", written.name),
        );
        let model = Model::by_name(&written.name);
        let another_will_do = written.fallback != Some(CpuFallback::Forbid);
        let Some(model) = model.filter(|_| another_will_do) else { return Err(refused) };
        let vendor = model.vendor.signature().to_owned();
        let data = CpuData { vendor, features: asked_of(cpu, model), ..CpuData::default() };
        let candidates = self.emulator.candidates(self.accel);
        let candidates = candidates.into_iter().map(|mut candidate| {
            // What cannot be had here is QEMU's to say.
            candidate.blockers = FeatureSet::default();
            candidate
        });
        let described = describe(&data, candidates, Purpose::Guest(None)).ok_or(refused)?;
        let required = described.required().map(|name| feature(FeaturePolicy::Require, name));
        let disabled = described.disabled().map(|name| feature(FeaturePolicy::Disable, name));
        cpu.features = required.chain(disabled).collect();
        if let Some(written) = &mut cpu.model {
            written.name = described.model.name.into();
        }
        Ok(())
    }

    fn refuses(&self, cpu: &Cpu) -> Error {
        let (mode, virt) = (cpu.mode.unwrap_or(CpuMode::HostModel), self.virt_type);
        let (arch, host) = (&self.arch, Arch::host().name);
        let what = format!(
            "CPU mode '{mode}' for {arch} {virt} domain on {host} host is not supported by hypervisor"
        );
        Error::config_unsupported(QEMU, what)
    }
}

/// What a guest with this CPU is to have.
pub(super) fn asked_of(cpu: &Cpu, model: &Model) -> FeatureSet {
    let written = WrittenCpu::of_guest(cpu);
    let wanted = written.features(&[FeaturePolicy::Require, FeaturePolicy::Force]);
    let unwanted = written.features(&[FeaturePolicy::Disable, FeaturePolicy::Forbid]);
    model.features.with(&wanted).without(&unwanted)
}

fn says(cpu: &Cpu, name: &str) -> bool {
    cpu.features.iter().any(|feature| &*feature.name == name)
}

fn feature(policy: FeaturePolicy, name: &str) -> CpuFeature {
    CpuFeature { policy: Some(policy), name: name.into() }
}

#[cfg(test)]
mod tests {
    use config::domain::{FormatFlags, ParseFlags};

    use super::*;
    use crate::capabilities::probe::recorded;

    async fn emulator() -> Emulator {
        recorded::emulator(&recorded::recording(Accel::Tcg), None).await.unwrap()
    }

    fn document(cpu: &str) -> config::Domain {
        let text =
            format!("<domain type='qemu'><name>a</name><os><type>hvm</type></os>{cpu}</domain>");
        config::Domain::parse(&text, ParseFlags::Live).unwrap()
    }

    async fn settled(cpu: &str) -> Result<String> {
        let mut document = document(cpu);
        settle(&mut document, &emulator().await)?;
        Ok(document.format(FormatFlags::LIVE))
    }

    #[tokio::test]
    async fn a_guest_has_the_model_and_features_that_stand_for_the_host() {
        let own = emulator().await.host_model(Accel::Tcg).unwrap().model.name;
        let text = settled(
            "<cpu mode='host-model' check='partial'><topology sockets='1' dies='1' cores='2' \
             threads='1'/><feature policy='disable' name='hypervisor'/></cpu>",
        )
        .await
        .unwrap();
        for part in [
            "<cpu mode='custom' match='exact' check='partial'>",
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
    async fn of_a_guest_that_is_off_another_model_may_still_do() {
        let mut document = document("<cpu mode='host-model' check='partial'/>");
        name(&mut document, &emulator().await);
        let text = document.format(FormatFlags::LIVE);
        assert!(text.contains("<cpu mode='custom' match='exact' check='partial'>"), "{text}");
        assert!(text.contains("<model fallback='allow'>"), "{text}");
    }

    #[tokio::test]
    async fn a_model_that_cannot_be_given_is_refused_where_that_is_checked() {
        let emulator = emulator().await;
        let model = |check: &str, feature: &str| {
            let mut document = document(&format!(
                "<cpu mode='custom' match='exact' check='{check}'><model>kvm32</model>\
                 <feature policy='require' name='{feature}'/></cpu>"
            ));
            settle(&mut document, &emulator)
        };
        assert_eq!(model("partial", "sse2"), Ok(()));
        let error = model("partial", "avx512f").unwrap_err();
        assert_eq!(error.code, ErrorCode::CPU_INCOMPATIBLE);
        assert!(error.message.ends_with("required features: avx512f"), "{error}");
        assert_eq!(model("none", "avx512f"), Ok(()));
    }

    #[tokio::test]
    async fn what_is_optional_or_gone_from_a_model_is_said() {
        let text = settled(
            "<cpu mode='custom' match='exact' check='none'><model>EPYC</model>\
             <feature policy='optional' name='avx512f'/><feature policy='optional' name='sse2'/></cpu>",
        )
        .await
        .unwrap();
        for part in [
            "<feature policy='disable' name='avx512f'/>",
            "<feature policy='require' name='sse2'/>",
            "<feature policy='disable' name='monitor'/>",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }

    #[tokio::test]
    async fn what_at_least_is_asked_for_is_what_the_host_has() {
        let text =
            settled("<cpu match='minimum' check='none'><model>qemu64</model></cpu>").await.unwrap();
        assert!(text.contains("match='exact'") && !text.contains("qemu64"), "{text}");
        assert!(!text.contains("<vendor>"), "{text}");
    }

    #[tokio::test]
    async fn models_and_modes_that_cannot_be_had_are_refused() {
        let unsupported = ErrorCode::CONFIG_UNSUPPORTED;
        for (cpu, code, words) in [
            (
                "<cpu mode='host-passthrough'/>",
                unsupported,
                "CPU mode 'host-passthrough' for x86_64 qemu domain on x86_64 host is not supported",
            ),
            (
                "<cpu><model fallback='forbid'>Icelake-Client</model></cpu>",
                unsupported,
                "CPU model Icelake-Client is not supported by hypervisor",
            ),
            ("<cpu><model>host</model></cpu>", ErrorCode::INTERNAL_ERROR, "Unknown CPU model host"),
        ] {
            let error = settled(cpu).await.unwrap_err();
            assert!(error.code == code && error.message.contains(words), "{cpu}: {error}");
        }
        let text = settled("<cpu><model fallback='allow'>Icelake-Client</model></cpu>").await;
        assert!(!text.unwrap().contains("Icelake-Client"));
    }

    #[tokio::test]
    async fn another_cpu_stays_as_it_is() {
        let text = settled("<cpu mode='maximum' check='none'/>").await.unwrap();
        assert!(text.contains("<cpu mode='maximum' check='none'/>"), "{text}");
    }
}
