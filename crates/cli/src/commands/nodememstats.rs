//! `fv nodememstats`: show the host's memory.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;

command!("nodememstats", "Show the host's memory", [
    Opt::named("cell", "of one NUMA cell only"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let cell = args.number("cell")?.unwrap_or(-1);
    let stats = cx.connection().await?.node_memory_stats(cell).await;
    let stats = stats.while_doing(|| "Unable to get memory stats".to_owned())?;
    stats.iter().try_for_each(|(name, kib)| cx.line(format!("{name:<7}: {kib:>20} KiB")))
}
