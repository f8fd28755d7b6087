//! CPU, memory and I/O tuning.

use xdr::{List, Opaque};

use super::domain::DomainIothreadInfo;
use super::shared::{NonnullDomain, VcpuInfo};
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// The most memory the domain may have.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virDomainGetMaxMemory`.
    DomainGetMaxMemory = 17, Quick, access: [domain.read], since: "0.0.3";
        args DomainGetMaxMemoryArgs, ret DomainGetMaxMemoryRet;
    /// The most virtual CPUs the domain may have.
    ///
    /// **Source**: `virDomainGetMaxVcpus`.
    DomainGetMaxVcpus = 18, Quick, access: [domain.read], since: "0.2.1";
        args DomainGetMaxVcpusArgs, ret DomainGetMaxVcpusRet;
    /// Virtual CPUs: state, time (ns), where they run and may run.
    ///
    /// **Source**: `virDomainGetVcpus`.
    DomainGetVcpus = 20, Quick, access: [domain.read], since: "0.1.4";
        args DomainGetVcpusArgs, ret DomainGetVcpusRet;
    /// Says which CPUs of the host a virtual CPU may run on.
    ///
    /// **Shape**: a bit for each CPU, low bits first.
    ///
    /// **Source**: `virDomainPinVcpu`.
    DomainPinVcpu = 26, Ordinary, access: [domain.write], since: "0.1.4";
        args DomainPinVcpuArgs, ret ();
    /// Sets the most memory the domain may have.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virDomainSetMaxMemory`.
    DomainSetMaxMemory = 30, Quick, access: [domain.write], since: "0.0.3";
        args DomainSetMaxMemoryArgs, ret ();
    /// Sets how much memory the running domain has.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virDomainSetMemory`.
    DomainSetMemory = 31, Ordinary, access: [domain.write], since: "0.1.1";
        args DomainSetMemoryArgs, ret ();
    /// Sets how many virtual CPUs the running domain has.
    ///
    /// **Source**: `virDomainSetVcpus`.
    DomainSetVcpus = 32, Ordinary, access: [domain.write], since: "0.1.4";
        args DomainSetVcpusArgs, ret ();
    /// The scheduler that the host has for the domain, and how many parameters it takes.
    ///
    /// **Source**: `virDomainGetSchedulerType`.
    DomainGetSchedulerType = 56, Ordinary, access: [domain.read], since: "0.2.3";
        args DomainGetSchedulerTypeArgs, ret DomainGetSchedulerTypeRet;
    /// Shares and quotas of CPU time.
    ///
    /// **Units**: microseconds.
    ///
    /// **Source**: `virDomainGetSchedulerParameters`.
    DomainGetSchedulerParameters = 57, Ordinary, access: [domain.read], since: "0.2.3";
        args DomainGetSchedulerParametersArgs, ret DomainGetSchedulerParametersRet;
    /// Sets shares and quotas of CPU time.
    ///
    /// **Units**: microseconds.
    ///
    /// **Source**: `virDomainSetSchedulerParameters`.
    DomainSetSchedulerParameters = 58, Ordinary, access: [domain.write], since: "0.2.3";
        args DomainSetSchedulerParametersArgs, ret ();
    /// What balloon and host know of the guest's memory, in KiB.
    ///
    /// **Source**: `virDomainMemoryStats`.
    DomainMemoryStats = 159, Ordinary, access: [domain.read], since: "0.7.5";
        args DomainMemoryStatsArgs, ret DomainMemoryStatsRet;
    /// Limits the memory of the domain's processes.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virDomainSetMemoryParameters`.
    DomainSetMemoryParameters = 197, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.8.5";
        args DomainSetMemoryParametersArgs, ret ();
    /// The limits on the memory of the domain's processes.
    ///
    /// **Units**: KiB.
    ///
    /// **Source**: `virDomainGetMemoryParameters`.
    DomainGetMemoryParameters = 198, Ordinary, access: [domain.read], since: "0.8.5";
        args DomainGetMemoryParametersArgs, ret DomainGetMemoryParametersRet;
    /// Changes how many virtual CPUs a domain has or may have.
    ///
    /// **Source**: `virDomainSetVcpusFlags`.
    DomainSetVcpusFlags = 199, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2), domain.write if With(0x8)], since: "0.8.5";
        args DomainSetVcpusFlagsArgs, ret ();
    /// How many virtual CPUs a domain has or may have.
    ///
    /// **Source**: `virDomainGetVcpusFlags`.
    DomainGetVcpusFlags = 200, Ordinary, access: [domain.read, domain.write if With(0x8)], since: "0.8.5";
        args DomainGetVcpusFlagsArgs, ret DomainGetVcpusFlagsRet;
    /// Changes how much memory a domain has or may have, in KiB.
    ///
    /// **Source**: `virDomainSetMemoryFlags`.
    DomainSetMemoryFlags = 204, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.0";
        args DomainSetMemoryFlagsArgs, ret ();
    /// Sets weights and limits of the domain's I/O on the host.
    ///
    /// **Units**: bytes or operations a second.
    ///
    /// **Source**: `virDomainSetBlkioParameters`.
    DomainSetBlkioParameters = 205, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.0";
        args DomainSetBlkioParametersArgs, ret ();
    /// Weights and limits of the domain's I/O on the host.
    ///
    /// **Units**: bytes or operations a second.
    ///
    /// **Source**: `virDomainGetBlkioParameters`.
    DomainGetBlkioParameters = 206, Ordinary, access: [domain.read], since: "0.9.0";
        args DomainGetBlkioParametersArgs, ret DomainGetBlkioParametersRet;
    /// As [`DomainSetSchedulerParameters`], for the running domain, its definition, or both.
    ///
    /// **Source**: `virDomainSetSchedulerParametersFlags`.
    DomainSetSchedulerParametersFlags = 219, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.2";
        args DomainSetSchedulerParametersFlagsArgs, ret ();
    /// As [`DomainGetSchedulerParameters`], of the running domain or of its definition.
    ///
    /// **Source**: `virDomainGetSchedulerParametersFlags`.
    DomainGetSchedulerParametersFlags = 223, Ordinary, access: [domain.read], since: "0.9.2";
        args DomainGetSchedulerParametersFlagsArgs, ret DomainGetSchedulerParametersFlagsRet;
    /// As [`DomainPinVcpu`], for the running domain, its definition, or both.
    ///
    /// **Source**: `virDomainPinVcpuFlags`.
    DomainPinVcpuFlags = 225, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.3";
        args DomainPinVcpuFlagsArgs, ret ();
    /// Which CPUs of the host each virtual CPU may run on.
    ///
    /// **Shape**: `num` maps of `maplen` bytes.
    ///
    /// **Source**: `virDomainGetVcpuPinInfo`.
    DomainGetVcpuPinInfo = 230, Ordinary, access: [domain.read], since: "0.9.3";
        args DomainGetVcpuPinInfoArgs, ret DomainGetVcpuPinInfoRet;
    /// Says where on the host the guest's memory may lie, and how strictly.
    ///
    /// **Source**: `virDomainSetNumaParameters`.
    DomainSetNumaParameters = 254, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.9";
        args DomainSetNumaParametersArgs, ret ();
    /// Where on the host the guest's memory may lie, and how strictly.
    ///
    /// **Source**: `virDomainGetNumaParameters`.
    DomainGetNumaParameters = 255, Ordinary, access: [domain.read], since: "0.9.9";
        args DomainGetNumaParametersArgs, ret DomainGetNumaParametersRet;
    /// CPU time of the domain on the host's CPUs, or in all (`start_cpu` -1).
    ///
    /// **Units**: nanoseconds.
    ///
    /// **Source**: `virDomainGetCPUStats`.
    DomainGetCpuStats = 262, Ordinary, access: [domain.read], since: "0.9.10";
        args DomainGetCpuStatsArgs, ret DomainGetCpuStatsRet;
    /// Says which CPUs of the host the emulator's own threads may run on.
    ///
    /// **Source**: `virDomainPinEmulator`.
    DomainPinEmulator = 279, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.10.0";
        args DomainPinEmulatorArgs, ret ();
    /// Which CPUs of the host the emulator's own threads may run on.
    ///
    /// **Source**: `virDomainGetEmulatorPinInfo`.
    DomainGetEmulatorPinInfo = 280, Ordinary, access: [domain.read], since: "0.10.0";
        args DomainGetEmulatorPinInfoArgs, ret DomainGetEmulatorPinInfoRet;
    /// How often the guest's balloon gathers figures.
    ///
    /// **Units**: seconds; 0 never.
    ///
    /// **Source**: `virDomainSetMemoryStatsPeriod`.
    DomainSetMemoryStatsPeriod = 308, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "1.1.1";
        args DomainSetMemoryStatsPeriodArgs, ret ();
    /// The I/O threads, and which CPUs of the host each may run on.
    ///
    /// **Source**: `virDomainGetIOThreadInfo`.
    DomainGetIothreadInfo = 351, Ordinary, access: [domain.read], since: "1.2.14";
        args DomainGetIothreadInfoArgs, ret DomainGetIothreadInfoRet;
    /// Says which CPUs of the host an I/O thread may run on.
    ///
    /// **Source**: `virDomainPinIOThread`.
    DomainPinIothread = 352, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "1.2.14";
        args DomainPinIothreadArgs, ret ();
    /// Adds an I/O thread with this number.
    ///
    /// **Source**: `virDomainAddIOThread`.
    DomainAddIothread = 355, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "1.2.15";
        args DomainAddIothreadArgs, ret ();
    /// Takes away the I/O thread with this number.
    ///
    /// **Source**: `virDomainDelIOThread`.
    DomainDelIothread = 356, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "1.2.15";
        args DomainDelIothreadArgs, ret ();
    /// Which performance events are counted for the domain.
    ///
    /// **Source**: `virDomainGetPerfEvents`.
    DomainGetPerfEvents = 365, Ordinary, access: [domain.read], since: "1.3.3";
        args DomainGetPerfEventsArgs, ret DomainGetPerfEventsRet;
    /// Says which performance events are counted for the domain.
    ///
    /// **Source**: `virDomainSetPerfEvents`.
    DomainSetPerfEvents = 366, Ordinary, access: [domain.write], since: "1.3.3";
        args DomainSetPerfEventsArgs, ret ();
    /// Switches virtual CPUs on or off by their numbers.
    ///
    /// **Source**: `virDomainSetVcpu`.
    DomainSetVcpu = 384, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "3.1.0";
        args DomainSetVcpuArgs, ret ();
    /// What the owner of an encrypted guest needs to trust it: its measurement and the platform's
    /// state.
    ///
    /// **Source**: `virDomainGetLaunchSecurityInfo`.
    DomainGetLaunchSecurityInfo = 396, Ordinary, access: [domain.read], since: "4.5.0";
        args DomainGetLaunchSecurityInfoArgs, ret DomainGetLaunchSecurityInfoRet;
    /// Sets how an I/O thread polls.
    ///
    /// **Units**: nanoseconds.
    ///
    /// **Source**: `virDomainSetIOThreadParams`.
    DomainSetIothreadParams = 402, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "4.10.0";
        args DomainSetIothreadParamsArgs, ret ();
    /// Hands an encrypted guest its owner's secret.
    ///
    /// **Source**: `virDomainSetLaunchSecurityState`.
    DomainSetLaunchSecurityState = 439, Ordinary, access: [domain.write], since: "8.0.0";
        args DomainSetLaunchSecurityStateArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainGetSchedulerType`].
    pub struct DomainGetSchedulerTypeArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetSchedulerType`].
    pub struct DomainGetSchedulerTypeRet {
        kind: String,
        nparams: i32,
    }

    /// Arguments of [`DomainGetSchedulerParameters`].
    pub struct DomainGetSchedulerParametersArgs {
        dom: NonnullDomain,
        nparams: i32,
    }

    /// Results of [`DomainGetSchedulerParameters`].
    pub struct DomainGetSchedulerParametersRet {
        params: List<TypedParam, { limits::DOMAIN_SCHEDULER_PARAMETERS_MAX }>,
    }

    /// Arguments of [`DomainGetSchedulerParametersFlags`].
    pub struct DomainGetSchedulerParametersFlagsArgs {
        dom: NonnullDomain,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetSchedulerParametersFlags`].
    pub struct DomainGetSchedulerParametersFlagsRet {
        params: List<TypedParam, { limits::DOMAIN_SCHEDULER_PARAMETERS_MAX }>,
    }

    /// Arguments of [`DomainSetSchedulerParameters`].
    pub struct DomainSetSchedulerParametersArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_SCHEDULER_PARAMETERS_MAX }>,
    }

    /// Arguments of [`DomainSetSchedulerParametersFlags`].
    pub struct DomainSetSchedulerParametersFlagsArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_SCHEDULER_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainSetBlkioParameters`].
    pub struct DomainSetBlkioParametersArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_BLKIO_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetBlkioParameters`].
    pub struct DomainGetBlkioParametersArgs {
        dom: NonnullDomain,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetBlkioParameters`].
    pub struct DomainGetBlkioParametersRet {
        params: List<TypedParam, { limits::DOMAIN_BLKIO_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainSetMemoryParameters`].
    pub struct DomainSetMemoryParametersArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_MEMORY_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetMemoryParameters`].
    pub struct DomainGetMemoryParametersArgs {
        dom: NonnullDomain,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetMemoryParameters`].
    pub struct DomainGetMemoryParametersRet {
        params: List<TypedParam, { limits::DOMAIN_MEMORY_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainSetNumaParameters`].
    pub struct DomainSetNumaParametersArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_NUMA_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetNumaParameters`].
    pub struct DomainGetNumaParametersArgs {
        dom: NonnullDomain,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetNumaParameters`].
    pub struct DomainGetNumaParametersRet {
        params: List<TypedParam, { limits::DOMAIN_NUMA_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainSetPerfEvents`].
    pub struct DomainSetPerfEventsArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_PERF_EVENTS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetPerfEvents`].
    pub struct DomainGetPerfEventsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetPerfEvents`].
    pub struct DomainGetPerfEventsRet {
        params: List<TypedParam, { limits::DOMAIN_PERF_EVENTS_MAX }>,
    }

    /// Arguments of [`DomainMemoryStats`].
    pub struct DomainMemoryStatsArgs {
        dom: NonnullDomain,
        max_stats: u32,
        flags: u32,
    }

    /// A figure of the guest's memory, by its number.
    pub struct DomainMemoryStat {
        tag: i32,
        /// **Units**: KiB for sizes, seconds for the time of the last update.
        val: u64,
    }

    /// Results of [`DomainMemoryStats`].
    pub struct DomainMemoryStatsRet {
        stats: List<DomainMemoryStat, { limits::DOMAIN_MEMORY_STATS_MAX }>,
    }

    /// Arguments of [`DomainGetMaxMemory`].
    pub struct DomainGetMaxMemoryArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetMaxMemory`].
    pub struct DomainGetMaxMemoryRet {
        /// **Units**: KiB.
        memory: u64,
    }

    /// Arguments of [`DomainSetMaxMemory`].
    pub struct DomainSetMaxMemoryArgs {
        dom: NonnullDomain,
        /// **Units**: KiB.
        memory: u64,
    }

    /// Arguments of [`DomainSetMemory`].
    pub struct DomainSetMemoryArgs {
        dom: NonnullDomain,
        /// **Units**: KiB.
        memory: u64,
    }

    /// Arguments of [`DomainSetMemoryFlags`].
    pub struct DomainSetMemoryFlagsArgs {
        dom: NonnullDomain,
        /// **Units**: KiB.
        memory: u64,
        flags: u32,
    }

    /// Arguments of [`DomainSetMemoryStatsPeriod`].
    pub struct DomainSetMemoryStatsPeriodArgs {
        dom: NonnullDomain,
        /// **Units**: seconds; 0: never.
        period: i32,
        flags: u32,
    }

    /// Arguments of [`DomainSetVcpus`].
    pub struct DomainSetVcpusArgs {
        dom: NonnullDomain,
        nvcpus: u32,
    }

    /// Arguments of [`DomainSetVcpusFlags`].
    pub struct DomainSetVcpusFlagsArgs {
        dom: NonnullDomain,
        nvcpus: u32,
        flags: u32,
    }

    /// Arguments of [`DomainGetVcpusFlags`].
    pub struct DomainGetVcpusFlagsArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetVcpusFlags`].
    pub struct DomainGetVcpusFlagsRet {
        num: i32,
    }

    /// Arguments of [`DomainPinVcpu`].
    pub struct DomainPinVcpuArgs {
        dom: NonnullDomain,
        vcpu: u32,
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
    }

    /// Arguments of [`DomainPinVcpuFlags`].
    pub struct DomainPinVcpuFlagsArgs {
        dom: NonnullDomain,
        vcpu: u32,
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetVcpuPinInfo`].
    pub struct DomainGetVcpuPinInfoArgs {
        dom: NonnullDomain,
        ncpumaps: i32,
        maplen: i32,
        flags: u32,
    }

    /// Results of [`DomainGetVcpuPinInfo`].
    pub struct DomainGetVcpuPinInfoRet {
        cpumaps: Opaque<{ limits::CPUMAPS_MAX }>,
        num: i32,
    }

    /// Arguments of [`DomainPinEmulator`].
    pub struct DomainPinEmulatorArgs {
        dom: NonnullDomain,
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetEmulatorPinInfo`].
    pub struct DomainGetEmulatorPinInfoArgs {
        dom: NonnullDomain,
        maplen: i32,
        flags: u32,
    }

    /// Results of [`DomainGetEmulatorPinInfo`].
    pub struct DomainGetEmulatorPinInfoRet {
        cpumaps: Opaque<{ limits::CPUMAPS_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainGetVcpus`].
    pub struct DomainGetVcpusArgs {
        dom: NonnullDomain,
        maxinfo: i32,
        maplen: i32,
    }

    /// Results of [`DomainGetVcpus`].
    pub struct DomainGetVcpusRet {
        info: List<VcpuInfo, { limits::VCPUINFO_MAX }>,
        cpumaps: Opaque<{ limits::CPUMAPS_MAX }>,
    }

    /// Arguments of [`DomainGetMaxVcpus`].
    pub struct DomainGetMaxVcpusArgs {
        dom: NonnullDomain,
    }

    /// Results of [`DomainGetMaxVcpus`].
    pub struct DomainGetMaxVcpusRet {
        num: i32,
    }

    /// Arguments of [`DomainGetIothreadInfo`].
    pub struct DomainGetIothreadInfoArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetIothreadInfo`].
    pub struct DomainGetIothreadInfoRet {
        info: List<DomainIothreadInfo, { limits::IOTHREAD_INFO_MAX }>,
        ret: u32,
    }

    /// Arguments of [`DomainPinIothread`].
    pub struct DomainPinIothreadArgs {
        dom: NonnullDomain,
        iothreads_id: u32,
        cpumap: Opaque<{ limits::CPUMAP_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainAddIothread`].
    pub struct DomainAddIothreadArgs {
        dom: NonnullDomain,
        iothread_id: u32,
        flags: u32,
    }

    /// Arguments of [`DomainDelIothread`].
    pub struct DomainDelIothreadArgs {
        dom: NonnullDomain,
        iothread_id: u32,
        flags: u32,
    }

    /// Arguments of [`DomainSetIothreadParams`].
    pub struct DomainSetIothreadParamsArgs {
        dom: NonnullDomain,
        iothread_id: u32,
        params: List<TypedParam, { limits::DOMAIN_IOTHREAD_PARAMS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetCpuStats`].
    pub struct DomainGetCpuStatsArgs {
        dom: NonnullDomain,
        nparams: u32,
        start_cpu: i32,
        ncpus: u32,
        flags: u32,
    }

    /// Results of [`DomainGetCpuStats`].
    pub struct DomainGetCpuStatsRet {
        params: List<TypedParam, { limits::DOMAIN_GET_CPU_STATS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainSetVcpu`].
    pub struct DomainSetVcpuArgs {
        dom: NonnullDomain,
        cpumap: String,
        state: i32,
        flags: u32,
    }

    /// Arguments of [`DomainGetLaunchSecurityInfo`].
    pub struct DomainGetLaunchSecurityInfoArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainGetLaunchSecurityInfo`].
    pub struct DomainGetLaunchSecurityInfoRet {
        params: List<TypedParam, { limits::DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX }>,
    }

    /// Arguments of [`DomainSetLaunchSecurityState`].
    pub struct DomainSetLaunchSecurityStateArgs {
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX }>,
        flags: u32,
    }
}
