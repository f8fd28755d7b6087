//! Memory that the kernel has merged because it holds the same (KSM).

use crate::Root;

/// Where the kernel keeps its settings and counters.
const DIRECTORY: &str = "sys/kernel/mm/ksm";

/// A setting or counter of the merging by the kernel's name, such as `pages_to_scan`; `None` where the
/// kernel does not have it.
pub fn merging(root: &Root, name: &str) -> Option<u64> {
    root.number(format!("{DIRECTORY}/{name}")).ok()
}

/// Sets a setting of the merging.
///
/// **Errors**: the system's: the kernel does not have it, or does not take the value.
pub fn set_merging(root: &Root, name: &str, value: u64) -> std::io::Result<()> {
    root.set(format!("{DIRECTORY}/{name}"), value)
}
