//! What a CPU or a CPU model is made of.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::features::{FEATURES, Place};

/// How many words hold a bit for each feature.
const WORDS: usize = FEATURES.len().div_ceil(64);

/// A set of features.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeatureSet([u64; WORDS]);

impl FeatureSet {
    /// Adds a feature by libvirt's name or QEMU's; an unknown one is not kept.
    pub fn insert(&mut self, name: &str) {
        if let Some(index) = index_of(name) {
            self.set(index);
        }
    }

    /// Adds the feature at `index` of [`FEATURES`].
    pub(super) fn set(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    /// Takes a feature out.
    pub fn remove(&mut self, name: &str) {
        let mut one = Self::default();
        one.insert(name);
        *self = self.without(&one);
    }

    /// Whether a feature is among them.
    pub fn contains(&self, name: &str) -> bool {
        index_of(name).is_some_and(|index| self.has(index))
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// Those of both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// Those that are in `other` too.
    #[must_use]
    pub fn shared(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    /// The features that only model-specific registers tell of.
    pub fn of_registers() -> Self {
        let told = FEATURES.iter().filter(|known| matches!(known.place, Place::Msr { .. }));
        told.map(|known| known.name).collect()
    }

    /// Whether a feature of this name is known at all.
    pub fn knows(name: &str) -> bool {
        index_of(name).is_some()
    }

    /// Names, in the order of documents.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let known = FEATURES.iter().enumerate();
        known.filter(|(index, _)| self.has(*index)).map(|(_, feature)| feature.name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn has(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }
}

impl<'a> FromIterator<&'a str> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut set = Self::default();
        names.into_iter().for_each(|name| set.insert(name));
        set
    }
}

// By name: a cache file must not depend on the order of a table.
impl Serialize for FeatureSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for FeatureSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut set = Self::default();
        for name in Vec::<std::borrow::Cow<'_, str>>::deserialize(deserializer)? {
            let index = index_of(&name);
            set.set(index.ok_or_else(|| D::Error::custom(format!("unknown feature '{name}'")))?);
        }
        Ok(set)
    }
}

/// Position in [`FEATURES`]; QEMU writes `tsc-adjust` where libvirt writes `tsc_adjust`.
fn index_of(name: &str) -> Option<usize> {
    let name = if name == "pclmulqdq" { "pclmuldq" } else { name };
    let same = |known: &str| {
        known.len() == name.len()
            && known.bytes().zip(name.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'-'))
    };
    FEATURES.iter().position(|feature| same(feature.name))
}

/// A CPU, or what a CPU model pretends to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuData {
    /// What CPUID says, such as `GenuineIntel`.
    pub vendor: String,
    /// Family.
    pub family: u32,
    /// Model.
    pub model: u32,
    /// Stepping.
    pub stepping: u32,
    /// Features.
    pub features: FeatureSet,
}

impl CpuData {
    /// From the properties of a CPU that QEMU has expanded.
    pub fn from_properties<'a>(properties: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        let mut data = Self::default();
        let number = |value: &Value| value.as_u64().and_then(|n| n.try_into().ok()).unwrap_or(0);
        for (name, value) in properties {
            match (name, value) {
                ("vendor", Value::String(vendor)) => data.vendor.clone_from(vendor),
                ("family", _) => data.family = number(value),
                ("model", _) => data.model = number(value),
                ("stepping", _) => data.stepping = number(value),
                (_, Value::Bool(true)) => data.features.insert(name),
                _ => {}
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_the_same_feature() {
        let qemu: FeatureSet =
            ["tsc-adjust", "pclmulqdq", "sse4.1", "lahf-lm", "future"].into_iter().collect();
        let libvirt = ["tsc_adjust", "pclmuldq", "sse4.1", "lahf_lm"].into_iter().collect();
        assert_eq!(qemu, libvirt);
        assert_eq!(
            qemu.names().collect::<Vec<_>>(),
            ["pclmuldq", "sse4.1", "tsc_adjust", "lahf_lm"]
        );
    }

    #[test]
    fn every_feature_is_kept_through_a_file() {
        let all: FeatureSet = FEATURES.iter().map(|feature| feature.name).collect();
        assert_eq!(all.len(), FEATURES.len());
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<FeatureSet>(&text).unwrap(), all);
        assert!(serde_json::from_str::<FeatureSet>(r#"["nonsense"]"#).is_err());
    }
}
