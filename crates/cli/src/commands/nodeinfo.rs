//! `fv nodeinfo`: show CPUs and memory of the host.

use crate::arguments::Args;
use crate::context::{Context, Outcome};

command!("nodeinfo", "Show CPUs and memory of the host", []);

async fn run(cx: &Context, _: &Args) -> Outcome {
    let info = cx.connection().await?.node_info().await?;
    let facts = [
        ("CPU model:", info.model),
        ("CPU(s):", info.cpus.to_string()),
        ("CPU frequency:", format!("{} MHz", info.mhz)),
        ("CPU socket(s):", info.sockets.to_string()),
        ("Core(s) per socket:", info.cores.to_string()),
        ("Thread(s) per core:", info.threads.to_string()),
        ("NUMA cell(s):", info.cells.to_string()),
        ("Memory size:", format!("{} KiB", info.memory_kib)),
    ];
    facts.iter().try_for_each(|(key, value)| cx.line(format!("{key:<20} {value}")))
}
