//! The caches of the CPUs.

use crate::{Root, cpu};

/// What a cache holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheKind {
    /// Instructions and data.
    Unified,
    /// Instructions.
    Instruction,
    /// Data.
    Data,
}

/// A cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpuCache {
    /// Its number among those of its level.
    pub id: u32,
    /// Distance from the CPU, from 1.
    pub level: u32,
    /// What it holds.
    pub kind: CacheKind,
    /// **Units**: KiB.
    pub size_kib: u64,
    /// The CPUs that share it.
    pub cpus: Vec<u32>,
}

/// No CPU has more caches than this.
const CACHES_LIMIT: u32 = 16;

/// The caches of `cpus`, each once; those the kernel does not describe are left out.
pub fn cpu_caches(root: &Root, cpus: &[u32]) -> Vec<CpuCache> {
    let mut caches: Vec<CpuCache> = Vec::new();
    for cpu in cpus {
        let of_cpu = (0..CACHES_LIMIT).map_while(|index| read(root, *cpu, index));
        for cache in of_cpu.flatten() {
            if !caches.iter().any(|known| {
                (known.level, known.kind, known.id) == (cache.level, cache.kind, cache.id)
            }) {
                caches.push(cache);
            }
        }
    }
    caches.sort_by_key(|cache| (cache.level, cache.kind, cache.id));
    caches
}

/// Outside `None`: there is no such cache. Inside: it is not described.
fn read(root: &Root, cpu: u32, index: u32) -> Option<Option<CpuCache>> {
    let file = |name| format!("sys/devices/system/cpu/cpu{cpu}/cache/index{index}/{name}");
    let level = root.number(file("level")).ok()?;
    let describe = || {
        let kind = match root.text(file("type")).ok()?.trim() {
            "Unified" => CacheKind::Unified,
            "Instruction" => CacheKind::Instruction,
            "Data" => CacheKind::Data,
            _ => return None,
        };
        Some(CpuCache {
            id: u32::try_from(root.number(file("id")).ok()?).ok()?,
            level: u32::try_from(level).ok()?,
            kind,
            size_kib: root.text(file("size")).ok()?.trim().strip_suffix('K')?.parse().ok()?,
            cpus: cpu::parse_list(&root.text(file("shared_cpu_list")).ok()?)?,
        })
    };
    Some(describe())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_shared_cache_is_one() {
        let tree = tempfile::tempdir().unwrap();
        for cpu in 0..2 {
            for (index, files) in [
                ["1", "Data", "0", "48K", "0"],
                ["3", "Unified", "7", "480K", "0-1"],
                ["4", "Odd", "0", "1K", "0"],
            ]
            .into_iter()
            .enumerate()
            {
                let directory =
                    tree.path().join(format!("sys/devices/system/cpu/cpu{cpu}/cache/index{index}"));
                fs::create_dir_all(&directory).unwrap();
                let id = if index == 0 { cpu.to_string() } else { files[2].to_owned() };
                for (name, text) in [
                    ("level", files[0]),
                    ("type", files[1]),
                    ("id", &id),
                    ("size", files[3]),
                    ("shared_cpu_list", files[4]),
                ] {
                    fs::write(directory.join(name), format!("{text}\n")).unwrap();
                }
            }
        }
        let caches = cpu_caches(&Root::at(tree.path()), &[0, 1]);
        let seen: Vec<_> =
            caches.iter().map(|cache| (cache.level, cache.id, cache.size_kib)).collect();
        assert_eq!(seen, [(1, 0, 48), (1, 1, 48), (3, 7, 480)]);
        assert_eq!(caches[2].cpus, [0, 1]);
    }
}
