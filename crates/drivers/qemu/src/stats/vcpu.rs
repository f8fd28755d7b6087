//! Group `vcpu`: each virtual CPU and the thread that runs it.

use api::{Params, VcpuState};
use host::proc::ProcReader;

use super::guest::Guest;
use super::kvm;
use crate::tuning::VcpuTimes;

pub(super) fn write(params: &mut Params, guest: &Guest<'_>, reader: &mut ProcReader) {
    params
        .uint("vcpu.current", guest.allotment.vcpus)
        .uint("vcpu.maximum", guest.allotment.maximum_vcpus);
    let Some(live) = guest.live else { return };
    let threads: Vec<(u32, i32, String)> = {
        let parts = live.parts();
        let vcpus = parts.vcpus.iter();
        vcpus.map(|vcpu| (vcpu.cpu_index, vcpu.thread_id, vcpu.qom_path.clone())).collect()
    };
    for (number, thread, path) in threads {
        let Some(times) = VcpuTimes::read(reader, live.process.pid(), thread) else { continue };
        params
            .int(format!("vcpu.{number}.state"), VcpuState::RUNNING.0)
            .ullong(format!("vcpu.{number}.time"), times.run_ns)
            .ullong(format!("vcpu.{number}.wait"), times.wait_ns)
            .ullong(format!("vcpu.{number}.delay"), times.delay_ns);
        kvm::write_vcpu(params, guest, number, &path);
    }
}
