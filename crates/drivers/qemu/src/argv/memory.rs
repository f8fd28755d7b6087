//! `-m`, `-overcommit`, and the objects that hold the guest's memory.

use config::domain::memory::{
    AllocationMode, BalloonModel, MemoryAccess, MemoryDevice, MemorySourceType,
};
use config::domain::tuning::{NumaMode, Placement};
use config::{Domain, Error, Kib, OnOff, RangeSet, YesNo};

use super::Result;
use super::line::Line;
use super::options::Options;
use super::props::Props;

/// Modules come in whole pairs of MiB.
const MODULE_KIB: u64 = 2048;

/// The size that a device has.
pub(super) fn module_kib(memory: &MemoryDevice) -> u64 {
    memory.target.size.0.next_multiple_of(MODULE_KIB)
}

/// A piece of the guest's memory.
#[derive(Clone, Copy, Default)]
pub(super) struct Piece<'a> {
    /// Id of its object.
    pub(super) id: &'a str,
    /// Its size.
    pub(super) size_kib: u64,
    /// Its NUMA node in the guest.
    pub(super) node: Option<u32>,
    /// Whether the host can write it; the domain's way if not said.
    pub(super) access: Option<MemoryAccess>,
    /// Whether its content is dropped at the end; the domain's way if not said.
    pub(super) discard: Option<YesNo>,
    /// Size of its pages; the domain's way if not said.
    pub(super) page_kib: Option<u64>,
    /// Nodes of the host it comes from; the domain's way if not said.
    pub(super) host_nodes: Option<&'a RangeSet>,
    /// Whether all of it is there before the guest runs; the domain's way if not.
    pub(super) is_preallocated: bool,
    /// File that is the memory.
    pub(super) path: Option<&'a str>,
    /// Whether it is all of the guest's memory, whose name in migrations is older than objects.
    pub(super) is_main: bool,
}

/// Rounds the memory of a guest up to what it will have, so that its document says so.
///
/// Sizes that are too large to be rounded stay for [`Line`] to refuse.
pub(crate) fn align(domain: &mut Domain) {
    let cells = domain.cpu.as_mut().and_then(|cpu| cpu.numa.as_mut());
    let cells = cells.map(|numa| numa.cells.as_mut_slice()).unwrap_or_default();
    for cell in &mut *cells {
        let scale = config::scale(cell.unit.as_deref().unwrap_or("KiB"));
        let bytes = scale.and_then(|scale| cell.memory.unwrap_or_default().checked_mul(scale));
        if let Some(bytes) = bytes.filter(|_| cell.memory.is_some()) {
            (cell.memory, cell.unit) = (Some(whole_mib(bytes.div_ceil(1024))), Some("KiB".into()));
        }
    }
    let in_cells: u64 = cells.iter().filter_map(|cell| cell.memory).sum();
    let devices = &mut domain.devices.memories;
    let before: u64 = devices.iter().map(|device| device.target.size.0).sum();
    devices.iter_mut().for_each(|device| device.target.size = Kib(module_kib(device)));
    let after: u64 = devices.iter().map(|device| device.target.size.0).sum();
    if let Some(memory) = &mut domain.memory {
        let boot = match cells.is_empty() {
            true => whole_mib(memory.size.0.saturating_sub(before)),
            false => in_cells,
        };
        memory.size = Kib(boot.saturating_add(after));
        let has_balloon = domain.devices.memballoon.as_ref();
        if has_balloon.is_none_or(|balloon| balloon.model == BalloonModel::None) {
            domain.current_memory = Some(memory.size);
        }
    }
    if let Some(most) = &mut domain.max_memory {
        most.size = Kib(whole_mib(most.size.0));
    }
}

/// The object of a piece of memory.
pub(super) struct Backend {
    /// Its properties.
    pub(super) props: Props,
    /// Whether it is more than memory of the process.
    pub(super) special: bool,
}

/// Memory comes in whole MiB.
pub(super) const fn whole_mib(kib: u64) -> u64 {
    match kib.checked_next_multiple_of(1024) {
        Some(whole) => whole,
        None => kib,
    }
}

/// Most memory that a process can name.
pub(super) const MOST_KIB: u64 = i64::MAX as u64 >> 10;

const ORDINARY_PAGE_KIB: u64 = 4;

impl<'a> Line<'a> {
    /// `-m` and the object of the memory of a guest without NUMA nodes.
    pub(super) fn memory(&mut self) -> Result<()> {
        let size_kib = self.boot_memory_kib()?;
        match self.domain.max_memory {
            Some(most) => {
                let mut options = Options::keyed();
                options
                    .set("size", format_args!("{size_kib}k"))
                    .set("slots", most.slots)
                    .set("maxmem", format_args!("{}k", whole_mib(most.size.0)));
                self.option("-m", options);
            }
            None => self.option("-m", size_kib / 1024),
        }
        if let Some(id) = self.ram_id() {
            let is_main = self.context.emulator.has_property("memory-backend-file", CANONICAL_PATH);
            let ram = self.backend(Piece { id, size_kib, is_main, ..Piece::default() })?.props;
            self.object(&ram);
        } else if self.cells().is_empty() {
            self.preallocate();
        }
        let locked = self.domain.memory_backing.as_ref().is_some_and(|backing| backing.locked);
        let mut options = Options::keyed();
        options.set("mem-lock", OnOff::from(locked));
        self.option("-overcommit", options);
        Ok(())
    }

    /// Id of the object that is all of the memory; `None` if it is in several or in none.
    pub(super) fn ram_id(&self) -> Option<&'a str> {
        let machine = self.context.emulator.machine(self.machine_type())?;
        machine.default_ram_id.filter(|_| self.cells().is_empty())
    }

    /// Memory at start without memory devices.
    pub(super) fn boot_memory_kib(&self) -> Result<u64> {
        if !self.cells().is_empty() {
            return self.cells().iter().map(|cell| self.cell_kib(cell)).sum();
        }
        let total = self.domain.memory.map(|memory| memory.size.0).unwrap_or_default();
        let devices: u64 = self.domain.devices.memories.iter().map(|m| m.target.size.0).sum();
        let rest = total.checked_sub(devices).ok_or_else(|| {
            Error::unsupported(format!("memory devices of {devices} KiB in {total} KiB of memory"))
        })?;
        Ok(whole_mib(rest))
    }

    /// Has the memory of the process itself allocated, if the document asks for it.
    pub(super) fn preallocate(&mut self) {
        if self.is_preallocated() {
            self.flag("-mem-prealloc");
        }
    }

    fn is_preallocated(&self) -> bool {
        let backing = self.domain.memory_backing.as_ref();
        let allocation = backing.and_then(|backing| backing.allocation);
        allocation.is_some_and(|a| a.mode == Some(AllocationMode::Immediate))
    }

    /// The object of a piece of memory.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` for huge pages of a size that the host has not mounted.
    pub(super) fn backend(&self, piece: Piece<'_>) -> Result<Backend> {
        let backing = self.domain.memory_backing.as_deref();
        let access = piece.access.or(backing.and_then(|b| b.access.map(|access| access.mode)));
        let source = backing.and_then(|b| b.source.map(|source| source.kind));
        let pages = self.page_kib(&piece)?;
        let mut rest = Props::new();
        let kind = if source == Some(MemorySourceType::Memfd) && piece.path.is_none() {
            if let Some(kib) = pages {
                rest.set("hugetlb", true).set("hugetlbsize", kib << 10);
            }
            "memory-backend-memfd"
        } else if piece.path.is_some()
            || pages.is_some()
            || access.is_some()
            || source == Some(MemorySourceType::File)
        {
            rest.set("mem-path", self.memory_path(&piece, pages)?);
            "memory-backend-file"
        } else {
            "memory-backend-ram"
        };
        let mut props = Props::object(kind, piece.id);
        props.extend(rest);
        if kind != "memory-backend-ram" {
            let discard = piece.discard.or(backing.filter(|b| b.discard).map(|_| YesNo::Yes));
            props.set("discard-data", discard);
            props.set("share", access.map(|access| access == MemoryAccess::Shared));
            props.set(CANONICAL_PATH, piece.is_main.then_some(false));
        }
        let prealloc = piece.is_preallocated || self.is_preallocated() || pages.is_some();
        props.set("prealloc", prealloc.then_some(true));
        let threads = backing.and_then(|b| b.allocation).and_then(|allocation| allocation.threads);
        props.set("prealloc-threads", threads.filter(|_| prealloc));
        props.set("size", piece.size_kib << 10);
        let bound = self.bind(&mut props, &piece);
        Ok(Backend {
            props,
            special: bound || prealloc && pages.is_some() || kind != "memory-backend-ram",
        })
    }

    /// Binds a piece to nodes of the host; whether it did.
    fn bind(&self, props: &mut Props, piece: &Piece<'_>) -> bool {
        let tune = &self.domain.numatune;
        let cell = piece.node.and_then(|node| tune.nodes.iter().find(|n| n.cellid == node));
        let (mode, nodes) = match (&cell, &tune.memory) {
            (Some(cell), _) => (cell.mode, Some(&cell.nodeset)),
            (None, Some(memory)) if memory.placement != Some(Placement::Auto) => {
                (memory.mode, memory.nodeset.as_ref())
            }
            _ => (None, None),
        };
        let Some(nodes) = piece.host_nodes.or(nodes) else {
            return false;
        };
        let policy = match mode.unwrap_or(NumaMode::Strict) {
            NumaMode::Strict => "bind",
            NumaMode::Preferred => "preferred",
            NumaMode::Interleave => "interleave",
            NumaMode::Restrictive => return false,
        };
        let numbers: Vec<serde_json::Value> = nodes.iter().map(Into::into).collect();
        props.set("host-nodes", numbers).set("policy", policy);
        true
    }

    /// Size of the huge pages of a piece; `None` for ordinary pages.
    fn page_kib(&self, piece: &Piece<'_>) -> Result<Option<u64>> {
        let said = match piece.page_kib {
            Some(kib) => Some(kib),
            None => self.domain_page_kib(piece.node)?,
        };
        Ok(said.filter(|kib| *kib != ORDINARY_PAGE_KIB))
    }

    fn domain_page_kib(&self, node: Option<u32>) -> Result<Option<u64>> {
        let backing = self.domain.memory_backing.as_ref();
        let Some(huge) = backing.and_then(|backing| backing.hugepages.as_ref()) else {
            return Ok(None);
        };
        if huge.pages.is_empty() {
            let default = self.context.directories.huge_pages.first();
            let (kib, _) = default.ok_or_else(no_huge_pages)?;
            return Ok(Some(*kib));
        }
        let of_node = |set: &RangeSet| set.contains(node.unwrap_or_default());
        let own = huge.pages.iter().find(|page| page.nodeset.as_ref().is_some_and(of_node));
        let page = own.or_else(|| huge.pages.iter().find(|page| page.nodeset.is_none()));
        let Some(page) = page else {
            return Ok(None);
        };
        let scale = config::scale(page.unit.as_deref().unwrap_or("KiB"));
        let bytes = scale.and_then(|scale| page.size.checked_mul(scale));
        let bytes =
            bytes.ok_or_else(|| Error::unsupported(format!("huge pages of {}", page.size)))?;
        Ok(Some(bytes >> 10))
    }

    fn memory_path(&self, piece: &Piece<'_>, pages: Option<u64>) -> Result<String> {
        let (id, name) = (self.context.id, self.domain.name.as_str());
        let path = match (piece.path, pages) {
            (Some(path), _) => return Ok(path.to_owned()),
            (None, Some(kib)) => {
                let directories = self.context.directories;
                let mount = directories.huge_pages(kib).ok_or_else(|| {
                    if directories.huge_pages.is_empty() {
                        return no_huge_pages();
                    }
                    Error::internal(format!(
                        "Unable to find any usable hugetlbfs mount for {kib} KiB"
                    ))
                })?;
                mount.join("libvirt/qemu").join(super::short_name(id, name))
            }
            (None, None) => self.context.directories.memory(id, name).join(piece.id),
        };
        Ok(path.display().to_string())
    }
}

fn no_huge_pages() -> Error {
    Error::internal("hugetlbfs filesystem is not mounted or disabled by administrator config")
}

const CANONICAL_PATH: &str = "x-use-canonical-path-for-ramblock-id";
