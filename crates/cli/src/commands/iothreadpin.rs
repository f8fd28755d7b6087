//! `fv iothreadpin`: say on which CPUs of the host an I/O thread runs.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, cpu_set, impact};

command!("iothreadpin", "Say on which CPUs of the host an I/O thread runs", [
    DOMAIN,
    Opt::value("iothread", "its number").required(),
    Opt::value("cpulist", "the CPUs, such as 0-3,^2; r for all").required(),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let id = args.number::<u32>("iothread")?.unwrap_or_default();
    if id == 0 {
        return Err(Failure::new("iothreadpin: Invalid or missing IOThread ID"));
    }
    let host_cpus = cx.connection().await?.node_cpu_map().await?.present;
    let affinity = cpu_set(args.required("cpulist"), host_cpus)?;
    Ok(domain.pin_iothread(id, &affinity, impact).await?)
}
