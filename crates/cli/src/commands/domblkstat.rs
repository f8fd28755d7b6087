//! `fv domblkstat`: show the counters of a disk.

use super::domstats::value_text;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("domblkstat", "Show the counters of a disk", [
    DOMAIN,
    Opt::value("device", "target or source of the disk; without it, all together"),
    Opt::flag("human", "in words"),
]);

/// Names on the wire, what virsh calls them, and what they mean.
const COUNTERS: [(&str, &str, &str); 9] = [
    ("rd_operations", "rd_req", "number of read operations:"),
    ("rd_bytes", "rd_bytes", "number of bytes read:"),
    ("wr_operations", "wr_req", "number of write operations:"),
    ("wr_bytes", "wr_bytes", "number of bytes written:"),
    ("errs", "errs", "error count:"),
    ("flush_operations", "flush_operations", "number of flush operations:"),
    ("rd_total_times", "rd_total_times", "total duration of reads (ns):"),
    ("wr_total_times", "wr_total_times", "total duration of writes (ns):"),
    ("flush_total_times", "flush_total_times", "total duration of flushes (ns):"),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let device = args.value("device").unwrap_or_default();
    let mut counters = domain.block_stats(device).await?;
    let human = args.has("human");
    if human {
        cx.line(format!("Device: {device}"))?;
    }
    let prefix = if human { "" } else { device };
    for (wire, name, words) in COUNTERS {
        let Some(at) = counters.iter().position(|counter| counter.field == wire) else { continue };
        let value = value_text(&counters.remove(at).value);
        match human {
            true => cx.line(format!("{prefix} {words:<31} {value}"))?,
            false => cx.line(format!("{prefix} {name} {value}"))?,
        }
    }
    for counter in counters {
        let value = value_text(&counter.value);
        cx.line(format!("{prefix} {} {value}", counter.field))?;
    }
    Ok(())
}
