//! `<cpu>`: what the guest's processors are, and their NUMA nodes.

use xml::{element, words};

use super::memory::MemoryAccess;
use crate::{OnOff, RangeSet, YesNo};

words! {
    /// How a CPU is chosen.
    pub enum CpuMode { Custom = "custom", HostModel = "host-model", HostPassthrough = "host-passthrough", Maximum = "maximum" }
    /// How a host must match.
    pub enum CpuMatch { Minimum = "minimum", Exact = "exact", Strict = "strict" }
    /// How the guest's CPU is checked at start.
    pub enum CpuCheck { None = "none", Partial = "partial", Full = "full" }
    /// Whether a near model will do.
    pub enum CpuFallback { Allow = "allow", Forbid = "forbid" }
    /// What is asked of a feature.
    pub enum FeaturePolicy { Force = "force", Require = "require", Optional = "optional", Disable = "disable", Forbid = "forbid" }
    /// How a cache is shown.
    pub enum CpuCacheMode { Emulate = "emulate", Passthrough = "passthrough", Disable = "disable" }
    /// How address bits are chosen.
    pub enum AddressBitsMode { Emulate = "emulate", Passthrough = "passthrough" }
    /// Associativity of a memory-side cache.
    pub enum CacheAssociativity { None = "none", Direct = "direct", Full = "full" }
    /// Write policy of a memory-side cache.
    pub enum CachePolicy { None = "none", Writeback = "writeback", Writethrough = "writethrough" }
    /// What an interconnect figure is about.
    pub enum InterconnectType { Access = "access", Read = "read", Write = "write" }
}

element! {
    /// `<cpu>`
    #[derive(Eq, Default)]
    pub struct Cpu {
        /// How it is chosen; complete after completion.
        attr mode: Option<CpuMode> = "mode",
        /// How a host must match.
        attr matching: Option<CpuMatch> = "match",
        /// How it is checked at start.
        attr check: Option<CpuCheck> = "check",
        /// Whether features that cannot migrate are left out.
        attr migratable: Option<OnOff> = "migratable",
        /// Model.
        child model: Option<CpuModel> = "model",
        /// Vendor the host must have.
        leaf vendor: Option<Box<str>> = "vendor",
        /// Sockets, cores, threads.
        child topology: Option<Topology> = "topology",
        /// Cache.
        child cache: Option<CpuCache> = "cache",
        /// Physical address bits.
        child maxphysaddr: Option<MaxPhysAddr> = "maxphysaddr",
        /// Features.
        child features: Vec<CpuFeature> = "feature",
        /// Nodes.
        child numa: Option<Box<Numa>> = "numa",
    }

    /// `<model>` of a CPU
    #[derive(Eq)]
    pub struct CpuModel {
        /// Whether a near model will do; complete after completion.
        attr fallback: Option<CpuFallback> = "fallback",
        /// Vendor that the guest sees: twelve characters.
        attr vendor_id: Option<Box<str>> = "vendor_id",
        /// The model; may be empty.
        text name: Box<str>,
    }

    /// `<topology>`
    #[derive(Copy, Eq)]
    pub struct Topology {
        /// Sockets.
        attr sockets: u32 = "sockets",
        /// Dies of a socket; complete after completion.
        attr dies: Option<u32> = "dies",
        /// Cores of a die.
        attr cores: u32 = "cores",
        /// Threads of a core.
        attr threads: u32 = "threads",
    }

    /// `<cache>` of a CPU
    #[derive(Copy, Eq)]
    pub struct CpuCache {
        /// Level.
        attr level: Option<u32> = "level",
        /// How it is shown.
        attr mode: CpuCacheMode = "mode",
    }

    /// `<maxphysaddr>`
    #[derive(Copy, Eq)]
    pub struct MaxPhysAddr {
        /// How they are chosen.
        attr mode: AddressBitsMode = "mode",
        /// How many.
        attr bits: Option<u32> = "bits",
        /// At most how many.
        attr limit: Option<u32> = "limit",
    }

    /// `<feature>` of a CPU
    #[derive(Eq)]
    pub struct CpuFeature {
        /// What is asked; complete after completion.
        attr policy: Option<FeaturePolicy> = "policy",
        /// The feature.
        attr name: Box<str> = "name",
    }

    /// `<numa>`
    #[derive(Eq)]
    pub struct Numa {
        /// Nodes.
        child cells: Vec<NumaCell> = "cell",
        /// Bandwidths and latencies.
        child interconnects: Option<Interconnects> = "interconnects",
    }

    /// `<cell>`: `memory` in `unit`, KiB after completion
    #[derive(Eq)]
    pub struct NumaCell {
        /// Number; complete after completion.
        attr id: Option<u32> = "id",
        /// Its CPUs.
        attr cpus: Option<RangeSet> = "cpus",
        /// Its memory.
        attr memory: Option<u64> = "memory",
        /// Unit of the memory.
        attr unit: Option<Box<str>> = "unit",
        /// Whether other processes may map it.
        attr mem_access: Option<MemoryAccess> = "memAccess",
        /// Dropped at shutdown.
        attr discard: Option<YesNo> = "discard",
        /// Distances to other nodes.
        child distances: Option<Distances> = "distances",
        /// Memory-side caches.
        child caches: Vec<NumaCache> = "cache",
    }

    /// `<distances>`
    #[derive(Eq)]
    pub struct Distances {
        /// To each.
        child siblings: Vec<Sibling> = "sibling",
    }

    /// `<sibling>`
    #[derive(Copy, Eq)]
    pub struct Sibling {
        /// Node.
        attr id: u32 = "id",
        /// Distance, 10 to 255.
        attr value: u32 = "value",
    }

    /// `<cache>` of a node
    #[derive(Eq)]
    pub struct NumaCache {
        /// Level.
        attr level: u32 = "level",
        /// Associativity.
        attr associativity: CacheAssociativity = "associativity",
        /// Write policy.
        attr policy: CachePolicy = "policy",
        /// Size.
        child size: CacheSize = "size",
        /// Length of a line.
        child line: CacheSize = "line",
    }

    /// `<size>`, `<line>` of a cache
    #[derive(Eq)]
    pub struct CacheSize {
        /// Number.
        attr value: u64 = "value",
        /// Its unit.
        attr unit: Box<str> = "unit",
    }

    /// `<interconnects>`
    #[derive(Eq)]
    pub struct Interconnects {
        /// Latencies.
        child latencies: Vec<Latency> = "latency",
        /// Bandwidths.
        child bandwidths: Vec<InterconnectBandwidth> = "bandwidth",
    }

    /// `<latency>`
    #[derive(Copy, Eq)]
    pub struct Latency {
        /// From.
        attr initiator: u32 = "initiator",
        /// To.
        attr target: u32 = "target",
        /// To this level of cache.
        attr cache: Option<u32> = "cache",
        /// Of what.
        attr kind: InterconnectType = "type",
        /// Nanoseconds.
        attr value: u64 = "value",
    }

    /// `<bandwidth>` between nodes
    #[derive(Eq)]
    pub struct InterconnectBandwidth {
        /// From.
        attr initiator: u32 = "initiator",
        /// To.
        attr target: u32 = "target",
        /// To this level of cache.
        attr cache: Option<u32> = "cache",
        /// Of what.
        attr kind: InterconnectType = "type",
        /// Per second.
        attr value: u64 = "value",
        /// Unit of the value.
        attr unit: Option<Box<str>> = "unit",
    }
}
