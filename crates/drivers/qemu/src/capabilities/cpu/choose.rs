//! Which named model describes a CPU best.

use std::collections::BTreeMap;

use super::data::{CpuData, FeatureSet, model_vendor};

/// A CPU told as a named model and what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The model.
    pub model: String,
    /// What the CPU has beyond it.
    pub require: FeatureSet,
    /// What the CPU lacks of it.
    pub disable: FeatureSet,
}

/// Whether features of the model may be missing in the CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// They are named as disabled.
    Allowed,
    /// The model must not be used then.
    Refused,
}

/// Describes `cpu` by one of `models`: of the models of its vendor one with its family and model number
/// if there is one, and of these the one that leaves the fewest differences to tell.
pub fn describe(
    cpu: &CpuData,
    models: &BTreeMap<String, CpuData>,
    missing: Missing,
) -> Option<Description> {
    let candidate = |(name, model): (&String, &CpuData)| {
        let real = model_vendor(name, Some(model)).is_some();
        let stranger = real && model.vendor != cpu.vendor;
        let require = cpu.features.without(&model.features);
        let disable = model.features.without(&cpu.features);
        if stranger || (missing == Missing::Refused && !disable.is_empty()) {
            return None;
        }
        let differences = require.len() + disable.len();
        let rank = (!(real && model.same_signature(cpu)), differences, disable.len());
        Some((rank, Description { model: name.clone(), require, disable }))
    };
    models.iter().filter_map(candidate).min_by_key(|(rank, _)| *rank).map(|(_, best)| best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(vendor: &str, model: u32, features: &[&str]) -> CpuData {
        CpuData {
            vendor: vendor.into(),
            family: 6,
            model,
            features: features.iter().copied().collect(),
            ..CpuData::default()
        }
    }

    fn models() -> BTreeMap<String, CpuData> {
        [
            ("kvm64", cpu("GenuineIntel", 6, &["sse2"])),
            ("Conroe", cpu("GenuineIntel", 15, &["sse2", "ssse3"])),
            ("Haswell", cpu("GenuineIntel", 60, &["sse2", "ssse3", "avx2", "bmi2", "hle"])),
            ("EPYC", cpu("AuthenticAMD", 1, &["sse2", "ssse3", "avx2"])),
        ]
        .map(|(name, data)| (name.to_owned(), data))
        .into()
    }

    fn chosen(cpu: &CpuData, missing: Missing) -> String {
        describe(cpu, &models(), missing).unwrap().model
    }

    #[test]
    fn the_fewest_differences_win() {
        let newer = cpu("GenuineIntel", 200, &["sse2", "ssse3", "avx2", "bmi2"]);
        let found = describe(&newer, &models(), Missing::Allowed).unwrap();
        assert_eq!(found.model, "Haswell");
        assert_eq!(found.disable.names().collect::<Vec<_>>(), ["hle"]);
    }

    #[test]
    fn a_host_is_not_called_what_it_lacks_something_of() {
        let newer = cpu("GenuineIntel", 200, &["sse2", "ssse3", "avx2", "bmi2"]);
        assert_eq!(chosen(&newer, Missing::Refused), "Conroe");
    }

    #[test]
    fn the_same_model_number_goes_before_fewer_differences() {
        let crippled = cpu("GenuineIntel", 60, &["sse2"]);
        assert_eq!(chosen(&crippled, Missing::Allowed), "Haswell");
    }

    #[test]
    fn a_model_of_another_vendor_is_not_considered() {
        let other = cpu("CentaurHauls", 200, &["sse2", "ssse3", "avx2"]);
        assert_eq!(chosen(&other, Missing::Allowed), "kvm64");
    }
}
