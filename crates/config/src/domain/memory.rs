//! Guest memory: its backing on the host, and memory devices.

use xml::{element, words};

use super::device::{DeviceInfo, VirtioOptions};
use super::part;
use crate::{Kib, OnOff, RangeSet, Uuid, YesNo};

words! {
    /// Where guest memory comes from.
    pub enum MemorySourceType { File = "file", Anonymous = "anonymous", Memfd = "memfd" }
    /// Whether other processes may map it.
    pub enum MemoryAccess { Shared = "shared", Private = "private" }
    /// When it is allocated.
    pub enum AllocationMode { Immediate = "immediate", Ondemand = "ondemand" }
    /// Kind of a memory device.
    pub enum MemoryModel {
        Dimm = "dimm", Nvdimm = "nvdimm", VirtioPmem = "virtio-pmem", VirtioMem = "virtio-mem", SgxEpc = "sgx-epc",
    }
    /// Model of a balloon.
    pub enum BalloonModel {
        Virtio = "virtio", Xen = "xen", None = "none", Transitional = "virtio-transitional", NonTransitional = "virtio-non-transitional",
    }
}

element! {
    /// `<memoryBacking>`
    #[derive(Eq, Default)]
    pub struct MemoryBacking {
        /// Huge pages.
        child hugepages: Option<HugePages> = "hugepages",
        /// Not merged with other guests' pages.
        flag nosharepages: bool = "nosharepages",
        /// Not swapped.
        flag locked: bool = "locked",
        /// Where it comes from.
        loose_child source: Option<MemorySource> = "source",
        /// Whether other processes may map it.
        loose_child access: Option<MemoryAccessMode> = "access",
        /// When it is allocated.
        child allocation: Option<Allocation> = "allocation",
        /// Dropped at shutdown.
        flag discard: bool = "discard",
    }

    /// `<hugepages>`
    #[derive(Eq, Default)]
    pub struct HugePages {
        /// Sizes by guest node.
        child pages: Vec<HugePage> = "page",
    }

    /// `<page>`: `size` in `unit`, KiB after completion
    #[derive(Eq)]
    pub struct HugePage {
        /// Size.
        attr size: u64 = "size",
        /// Unit of the size.
        attr unit: Option<Box<str>> = "unit",
        /// Guest nodes; all others if not said.
        attr nodeset: Option<RangeSet> = "nodeset",
    }

    /// `<source>` of memory
    #[derive(Copy, Eq)]
    pub struct MemorySource {
        /// Where from.
        attr kind: MemorySourceType = "type",
    }

    /// `<access>`
    #[derive(Copy, Eq)]
    pub struct MemoryAccessMode {
        /// Shared or not.
        attr mode: MemoryAccess = "mode",
    }

    /// `<allocation>`
    #[derive(Copy, Eq)]
    pub struct Allocation {
        /// When.
        attr mode: Option<AllocationMode> = "mode",
        /// By how many threads.
        attr threads: Option<u32> = "threads",
    }

    /// `<memory>` below `<devices>`
    pub struct MemoryDevice {
        /// Kind.
        attr model: MemoryModel = "model",
        /// Whether other processes may map it.
        attr access: Option<MemoryAccess> = "access",
        /// Dropped at shutdown.
        attr discard: Option<YesNo> = "discard",
        /// Identity of an NVDIMM.
        leaf uuid: Option<Uuid> = "uuid",
        /// Host end.
        group source: MemoryDeviceSource = "source",
        /// Guest end.
        child target: MemoryDeviceTarget = "target",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<source>` of a memory device
    #[derive(Eq, Default)]
    pub struct MemoryDeviceSource {
        /// File.
        leaf path: Option<Box<str>> = "path",
        /// Alignment.
        child alignsize: Option<Kib> = "alignsize",
        /// Persistent memory.
        flag pmem: bool = "pmem",
        /// Nodes of the host.
        leaf nodemask: Option<RangeSet> = "nodemask",
        /// Page size.
        child pagesize: Option<Kib> = "pagesize",
    }

    /// `<target>` of a memory device
    #[derive(Copy, Eq)]
    pub struct MemoryDeviceTarget {
        /// Size.
        child size: Kib = "size",
        /// Guest node.
        leaf node: Option<u32> = "node",
        /// Label of an NVDIMM.
        child label: Option<NvdimmLabel> = "label",
        /// Read-only.
        flag readonly: bool = "readonly",
        /// Block size of virtio-mem.
        child block: Option<Kib> = "block",
        /// What the guest should use, of virtio-mem.
        child requested: Option<Kib> = "requested",
        /// What the guest uses, of virtio-mem.
        child current: Option<Kib> = "current" when part::LIVE,
    }

    /// `<label>`
    #[derive(Copy, Eq)]
    pub struct NvdimmLabel {
        /// Size.
        child size: Kib = "size",
    }

    /// `<memballoon>`
    pub struct Balloon {
        /// Model.
        attr model: BalloonModel = "model",
        /// Deflates by itself before the guest runs out of memory.
        attr autodeflate: Option<OnOff> = "autodeflate",
        /// Free pages are reported to the host.
        attr free_page_reporting: Option<OnOff> = "freePageReporting",
        /// Statistics.
        loose_child stats: Option<BalloonStats> = "stats",
        /// Identity and place.
        more info: DeviceInfo,
        /// Driver in the host.
        group driver: BalloonDriver = "driver",
    }

    /// `<stats period='…'/>`
    #[derive(Copy, Eq)]
    pub struct BalloonStats {
        /// Seconds between two.
        attr period: u32 = "period",
    }

    /// `<driver>` of a virtio device without more
    #[derive(Copy, Eq, Default)]
    pub struct BalloonDriver {
        /// virtio.
        more virtio: VirtioOptions,
    }
}
