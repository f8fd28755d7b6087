//! `fv nodecpumap`: show which CPUs of the host are online.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::{cpu_letters, cpu_ranges};

command!("nodecpumap", "Show which CPUs of the host are online", [    Opt::flag("pretty", "as ranges"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let cpus = cx.connection().await?.node_cpu_map().await?;
    let map = match args.has("pretty") {
        true => cpu_ranges(&cpus.map),
        false => cpu_letters(&cpus.map),
    };
    cx.line(format!("{:<15} {}", "CPUs present:", cpus.present))?;
    cx.line(format!("{:<15} {}", "CPUs online:", cpus.online))?;
    cx.line(format!("{:<15} {map}", "CPU map:"))
}
