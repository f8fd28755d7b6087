//! The CPU that QEMU gave a guest.

use std::collections::HashMap;

use api::{Error, ErrorDomain, Result};
use config::OnOff;
use config::domain::cpu::{Cpu, CpuCheck, CpuFeature, CpuMode, FeaturePolicy};
use config::domain::features::Switchable;
use qmp::{Monitor, QmpError};
use serde::{Deserialize, Serialize};
use xml::Value;

use super::settle::asked_of;
use crate::capabilities::cpu::{FEATURES, FeatureSet, Model, Place, Register};
use crate::errors::QEMU;

/// What a guest's CPU has, by what its CPUID says, and what was asked for in vain.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GivenCpu {
    enabled: FeatureSet,
    unavailable: FeatureSet,
    has_paravirtual_spinlocks: bool,
}

/// Where KVM tells a guest that a CPU which waits can be woken.
const PV_UNHALT: Place =
    Place::Cpuid { leaf: 0x4000_0001, subleaf: 0, register: Register::Eax, bit: 7 };

/// A register of CPUID. **Source**: `X86CPUFeatureWordInfo`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FeatureWord {
    cpuid_register: String,
    cpuid_input_eax: u32,
    #[serde(default)]
    cpuid_input_ecx: u32,
    features: u32,
}

impl GivenCpu {
    /// Asks QEMU for the CPU at this place of its object tree; `None` for one that is no x86.
    ///
    /// # Errors
    /// Those of the monitor.
    pub(crate) async fn ask(monitor: &Monitor, cpu: &str) -> Result<Option<Self>, QmpError> {
        let words = monitor.qom_get::<Vec<FeatureWord>>(cpu, "feature-words");
        let unavailable = monitor.qom_get::<Vec<String>>(cpu, "unavailable-features");
        let (words, unavailable) = match tokio::join!(words, unavailable) {
            (Ok(words), Ok(unavailable)) => (words, unavailable),
            (Err(QmpError::Refused { .. }), _) | (_, Err(QmpError::Refused { .. })) => {
                return Ok(None);
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let mut enabled = of_words(&words);
        if enabled.contains("arch-capabilities") || enabled.contains("core-capability") {
            enabled = enabled.with(&of_registers(monitor, cpu).await?);
        }
        let unavailable = unavailable.iter().map(String::as_str).collect();
        let has_paravirtual_spinlocks = Words::of(&words).have(PV_UNHALT);
        Ok(Some(Self { enabled, unavailable, has_paravirtual_spinlocks }))
    }

    /// Refuses a guest that lacks what it cannot do without.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED`, naming it.
    pub(crate) fn verify(&self, document: &config::Domain) -> Result<()> {
        let wants = |name: &str| {
            let features = document.cpu.iter().flat_map(|cpu| &cpu.features);
            features.into_iter().any(|feature| {
                let policy = feature.policy.unwrap_or(FeaturePolicy::Require);
                &*feature.name == name
                    && matches!(policy, FeaturePolicy::Require | FeaturePolicy::Force)
            })
        };
        let spinlocks = document.features.pvspinlock;
        if matches!(spinlocks, Some(Switchable(OnOff::On))) && !self.has_paravirtual_spinlocks {
            return Err(Error::config_unsupported(
                QEMU,
                "host doesn't support paravirtual spinlocks",
            ));
        }
        if wants("invtsc") && !self.enabled.contains("invtsc") {
            return Err(Error::config_unsupported(QEMU, "host doesn't support invariant TSC"));
        }
        Ok(())
    }

    /// Has a live document say what the guest's CPU is, and refuses one that had to be just as it is written.
    ///
    /// # Errors
    /// `OPERATION_FAILED`, naming what it has too much and what it lacks.
    pub(crate) fn describe(&self, document: &mut config::Domain) -> Result<Option<AskedCpu>> {
        let Some(cpu) = document.cpu.as_mut() else { return Ok(None) };
        let model = cpu.model.as_ref().and_then(|model| Model::by_name(&model.name));
        let (Some(model), None | Some(CpuMode::Custom)) = (model, cpu.mode) else {
            return Ok(None);
        };
        let asked = AskedCpu::of(cpu);
        let expected = asked_of(cpu, model);
        let extra = self.enabled.without(&expected);
        let lacking = expected.without(&self.enabled).with(&self.unavailable);
        if cpu.check == Some(CpuCheck::Full) {
            return refuse(&extra, &lacking).map(|()| None);
        }
        for name in extra.with(&lacking).names() {
            let policy = match lacking.contains(name) {
                true => FeaturePolicy::Disable,
                false => FeaturePolicy::Require,
            };
            say(cpu, policy, name);
        }
        cpu.check = Some(CpuCheck::Full);
        Ok(Some(asked))
    }
}

/// What was asked for in the place of what a live document says of its guest's CPU: another host is to be
/// asked for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AskedCpu {
    check: Option<String>,
    features: Vec<(String, Option<String>)>,
}

impl AskedCpu {
    fn of(cpu: &Cpu) -> Self {
        let policy = |feature: &CpuFeature| feature.policy.map(|policy| policy.word().to_owned());
        let features = cpu.features.iter();
        Self {
            check: cpu.check.map(|check| check.word().to_owned()),
            features: features.map(|f| (f.name.to_string(), policy(f))).collect(),
        }
    }

    /// Has a document ask for it again.
    pub(crate) fn restore(&self, document: &mut config::Domain) {
        let Some(cpu) = document.cpu.as_mut() else { return };
        cpu.check = self.check.as_deref().and_then(CpuCheck::parse);
        let feature = |(name, policy): &(String, Option<String>)| CpuFeature {
            policy: policy.as_deref().and_then(FeaturePolicy::parse),
            name: name.as_str().into(),
        };
        cpu.features = self.features.iter().map(feature).collect();
    }
}

fn refuse(extra: &FeatureSet, lacking: &FeatureSet) -> Result<()> {
    let list = |what: &str, set: &FeatureSet| {
        let names: Vec<&str> = set.names().collect();
        (!names.is_empty()).then(|| format!("{what} features: {}", names.join(",")))
    };
    let faults = [list("extra", extra), list("missing", lacking)];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    if faults.is_empty() {
        return Ok(());
    }
    let what = format!("guest CPU doesn't match specification: {}", faults.join(", "));
    Err(Error::operation_failed(ErrorDomain::CPU, what))
}

fn say(cpu: &mut Cpu, policy: FeaturePolicy, name: &str) {
    match cpu.features.iter_mut().find(|feature| &*feature.name == name) {
        Some(feature) => feature.policy = Some(policy),
        None => cpu.features.push(CpuFeature { policy: Some(policy), name: name.into() }),
    }
}

/// Words by leaf, subleaf and register.
struct Words<'a>(HashMap<(u32, u32, &'a str), u32>);

impl<'a> Words<'a> {
    fn of(words: &'a [FeatureWord]) -> Self {
        let place = |word: &'a FeatureWord| {
            (word.cpuid_input_eax, word.cpuid_input_ecx, word.cpuid_register.as_str())
        };
        Self(words.iter().map(|word| (place(word), word.features)).collect())
    }

    fn have(&self, place: Place) -> bool {
        let Place::Cpuid { leaf, subleaf, register, bit } = place else { return false };
        let register = match register {
            Register::Eax => "EAX",
            Register::Ebx => "EBX",
            Register::Ecx => "ECX",
            Register::Edx => "EDX",
        };
        self.0.get(&(leaf, subleaf, register)).is_some_and(|word| word >> bit & 1 == 1)
    }
}

fn of_words(words: &[FeatureWord]) -> FeatureSet {
    let words = Words::of(words);
    FEATURES.iter().filter(|known| words.have(known.place)).map(|known| known.name).collect()
}

/// What model-specific registers tell of, which QEMU has a property for each.
async fn of_registers(monitor: &Monitor, cpu: &str) -> Result<FeatureSet, QmpError> {
    let told = FeatureSet::of_registers();
    let mut on = FeatureSet::default();
    for name in told.names() {
        match monitor.qom_get::<bool>(cpu, name).await {
            Ok(true) => on.insert(name),
            // A QEMU that does not know the feature does not give it.
            Ok(false) | Err(QmpError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(on)
}

#[cfg(test)]
mod tests {
    use config::domain::{FormatFlags, ParseFlags};

    use super::*;

    fn document(check: &str, more: &str) -> config::Domain {
        let text = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os>\
             <cpu mode='custom' match='exact' check='{check}'><model fallback='forbid'>qemu64</model>\
             {more}</cpu></domain>"
        );
        config::Domain::parse(&text, ParseFlags::Live).unwrap()
    }

    /// What a QEMU gives that adds `hypervisor` and has no `svm`.
    fn given() -> GivenCpu {
        let mut enabled = Model::by_name("qemu64").unwrap().features;
        enabled.remove("svm");
        enabled.insert("hypervisor");
        let unavailable = ["svm"].into_iter().collect();
        GivenCpu { enabled, unavailable, has_paravirtual_spinlocks: false }
    }

    #[test]
    fn a_live_document_has_what_the_guest_really_has() {
        let mut document = document("partial", "<feature policy='require' name='svm'/>");
        let asked = given().describe(&mut document).unwrap();
        let text = document.format(FormatFlags::LIVE);
        for part in [
            "check='full'",
            "<feature policy='disable' name='svm'/>",
            "<feature policy='require' name='hypervisor'/>",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert_eq!(text.matches("<feature ").count(), 2, "{text}");
        // Told to another daemon, and back.
        let asked = serde_json::to_string(&asked.unwrap()).unwrap();
        serde_json::from_str::<AskedCpu>(&asked).unwrap().restore(&mut document);
        let text = document.format(FormatFlags::LIVE);
        assert!(
            text.contains("check='partial'") && text.contains("'require' name='svm'"),
            "{text}"
        );
        assert_eq!(text.matches("<feature ").count(), 1, "{text}");
    }

    #[test]
    fn a_cpu_that_has_to_be_as_written_is_refused_by_name() {
        let error = given().describe(&mut document("full", "")).unwrap_err();
        assert_eq!(
            error.message,
            "operation failed: guest CPU doesn't match specification: extra features: hypervisor, \
             missing features: svm"
        );
        let more =
            "<feature policy='require' name='hypervisor'/><feature policy='disable' name='svm'/>";
        let mut agreeing = given();
        agreeing.unavailable = FeatureSet::default();
        agreeing.describe(&mut document("full", more)).unwrap();
    }

    #[test]
    fn a_clock_that_does_not_stop_is_given_or_refused() {
        let asking = document("none", "<feature policy='force' name='invtsc'/>");
        let error = given().verify(&asking).unwrap_err();
        assert!(error.message.contains("invariant TSC"), "{error}");
        given().verify(&document("none", "")).unwrap();
    }

    #[test]
    fn spinlocks_that_nobody_wakes_are_refused() {
        let mut asking = document("none", "");
        asking.features.pvspinlock = Some(Switchable(OnOff::On));
        assert!(given().verify(&asking).unwrap_err().message.contains("spinlocks"));
        GivenCpu { has_paravirtual_spinlocks: true, ..given() }.verify(&asking).unwrap();
    }

    #[test]
    fn words_are_read_by_leaf_and_register() {
        let word = |leaf, register: &str, features| FeatureWord {
            cpuid_register: register.to_owned(),
            cpuid_input_eax: leaf,
            cpuid_input_ecx: 0,
            features,
        };
        let set = of_words(&[word(1, "EDX", 1 << 25), word(7, "EBX", 1 << 5), word(1, "EAX", 1)]);
        assert_eq!(set.names().collect::<Vec<_>>(), ["sse", "avx2"]);
    }
}
