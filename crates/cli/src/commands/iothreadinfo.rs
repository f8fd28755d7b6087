//! `fv iothreadinfo`: list the I/O threads of a domain.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, cpu_ranges, impact};
use crate::table::Table;

command!("iothreadinfo", "List the I/O threads of a domain", [DOMAIN, CONFIG, LIVE, CURRENT]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let host_cpus = cx.connection().await?.node_cpu_map().await?.present;
    let failed = || "Unable to get domain IOThreads information".to_owned();
    let threads = domain.iothreads(host_cpus, impact).await.while_doing(failed)?;
    if threads.is_empty() {
        return cx.line("No IOThreads found for the domain");
    }
    let mut table = Table::new(["IOThread ID", "CPU Affinity"]);
    for thread in threads {
        table.row([thread.id.to_string(), cpu_ranges(&thread.affinity)]);
    }
    cx.print(&table.render(cx.is_quiet()))
}
