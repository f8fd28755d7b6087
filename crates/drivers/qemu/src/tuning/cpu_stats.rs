//! Time that a guest has spent on the host's CPUs, as its control group counts it.

use api::remote::{DomainGetCpuStats, DomainGetCpuStatsArgs, DomainGetCpuStatsRet};
use api::{Error, ErrorCode, ErrorDomain, Params, Result};
use driver::{CallContext, Handler};

use super::STRINGS;
use crate::control_group::{self, GuestGroup, Part};
use crate::domain::Live;
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

/// What is told of all CPUs together.
const TOTALS: i32 = 3;
/// What is told of each: its time, and how much of it virtual CPUs had.
const OF_EACH: i32 = 2;

impl Handler<DomainGetCpuStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetCpuStatsArgs,
    ) -> Result<DomainGetCpuStatsRet> {
        flags::only(args.flags, STRINGS, "qemuDomainGetCPUStats")?;
        let live = self.registry.find(&args.dom)?.running()?;
        let group = live.group.clone().ok_or_else(|| {
            Error::operation_invalid(QEMU, "cgroup CPUACCT controller is not mounted")
        })?;
        match u32::try_from(args.start_cpu) {
            Err(_) => totals(group, args.nparams).await,
            Ok(first) => each(&live, group, first, args.ncpus, args.nparams).await,
        }
    }
}

async fn totals(group: GuestGroup, room: u32) -> Result<DomainGetCpuStatsRet> {
    if room == 0 {
        return Ok(DomainGetCpuStatsRet { params: Params::default().into(), nparams: TOTALS });
    }
    let usage = move || group.whole().cpu_usage().map_err(|error| errors::group(&error));
    let usage = control_group::wait_for(usage).await?;
    let mut params = Params::default();
    params
        .ullong("cpu_time", usage.total_ns)
        .ullong("user_time", usage.user_ns)
        .ullong("system_time", usage.system_ns);
    params.0.truncate(usize::try_from(room).unwrap_or(usize::MAX));
    let nparams = i32::try_from(params.0.len()).unwrap_or(TOTALS);
    Ok(DomainGetCpuStatsRet { params: params.into(), nparams })
}

async fn each(
    live: &Live,
    group: GuestGroup,
    first: u32,
    count: u32,
    room: u32,
) -> Result<DomainGetCpuStatsRet> {
    let vcpus: Vec<u32> = live.parts().vcpus.iter().map(|vcpu| vcpu.cpu_index).collect();
    let (all, of_vcpus) = control_group::wait_for(move || by_cpu(&group, &vcpus)).await?;
    let answer =
        |params: Params, nparams| Ok(DomainGetCpuStatsRet { params: params.into(), nparams });
    if count == 0 {
        return answer(Params::default(), i32::try_from(all.len()).unwrap_or(i32::MAX));
    }
    if room == 0 {
        return answer(Params::default(), OF_EACH);
    }
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    if first >= all.len() {
        let most = all.len().saturating_sub(1);
        let what = format!("start_cpu {first} larger than maximum of {most}");
        return Err(Error::invalid_arg(ErrorDomain::CGROUP, what));
    }
    let mut params = Params::default();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    for (cpu, ns) in all.iter().enumerate().skip(first).take(count) {
        params.ullong("cpu_time", *ns);
        if room > 1 {
            params.ullong("vcpu_time", of_vcpus.get(cpu).copied().unwrap_or(0));
        }
    }
    answer(params, OF_EACH.min(i32::try_from(room).unwrap_or(OF_EACH)))
}

/// The guest's time by CPU, and that of its virtual CPUs. **Units**: ns.
fn by_cpu(group: &GuestGroup, vcpus: &[u32]) -> Result<(Vec<u64>, Vec<u64>)> {
    let of = |group: &host::cgroup::Group| -> Result<Vec<u64>> {
        let usage = group.usage_by_cpu_ns().map_err(|error| errors::group(&error))?;
        usage.ok_or_else(|| {
            let what = "operation 'getCpuacctPercpuUsage' not supported for backend 'cgroup V2'";
            Error::new(ErrorCode::OPERATION_UNSUPPORTED, ErrorDomain::CGROUP, what)
        })
    };
    let all = of(group.whole())?;
    let mut sum = vec![0u64; all.len()];
    for vcpu in vcpus {
        let own = of(&group.part(Part::Vcpu(*vcpu))?)?;
        sum.iter_mut().zip(own).for_each(|(sum, own)| *sum = sum.saturating_add(own));
    }
    Ok((all, sum))
}
