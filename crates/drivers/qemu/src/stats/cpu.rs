//! Group `cpu-total`: CPU time of the whole guest, which its control group counts better than its process.

use api::Params;
use host::cgroup::CpuUsage;
use qmp::commands::StatsResult;

use super::guest::Guest;

pub(super) fn write(params: &mut Params, guest: &Guest<'_>) {
    let usage = usage(guest);
    params
        .ullong("cpu.time", usage.total_ns)
        .ullong("cpu.user", usage.user_ns)
        .ullong("cpu.system", usage.system_ns);
    if guest.live.is_none() {
        return;
    }
    // No cache is ever monitored here; libvirt says so with a count.
    params.uint("cpu.cache.monitor.count", 0);
    let polled = |name| guest.answers.vcpus.as_deref().map_or(0, |vcpus| sum(vcpus, name));
    params
        .ullong("cpu.haltpoll.success.time", polled("halt_poll_success_ns"))
        .ullong("cpu.haltpoll.fail.time", polled("halt_poll_fail_ns"));
}

fn usage(guest: &Guest<'_>) -> CpuUsage {
    let group = guest.live.and_then(|live| live.group.as_ref());
    let counted = group.and_then(|group| group.whole().cpu_usage().ok());
    let of_process = || {
        let (user_ns, system_ns) =
            guest.process.map_or((0, 0), |process| (process.user_ns, process.system_ns));
        CpuUsage { total_ns: user_ns.saturating_add(system_ns), user_ns, system_ns }
    };
    counted.unwrap_or_else(of_process)
}

/// A figure of all virtual CPUs together; without KVM there is none.
fn sum(vcpus: &[StatsResult], name: &str) -> u64 {
    let figures = vcpus.iter().flat_map(|vcpu| &vcpu.stats);
    let wanted = figures.filter(|figure| figure.name == name);
    wanted.filter_map(|figure| figure.value.as_u64()).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_does_not_count() {
        let answer = r#"[{"provider":"kvm","qom-path":"a","stats":[{"name":"n","value":3},{"name":"m","value":9}]},
            {"provider":"kvm","stats":[{"name":"n","value":[1,2]},{"name":"n","value":18446744073709551615}]}]"#;
        let vcpus: Vec<StatsResult> = serde_json::from_str(answer).unwrap();
        assert_eq!(sum(&vcpus, "n"), u64::MAX);
        assert_eq!(sum(&vcpus, "m"), 9);
        assert_eq!(sum(&vcpus, "absent"), 0);
    }
}
