//! What each virtual CPU does on its host.

use api::remote::{DomainGetVcpus, DomainGetVcpusArgs, DomainGetVcpusRet, VcpuInfo};
use api::xdr::{List, Opaque};
use api::{Error, Result, VcpuState, limits};
use driver::{CallContext, Handler};
use host::Root;
use host::proc::{ProcReader, affinity};

use super::cpu_map;
use crate::driver::QemuDriver;
use crate::errors::QEMU;

/// Times of the thread of one virtual CPU. **Units**: ns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct VcpuTimes {
    /// On a CPU.
    pub(crate) run_ns: u64,
    /// Runnable, but not running, as the scheduler's own statistics count.
    pub(crate) wait_ns: u64,
    /// Waiting for a CPU.
    pub(crate) delay_ns: u64,
}

impl VcpuTimes {
    /// Reads them; none when the thread is gone.
    pub(crate) fn read(reader: &mut ProcReader, pid: i32, tid: i32) -> Option<Self> {
        let scheduled = reader.schedstat(pid, tid);
        let (run_ns, delay_ns) = match scheduled {
            Ok(figures) => (figures.run_ns, figures.delay_ns),
            // A kernel that does not count this still counts ticks.
            Err(_) => {
                let stat = reader.thread(pid, tid).ok()?;
                (stat.user_ns.saturating_add(stat.system_ns), 0)
            }
        };
        let wait_ns = reader.wait_ns(pid, tid).ok().flatten().unwrap_or(0);
        Some(Self { run_ns, wait_ns, delay_ns })
    }
}

impl Handler<DomainGetVcpus> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainGetVcpusArgs) -> Result<DomainGetVcpusRet> {
        let domain = self.registry.find(&args.dom)?;
        let live = domain.live().ok_or_else(|| {
            let detail = "cannot retrieve vcpu information for inactive domain";
            Error::operation_invalid(QEMU, detail)
        })?;
        let most = bounded(args.maxinfo, limits::VCPUINFO_MAX, "maxinfo > REMOTE_VCPUINFO_MAX")?;
        let length = bounded(args.maplen, limits::CPUMAP_MAX, "maxlen > REMOTE_CPUMAP_MAX")?;
        if most.saturating_mul(length) > limits::CPUMAPS_MAX {
            return Err(Error::internal(QEMU, "maxinfo * maplen > REMOTE_CPUMAPS_MAX"));
        }
        let threads: Vec<_> = live.parts().vcpus.iter().take(most).map(thread_of).collect();
        let (pid, mut reader) = (live.process.pid(), ProcReader::new(Root::default()));
        let (mut info, mut cpumaps) = (Vec::new(), Vec::new());
        for (number, tid) in threads {
            let stat = reader.thread(pid, tid).ok();
            info.push(VcpuInfo {
                number,
                state: VcpuState::RUNNING.0,
                cpu_time: stat.map_or(0, |stat| stat.user_ns.saturating_add(stat.system_ns)),
                cpu: stat.and_then(|stat| i32::try_from(stat.last_cpu).ok()).unwrap_or(-1),
            });
            cpu_map::append(&mut cpumaps, length, affinity(tid).unwrap_or_default().into_iter());
        }
        Ok(DomainGetVcpusRet { info: List(info), cpumaps: Opaque(cpumaps) })
    }
}

fn thread_of(vcpu: &qmp::commands::VcpuThread) -> (u32, i32) {
    (vcpu.cpu_index, vcpu.thread_id)
}

/// A length that a client asks for.
pub(super) fn bounded(wanted: i32, limit: usize, fault: &str) -> Result<usize> {
    let wanted = usize::try_from(wanted).unwrap_or(0);
    if wanted > limit {
        return Err(Error::internal(QEMU, fault));
    }
    Ok(wanted)
}
