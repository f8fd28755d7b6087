//! A CPU that several hosts can give: what their CPUs have in common.

use std::collections::BTreeMap;

use api::{Error, ErrorCode, ErrorDomain, Result};
use config::domain::cpu::FeaturePolicy;
use xml::{View, Writer};

use super::choose::{Candidate, Description, Purpose, describe};
use super::data::{CpuData, FeatureSet};
use super::models::{Model, Vendor};
use super::written::WrittenCpu;
use crate::capabilities::Arch;

/// Models of the machines that IBM makes and QEMU runs natively.
pub const POWER_MODELS: [&str; 7] =
    ["POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500"];

/// What an operating system switches on: no CPU is chosen by it.
const BY_SYSTEM: [&str; 2] = ["osxsave", "ospke"];

/// What is wanted of a baseline.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The models that an emulator has; `None` for any.
    pub offered: Option<Vec<Candidate>>,
    /// What must not be in it: what keeps a guest on its host.
    pub without: FeatureSet,
    /// Whether all features are named, not only what differs from the model.
    pub expanded: bool,
}

fn failed(what: impl Into<String>) -> Error {
    Error::operation_failed(ErrorDomain::CPU, what)
}

/// The document of a CPU that has what all of `cpus` have.
///
/// # Errors
/// `OPERATION_FAILED` when they have nothing in common or different vendors, `INTERNAL_ERROR` when one is
/// of a model that nobody knows, `INVALID_ARG` when one names none, `NO_SUPPORT` for other architectures.
pub fn baseline(cpus: &[WrittenCpu], arch: Arch, wanted: &Baseline) -> Result<String> {
    if cpus.is_empty() {
        return Err(Error::invalid_arg(ErrorDomain::CPU, "No CPUs given"));
    }
    if let Some(index) = cpus.iter().position(|cpu| cpu.model.is_none()) {
        let what = format!("no CPU model specified at index {index}");
        return Err(Error::invalid_arg(ErrorDomain::CPU, what));
    }
    match arch.name {
        "i686" | "x86_64" => of_x86(cpus, wanted),
        "aarch64" | "armv6l" | "armv7l" | "armv7b" => Ok(plain(name_of(cpus), "allow")),
        "ppc64" | "ppc64le" => of_power(cpus),
        "s390" | "s390x" => {
            let what = format!("cannot compute baseline CPU of {} architecture", arch.name);
            Err(Error::new(ErrorCode::NO_SUPPORT, ErrorDomain::CPU, what))
        }
        name => {
            let what = format!("'{name}' architecture is not supported by CPU driver");
            Err(Error::new(ErrorCode::NO_SUPPORT, ErrorDomain::CPU, what))
        }
    }
}

/// The model of the first.
fn name_of(cpus: &[WrittenCpu]) -> &str {
    cpus.first().and_then(|cpu| cpu.model.as_deref()).unwrap_or_default()
}

fn plain(model: &str, fallback: &str) -> String {
    print(model, fallback, None, &mut std::iter::empty())
}

fn of_power(cpus: &[WrittenCpu]) -> Result<String> {
    let names = || cpus.iter().filter_map(|cpu| cpu.model.as_deref());
    if let Some(unknown) = names().find(|name| !POWER_MODELS.contains(name)) {
        return Err(Error::internal(ErrorDomain::CPU, format!("Unknown CPU model {unknown}")));
    }
    let first = name_of(cpus);
    match names().all(|name| name == first) {
        true => Ok(plain(first, "forbid")),
        false => Err(failed("CPUs are incompatible")),
    }
}

fn of_x86(cpus: &[WrittenCpu], wanted: &Baseline) -> Result<String> {
    let mut known: Vec<(&WrittenCpu, &'static Model)> = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        known.extend(cpu.known_model()?.map(|model| (cpu, model)));
    }
    let vendor = common_vendor(&known)?;
    let shared = known.iter().map(|(cpu, model)| given(cpu, model)).reduce(|a, b| a.shared(&b));
    let features = shared.unwrap_or_default();
    if features.is_empty() {
        return Err(failed("CPUs are incompatible"));
    }
    let signature = vendor.map_or("", Vendor::signature).to_owned();
    let data = CpuData { vendor: signature, features, ..CpuData::default() };
    let first = name_of(cpus);
    let same = known.iter().all(|(_, model)| model.name == first).then_some(first);
    let found = match &wanted.offered {
        Some(offered) => describe(&data, offered.iter().copied(), Purpose::Guest(same)),
        None => describe(&data, Candidate::all(), Purpose::Guest(same)),
    };
    let found = found.ok_or_else(|| {
        Error::internal(ErrorDomain::CPU, "Cannot find suitable CPU model for given data")
    })?;
    let is_exact = wanted.offered.is_some() || same == Some(found.model.name);
    let fallback = if is_exact { "forbid" } else { "allow" };
    let vendor = vendor.filter(|_| cpus.iter().all(|cpu| cpu.vendor.is_some()));
    let vendor = vendor.and_then(Vendor::name);
    let mut features = named(&found, wanted);
    Ok(print(found.model.name, fallback, vendor, &mut features))
}

/// What a CPU has that is described so.
fn given(cpu: &WrittenCpu, model: &Model) -> FeatureSet {
    let more = cpu.features(&[FeaturePolicy::Require, FeaturePolicy::Force]);
    let less = cpu.features(&[FeaturePolicy::Disable, FeaturePolicy::Forbid]);
    model.features.with(&more).without(&less)
}

/// The vendor that all have, as far as documents or models say one.
fn common_vendor(cpus: &[(&WrittenCpu, &Model)]) -> Result<Option<Vendor>> {
    let find = |name: &str| {
        Vendor::by_name(name).ok_or_else(|| failed(format!("Unknown CPU vendor {name}")))
    };
    let Some(((first, _), others)) = cpus.split_first() else { return Ok(None) };
    let mut vendor = first.vendor.as_deref().map(find).transpose()?;
    for (cpu, model) in others {
        let of_model = model.vendor.name();
        if let (Some(said), Some(real)) = (cpu.vendor.as_deref(), of_model)
            && said != real
        {
            let name = model.name;
            let what = format!("CPU vendor {real} of model {name} differs from vendor {said}");
            return Err(failed(what));
        }
        let Some(name) = cpu.vendor.as_deref().or(of_model) else { continue };
        match vendor {
            None => vendor = Some(find(name)?),
            Some(vendor) if vendor.name() == Some(name) => {}
            Some(_) => return Err(failed("CPU vendors do not match")),
        }
    }
    Ok(vendor)
}

/// Features with their policy, in the order of documents; all of them in alphabetical order.
fn named(
    found: &Description,
    wanted: &Baseline,
) -> Box<dyn Iterator<Item = (&'static str, &'static str)>> {
    let without = &wanted.without.with(&BY_SYSTEM.into_iter().collect());
    let require = found.require.without(without);
    let disabled: Vec<_> = found.disabled().map(|name| (name, "disable")).collect();
    if !wanted.expanded {
        let required: Vec<_> = require.names().map(|name| (name, "require")).collect();
        return Box::new(required.into_iter().chain(disabled));
    }
    let has = found.model.features.without(&found.disable).without(without).with(&require);
    let mut all: BTreeMap<_, _> = has.names().map(|name| (name, "require")).collect();
    all.extend(disabled);
    Box::new(all.into_iter())
}

fn print(
    model: &str,
    fallback: &str,
    vendor: Option<&str>,
    features: &mut dyn Iterator<Item = (&'static str, &'static str)>,
) -> String {
    let mut out = Writer::new(View::PLAIN);
    out.open("cpu");
    out.attribute("mode", "custom");
    out.attribute("match", "exact");
    out.open("model");
    out.attribute("fallback", fallback);
    out.text(model);
    out.close("model");
    if let Some(vendor) = vendor {
        out.leaf("vendor", vendor);
    }
    for (name, policy) in features {
        out.open("feature");
        out.attribute("policy", policy);
        out.attribute("name", name);
        out.close("feature");
    }
    out.close("cpu");
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::super::written::Kind;
    use super::*;

    fn of(models: &[&str], wanted: &Baseline) -> Result<String> {
        let read = |rest: &&str| {
            let text = format!("<cpu><arch>x86_64</arch>{rest}</cpu>");
            WrittenCpu::read(&text, Kind::Host).unwrap()
        };
        let cpus: Vec<_> = models.iter().map(read).collect();
        baseline(&cpus, Arch::by_name("x86_64").unwrap(), wanted)
    }

    fn any(models: &[&str]) -> String {
        of(models, &Baseline::default()).unwrap()
    }

    #[test]
    fn one_is_itself_and_of_several_the_least() {
        assert_eq!(
            any(&["<model>Conroe</model><feature name='invtsc'/>"]),
            "<cpu mode='custom' match='exact'>\n  <model fallback='forbid'>Conroe</model>\n  \
             <feature policy='require' name='invtsc'/>\n</cpu>\n"
        );
        let two = any(&["<model>Haswell</model>", "<model>Nehalem</model>"]);
        assert!(two.contains("<model fallback='allow'>Nehalem</model>"), "{two}");
        let epyc = any(&["<model>EPYC</model>"]);
        assert!(epyc.contains("<feature policy='disable' name='monitor'/>"), "{epyc}");
    }

    #[test]
    fn features_are_expanded_in_order_and_what_cannot_migrate_is_left_out() {
        let wanted = Baseline {
            expanded: true,
            without: ["invtsc"].into_iter().collect(),
            ..Baseline::default()
        };
        let text = of(&["<model>486</model><feature name='invtsc'/>"], &wanted).unwrap();
        let names: Vec<_> = text
            .lines()
            .filter_map(|line| line.split("name='").nth(1)?.split('\'').next())
            .collect();
        assert_eq!(names, ["fpu", "pse", "vme"]);
    }

    #[test]
    fn vendors_must_agree_and_are_shown_when_all_name_one() {
        let shown = any(&["<model>486</model><vendor>AMD</vendor>"]);
        assert!(shown.contains("  <vendor>AMD</vendor>\n"), "{shown}");
        let error = |models: &[&str]| of(models, &Baseline::default()).unwrap_err().message;
        assert_eq!(
            error(&["<model>486</model><vendor>Intel</vendor>", "<model>athlon</model>"]),
            "operation failed: CPU vendors do not match"
        );
        assert_eq!(
            error(&["<model>486</model><vendor>Nosuch</vendor>"]),
            "operation failed: Unknown CPU vendor Nosuch"
        );
        assert_eq!(
            error(&["<model>486</model>", "<model>Conroe</model><vendor>AMD</vendor>"]),
            "operation failed: CPU vendor Intel of model Conroe differs from vendor AMD"
        );
    }

    #[test]
    fn an_emulators_models_come_with_what_it_cannot_give() {
        let offered = Candidate {
            model: Model::by_name("Penryn").unwrap(),
            blockers: ["ssse3"].into_iter().collect(),
        };
        let wanted = Baseline { offered: Some(vec![offered]), ..Baseline::default() };
        let text = of(&["<model>Penryn</model>"], &wanted).unwrap();
        assert!(text.contains("<model fallback='forbid'>Penryn</model>"), "{text}");
        assert!(text.contains("<feature policy='disable' name='ssse3'/>"), "{text}");
    }

    #[test]
    fn other_architectures_have_their_own_rules() {
        let read = |arch: &str, model: &str| {
            let text = format!("<cpu><arch>{arch}</arch><model>{model}</model></cpu>");
            let cpu = WrittenCpu::read(&text, Kind::Host).unwrap();
            let arch = cpu.arch.unwrap();
            baseline(&[cpu], arch, &Baseline::default())
        };
        assert!(read("ppc64", "POWER8").unwrap().contains("'forbid'>POWER8<"));
        assert!(read("aarch64", "cortex-a57").unwrap().contains("'allow'>cortex-a57<"));
        assert_eq!(read("s390x", "z13").unwrap_err().code, ErrorCode::NO_SUPPORT);
        assert_eq!(read("ppc64", "POWERX").unwrap_err().code, ErrorCode::INTERNAL_ERROR);
    }
}
