//! The named models of x86: what each is made of, by what it differs from another.
//!
//! The names are those that documents use, in the order in which libvirt lists them. What a model is
//! made of must not change with a QEMU, since documents of other hosts rely on it.

use std::sync::LazyLock;

use super::data::{CpuData, FeatureSet};

/// Who makes a CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Any: the model is no real CPU, or one that several made.
    Any,
    /// Intel.
    Intel,
    /// AMD.
    Amd,
    /// Hygon.
    Hygon,
}

impl Vendor {
    /// What documents call it; none for [`Vendor::Any`].
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Intel => Some("Intel"),
            Self::Amd => Some("AMD"),
            Self::Hygon => Some("Hygon"),
        }
    }

    /// The one that documents call `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Intel, Self::Amd, Self::Hygon].into_iter().find(|vendor| vendor.name() == Some(name))
    }

    /// What its CPUs call themselves; empty for [`Vendor::Any`].
    pub fn signature(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Intel => "GenuineIntel",
            Self::Amd => "AuthenticAMD",
            Self::Hygon => "HygonGenuine",
        }
    }

    /// The one whose CPUs call themselves `signature`.
    pub fn by_signature(signature: &str) -> Option<Self> {
        let known = [Self::Intel, Self::Amd, Self::Hygon];
        known.into_iter().find(|vendor| vendor.signature() == signature)
    }
}

/// CPUs of one design: family, models, and first and last stepping.
#[derive(Debug, Clone, Copy)]
struct Signature(u32, &'static [u32], u32, u32);

const fn every(family: u32, models: &'static [u32]) -> Signature {
    Signature(family, models, 0, u32::MAX)
}

const UNSIGNED: Signature = every(0, &[]);
const CONROE: Signature = every(6, &[15, 22]);
const PENRYN: Signature = every(6, &[23, 29]);
const NEHALEM: Signature = every(6, &[26, 30, 31, 46]);
const WESTMERE: Signature = every(6, &[37, 44, 47]);
const SANDY_BRIDGE: Signature = every(6, &[42, 45]);
const IVY_BRIDGE: Signature = every(6, &[58, 62]);
const HASWELL: Signature = every(6, &[60, 63, 69, 70]);
const BROADWELL: Signature = every(6, &[61, 71, 79, 86]);
const SKYLAKE_CLIENT: Signature = every(6, &[78, 94, 142, 158]);
const SKYLAKE_SERVER: Signature = Signature(6, &[85], 0, 4);
const CASCADE_LAKE: Signature = Signature(6, &[85], 5, 7);
const COOPER_LAKE: Signature = Signature(6, &[85], 10, 11);
const ICE_LAKE_CLIENT: Signature = every(6, &[125, 126]);
const ICE_LAKE_SERVER: Signature = every(6, &[106]);
const SNOW_RIDGE: Signature = every(6, &[134]);
const OPTERON_K8: Signature = every(15, &[6]);
const BULLDOZER: Signature = every(21, &[1]);
const PILEDRIVER: Signature = every(21, &[2]);
const NAPLES: Signature = every(23, &[1]);
const ROME: Signature = every(23, &[49]);
const MILAN: Signature = every(25, &[1]);
const DHYANA: Signature = every(24, &[0]);

/// A row of the table.
struct Row {
    name: &'static str,
    vendor: Vendor,
    signature: Signature,
    like: &'static str,
    plus: &'static str,
    minus: &'static str,
    removed: &'static str,
}

macro_rules! models {
    ($($name:literal: $vendor:ident, $signature:ident, like $like:literal
       $(plus $plus:literal)? $(minus $minus:literal)? $(removed $removed:literal)?;)*) => {
        &[$(Row {
            name: $name,
            vendor: Vendor::$vendor,
            signature: $signature,
            like: $like,
            plus: concat!($($plus)?),
            minus: concat!($($minus)?),
            removed: concat!($($removed)?),
        }),*]
    };
}

static ROWS: &[Row] = models! {
    "486": Any, UNSIGNED, like ""
        plus "fpu vme pse";
    "pentium": Any, UNSIGNED, like "486"
        plus "de tsc msr mce cx8 mmx";
    "pentium2": Any, UNSIGNED, like "pentium"
        plus "pae sep mtrr pge mca cmov pat pse36 fxsr";
    "pentium3": Any, UNSIGNED, like "pentium2"
        plus "sse";
    "pentiumpro": Any, UNSIGNED, like "pentium3"
        plus "apic sse2"
        minus "vme mtrr mca pse36";
    "coreduo": Intel, UNSIGNED, like "pentium3"
        plus "apic clflush sse2 pni monitor nx"
        minus "pse36";
    "n270": Intel, UNSIGNED, like "coreduo"
        plus "ssse3";
    "core2duo": Intel, UNSIGNED, like "n270"
        plus "pse36 syscall lm";
    "qemu32": Any, UNSIGNED, like "pentiumpro"
        plus "pni";
    "kvm32": Any, UNSIGNED, like "coreduo"
        plus "pse36"
        minus "vme monitor nx";
    "cpu64-rhel5": Any, UNSIGNED, like "core2duo"
        minus "vme monitor ssse3";
    "cpu64-rhel6": Any, UNSIGNED, like "cpu64-rhel5"
        plus "cx16 lahf_lm";
    "qemu64": Any, UNSIGNED, like "cpu64-rhel5"
        plus "cx16 svm";
    "kvm64": Any, UNSIGNED, like "cpu64-rhel5"
        plus "cx16";
    "Conroe": Intel, CONROE, like "cpu64-rhel5"
        plus "ssse3 lahf_lm";
    "Penryn": Intel, PENRYN, like "cpu64-rhel6"
        plus "ssse3 sse4.1";
    "Nehalem": Intel, NEHALEM, like "Penryn"
        plus "sse4.2 popcnt";
    "Nehalem-IBRS": Intel, NEHALEM, like "Nehalem"
        plus "spec-ctrl";
    "Westmere": Intel, WESTMERE, like "Nehalem"
        plus "aes";
    "Westmere-IBRS": Intel, WESTMERE, like "Nehalem-IBRS"
        plus "aes";
    "SandyBridge": Intel, SANDY_BRIDGE, like "Westmere"
        plus "pclmuldq x2apic tsc-deadline xsave avx rdtscp";
    "SandyBridge-IBRS": Intel, SANDY_BRIDGE, like "SandyBridge"
        plus "spec-ctrl";
    "IvyBridge": Intel, IVY_BRIDGE, like "SandyBridge"
        plus "vme f16c rdrand fsgsbase smep erms";
    "IvyBridge-IBRS": Intel, IVY_BRIDGE, like "IvyBridge"
        plus "spec-ctrl";
    "Haswell-noTSX": Intel, HASWELL, like "SandyBridge"
        plus "fma pcid movbe fsgsbase bmi1 avx2 smep bmi2 erms invpcid";
    "Haswell-noTSX-IBRS": Intel, HASWELL, like "Haswell-noTSX"
        plus "spec-ctrl";
    "Haswell": Intel, HASWELL, like "Haswell-noTSX"
        plus "hle rtm";
    "Haswell-IBRS": Intel, HASWELL, like "Haswell"
        plus "spec-ctrl";
    "Broadwell-noTSX": Intel, BROADWELL, like "Haswell-noTSX"
        plus "rdseed adx smap 3dnowprefetch";
    "Broadwell-noTSX-IBRS": Intel, BROADWELL, like "Broadwell-noTSX"
        plus "spec-ctrl";
    "Broadwell": Intel, BROADWELL, like "Broadwell-noTSX"
        plus "hle rtm";
    "Broadwell-IBRS": Intel, BROADWELL, like "Broadwell"
        plus "spec-ctrl";
    "Skylake-Client": Intel, SKYLAKE_CLIENT, like "Broadwell"
        plus "vme f16c rdrand arat mpx xsaveopt xsavec xgetbv1 abm";
    "Skylake-Client-IBRS": Intel, SKYLAKE_CLIENT, like "Skylake-Client"
        plus "spec-ctrl";
    "Skylake-Client-noTSX-IBRS": Intel, SKYLAKE_CLIENT, like "Skylake-Client-IBRS"
        minus "hle rtm"
        removed "hle rtm";
    "Skylake-Server": Intel, SKYLAKE_SERVER, like "Skylake-Client"
        plus "avx512f avx512dq clwb avx512cd avx512bw avx512vl pdpe1gb";
    "Skylake-Server-IBRS": Intel, SKYLAKE_SERVER, like "Skylake-Server"
        plus "spec-ctrl";
    "Skylake-Server-noTSX-IBRS": Intel, SKYLAKE_SERVER, like "Skylake-Server-IBRS"
        minus "hle rtm"
        removed "hle rtm";
    "Cascadelake-Server": Intel, CASCADE_LAKE, like "Skylake-Server-IBRS"
        plus "clflushopt avx512vnni ssbd";
    "Cascadelake-Server-noTSX": Intel, CASCADE_LAKE, like "Cascadelake-Server"
        minus "hle rtm"
        removed "hle rtm";
    "Icelake-Client": Intel, ICE_LAKE_CLIENT, like "Skylake-Client-IBRS"
        plus "avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg \
            avx512-vpopcntdq ssbd wbnoinvd"
        removed "intel-pt";
    "Icelake-Client-noTSX": Intel, ICE_LAKE_CLIENT, like "Icelake-Client"
        minus "hle rtm"
        removed "hle rtm intel-pt";
    "Icelake-Server": Intel, ICE_LAKE_SERVER, like "Icelake-Client"
        plus "avx512f avx512dq clflushopt clwb avx512cd avx512bw avx512vl la57 pdpe1gb"
        removed "intel-pt";
    "Icelake-Server-noTSX": Intel, ICE_LAKE_SERVER, like "Icelake-Server"
        minus "hle rtm"
        removed "hle rtm intel-pt";
    "Cooperlake": Intel, COOPER_LAKE, like "Cascadelake-Server"
        plus "pku stibp arch-capabilities avx512-bf16 rdctl-no ibrs-all skip-l1dfl-vmentry \
            mds-no pschange-mc-no taa-no"
        minus "mpx";
    "Snowridge": Intel, SNOW_RIDGE, like "IvyBridge-IBRS"
        plus "movbe arat rdseed smap clflushopt clwb sha-ni umip gfni cldemote movdiri \
            movdir64b arch-capabilities core-capability ssbd xsaveopt xsavec xgetbv1 \
            pdpe1gb 3dnowprefetch split-lock-detect"
        minus "avx f16c";
    "athlon": Amd, UNSIGNED, like "pentium3"
        plus "apic sse2 mmxext 3dnowext 3dnow"
        minus "mca";
    "phenom": Amd, UNSIGNED, like "cpu64-rhel5"
        plus "monitor mmxext fxsr_opt 3dnowext 3dnow svm";
    "Opteron_G1": Amd, OPTERON_K8, like "cpu64-rhel5";
    "Opteron_G2": Amd, OPTERON_K8, like "cpu64-rhel6"
        plus "rdtscp svm";
    "Opteron_G3": Amd, OPTERON_K8, like "Opteron_G2"
        plus "popcnt abm sse4a misalignsse"
        removed "monitor";
    "Opteron_G4": Amd, BULLDOZER, like "SandyBridge"
        plus "pdpe1gb svm abm sse4a misalignsse 3dnowprefetch xop fma4"
        minus "x2apic tsc-deadline";
    "Opteron_G5": Amd, PILEDRIVER, like "Opteron_G4"
        plus "fma f16c tbm";
    "EPYC": Amd, NAPLES, like "Skylake-Client-noTSX-IBRS"
        plus "clflushopt sha-ni mmxext fxsr_opt pdpe1gb svm cr8legacy sse4a misalignsse osvw"
        minus "pcid x2apic tsc-deadline erms invpcid mpx spec-ctrl"
        removed "monitor";
    "EPYC-IBPB": Amd, NAPLES, like "EPYC"
        plus "ibpb"
        removed "monitor";
    "EPYC-Rome": Amd, ROME, like "EPYC-IBPB"
        plus "clwb umip rdpid perfctr_core clzero xsaveerptr wbnoinvd amd-stibp npt \
            nrip-save";
    "EPYC-Milan": Amd, MILAN, like "EPYC-Rome"
        plus "pcid erms invpcid pku fsrm xsaves ibrs amd-ssbd svme-addr-chk";
    "Dhyana": Hygon, DHYANA, like "EPYC-IBPB"
        minus "pclmuldq aes sha-ni"
        removed "monitor";
};

/// A named model.
#[derive(Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name, such as `Broadwell`.
    pub name: &'static str,
    /// Who makes such CPUs.
    pub vendor: Vendor,
    /// What it has.
    pub features: FeatureSet,
    /// What it had once and has no longer: documents say that they do without.
    pub removed: FeatureSet,
    /// What of it QEMU's model of the same name may still stand for: guests are told that they do without.
    pub denied: FeatureSet,
    row: usize,
}

static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| {
    let mut models: Vec<Model> = Vec::with_capacity(ROWS.len());
    for (index, row) in ROWS.iter().enumerate() {
        let set = |names: &'static str| names.split(' ').collect::<FeatureSet>();
        let like = models.iter().find(|model| model.name == row.like);
        let like = like.map(|model| model.features).unwrap_or_default();
        models.push(Model {
            name: row.name,
            vendor: row.vendor,
            features: like.without(&set(row.minus)).with(&set(row.plus)),
            removed: set(row.removed),
            denied: set(row.removed).without(&set(row.minus)),
            row: index,
        });
    }
    models
});

impl Model {
    /// All models, in the order of lists.
    pub fn all() -> &'static [Self] {
        &MODELS
    }

    /// The model of this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|model| model.name == name)
    }

    /// Whether it describes CPUs: two are only for guests of an old distribution.
    pub fn describes_cpus(&self) -> bool {
        !self.name.starts_with("cpu64-rhel")
    }

    /// Whether a CPU is of its design.
    pub fn is_design_of(&self, cpu: &CpuData) -> bool {
        ROWS.get(self.row).is_some_and(|row| {
            let Signature(family, models, first, last) = row.signature;
            cpu.family == family
                && models.contains(&cpu.model)
                && (first..=last).contains(&cpu.stepping)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::cpu::FEATURES;

    #[test]
    fn every_row_builds_on_an_earlier_one_and_names_known_features() {
        for (index, row) in ROWS.iter().enumerate() {
            let earlier = &ROWS[..index];
            assert!(
                index == 0 || earlier.iter().any(|other| other.name == row.like),
                "{}",
                row.name
            );
            for name in [row.plus, row.minus, row.removed].iter().flat_map(|words| words.split(' '))
            {
                let known = FEATURES.iter().any(|feature| feature.name == name);
                assert!(known || name.is_empty(), "'{name}' of {}", row.name);
            }
        }
    }

    #[test]
    fn a_model_has_what_those_before_it_had() {
        let has = |model: &str, feature| Model::by_name(model).unwrap().features.contains(feature);
        assert!(has("Broadwell", "sse2") && has("Broadwell", "adx") && !has("Broadwell", "vme"));
        assert!(has("Icelake-Server", "avx512vnni") && has("EPYC-Milan", "lm"));
        assert!(!has("486", "sse") && !has("Haswell-noTSX", "hle") && has("Haswell", "hle"));
        assert!(Model::by_name("EPYC").unwrap().removed.contains("monitor"));
        assert_eq!(Model::by_name("Nosuch"), None);
    }

    #[test]
    fn steppings_tell_servers_of_one_model_number_apart() {
        let cpu = |stepping| CpuData { family: 6, model: 85, stepping, ..CpuData::default() };
        let of = |stepping| {
            let all = Model::all().iter();
            all.filter(|model| model.is_design_of(&cpu(stepping))).map(|model| model.name).next()
        };
        assert_eq!(of(4), Some("Skylake-Server"));
        assert_eq!(of(7), Some("Cascadelake-Server"));
        assert_eq!(of(11), Some("Cooperlake"));
        assert_eq!(of(12), None);
    }
}
