//! `fv vcpuinfo`: show the virtual CPUs of a domain.

use ferrovirt::api::VcpuState;
use ferrovirt::{DomainModificationImpact, ErrorCode, Vcpu};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::{DOMAIN, cpu_letters, cpu_ranges};
use crate::units;

command!("vcpuinfo", "Show the virtual CPUs of a domain", [
    DOMAIN,
    Opt::flag("pretty", "affinity as ranges"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let host_cpus = cx.connection().await?.node_cpu_map().await?.present;
    let affinity = |map: &[bool]| match args.has("pretty") {
        true => format!("{} (out of {host_cpus})", cpu_ranges(map)),
        false => cpu_letters(map),
    };
    let blocks: Vec<String> = match domain.vcpus(host_cpus).await {
        Ok(vcpus) => vcpus.iter().map(|vcpu| running(vcpu, &affinity(&vcpu.affinity))).collect(),
        Err(error) if error.is(ErrorCode::OPERATION_INVALID) => {
            let count = domain.info().await?.vcpus;
            let config = DomainModificationImpact::CONFIG;
            let pins = domain.vcpu_pins(count.into(), host_cpus, config).await?;
            pins.iter().enumerate().map(|(number, map)| stopped(number, &affinity(map))).collect()
        }
        Err(error) => return Err(error.into()),
    };
    cx.print(&blocks.join("\n"))
}

fn running(vcpu: &Vcpu, affinity: &str) -> String {
    let state = match vcpu.state {
        VcpuState::RUNNING => "running",
        VcpuState::BLOCKED => "blocked",
        VcpuState::OFFLINE => "offline",
        _ => "no state",
    };
    let cpu = if vcpu.cpu < 0 { "N/A".to_owned() } else { vcpu.cpu.to_string() };
    let mut text = block(vcpu.number, &cpu, state);
    if vcpu.cpu_time_ns != 0 {
        text.push_str(&format!("{:<15} {}\n", "CPU time:", units::seconds(vcpu.cpu_time_ns)));
    }
    text + &format!("{:<15} {affinity}\n", "CPU Affinity:")
}

fn stopped(number: usize, affinity: &str) -> String {
    // virsh has no colon there either.
    block(number, "N/A", "N/A")
        + &format!("{:<15} N/A\n{:<15} {affinity}\n", "CPU time", "CPU Affinity:")
}

fn block(number: impl std::fmt::Display, cpu: &str, state: &str) -> String {
    format!("{:<15} {number}\n{:<15} {cpu}\n{:<15} {state}\n", "VCPU:", "CPU:", "State:")
}
