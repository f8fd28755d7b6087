//! What the kernel alone knows about the processor.

use crate::Root;

/// Facts of `/proc/cpuinfo` about the first CPU; each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuInfo {
    /// Version of the microcode.
    pub microcode: Option<u64>,
    /// **Units**: bits of a physical address.
    pub physical_bits: Option<u32>,
}

/// Reads them.
pub fn cpu_info(root: &Root) -> CpuInfo {
    root.text("proc/cpuinfo").map(|text| parse(&text)).unwrap_or_default()
}

fn parse(text: &str) -> CpuInfo {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim())
        })
    };
    let hexadecimal = |text: &str| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    CpuInfo {
        microcode: value("microcode").and_then(hexadecimal),
        physical_bits: value("address sizes")
            .and_then(|sizes| sizes.split_once(" bits physical")?.0.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pc_and_a_machine_that_tells_nothing() {
        let pc = "processor\t: 0\nmicrocode\t: 0xd0003a5\naddress sizes\t: 46 bits physical, 57 bits virtual\n";
        assert_eq!(parse(pc), CpuInfo { microcode: Some(0xd00_03a5), physical_bits: Some(46) });
        assert_eq!(parse("processor\t: 0\nBogoMIPS\t: 50.00\n"), CpuInfo::default());
    }
}
