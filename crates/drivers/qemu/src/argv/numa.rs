//! `-numa`: nodes of the guest, their distances, speeds and caches.

use config::domain::cpu::{
    CacheAssociativity, CachePolicy, InterconnectType, Interconnects, NumaCache, NumaCell,
};
use config::{Error, RangeSet};

use super::Result;
use super::line::Line;
use super::memory::{MOST_KIB, Piece};
use super::options::Options;

/// Distance of a node to itself, and to another, in ACPI's measure.
const LOCAL_DISTANCE: u32 = 10;
const REMOTE_DISTANCE: u32 = 20;

impl<'a> Line<'a> {
    /// The guest's NUMA nodes.
    pub(super) fn cells(&self) -> &'a [NumaCell] {
        let numa = self.domain.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref());
        numa.map(|numa| numa.cells.as_slice()).unwrap_or_default()
    }

    /// Memory of a node.
    pub(super) fn cell_kib(&self, cell: &NumaCell) -> Result<u64> {
        let size = cell.memory.unwrap_or_default();
        let scale = config::scale(cell.unit.as_deref().unwrap_or("KiB"));
        let bytes = scale.and_then(|scale| size.checked_mul(scale));
        let bytes = bytes.ok_or_else(|| Error::unsupported(format!("NUMA cell of {size}")))?;
        let kib = bytes.div_ceil(1024).checked_next_multiple_of(1024);
        kib.filter(|kib| *kib <= MOST_KIB).ok_or_else(|| {
            let id = cell.id.unwrap_or_default();
            Error::unsupported(format!(
                "memory size of NUMA node '{id}' overflowed after alignment"
            ))
        })
    }

    /// Whether the guest is told how fast its nodes reach each other.
    pub(super) fn has_hmat(&self) -> bool {
        self.interconnects().is_some() || self.cells().iter().any(|cell| !cell.caches.is_empty())
    }

    fn interconnects(&self) -> Option<&'a Interconnects> {
        self.domain.cpu.as_ref()?.numa.as_ref()?.interconnects.as_ref()
    }

    /// `-numa`, with the objects of the nodes' memory.
    pub(super) fn numa(&mut self) -> Result<()> {
        let cells = self.cells();
        if cells.is_empty() {
            return Ok(());
        }
        let backends = self.cell_backends()?;
        if backends.is_none() {
            self.preallocate();
        }
        for (at, cell) in cells.iter().enumerate() {
            let id = number(at, cell);
            let mut node = Options::new("node");
            node.set("nodeid", id);
            add_cpus(&mut node, cell.cpus.as_ref());
            if self.has_hmat() {
                node.set("initiator", initiator(cells, id, cell));
            }
            match &backends {
                Some(objects) => {
                    if let Some(object) = objects.get(at) {
                        self.object(object);
                        node.set("memdev", ram_id(id));
                    }
                }
                None => {
                    node.set("mem", self.cell_kib(cell)? / 1024);
                }
            }
            self.option("-numa", node);
        }
        self.distances(cells);
        self.speeds()?;
        self.caches(cells)
    }

    /// Objects of the nodes' memory; `None` where the machine needs none and none would differ.
    fn cell_backends(&self) -> Result<Option<Vec<super::props::Props>>> {
        let mut objects = Vec::new();
        let mut special = false;
        for (at, cell) in self.cells().iter().enumerate() {
            let id = number(at, cell);
            let backend = self.backend(Piece {
                id: &ram_id(id),
                size_kib: self.cell_kib(cell)?,
                node: Some(id),
                access: cell.mem_access,
                discard: cell.discard,
                ..Piece::default()
            })?;
            special |= backend.special;
            objects.push(backend.props);
        }
        let machine = self.context.emulator.machine(self.machine_type()).unwrap_or_default();
        Ok((special || !machine.numa_mem_supported).then_some(objects))
    }

    /// Distances between all nodes, as soon as there is one.
    fn distances(&mut self, cells: &[NumaCell]) {
        if cells.iter().all(|cell| cell.distances.is_none()) {
            return;
        }
        for (from_at, from) in cells.iter().enumerate() {
            for (to_at, to) in cells.iter().enumerate() {
                let (src, dst) = (number(from_at, from), number(to_at, to));
                let unsaid = if src == dst { LOCAL_DISTANCE } else { REMOTE_DISTANCE };
                // What is said one way holds for both.
                let said = distance(from, dst).or_else(|| distance(to, src));
                let mut options = Options::new("dist");
                options.set("src", src).set("dst", dst).set("val", said.unwrap_or(unsaid));
                self.option("-numa", options);
            }
        }
    }

    fn speeds(&mut self) -> Result<()> {
        let Some(interconnects) = self.interconnects() else {
            return Ok(());
        };
        for latency in &interconnects.latencies {
            let mut options = Options::new("hmat-lb");
            options
                .set("initiator", latency.initiator)
                .set("target", latency.target)
                .set("hierarchy", hierarchy(latency.cache)?)
                .set("data-type", format_args!("{}-latency", access(latency.kind)))
                .set("latency", latency.value);
            self.option("-numa", options);
        }
        for bandwidth in &interconnects.bandwidths {
            let scale = config::scale(bandwidth.unit.as_deref().unwrap_or("KiB"));
            let bytes = scale.and_then(|scale| bandwidth.value.checked_mul(scale));
            let bytes = bytes
                .ok_or_else(|| Error::unsupported(format!("bandwidth of {}", bandwidth.value)))?;
            let mut options = Options::new("hmat-lb");
            options
                .set("initiator", bandwidth.initiator)
                .set("target", bandwidth.target)
                .set("hierarchy", hierarchy(bandwidth.cache)?)
                .set("data-type", format_args!("{}-bandwidth", access(bandwidth.kind)))
                .set("bandwidth", format_args!("{}K", bytes >> 10));
            self.option("-numa", options);
        }
        Ok(())
    }

    fn caches(&mut self, cells: &[NumaCell]) -> Result<()> {
        for (at, cell) in cells.iter().enumerate() {
            for cache in &cell.caches {
                let options = hmat_cache(number(at, cell), cache)?;
                self.option("-numa", options);
            }
        }
        Ok(())
    }
}

fn distance(cell: &NumaCell, to: u32) -> Option<u32> {
    let siblings = &cell.distances.as_ref()?.siblings;
    siblings.iter().find(|sibling| sibling.id == to).map(|sibling| sibling.value)
}

fn number(at: usize, cell: &NumaCell) -> u32 {
    // A document has far fewer cells than numbers.
    cell.id.unwrap_or(at.try_into().unwrap_or(u32::MAX))
}

fn ram_id(cell: u32) -> String {
    format!("ram-node{cell}")
}

fn add_cpus(node: &mut Options, cpus: Option<&RangeSet>) {
    let text = cpus.map(RangeSet::to_string).unwrap_or_default();
    for range in text.split(',').filter(|range| !range.is_empty()) {
        node.set("cpus", range);
    }
}

/// The node whose CPUs reach this one's memory best: itself, or the first that has CPUs.
fn initiator(cells: &[NumaCell], id: u32, cell: &NumaCell) -> u32 {
    let has_cpus = |cell: &NumaCell| cell.cpus.as_ref().is_some_and(|cpus| !cpus.is_empty());
    if has_cpus(cell) {
        return id;
    }
    let first = cells.iter().enumerate().find(|(_, cell)| has_cpus(cell));
    first.map(|(at, cell)| number(at, cell)).unwrap_or_default()
}

fn hierarchy(cache: Option<u32>) -> Result<&'static str> {
    match cache.unwrap_or_default() {
        0 => Ok("memory"),
        1 => Ok("first-level"),
        2 => Ok("second-level"),
        3 => Ok("third-level"),
        level => Err(Error::unsupported(format!("NUMA cache of level {level}"))),
    }
}

fn access(kind: InterconnectType) -> &'static str {
    match kind {
        InterconnectType::Access => "access",
        InterconnectType::Read => "read",
        InterconnectType::Write => "write",
    }
}

fn hmat_cache(node: u32, cache: &NumaCache) -> Result<Options> {
    let bytes = |value: u64, unit: &str| {
        let bytes = config::scale(unit).and_then(|scale| value.checked_mul(scale));
        bytes.ok_or_else(|| Error::unsupported(format!("NUMA cache of {value} {unit}")))
    };
    let mut options = Options::new("hmat-cache");
    options
        .set("node-id", node)
        .set("size", format_args!("{}K", bytes(cache.size.value, &cache.size.unit)? >> 10))
        .set("level", cache.level)
        .set(
            "associativity",
            match cache.associativity {
                CacheAssociativity::None => "none",
                CacheAssociativity::Direct => "direct",
                CacheAssociativity::Full => "complex",
            },
        )
        .set(
            "policy",
            match cache.policy {
                CachePolicy::None => "none",
                CachePolicy::Writeback => "write-back",
                CachePolicy::Writethrough => "write-through",
            },
        )
        .set("line", bytes(cache.line.value, &cache.line.unit)?);
    Ok(options)
}
