//! The CPUs of the machine.

use crate::{FactError, Root};

/// The CPU numbers beyond this are not believed.
const CPU_LIMIT: u32 = 1 << 16;

/// Where one CPU sits. **Source**: the kernel's `Documentation/admin-guide/cputopology.rst`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpu {
    /// Its number.
    pub id: u32,
    /// Socket of the board.
    pub socket: u32,
    /// Die of the socket.
    pub die: u32,
    /// Cluster of the die, where the machine has them.
    pub cluster: Option<u32>,
    /// Core of the die.
    pub core: u32,
    /// The CPUs that share its core, itself among them.
    pub siblings: Vec<u32>,
}

/// The CPUs of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// Numbers that may ever be used.
    pub possible: Vec<u32>,
    /// Those plugged.
    pub present: Vec<u32>,
    /// Those that work.
    pub online: Vec<u32>,
    /// Where each of those that work sits.
    pub cpus: Vec<Cpu>,
}

impl Topology {
    /// Reads it.
    ///
    /// **Errors**: the lists of CPUs cannot be read. A CPU whose place the kernel does not tell is its own socket 0 core.
    pub fn read(root: &Root) -> Result<Self, FactError> {
        let list = |name| {
            let file = format!("sys/devices/system/cpu/{name}");
            let text = root.text(&file)?;
            parse_list(&text).ok_or_else(|| root.unexpected(file, "a list of CPUs", &text))
        };
        let online: Vec<u32> = list("online")?;
        let cpus = online.iter().map(|id| Cpu::read(root, *id)).collect();
        Ok(Self { possible: list("possible")?, present: list("present")?, online, cpus })
    }
}

impl Cpu {
    fn read(root: &Root, id: u32) -> Self {
        let file = |name| format!("sys/devices/system/cpu/cpu{id}/topology/{name}");
        // The kernel writes -1 for a level that the machine does not have.
        let level = |name| root.number(file(name)).ok().and_then(|number| number.try_into().ok());
        let siblings = ["core_cpus_list", "thread_siblings_list"].into_iter();
        let siblings = siblings.filter_map(|name| parse_list(&root.text(file(name)).ok()?)).next();
        Self {
            id,
            socket: level("physical_package_id").unwrap_or(0),
            die: level("die_id").unwrap_or(0),
            cluster: level("cluster_id"),
            core: level("core_id").unwrap_or(id),
            siblings: siblings.unwrap_or_else(|| vec![id]),
        }
    }
}

/// How fast the first CPU runs now, in whole MHz; `None` where the kernel does not tell.
pub fn mhz(root: &Root) -> Option<u32> {
    let text = root.text("proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("cpu MHz"))?;
    line.split_once(':')?.1.split('.').next()?.trim().parse().ok()
}

/// Reads a list such as `0-3,8`; numbers come out in order. `None` when it is no list.
pub fn parse_list(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for range in text.trim().split(',').filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if last > CPU_LIMIT {
            return None;
        }
        numbers.extend(first..=last);
        if numbers.len() > CPU_LIMIT as usize {
            return None;
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

#[cfg(target_arch = "x86_64")]
pub use x86::{CpuidLeaf, Signature, cpuid, signature};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::__cpuid_count;

    /// What the processor says about itself. **Source**: the instruction `cpuid`, leaves 0 and 1.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Signature {
        /// `GenuineIntel`, `AuthenticAMD`, …
        pub vendor: String,
        /// Extended family added.
        pub family: u32,
        /// Extended model added.
        pub model: u32,
        /// The revision of the model.
        pub stepping: u32,
    }

    /// One answer of `cpuid`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct CpuidLeaf {
        /// Register EAX.
        pub eax: u32,
        /// Register EBX.
        pub ebx: u32,
        /// Register ECX.
        pub ecx: u32,
        /// Register EDX.
        pub edx: u32,
    }

    /// Asks the processor this thread runs on; zeros beyond the highest leaf it knows.
    pub fn cpuid(leaf: u32, subleaf: u32) -> CpuidLeaf {
        let highest = __cpuid_count(leaf & 0xffff_0000, 0).eax;
        if leaf > highest && leaf & 0xffff != 0 {
            return CpuidLeaf { eax: 0, ebx: 0, ecx: 0, edx: 0 };
        }
        let answer = __cpuid_count(leaf, subleaf);
        CpuidLeaf { eax: answer.eax, ebx: answer.ebx, ecx: answer.ecx, edx: answer.edx }
    }

    /// Which processor this is.
    pub fn signature() -> Signature {
        let CpuidLeaf { ebx, ecx, edx, .. } = cpuid(0, 0);
        let vendor: Vec<u8> = [ebx, edx, ecx].into_iter().flat_map(u32::to_le_bytes).collect();
        let (family, model, stepping) = decode(cpuid(1, 0).eax);
        Signature { vendor: String::from_utf8_lossy(&vendor).into_owned(), family, model, stepping }
    }

    /// Family, model and stepping of leaf 1's EAX.
    pub(super) fn decode(eax: u32) -> (u32, u32, u32) {
        let field = |shift: u32, bits: u32| (eax >> shift) & ((1 << bits) - 1);
        let base = field(8, 4);
        let family = if base == 15 { base + field(20, 8) } else { base };
        let model =
            if base == 6 || base == 15 { field(4, 4) | (field(16, 4) << 4) } else { field(4, 4) };
        (family, model, field(0, 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    #[test]
    fn a_recorded_machine_is_understood() {
        let directory = tempfile::tempdir().unwrap();
        let cpu = directory.path().join("sys/devices/system/cpu");
        let write = |name: &str, text: &str| {
            let path = cpu.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (name, text) in [("possible", "0-7\n"), ("present", "0-3\n"), ("online", "0,3\n")] {
            write(name, text);
        }
        for (file, text) in [
            ("physical_package_id", "1\n"),
            ("die_id", "0\n"),
            ("cluster_id", "-1\n"),
            ("core_id", "9\n"),
        ] {
            write(&format!("cpu3/topology/{file}"), text);
        }
        write("cpu3/topology/thread_siblings_list", "2-3\n");
        let topology = Topology::read(&Root::at(directory.path())).unwrap();
        assert_eq!((topology.possible.len(), topology.present.len()), (8, 4));
        let expected =
            Cpu { id: 3, socket: 1, die: 0, cluster: None, core: 9, siblings: vec![2, 3] };
        assert_eq!(topology.cpus[1], expected);
        assert_eq!(topology.cpus[0].siblings, [0]);
    }

    #[test]
    fn this_machine_has_cpus() {
        let topology = Topology::read(&Root::default()).unwrap();
        assert_eq!(topology.cpus.len(), topology.online.len());
        assert!(!topology.cpus.is_empty());
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn families_are_decoded_as_the_vendors_say() {
        assert_eq!(x86::decode(0x0005_0654), (6, 85, 4));
        assert_eq!(x86::decode(0x0083_0f10), (23, 49, 0));
        assert_eq!(signature().vendor.len(), 12);
    }

    proptest! {
        #[test]
        fn any_list_is_survived(text in "[0-9,-]{0,40}") {
            parse_list(&text);
        }
    }
}
