//! The host: CPUs, memory, suspend.

use xdr::{CharArray, List, Opaque};

use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// CPU model, memory and topology of the host. Memory in KiB, frequency in MHz.
    ///
    /// **Source**: `virNodeGetInfo`.
    NodeGetInfo = 6, Quick, access: [connect.read], since: "0.1.0";
        args (), ret NodeGetInfoRet;
    /// Free memory of each NUMA cell.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virNodeGetCellsFreeMemory`.
    NodeGetCellsFreeMemory = 101, Quick, access: [connect.read], since: "0.3.3";
        args NodeGetCellsFreeMemoryArgs, ret NodeGetCellsFreeMemoryRet;
    /// Free memory of the host.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virNodeGetFreeMemory`.
    NodeGetFreeMemory = 102, Quick, access: [connect.read], since: "0.3.3";
        args (), ret NodeGetFreeMemoryRet;
    /// The host's first security model and its domain of interpretation.
    ///
    /// **Source**: `virNodeGetSecurityModel`.
    NodeGetSecurityModel = 122, Quick, access: [connect.read], since: "0.6.1";
        args (), ret NodeGetSecurityModelRet;
    /// What a CPU of the host, or (-1) all of them, spent its time on.
    ///
    /// **Units**: nanoseconds.
    ///
    /// **Source**: `virNodeGetCPUStats`.
    NodeGetCpuStats = 227, Quick, access: [connect.read], since: "0.9.3";
        args NodeGetCpuStatsArgs, ret NodeGetCpuStatsRet;
    /// Memory of a NUMA cell, or (-1) of the host.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virNodeGetMemoryStats`.
    NodeGetMemoryStats = 228, Quick, access: [connect.read], since: "0.9.3";
        args NodeGetMemoryStatsArgs, ret NodeGetMemoryStatsRet;
    /// Puts the host to sleep.
    ///
    /// **Units**: seconds, at least 60.
    ///
    /// **Source**: `virNodeSuspendForDuration`.
    NodeSuspendForDuration = 250, Ordinary, access: [connect.pm_control], since: "0.9.8";
        args NodeSuspendForDurationArgs, ret ();
    /// Sets how the host merges equal pages of memory.
    ///
    /// **Units**: pages, milliseconds.
    ///
    /// **Source**: `virNodeSetMemoryParameters`.
    NodeSetMemoryParameters = 288, Ordinary, access: [connect.write], since: "0.10.2";
        args NodeSetMemoryParametersArgs, ret ();
    /// How the host merges equal pages of memory, and with what result.
    ///
    /// **Units**: pages, milliseconds.
    ///
    /// **Source**: `virNodeGetMemoryParameters`.
    NodeGetMemoryParameters = 289, Ordinary, access: [connect.read], since: "0.10.2";
        args NodeGetMemoryParametersArgs, ret NodeGetMemoryParametersRet;
    /// Which CPUs of the host are present and online, a bit each.
    ///
    /// **Source**: `virNodeGetCPUMap`.
    NodeGetCpuMap = 293, Ordinary, access: [connect.read], since: "1.0.0";
        args NodeGetCpuMapArgs, ret NodeGetCpuMapRet;
    /// How many pages of each size are free in each NUMA cell.
    ///
    /// **Units**: of the sizes KiB.
    ///
    /// **Shape**: for each cell the sizes in the order asked.
    ///
    /// **Source**: `virNodeGetFreePages`.
    NodeGetFreePages = 340, Quick, access: [connect.read], since: "1.2.6";
        args NodeGetFreePagesArgs, ret NodeGetFreePagesRet;
    /// Reserves, or by flag gives back, huge pages in each NUMA cell.
    ///
    /// **Units**: of the sizes KiB.
    ///
    /// **Source**: `virNodeAllocPages`.
    NodeAllocPages = 347, Ordinary, access: [connect.write], since: "1.2.9";
        args NodeAllocPagesArgs, ret NodeAllocPagesRet;
    /// What the host can do for encrypted guests: its certificates and how many guests.
    ///
    /// **Source**: `virNodeGetSEVInfo`.
    NodeGetSevInfo = 395, Ordinary, access: [connect.read], since: "4.5.0";
        args NodeGetSevInfoArgs, ret NodeGetSevInfoRet;
}

xdr::structs! {
    /// One counter by name: field and value.
    pub struct NodeCpuStat {
        field: String,
        /// **Units**: nanoseconds, or percent for `utilization`.
        value: u64,
    }

    /// One counter by name: field and value.
    pub struct NodeMemoryStat {
        field: String,
        /// **Units**: KiB.
        value: u64,
    }

    /// Results of [`NodeGetInfo`].
    pub struct NodeGetInfoRet {
        model: CharArray<32>,
        /// **Units**: KiB.
        memory: u64,
        cpus: i32,
        /// **Units**: MHz.
        mhz: i32,
        nodes: i32,
        sockets: i32,
        cores: i32,
        threads: i32,
    }

    /// Arguments of [`NodeGetCpuStats`].
    pub struct NodeGetCpuStatsArgs {
        cpu_num: i32,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`NodeGetCpuStats`].
    pub struct NodeGetCpuStatsRet {
        params: List<NodeCpuStat, { limits::NODE_CPU_STATS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`NodeGetMemoryStats`].
    pub struct NodeGetMemoryStatsArgs {
        nparams: i32,
        cell_num: i32,
        flags: u32,
    }

    /// Results of [`NodeGetMemoryStats`].
    pub struct NodeGetMemoryStatsRet {
        params: List<NodeMemoryStat, { limits::NODE_MEMORY_STATS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`NodeGetCellsFreeMemory`].
    pub struct NodeGetCellsFreeMemoryArgs {
        start_cell: i32,
        maxcells: i32,
    }

    /// Results of [`NodeGetCellsFreeMemory`].
    pub struct NodeGetCellsFreeMemoryRet {
        /// **Units**: bytes.
        cells: List<u64, { limits::NODE_MAX_CELLS }>,
    }

    /// Results of [`NodeGetFreeMemory`].
    pub struct NodeGetFreeMemoryRet {
        /// **Units**: bytes.
        free_mem: u64,
    }

    /// Results of [`NodeGetSecurityModel`].
    pub struct NodeGetSecurityModelRet {
        model: List<i8, { limits::SECURITY_MODEL_MAX }>,
        doi: List<i8, { limits::SECURITY_DOI_MAX }>,
    }

    /// Arguments of [`NodeSuspendForDuration`].
    pub struct NodeSuspendForDurationArgs {
        target: u32,
        /// **Units**: seconds, at least 60.
        duration: u64,
        flags: u32,
    }

    /// Arguments of [`NodeSetMemoryParameters`].
    pub struct NodeSetMemoryParametersArgs {
        params: List<TypedParam, { limits::NODE_MEMORY_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`NodeGetMemoryParameters`].
    pub struct NodeGetMemoryParametersArgs {
        nparams: i32,
        flags: u32,
    }

    /// Results of [`NodeGetMemoryParameters`].
    pub struct NodeGetMemoryParametersRet {
        params: List<TypedParam, { limits::NODE_MEMORY_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`NodeGetCpuMap`].
    pub struct NodeGetCpuMapArgs {
        need_map: i32,
        need_online: i32,
        flags: u32,
    }

    /// Results of [`NodeGetCpuMap`].
    pub struct NodeGetCpuMapRet {
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
        online: u32,
        ret: i32,
    }

    /// Arguments of [`NodeGetFreePages`].
    pub struct NodeGetFreePagesArgs {
        /// **Units**: KiB.
        pages: List<u32, { limits::NODE_MAX_CELLS }>,
        start_cell: i32,
        cell_count: u32,
        flags: u32,
    }

    /// Results of [`NodeGetFreePages`].
    pub struct NodeGetFreePagesRet {
        counts: List<u64, { limits::NODE_MAX_CELLS }>,
    }

    /// Arguments of [`NodeAllocPages`].
    pub struct NodeAllocPagesArgs {
        /// **Units**: KiB.
        page_sizes: List<u32, { limits::NODE_MAX_CELLS }>,
        page_counts: List<u64, { limits::NODE_MAX_CELLS }>,
        start_cell: i32,
        cell_count: u32,
        flags: u32,
    }

    /// Results of [`NodeAllocPages`].
    pub struct NodeAllocPagesRet {
        ret: i32,
    }

    /// Arguments of [`NodeGetSevInfo`].
    pub struct NodeGetSevInfoArgs {
        nparams: i32,
        flags: u32,
    }

    /// Results of [`NodeGetSevInfo`].
    pub struct NodeGetSevInfoRet {
        params: List<TypedParam, { limits::NODE_SEV_INFO_MAX }>,
        nparams: i32,
    }
}
