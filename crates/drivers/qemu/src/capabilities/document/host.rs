//! `<host>`: the machine.

use ::host::cpu::Topology;
use ::host::cpu_cache::{CacheKind, CpuCache, cpu_caches};
use ::host::cpu_info::{CpuInfo, cpu_info};
use ::host::kvm::{Kvm, TimeStampCounter};
use ::host::memory::{Node, PagePool};
use ::host::{FactError, Root};
use api::Uuid;
use xml::Writer;

use crate::capabilities::cpu::{Candidate, CpuData, Purpose, Vendor, describe, host_cpu};
use crate::capabilities::{Arch, Names};

/// Caches nearer to the CPU than this are not worth telling.
const CACHE_LEVEL: u32 = 3;

/// A security model and the label that guests get by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityLabel {
    /// Such as `dac`.
    pub model: String,
    /// Domain of interpretation.
    pub doi: String,
    /// The label, if the model has one.
    pub label: Option<String>,
}

/// What is true of the machine.
#[derive(Debug)]
pub struct HostFacts {
    uuid: Uuid,
    arch: Arch,
    cpu: Option<CpuData>,
    info: CpuInfo,
    counter: Option<TimeStampCounter>,
    topology: Topology,
    nodes: Vec<Node>,
    page_sizes_kib: Vec<u64>,
    caches: Vec<CpuCache>,
    iommu: bool,
}

impl HostFacts {
    /// Finds out about the machine. It reads some hundred small files.
    ///
    /// # Errors
    /// When the kernel does not tell of its CPUs.
    pub fn read(root: &Root, uuid: Uuid) -> Result<Self, FactError> {
        let topology = Topology::read(root)?;
        let mut nodes = ::host::memory::nodes(root)?;
        let pools = ::host::memory::huge_pages(root);
        if nodes.is_empty() {
            nodes.push(Node {
                id: 0,
                cpus: topology.online.clone(),
                memory: ::host::memory::memory(root)?,
                huge_pages: pools.clone(),
                distances: Vec::new(),
            });
        }
        let kvm = Kvm::open().ok();
        let small = std::iter::once(::host::memory::page_size_kib());
        Ok(Self {
            uuid,
            arch: Arch::host(),
            cpu: host_cpu(kvm.as_ref()),
            info: cpu_info(root),
            counter: kvm.as_ref().and_then(Kvm::time_stamp_counter),
            caches: cpu_caches(root, &topology.online),
            topology,
            nodes,
            page_sizes_kib: small.chain(pools.iter().map(|pool| pool.size_kib)).collect(),
            iommu: ::host::iommu::has_iommu(root),
        })
    }

    /// Writes `<host>`.
    pub(super) fn write(&self, out: &mut Writer, migration: &Names, labels: &[SecurityLabel]) {
        out.nest("host", |out| {
            out.leaf("uuid", &self.uuid.to_string());
            out.nest("cpu", |out| self.write_cpu(out));
            // We put no host to sleep.
            out.nest("power_management", |_| ());
            out.open("iommu");
            out.attribute("support", if self.iommu { "yes" } else { "no" });
            out.close("iommu");
            write_migration(out, migration);
            self.write_cells(out);
            self.write_caches(out);
            labels.iter().for_each(|label| write_label(out, label));
        });
    }

    fn write_cpu(&self, out: &mut Writer) {
        out.leaf("arch", self.arch.name);
        let described =
            self.cpu.as_ref().and_then(|cpu| describe(cpu, Candidate::all(), Purpose::Host));
        if let (Some(cpu), Some(described)) = (&self.cpu, &described) {
            out.leaf("model", described.model.name);
            if let Some(vendor) = Vendor::by_signature(&cpu.vendor).and_then(Vendor::name) {
                out.leaf("vendor", vendor);
            }
        }
        if let Some(microcode) = self.info.microcode {
            one(out, "microcode", &[("version", &microcode.to_string())]);
        }
        if let Some(cpu) = &self.cpu {
            let [family, model, stepping] =
                [cpu.family, cpu.model, cpu.stepping].map(|n| n.to_string());
            one(
                out,
                "signature",
                &[("family", &family), ("model", &model), ("stepping", &stepping)],
            );
        }
        if let Some(counter) = self.counter {
            let frequency = (u64::from(counter.khz) * 1000).to_string();
            let scaling = if counter.scales { "yes" } else { "no" };
            one(
                out,
                "counter",
                &[("name", "tsc"), ("frequency", &frequency), ("scaling", scaling)],
            );
        }
        let shape = Shape::of(&self.topology, &self.nodes);
        one(
            out,
            "topology",
            &[
                ("sockets", &shape.sockets.to_string()),
                ("dies", &shape.dies.to_string()),
                ("cores", &shape.cores.to_string()),
                ("threads", &shape.threads.to_string()),
            ],
        );
        if let Some(bits) = self.info.physical_bits {
            one(out, "maxphysaddr", &[("mode", "emulate"), ("bits", &bits.to_string())]);
        }
        for feature in described.iter().flat_map(|described| described.require.names()) {
            one(out, "feature", &[("name", feature)]);
        }
        for size in &self.page_sizes_kib {
            one(out, "pages", &[("unit", "KiB"), ("size", &size.to_string())]);
        }
    }

    fn write_cells(&self, out: &mut Writer) {
        out.open("topology");
        out.open("cells");
        out.attribute("num", &self.nodes.len().to_string());
        self.nodes.iter().for_each(|node| self.write_cell(out, node));
        out.close("cells");
        out.close("topology");
    }

    fn write_cell(&self, out: &mut Writer, node: &Node) {
        out.open("cell");
        out.attribute("id", &node.id.to_string());
        out.open("memory");
        out.attribute("unit", "KiB");
        out.text(&node.memory.total_kib.to_string());
        out.close("memory");
        for (size, count) in pages_of(node) {
            out.open("pages");
            out.attribute("unit", "KiB");
            out.attribute("size", &size.to_string());
            out.text(&count.to_string());
            out.close("pages");
        }
        if !node.distances.is_empty() {
            out.nest("distances", |out| {
                for (other, distance) in self.nodes.iter().zip(&node.distances) {
                    one(
                        out,
                        "sibling",
                        &[("id", &other.id.to_string()), ("value", &distance.to_string())],
                    );
                }
            });
        }
        let cpus: Vec<_> =
            self.topology.cpus.iter().filter(|cpu| node.cpus.contains(&cpu.id)).collect();
        out.open("cpus");
        out.attribute("num", &cpus.len().to_string());
        for cpu in cpus {
            one(
                out,
                "cpu",
                &[
                    ("id", &cpu.id.to_string()),
                    ("socket_id", &cpu.socket.to_string()),
                    ("die_id", &cpu.die.to_string()),
                    ("core_id", &cpu.core.to_string()),
                    ("siblings", &ranges(&cpu.siblings)),
                ],
            );
        }
        out.close("cpus");
        out.close("cell");
    }

    fn write_caches(&self, out: &mut Writer) {
        let banks: Vec<_> = self.caches.iter().filter(|cache| cache.level >= CACHE_LEVEL).collect();
        if banks.is_empty() {
            return;
        }
        out.nest("cache", |out| {
            for bank in banks {
                let (size, unit) = match bank.size_kib {
                    kib if kib > 0 && kib % 1024 == 0 => (kib / 1024, "MiB"),
                    kib => (kib, "KiB"),
                };
                let kind = match bank.kind {
                    CacheKind::Unified => "both",
                    CacheKind::Instruction => "code",
                    CacheKind::Data => "data",
                };
                one(
                    out,
                    "bank",
                    &[
                        ("id", &bank.id.to_string()),
                        ("level", &bank.level.to_string()),
                        ("type", kind),
                        ("size", &size.to_string()),
                        ("unit", unit),
                        ("cpus", &ranges(&bank.cpus)),
                    ],
                );
            }
        });
    }
}

/// How many of each there are in the next larger: what `nodeinfo` and `<topology>` tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Nodes of memory.
    pub(crate) nodes: u32,
    /// Sockets of a node.
    pub(crate) sockets: u32,
    /// Dies of a socket.
    pub(crate) dies: u32,
    /// Cores of a die.
    pub(crate) cores: u32,
    /// Threads of a core.
    pub(crate) threads: u32,
}

impl Shape {
    /// Counts. When the product of all is not the number of CPUs (some are off, or nodes differ), the
    /// machine is told as one socket of as many cores, since clients multiply.
    pub(crate) fn of(topology: &Topology, nodes: &[Node]) -> Self {
        let distinct = |keys: &mut dyn Iterator<Item = (u32, u32, u32)>| {
            let keys: std::collections::BTreeSet<_> = keys.collect();
            u32::try_from(keys.len()).unwrap_or(u32::MAX).max(1)
        };
        let cpus = || topology.cpus.iter();
        let sockets = distinct(&mut cpus().map(|cpu| (cpu.socket, 0, 0)));
        let dies = distinct(&mut cpus().map(|cpu| (cpu.socket, cpu.die, 0)));
        let cores = distinct(&mut cpus().map(|cpu| (cpu.socket, cpu.die, cpu.core)));
        let count = u32::try_from(topology.cpus.len()).unwrap_or(u32::MAX).max(1);
        let with_cpus = nodes.iter().filter(|node| !node.cpus.is_empty()).count();
        let nodes = u32::try_from(with_cpus).unwrap_or(u32::MAX).max(1);
        let threads = cpus().map(|cpu| cpu.siblings.len()).max().unwrap_or(1).max(1);
        let shape = Self {
            nodes,
            sockets: (sockets / nodes).max(1),
            dies: (dies / sockets).max(1),
            cores: (cores / dies).max(1),
            threads: u32::try_from(threads).unwrap_or(1),
        };
        let Self { nodes, sockets, dies, cores, threads } = shape;
        let product = [sockets, dies, cores, threads].into_iter().try_fold(nodes, u32::checked_mul);
        if product == Some(count) {
            return shape;
        }
        Self { nodes: 1, sockets: 1, dies: 1, cores: count, threads: 1 }
    }
}

/// Pages of each size that the memory of a node consists of.
fn pages_of(node: &Node) -> Vec<(u64, u64)> {
    let bytes = |pool: &PagePool| pool.size_kib.saturating_mul(pool.total);
    let huge = node.huge_pages.iter().map(bytes).fold(0, u64::saturating_add);
    let small = ::host::memory::page_size_kib().max(1);
    let rest = node.memory.total_kib.saturating_sub(huge) / small;
    let huge = node.huge_pages.iter().map(|pool| (pool.size_kib, pool.total));
    std::iter::once((small, rest)).chain(huge).collect()
}

fn write_migration(out: &mut Writer, capabilities: &Names) {
    out.nest("migration_features", |out| {
        out.nest("live", |_| ());
        out.nest("uri_transports", |out| {
            out.leaf("uri_transport", "tcp");
            if capabilities.contains("rdma-pin-all") {
                out.leaf("uri_transport", "rdma");
            }
        });
    });
}

fn write_label(out: &mut Writer, label: &SecurityLabel) {
    out.nest("secmodel", |out| {
        out.leaf("model", &label.model);
        out.leaf("doi", &label.doi);
        for kind in ["kvm", "qemu"] {
            if let Some(label) = &label.label {
                out.open("baselabel");
                out.attribute("type", kind);
                out.text(label);
                out.close("baselabel");
            }
        }
    });
}

/// An element that has attributes only.
fn one(out: &mut Writer, name: &str, attributes: &[(&str, &str)]) {
    out.open(name);
    attributes.iter().for_each(|(name, value)| out.attribute(name, value));
    out.close(name);
}

/// Numbers in order as `0-3,8`.
fn ranges(numbers: &[u32]) -> String {
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let comma = if text.is_empty() { "" } else { "," };
        match run {
            [one] => text += &format!("{comma}{one}"),
            [first, .., last] => text += &format!("{comma}{first}-{last}"),
            [] => {}
        }
    }
    text
}
