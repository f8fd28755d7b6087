//! What the CPUs have spent their time on.

use crate::{FactError, Root};

/// Time spent since the machine started. **Units**: ns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTime {
    /// In programs, those of low priority included.
    pub user_ns: u64,
    /// In the kernel, interrupts included.
    pub kernel_ns: u64,
    /// With nothing to do.
    pub idle_ns: u64,
    /// With nothing to do but wait for disks.
    pub iowait_ns: u64,
}

/// The times of one CPU, or of all together for `None`; `Ok(None)` for a CPU that there is not.
///
/// **Errors**: `/proc/stat` cannot be read.
pub fn cpu_time(root: &Root, cpu: Option<u32>) -> Result<Option<CpuTime>, FactError> {
    let text = root.text("proc/stat")?;
    let name = cpu.map_or_else(|| "cpu".to_owned(), |cpu| format!("cpu{cpu}"));
    Ok(parse(&text, &name, crate::sys::clock_ticks()))
}

fn parse(text: &str, name: &str, ticks: u64) -> Option<CpuTime> {
    let line = text.lines().find_map(|line| {
        let (first, rest) = line.split_once(' ')?;
        (first == name).then_some(rest)
    })?;
    let ticks_ns = 1_000_000_000 / ticks.max(1);
    let figures: Vec<u64> =
        line.split_ascii_whitespace().map_while(|figure| figure.parse().ok()).collect();
    let ns = |at: usize| figures.get(at).copied().unwrap_or(0).saturating_mul(ticks_ns);
    Some(CpuTime {
        user_ns: ns(0).saturating_add(ns(1)),
        kernel_ns: ns(2).saturating_add(ns(5)).saturating_add(ns(6)),
        idle_ns: ns(3),
        iowait_ns: ns(4),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "cpu  10 1 5 100 7 2 3 9 0 0\ncpu0 4 1 2 50 3 1 2 4 0 0\ncpu10 1 1 1 1 1 1 1\nintr 1\n";

    #[test]
    fn all_and_each() {
        let all = parse(STAT, "cpu", 100).unwrap();
        let expected = CpuTime {
            user_ns: 110_000_000,
            kernel_ns: 100_000_000,
            idle_ns: 1_000_000_000,
            iowait_ns: 70_000_000,
        };
        assert_eq!(all, expected);
        assert_eq!(parse(STAT, "cpu0", 100).unwrap().idle_ns, 500_000_000);
        assert_eq!(parse(STAT, "cpu1", 100), None);
    }
}
