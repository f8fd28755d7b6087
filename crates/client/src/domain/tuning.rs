//! Memory and virtual CPUs.

use api::remote::{self, VcpuInfo};
use api::{
    DomainMemoryModFlags, DomainMemoryStatTags, DomainModificationImpact, DomainVcpuFlags,
    VcpuState,
};

use super::{Domain, domain_calls};
use crate::error::Result;
use crate::host::bits;

/// Most values of memory statistics that are asked for.
const MEMORY_STATS_MAX: u32 = 64;

/// One virtual CPU of a running guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vcpu {
    /// Number, from 0.
    pub number: u32,
    /// What it does.
    pub state: VcpuState,
    /// CPU time used so far. **Units**: ns.
    pub cpu_time_ns: u64,
    /// The host's CPU that it ran on last; negative when that is not known.
    pub cpu: i32,
    /// One entry a CPU of the host: whether it may run there.
    pub affinity: Vec<bool>,
}

domain_calls! {
    /// Memory that it may have. **Units**: KiB.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    max_memory_kib() -> u64 = |ret: remote::DomainGetMaxMemoryRet| ret.memory,
        remote::DomainGetMaxMemory, remote::DomainGetMaxMemoryArgs {};

    /// Changes how much memory it has, or (`MAXIMUM`) may have. **Units**: KiB.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`) or runs (`MAXIMUM`), 8 for more than it may have.
    set_memory_kib(memory_kib: u64, flags: DomainMemoryModFlags),
        remote::DomainSetMemoryFlags,
        remote::DomainSetMemoryFlagsArgs { memory: memory_kib, flags: flags.0 };

    /// Sets how often the balloon tells its figures. **Units**: seconds; 0 for never.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`).
    set_memory_stats_period(seconds: i32, impact: DomainModificationImpact),
        remote::DomainSetMemoryStatsPeriod,
        remote::DomainSetMemoryStatsPeriodArgs { period: seconds, flags: impact.0 };

    /// What balloon and host know of its memory. **Units**: KiB, but for counts and a time.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    memory_stats() -> Vec<(DomainMemoryStatTags, u64)> = |ret: remote::DomainMemoryStatsRet| {
        ret.stats.into_iter().map(|one| (DomainMemoryStatTags(one.tag), one.val)).collect()
    }, remote::DomainMemoryStats,
        remote::DomainMemoryStatsArgs { max_stats: MEMORY_STATS_MAX, flags: 0 };

    /// How many virtual CPUs it has, or (`MAXIMUM`) may have.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`), 86 when its agent does not answer (`GUEST`).
    vcpu_count(flags: DomainVcpuFlags) -> u32 = |ret: remote::DomainGetVcpusFlagsRet| {
        u32::try_from(ret.num).unwrap_or_default()
    }, remote::DomainGetVcpusFlags, remote::DomainGetVcpusFlagsArgs { flags: flags.0 };

    /// Changes how many virtual CPUs it has, or (`MAXIMUM`) may have.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`), 8 for more than it may have.
    set_vcpu_count(count: u32, flags: DomainVcpuFlags),
        remote::DomainSetVcpusFlags,
        remote::DomainSetVcpusFlagsArgs { nvcpus: count, flags: flags.0 };
}

impl Domain {
    /// The virtual CPUs of the running guest; `host_cpus` bounds the affinity's length.
    ///
    /// # Errors
    /// Code 55 when it does not run.
    pub async fn vcpus(&self, host_cpus: usize) -> Result<Vec<Vcpu>> {
        let count = self.info().await?.vcpus;
        let map_bytes = host_cpus.div_ceil(8);
        let args = remote::DomainGetVcpusArgs {
            dom: self.reference(),
            maxinfo: count.into(),
            maplen: i32::try_from(map_bytes).unwrap_or(i32::MAX),
        };
        let ret = self.connection().call::<remote::DomainGetVcpus>(args).await?;
        let maps = affinities(&ret.cpumaps, host_cpus);
        let vcpus = ret.info.into_iter().zip(maps.chain(std::iter::repeat(Vec::new())));
        Ok(vcpus.map(|(info, affinity)| vcpu(&info, affinity)).collect())
    }

    /// Where each virtual CPU is to run by the definition, one entry a CPU of the host.
    ///
    /// # Errors
    /// As [`crate::Connection::call`].
    pub async fn vcpu_pins(
        &self,
        count: u32,
        host_cpus: usize,
        flags: DomainModificationImpact,
    ) -> Result<Vec<Vec<bool>>> {
        let args = remote::DomainGetVcpuPinInfoArgs {
            dom: self.reference(),
            ncpumaps: i32::try_from(count).unwrap_or(i32::MAX),
            maplen: i32::try_from(host_cpus.div_ceil(8)).unwrap_or(i32::MAX),
            flags: flags.0,
        };
        let ret = self.connection().call::<remote::DomainGetVcpuPinInfo>(args).await?;
        let count = usize::try_from(ret.num).unwrap_or_default();
        Ok(affinities(&ret.cpumaps, host_cpus).take(count).collect())
    }
}

/// The maps that stand behind each other in `maps`.
fn affinities(maps: &[u8], host_cpus: usize) -> impl Iterator<Item = Vec<bool>> {
    maps.chunks(host_cpus.div_ceil(8).max(1)).map(move |map| bits(map).take(host_cpus).collect())
}

fn vcpu(info: &VcpuInfo, affinity: Vec<bool>) -> Vcpu {
    Vcpu {
        number: info.number,
        state: VcpuState(info.state),
        cpu_time_ns: info.cpu_time,
        cpu: info.cpu,
        affinity,
    }
}
