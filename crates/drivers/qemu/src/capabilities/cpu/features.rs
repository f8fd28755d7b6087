//! CPU features of x86 by libvirt's names, and where a CPU tells of them.
//!
//! Bits are those of Intel's and AMD's manuals. The order is the one in which documents list features:
//! by CPUID leaf, then by register.

/// Where a feature shows: a bit of a register of a CPUID leaf, or of a model-specific register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A bit of what CPUID returns.
    Cpuid {
        /// Value of EAX asked with.
        leaf: u32,
        /// Value of ECX asked with.
        subleaf: u32,
        /// Which register of the answer.
        register: Register,
        /// Bit of the register.
        bit: u8,
    },
    /// A bit of a model-specific register.
    Msr {
        /// Its index.
        index: u32,
        /// Bit of the register.
        bit: u8,
    },
}

/// A register that CPUID fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Register {
    Eax,
    Ebx,
    Ecx,
    Edx,
}

/// A feature by name and place.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// As libvirt spells it.
    pub name: &'static str,
    /// Where a CPU tells of it.
    pub place: Place,
}

macro_rules! features {
    ($(cpuid $leaf:literal / $subleaf:literal $register:ident: $($bit:literal $name:literal),+;)*
     $(msr $index:literal: $($msr_bit:literal $msr_name:literal),+;)*) => {
        /// All known features, in the order of documents.
        pub static FEATURES: &[Feature] = &[
            $($(Feature { name: $name, place: Place::Cpuid {
                leaf: $leaf, subleaf: $subleaf, register: Register::$register, bit: $bit,
            } },)+)*
            $($(Feature { name: $msr_name, place: Place::Msr { index: $index, bit: $msr_bit } },)+)*
        ];
    };
}

features! {
    cpuid 0x1 / 0 Edx: 0 "fpu", 1 "vme", 2 "de", 3 "pse", 4 "tsc", 5 "msr", 6 "pae", 7 "mce", 8 "cx8",
        9 "apic", 11 "sep", 12 "mtrr", 13 "pge", 14 "mca", 15 "cmov", 16 "pat", 17 "pse36", 18 "pn",
        19 "clflush", 21 "ds", 22 "acpi", 23 "mmx", 24 "fxsr", 25 "sse", 26 "sse2", 27 "ss", 28 "ht",
        29 "tm", 30 "ia64", 31 "pbe";
    cpuid 0x1 / 0 Ecx: 0 "pni", 1 "pclmuldq", 2 "dtes64", 3 "monitor", 4 "ds_cpl", 5 "vmx", 6 "smx",
        7 "est", 8 "tm2", 9 "ssse3", 10 "cid", 12 "fma", 13 "cx16", 14 "xtpr", 15 "pdcm", 17 "pcid",
        18 "dca", 19 "sse4.1", 20 "sse4.2", 21 "x2apic", 22 "movbe", 23 "popcnt", 24 "tsc-deadline",
        25 "aes", 26 "xsave", 27 "osxsave", 28 "avx", 29 "f16c", 30 "rdrand", 31 "hypervisor";
    cpuid 0x6 / 0 Eax: 2 "arat";
    cpuid 0x7 / 0 Ebx: 0 "fsgsbase", 1 "tsc_adjust", 2 "sgx", 3 "bmi1", 4 "hle", 5 "avx2", 7 "smep",
        8 "bmi2", 9 "erms", 10 "invpcid", 11 "rtm", 12 "cmt", 14 "mpx", 16 "avx512f", 17 "avx512dq",
        18 "rdseed", 19 "adx", 20 "smap", 21 "avx512ifma", 22 "pcommit", 23 "clflushopt", 24 "clwb",
        25 "intel-pt", 26 "avx512pf", 27 "avx512er", 28 "avx512cd", 29 "sha-ni", 30 "avx512bw",
        31 "avx512vl";
    cpuid 0x7 / 0 Ecx: 1 "avx512vbmi", 2 "umip", 3 "pku", 4 "ospke", 5 "waitpkg", 6 "avx512vbmi2",
        8 "gfni", 9 "vaes", 10 "vpclmulqdq", 11 "avx512vnni", 12 "avx512bitalg",
        14 "avx512-vpopcntdq", 16 "la57", 22 "rdpid", 24 "bus-lock-detect", 25 "cldemote",
        27 "movdiri", 28 "movdir64b", 30 "sgxlc", 31 "pks";
    cpuid 0x7 / 0 Edx: 2 "avx512-4vnniw", 3 "avx512-4fmaps", 4 "fsrm", 8 "avx512-vp2intersect",
        10 "md-clear", 14 "serialize", 16 "tsx-ldtrk", 18 "pconfig", 19 "arch-lbr", 22 "amx-bf16",
        23 "avx512-fp16", 24 "amx-tile", 25 "amx-int8", 26 "spec-ctrl", 27 "stibp", 28 "flush-l1d",
        29 "arch-capabilities", 30 "core-capability", 31 "ssbd";
    cpuid 0x7 / 1 Eax: 4 "avx-vnni", 5 "avx512-bf16", 7 "cmpccxadd", 10 "fzrm", 11 "fsrs", 12 "fsrc",
        21 "amx-fp16", 23 "avx-ifma", 26 "lam";
    cpuid 0x7 / 1 Edx: 4 "avx-vnni-int8", 5 "avx-ne-convert", 8 "amx-complex", 14 "prefetchiti";
    cpuid 0x7 / 2 Edx: 5 "mcdt-no";
    cpuid 0xd / 1 Eax: 0 "xsaveopt", 1 "xsavec", 2 "xgetbv1", 3 "xsaves", 4 "xfd";
    cpuid 0xf / 1 Edx: 1 "mbm_total", 2 "mbm_local";
    cpuid 0x14 / 0 Ecx: 31 "intel-pt-lip";
    cpuid 0x80000001 / 0 Edx: 11 "syscall", 19 "mp", 20 "nx", 22 "mmxext", 25 "fxsr_opt",
        26 "pdpe1gb", 27 "rdtscp", 29 "lm", 30 "3dnowext", 31 "3dnow";
    cpuid 0x80000001 / 0 Ecx: 0 "lahf_lm", 1 "cmp_legacy", 2 "svm", 3 "extapic", 4 "cr8legacy",
        5 "abm", 6 "sse4a", 7 "misalignsse", 8 "3dnowprefetch", 9 "osvw", 10 "ibs", 11 "xop",
        12 "skinit", 13 "wdt", 15 "lwp", 16 "fma4", 17 "tce", 18 "cvt16", 19 "nodeid_msr", 21 "tbm",
        22 "topoext", 23 "perfctr_core", 24 "perfctr_nb";
    cpuid 0x80000007 / 0 Edx: 8 "invtsc";
    cpuid 0x80000008 / 0 Ebx: 0 "clzero", 2 "xsaveerptr", 9 "wbnoinvd", 12 "ibpb", 14 "ibrs",
        15 "amd-stibp", 24 "amd-ssbd", 25 "virt-ssbd", 26 "amd-no-ssb", 28 "amd-psfd";
    cpuid 0x8000000a / 0 Edx: 0 "npt", 1 "lbrv", 2 "svm-lock", 3 "nrip-save", 4 "tsc-scale",
        5 "vmcb-clean", 6 "flushbyasid", 7 "decodeassists", 10 "pause-filter", 12 "pfthreshold",
        13 "avic", 15 "v-vmsave-vmload", 16 "vgif", 25 "vnmi", 28 "svme-addr-chk";
    cpuid 0x80000021 / 0 Eax: 0 "no-nested-data-bp", 2 "lfence-always-serializing",
        6 "null-sel-clr-base", 8 "auto-ibrs";
    msr 0x10a: 0 "rdctl-no", 1 "ibrs-all", 2 "rsba", 3 "skip-l1dfl-vmentry", 4 "ssb-no", 5 "mds-no",
        6 "pschange-mc-no", 7 "tsx-ctrl", 8 "taa-no", 13 "sbdr-ssdp-no", 14 "fbsdp-no", 15 "psdp-no",
        17 "fb-clear", 24 "pbrsb-no", 26 "gds-no", 27 "rfds-no", 28 "rfds-clear";
    msr 0xcf: 5 "split-lock-detect";
}
