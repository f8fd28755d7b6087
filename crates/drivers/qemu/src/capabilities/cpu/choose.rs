//! Which named model describes a CPU best.

use super::data::{CpuData, FeatureSet};
use super::models::{Model, Vendor};

/// A CPU told as a named model and what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// The model.
    pub model: &'static Model,
    /// What the CPU has beyond it.
    pub require: FeatureSet,
    /// What the CPU lacks of it, or what cannot be had with it.
    pub disable: FeatureSet,
    /// What the model had once and the CPU lacks.
    pub removed: FeatureSet,
}

impl Description {
    /// What documents name as required.
    pub fn required(&self) -> impl Iterator<Item = &'static str> {
        self.require.names()
    }

    /// What documents name as disabled, in their order.
    pub fn disabled(&self) -> impl Iterator<Item = &'static str> {
        self.disable.names().chain(self.removed.names())
    }

    /// What a guest with this CPU has.
    pub fn features(&self) -> FeatureSet {
        self.model.features.with(&self.require).without(&self.disable)
    }
}

/// A model that may be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// The model.
    pub model: &'static Model,
    /// What of it cannot be had here, whatever else is asked for.
    pub blockers: FeatureSet,
}

impl Candidate {
    /// Every model, with nothing in the way.
    pub fn all() -> impl Iterator<Item = Self> {
        let every = Model::all().iter().filter(|model| model.describes_cpus());
        every.map(|model| Self { model, blockers: FeatureSet::default() })
    }
}

/// What is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// A machine: it is not called what it lacks something of.
    Host,
    /// A guest, which may do without; by this model if it is among the candidates.
    Guest(Option<&'a str>),
}

/// How bad a description is: each feature to name counts one, and each pair of disabled ones as much
/// more as there are pairs up to it. A model that is a little old is better than a new one without
/// much of what it stands for.
fn cost(enabled: usize, disabled: usize) -> usize {
    let pairs = disabled.div_ceil(2);
    enabled + disabled + pairs * (pairs + 1) / 2
}

/// Describes `cpu`: of the models of its vendor by one of its design if there is one, and of these by
/// the one that costs least; the first of equals.
pub fn describe(
    cpu: &CpuData,
    candidates: impl Iterator<Item = Candidate>,
    purpose: Purpose<'_>,
) -> Option<Description> {
    let rated = |Candidate { model, blockers }: Candidate| {
        let vendor = Vendor::by_signature(&cpu.vendor);
        let is_stranger = model.vendor != Vendor::Any
            && (vendor.is_some() || !cpu.vendor.is_empty())
            && vendor != Some(model.vendor);
        let require = cpu.features.without(&model.features);
        // What is asked for by name is asked for, also where it cannot be had.
        let disable = model.features.without(&cpu.features).with(&blockers.without(&require));
        if is_stranger || (purpose == Purpose::Host && !disable.is_empty()) {
            return None;
        }
        let removed = match purpose {
            Purpose::Host => FeatureSet::default(),
            Purpose::Guest(_) => model.removed.without(&cpu.features).without(&disable),
        };
        let preferred = matches!(purpose, Purpose::Guest(Some(name)) if name == model.name);
        let disabled = disable.len() + removed.len();
        let rank = (!preferred, !model.is_design_of(cpu), cost(require.len(), disabled), disabled);
        Some((rank, Description { model, require, disable, removed }))
    };
    candidates.filter_map(rated).min_by_key(|(rank, _)| *rank).map(|(_, best)| best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(name: &str) -> FeatureSet {
        Model::by_name(name).unwrap().features
    }

    fn cpu(vendor: &str, features: FeatureSet) -> CpuData {
        CpuData { vendor: vendor.into(), features, ..CpuData::default() }
    }

    fn guest(cpu: &CpuData) -> Description {
        describe(cpu, Candidate::all(), Purpose::Guest(None)).unwrap()
    }

    /// What two models have in common.
    fn both(one: &str, other: &str) -> FeatureSet {
        features(one).without(&features(one).without(&features(other)))
    }

    #[test]
    fn a_model_describes_itself() {
        for model in Model::all().iter().filter(|model| model.removed.is_empty()) {
            let found = guest(&cpu("", model.features));
            assert_eq!(found.features(), model.features, "{}", model.name);
        }
        assert_eq!(guest(&cpu("GenuineIntel", features("Penryn"))).model.name, "Penryn");
    }

    #[test]
    fn much_to_disable_is_worse_than_more_to_require() {
        // EPYC without eleven features, or an old model with 29 more.
        let found = guest(&cpu("AuthenticAMD", both("Skylake-Client", "EPYC")));
        assert_eq!((found.model.name, found.require.len()), ("kvm64", 29));
        // Opteron_G5 without six, or an old model with 15 more.
        let found = guest(&cpu("AuthenticAMD", both("Icelake-Server", "Opteron_G5")));
        assert_eq!((found.model.name, found.disable.len()), ("Opteron_G5", 6));
    }

    #[test]
    fn a_host_is_not_called_what_it_lacks_something_of() {
        let mut crippled = features("Haswell");
        crippled.remove("pcid");
        let crippled = cpu("GenuineIntel", crippled);
        let found = describe(&crippled, Candidate::all(), Purpose::Host).unwrap();
        assert_eq!(found.model.name, "SandyBridge");
        assert!(found.disable.is_empty() && found.require.contains("avx2"));
        assert_eq!(guest(&crippled).model.name, "Haswell");
    }

    #[test]
    fn the_same_design_goes_before_fewer_differences() {
        let crippled = CpuData { family: 6, model: 60, ..cpu("GenuineIntel", features("Conroe")) };
        assert!(guest(&crippled).model.name.starts_with("Haswell"));
    }

    #[test]
    fn a_model_of_another_vendor_is_not_considered() {
        let found = guest(&cpu("CentaurHauls", features("EPYC")));
        assert_eq!(found.model.vendor, Vendor::Any);
    }

    #[test]
    fn what_cannot_be_had_is_disabled_whatever_the_cpu_says() {
        let blocked = Candidate {
            model: Model::by_name("EPYC").unwrap(),
            blockers: ["topoext"].into_iter().collect(),
        };
        let epyc = cpu("AuthenticAMD", features("EPYC"));
        let found = describe(&epyc, std::iter::once(blocked), Purpose::Guest(None)).unwrap();
        assert_eq!(found.disabled().collect::<Vec<_>>(), ["topoext", "monitor"]);
    }
}
