//! Shares, limits and placement of a guest on its host.

use xml::{element, words};

use crate::{Kib, RangeSet};

words! {
    /// How strictly memory keeps to its nodes.
    pub enum NumaMode { Strict = "strict", Preferred = "preferred", Interleave = "interleave", Restrictive = "restrictive" }
    /// Who places.
    pub enum Placement { Static = "static", Auto = "auto" }
    /// What a cache holds.
    pub enum CacheKind { Both = "both", Code = "code", Data = "data" }
    /// Scheduler.
    pub enum Scheduler { Batch = "batch", Idle = "idle", Fifo = "fifo", Rr = "rr" }
}

element! {
    /// `<iotune>` of a disk; each is per second, and its `_max` a burst.
    #[derive(Eq, Default)]
    pub struct IoTune {
        /// Bytes both ways.
        leaf total_bytes_sec: Option<u64> = "total_bytes_sec",
        /// Bytes read.
        leaf read_bytes_sec: Option<u64> = "read_bytes_sec",
        /// Bytes written.
        leaf write_bytes_sec: Option<u64> = "write_bytes_sec",
        /// Requests both ways.
        leaf total_iops_sec: Option<u64> = "total_iops_sec",
        /// Reads.
        leaf read_iops_sec: Option<u64> = "read_iops_sec",
        /// Writes.
        leaf write_iops_sec: Option<u64> = "write_iops_sec",
        /// Burst of bytes both ways.
        leaf total_bytes_sec_max: Option<u64> = "total_bytes_sec_max",
        /// Burst of bytes read.
        leaf read_bytes_sec_max: Option<u64> = "read_bytes_sec_max",
        /// Burst of bytes written.
        leaf write_bytes_sec_max: Option<u64> = "write_bytes_sec_max",
        /// Burst of requests both ways.
        leaf total_iops_sec_max: Option<u64> = "total_iops_sec_max",
        /// Burst of reads.
        leaf read_iops_sec_max: Option<u64> = "read_iops_sec_max",
        /// Burst of writes.
        leaf write_iops_sec_max: Option<u64> = "write_iops_sec_max",
        /// Bytes that count as one request.
        leaf size_iops_sec: Option<u64> = "size_iops_sec",
        /// Disks of one group share their limits.
        leaf group_name: Option<Box<str>> = "group_name",
        /// Seconds a burst may last.
        leaf total_bytes_sec_max_length: Option<u64> = "total_bytes_sec_max_length",
        /// Seconds a burst of reading may last.
        leaf read_bytes_sec_max_length: Option<u64> = "read_bytes_sec_max_length",
        /// Seconds a burst of writing may last.
        leaf write_bytes_sec_max_length: Option<u64> = "write_bytes_sec_max_length",
        /// Seconds a burst of requests may last.
        leaf total_iops_sec_max_length: Option<u64> = "total_iops_sec_max_length",
        /// Seconds a burst of reads may last.
        leaf read_iops_sec_max_length: Option<u64> = "read_iops_sec_max_length",
        /// Seconds a burst of writes may last.
        leaf write_iops_sec_max_length: Option<u64> = "write_iops_sec_max_length",
    }

    /// `<blkiotune>`
    #[derive(Eq, Default)]
    pub struct BlkioTune {
        /// Weight of all, 100 to 1000.
        leaf weight: Option<u32> = "weight",
        /// Devices.
        child devices: Vec<BlkioDevice> = "device",
    }

    /// `<device>` of blkiotune
    #[derive(Eq)]
    pub struct BlkioDevice {
        /// Which.
        leaf path: Box<str> = "path",
        /// Weight.
        leaf weight: Option<u32> = "weight",
        /// Reads per second.
        leaf read_iops_sec: Option<u32> = "read_iops_sec",
        /// Writes per second.
        leaf write_iops_sec: Option<u32> = "write_iops_sec",
        /// Bytes read per second.
        leaf read_bytes_sec: Option<u64> = "read_bytes_sec",
        /// Bytes written per second.
        leaf write_bytes_sec: Option<u64> = "write_bytes_sec",
    }

    /// `<memtune>`
    #[derive(Copy, Eq, Default)]
    pub struct MemTune {
        /// Never more than this.
        child hard_limit: Option<Kib> = "hard_limit",
        /// Under pressure, no more than this.
        child soft_limit: Option<Kib> = "soft_limit",
        /// At least this.
        child min_guarantee: Option<Kib> = "min_guarantee",
        /// Memory and swap, never more than this.
        child swap_hard_limit: Option<Kib> = "swap_hard_limit",
    }

    /// `<cputune>`
    #[derive(Eq, Default)]
    pub struct CpuTune {
        /// Shares of all.
        leaf shares: Option<u64> = "shares",
        /// Period of a vCPU in µs.
        leaf period: Option<u64> = "period",
        /// Run time of a vCPU within a period in µs.
        leaf quota: Option<i64> = "quota",
        /// Period of all in µs.
        leaf global_period: Option<u64> = "global_period",
        /// Run time of all in µs.
        leaf global_quota: Option<i64> = "global_quota",
        /// Period of the emulator in µs.
        leaf emulator_period: Option<u64> = "emulator_period",
        /// Run time of the emulator in µs.
        leaf emulator_quota: Option<i64> = "emulator_quota",
        /// Period of an I/O thread in µs.
        leaf iothread_period: Option<u64> = "iothread_period",
        /// Run time of an I/O thread in µs.
        leaf iothread_quota: Option<i64> = "iothread_quota",
        /// CPUs of vCPUs.
        child vcpupins: Vec<VcpuPin> = "vcpupin",
        /// CPUs of the emulator.
        child emulatorpin: Option<EmulatorPin> = "emulatorpin",
        /// CPUs of I/O threads.
        child iothreadpins: Vec<IoThreadPin> = "iothreadpin",
        /// Schedulers of vCPUs.
        child vcpuscheds: Vec<VcpuSched> = "vcpusched",
        /// Scheduler of the emulator.
        child emulatorsched: Option<EmulatorSched> = "emulatorsched",
        /// Schedulers of I/O threads.
        child iothreadscheds: Vec<IoThreadSched> = "iothreadsched",
        /// Caches of the host that vCPUs may fill.
        child cachetunes: Vec<CacheTune> = "cachetune",
        /// Memory bandwidth of vCPUs.
        child memorytunes: Vec<MemoryTune> = "memorytune",
    }

    /// `<cachetune>`
    #[derive(Eq)]
    pub struct CacheTune {
        /// vCPUs.
        attr vcpus: RangeSet = "vcpus",
        /// Parts of caches.
        child caches: Vec<CachePart> = "cache",
        /// What is counted.
        child monitors: Vec<CacheMonitor> = "monitor",
    }

    /// `<cache>` of `<cachetune>`
    #[derive(Eq)]
    pub struct CachePart {
        /// Cache of the host.
        attr id: u32 = "id",
        /// Level.
        attr level: u32 = "level",
        /// What it holds.
        attr kind: CacheKind = "type",
        /// Size.
        attr size: u64 = "size",
        /// Unit of the size; complete after completion.
        attr unit: Option<Box<str>> = "unit",
    }

    /// `<monitor>` of `<cachetune>`
    #[derive(Eq)]
    pub struct CacheMonitor {
        /// Level.
        attr level: u32 = "level",
        /// vCPUs.
        attr vcpus: RangeSet = "vcpus",
    }

    /// `<memorytune>`
    #[derive(Eq)]
    pub struct MemoryTune {
        /// vCPUs.
        attr vcpus: RangeSet = "vcpus",
        /// Nodes.
        child nodes: Vec<NodeBandwidth> = "node",
        /// What is counted.
        child monitors: Vec<MemoryMonitor> = "monitor",
    }

    /// `<node>` of `<memorytune>`
    #[derive(Copy, Eq)]
    pub struct NodeBandwidth {
        /// Node of the host.
        attr id: u32 = "id",
        /// Share of its bandwidth, in percent.
        attr bandwidth: u32 = "bandwidth",
    }

    /// `<monitor>` of `<memorytune>`
    #[derive(Eq)]
    pub struct MemoryMonitor {
        /// vCPUs.
        attr vcpus: RangeSet = "vcpus",
    }

    /// `<vcpupin>`
    #[derive(Eq)]
    pub struct VcpuPin {
        /// vCPU.
        attr vcpu: u32 = "vcpu",
        /// CPUs.
        attr cpuset: RangeSet = "cpuset",
    }

    /// `<emulatorpin>`
    #[derive(Eq)]
    pub struct EmulatorPin {
        /// CPUs.
        attr cpuset: RangeSet = "cpuset",
    }

    /// `<iothreadpin>`
    #[derive(Eq)]
    pub struct IoThreadPin {
        /// I/O thread.
        attr iothread: u32 = "iothread",
        /// CPUs.
        attr cpuset: RangeSet = "cpuset",
    }

    /// `<vcpusched>`
    #[derive(Eq)]
    pub struct VcpuSched {
        /// vCPUs.
        attr vcpus: RangeSet = "vcpus",
        /// Scheduler.
        attr scheduler: Scheduler = "scheduler",
        /// Priority.
        attr priority: Option<i32> = "priority",
    }

    /// `<iothreadsched>`
    #[derive(Eq)]
    pub struct IoThreadSched {
        /// I/O threads.
        attr iothreads: RangeSet = "iothreads",
        /// Scheduler.
        attr scheduler: Scheduler = "scheduler",
        /// Priority.
        attr priority: Option<i32> = "priority",
    }

    /// `<emulatorsched>`
    #[derive(Eq)]
    pub struct EmulatorSched {
        /// Scheduler.
        attr scheduler: Scheduler = "scheduler",
        /// Priority.
        attr priority: Option<i32> = "priority",
    }

    /// `<numatune>`
    #[derive(Eq, Default)]
    pub struct NumaTune {
        /// All of the memory.
        child memory: Option<NumaMemory> = "memory",
        /// Guest nodes.
        child nodes: Vec<NumaMemNode> = "memnode",
    }

    /// `<memory>` of numatune
    #[derive(Eq)]
    pub struct NumaMemory {
        /// How strictly.
        attr mode: Option<NumaMode> = "mode",
        /// Who places.
        attr placement: Option<Placement> = "placement",
        /// Nodes of the host.
        attr nodeset: Option<RangeSet> = "nodeset",
    }

    /// `<memnode>`
    #[derive(Eq)]
    pub struct NumaMemNode {
        /// Guest node.
        attr cellid: u32 = "cellid",
        /// How strictly.
        attr mode: Option<NumaMode> = "mode",
        /// Nodes of the host.
        attr nodeset: RangeSet = "nodeset",
    }

    /// `<resource>`
    #[derive(Eq, Default)]
    pub struct Resource {
        /// Control group partition.
        leaf partition: Option<Box<str>> = "partition",
        /// Fibre Channel application.
        child fibrechannel: Option<FibreChannel> = "fibrechannel",
    }

    /// `<fibrechannel>`
    #[derive(Eq)]
    pub struct FibreChannel {
        /// Application.
        attr appid: Box<str> = "appid",
    }
}

impl IoTune {
    /// Every limit.
    pub fn limits(&self) -> [Option<u64>; 19] {
        [
            self.total_bytes_sec,
            self.read_bytes_sec,
            self.write_bytes_sec,
            self.total_iops_sec,
            self.read_iops_sec,
            self.write_iops_sec,
            self.total_bytes_sec_max,
            self.read_bytes_sec_max,
            self.write_bytes_sec_max,
            self.total_iops_sec_max,
            self.read_iops_sec_max,
            self.write_iops_sec_max,
            self.size_iops_sec,
            self.total_bytes_sec_max_length,
            self.read_bytes_sec_max_length,
            self.write_bytes_sec_max_length,
            self.total_iops_sec_max_length,
            self.read_iops_sec_max_length,
            self.write_iops_sec_max_length,
        ]
    }

    /// The same, to be changed.
    pub(super) fn limits_mut(&mut self) -> [&mut Option<u64>; 19] {
        [
            &mut self.total_bytes_sec,
            &mut self.read_bytes_sec,
            &mut self.write_bytes_sec,
            &mut self.total_iops_sec,
            &mut self.read_iops_sec,
            &mut self.write_iops_sec,
            &mut self.total_bytes_sec_max,
            &mut self.read_bytes_sec_max,
            &mut self.write_bytes_sec_max,
            &mut self.total_iops_sec_max,
            &mut self.read_iops_sec_max,
            &mut self.write_iops_sec_max,
            &mut self.size_iops_sec,
            &mut self.total_bytes_sec_max_length,
            &mut self.read_bytes_sec_max_length,
            &mut self.write_bytes_sec_max_length,
            &mut self.total_iops_sec_max_length,
            &mut self.read_iops_sec_max_length,
            &mut self.write_iops_sec_max_length,
        ]
    }
}
