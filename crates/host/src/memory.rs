//! The memory of the machine and of its NUMA nodes.

use crate::{FactError, Root, cpu};

/// Memory of the machine or of a node. **Units**: KiB. **Source**: `meminfo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// All there is.
    pub total_kib: u64,
    /// Used for nothing.
    pub free_kib: u64,
    /// Used for disk blocks.
    pub buffers_kib: u64,
    /// Used for files.
    pub cached_kib: u64,
    /// What a new program could have; 0 for a node, which does not tell.
    pub available_kib: u64,
}

/// Pages of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagePool {
    /// **Units**: KiB.
    pub size_kib: u64,
    /// How many there are.
    pub total: u64,
    /// How many nobody uses.
    pub free: u64,
}

/// CPUs and the memory near them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its number.
    pub id: u32,
    /// Its CPUs that work; may be empty.
    pub cpus: Vec<u32>,
    /// Its memory.
    pub memory: Memory,
    /// Its huge pages, smallest first.
    pub huge_pages: Vec<PagePool>,
    /// How far each node's memory is, in the order of the nodes; its own is 10.
    pub distances: Vec<u32>,
}

/// Gives memory that was used and is free again back to the system: for after work that needed much more than what
/// stays of it. Takes a few milliseconds.
pub fn give_back() {
    crate::sys::trim_heap();
}

/// The size of an ordinary page. **Units**: KiB.
pub fn page_size_kib() -> u64 {
    crate::sys::page_size() / 1024
}

/// The memory of the machine.
///
/// **Errors**: `/proc/meminfo` cannot be read.
pub fn memory(root: &Root) -> Result<Memory, FactError> {
    Ok(parse(&root.text("proc/meminfo")?))
}

/// The huge pages of the machine, smallest first.
pub fn huge_pages(root: &Root) -> Vec<PagePool> {
    pools_of(root, None)
}

/// The huge pages of a node, or of the machine, smallest first.
pub fn pools_of(root: &Root, node: Option<u32>) -> Vec<PagePool> {
    pools(root, &pools_directory(node))
}

/// Sets how many huge pages of a size a node has, or the machine. The kernel gives as many as it can.
///
/// **Errors**: the system's: there are no pages of this size, or we may not.
pub fn set_huge_pages(
    root: &Root,
    node: Option<u32>,
    size_kib: u64,
    count: u64,
) -> std::io::Result<()> {
    let directory = pools_directory(node);
    root.set(format!("{directory}/hugepages-{size_kib}kB/nr_hugepages"), count)
}

fn pools_directory(node: Option<u32>) -> String {
    match node {
        Some(id) => format!("sys/devices/system/node/node{id}/hugepages"),
        None => "sys/kernel/mm/hugepages".to_owned(),
    }
}

/// The nodes, in order; none for a kernel without NUMA.
///
/// **Errors**: a node cannot be read.
pub fn nodes(root: &Root) -> Result<Vec<Node>, FactError> {
    let file = "sys/devices/system/node/online";
    let text = match root.text(file) {
        Err(error) if error.is_missing() => return Ok(Vec::new()),
        other => other?,
    };
    let ids =
        cpu::parse_list(&text).ok_or_else(|| root.unexpected(file, "a list of nodes", &text))?;
    ids.into_iter().map(|id| node(root, id)).collect()
}

fn node(root: &Root, id: u32) -> Result<Node, FactError> {
    let file = |name| format!("sys/devices/system/node/node{id}/{name}");
    let cpus = root.text(file("cpulist"))?;
    let distances = root.text(file("distance")).unwrap_or_default();
    Ok(Node {
        id,
        cpus: cpu::parse_list(&cpus)
            .ok_or_else(|| root.unexpected(file("cpulist"), "a list of CPUs", &cpus))?,
        memory: parse(&root.text(file("meminfo"))?),
        huge_pages: pools_of(root, Some(id)),
        distances: distances
            .split_ascii_whitespace()
            .map_while(|distance| distance.parse().ok())
            .collect(),
    })
}

/// Reads `meminfo`; that of a node begins each line with the node.
fn parse(text: &str) -> Memory {
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.split_ascii_whitespace().next_back()? == name).then_some(value)
        });
        line.and_then(|value| value.split_ascii_whitespace().next()?.parse().ok())
    };
    Memory {
        total_kib: figure("MemTotal").unwrap_or(0),
        free_kib: figure("MemFree").unwrap_or(0),
        buffers_kib: figure("Buffers").unwrap_or(0),
        cached_kib: figure("Cached").or_else(|| figure("FilePages")).unwrap_or(0),
        available_kib: figure("MemAvailable").unwrap_or(0),
    }
}

fn pools(root: &Root, directory: &str) -> Vec<PagePool> {
    let Ok(entries) = std::fs::read_dir(root.path(directory)) else {
        return Vec::new();
    };
    let pool = |name: &str| {
        let number = |file| root.number(format!("{directory}/{name}/{file}"));
        let size_kib = name.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok()?;
        Some(PagePool {
            size_kib,
            total: number("nr_hugepages").ok()?,
            free: number("free_hugepages").ok()?,
        })
    };
    let mut pools: Vec<PagePool> =
        entries.filter_map(|entry| pool(entry.ok()?.file_name().to_str()?)).collect();
    pools.sort_unstable_by_key(|pool| pool.size_kib);
    pools
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_recorded_machine_is_understood() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let node = "sys/devices/system/node";
        write(&format!("{node}/online"), "1\n");
        write(&format!("{node}/node1/cpulist"), "4-5\n");
        write(&format!("{node}/node1/distance"), "20 10\n");
        write(
            &format!("{node}/node1/meminfo"),
            "Node 1 MemTotal:  2048 kB\nNode 1 MemFree:   1024 kB\nNode 1 FilePages:  512 kB\n",
        );
        write(&format!("{node}/node1/hugepages/hugepages-1048576kB/nr_hugepages"), "2\n");
        write(&format!("{node}/node1/hugepages/hugepages-1048576kB/free_hugepages"), "1\n");
        let found = nodes(&Root::at(directory.path())).unwrap();
        let memory =
            Memory { total_kib: 2048, free_kib: 1024, cached_kib: 512, ..Memory::default() };
        let huge_pages = vec![PagePool { size_kib: 1 << 20, total: 2, free: 1 }];
        assert_eq!(
            found,
            [Node { id: 1, cpus: vec![4, 5], memory, huge_pages, distances: vec![20, 10] }]
        );
    }

    #[test]
    fn this_machine_has_memory() {
        let memory = memory(&Root::default()).unwrap();
        assert!(memory.total_kib > memory.free_kib && memory.available_kib > 0);
    }

    #[test]
    fn a_kernel_without_numa_has_no_nodes() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(nodes(&Root::at(directory.path())).unwrap(), []);
    }
}
