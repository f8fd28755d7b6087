//! Whether a host can give what a document asks for.

use api::Result;
use config::domain::cpu::{CpuMatch, FeaturePolicy};

use super::data::{CpuData, FeatureSet};
use super::models::Vendor;
use super::written::WrittenCpu;
use crate::capabilities::Arch;

/// How a host's CPU stands to the one of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It cannot give it, for this reason.
    Incompatible(String),
    /// It is just that.
    Identical,
    /// It has more.
    Superset,
}

/// Compares the CPU of a host, or what an emulator gives its guests, with what a document asks for.
///
/// # Errors
/// `INTERNAL_ERROR` when the document names a model or feature that nobody knows.
pub fn compare(host: &CpuData, arch: Arch, asked: &WrittenCpu) -> Result<Comparison> {
    let is_same = |other: Arch| arch.runs(other) || (arch.is_x86() && other.is_x86());
    if let Some(other) = asked.arch.filter(|asked| !is_same(*asked)) {
        let what = format!("CPU arch {} does not match host arch", other.name);
        return Ok(Comparison::Incompatible(what));
    }
    let vendor = Vendor::by_signature(&host.vendor).and_then(Vendor::name);
    if let Some(other) = asked.vendor.as_deref().filter(|asked| vendor != Some(*asked)) {
        let what = format!("host CPU vendor does not match required CPU vendor {other}");
        return Ok(Comparison::Incompatible(what));
    }
    let model = asked.known_model()?.map(|model| model.features).unwrap_or_default();
    let said = |policy| asked.features(&[policy]);
    let forbidden = said(FeaturePolicy::Forbid).shared(&host.features);
    if !forbidden.is_empty() {
        let what = format!("Host CPU provides forbidden features: {}", list(&forbidden));
        return Ok(Comparison::Incompatible(what));
    }
    let spared = [FeaturePolicy::Force, FeaturePolicy::Optional, FeaturePolicy::Disable];
    let spared = asked.features(&spared);
    let required = model.without(&spared).with(&said(FeaturePolicy::Require));
    let missing = required.without(&host.features);
    if !missing.is_empty() {
        let what = format!("Host CPU does not provide required features: {}", list(&missing));
        return Ok(Comparison::Incompatible(what));
    }
    // Nothing forbidden is left by now.
    let extra = host.features.without(&required).without(&spared);
    if extra.is_empty() {
        return Ok(Comparison::Identical);
    }
    if asked.matching == CpuMatch::Strict && asked.model.is_some() {
        let what =
            format!("Host CPU does not strictly match guest CPU: Extra features: {}", list(&extra));
        return Ok(Comparison::Incompatible(what));
    }
    Ok(Comparison::Superset)
}

fn list(features: &FeatureSet) -> String {
    features.names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::models::Model;
    use super::super::written::Kind;
    use super::*;

    fn compared(asked: &str) -> Result<Comparison> {
        let mut features = Model::by_name("Nehalem").unwrap().features;
        features.insert("vme");
        let host = CpuData { vendor: "GenuineIntel".into(), features, ..CpuData::default() };
        let asked = WrittenCpu::read(asked, Kind::Either).unwrap();
        compare(&host, Arch::by_name("x86_64").unwrap(), &asked)
    }

    fn reason(asked: &str) -> String {
        match compared(asked).unwrap() {
            Comparison::Incompatible(reason) => reason,
            other => panic!("{asked} is {other:?}"),
        }
    }

    #[test]
    fn the_same_less_and_more() {
        let same = "<cpu><arch>x86_64</arch><model>Nehalem</model><feature name='vme'/></cpu>";
        assert_eq!(compared(same).unwrap(), Comparison::Identical);
        for less in [
            "<cpu><arch>i686</arch><model>Penryn</model></cpu>",
            "<cpu mode='host-model'/>",
            "<cpu><model>Westmere</model><feature policy='disable' name='aes'/></cpu>",
            "<cpu><model>Westmere</model><feature policy='optional' name='aes'/></cpu>",
            "<cpu><model>Conroe</model><feature policy='force' name='svm'/></cpu>",
        ] {
            assert_eq!(compared(less).unwrap(), Comparison::Superset, "{less}");
        }
        let more = "<cpu match='exact'><model>Westmere</model><feature policy='require' name='svm'/></cpu>";
        assert_eq!(reason(more), "Host CPU does not provide required features: aes, svm");
    }

    #[test]
    fn who_does_not_fit_is_told_why() {
        for (asked, why) in [
            (
                "<cpu><arch>aarch64</arch><model>cortex-a57</model></cpu>",
                "CPU arch aarch64 does not match host arch",
            ),
            (
                "<cpu><model>486</model><vendor>AMD</vendor></cpu>",
                "host CPU vendor does not match required CPU vendor AMD",
            ),
            (
                "<cpu><model>486</model><feature policy='forbid' name='sse2'/></cpu>",
                "Host CPU provides forbidden features: sse2",
            ),
            (
                "<cpu match='strict'><model>Penryn</model></cpu>",
                "Host CPU does not strictly match guest CPU: Extra features: vme, sse4.2, popcnt",
            ),
        ] {
            assert_eq!(reason(asked), why);
        }
    }

    #[test]
    fn what_nobody_knows_is_an_error() {
        let error = compared("<cpu><model>Nosuch</model></cpu>").unwrap_err();
        assert_eq!(error.message, "internal error: Unknown CPU model Nosuch");
        let odd = "<cpu><model>486</model><feature policy='disable' name='nosuch'/></cpu>";
        let error = compared(odd).unwrap_err();
        assert_eq!(error.message, "internal error: Unknown CPU feature nosuch");
    }
}
