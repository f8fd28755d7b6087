//! `fv nodecpustats`: show what the host's CPUs have done.

use std::time::Duration;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;

command!("nodecpustats", "Show what the host's CPUs have done", [
    Opt::named("cpu", "one CPU only"),
    Opt::flag("percent", "as parts of a second"),
]);

/// What is shown, and what the server calls it.
const SHOWN: [(&str, &str); 4] =
    [("user:", "user"), ("system:", "kernel"), ("idle:", "idle"), ("iowait:", "iowait")];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let cpu = args.number("cpu")?.unwrap_or(-1);
    let before = figures(cx, cpu).await?;
    if !args.has("percent") {
        return before.iter().try_for_each(|(name, ns)| cx.line(format!("{name:<15} {ns:>20}")));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = figures(cx, cpu).await?;
    let spent: Vec<_> = after
        .iter()
        .zip(&before)
        .map(|((name, after), (_, before))| (*name, after.saturating_sub(*before)))
        .collect();
    let all = spent.iter().map(|(_, ns)| ns).sum::<u64>().max(1);
    let idle = spent.iter().filter(|(name, _)| *name == "idle:" || *name == "iowait:");
    let busy = all.saturating_sub(idle.map(|(_, ns)| ns).sum());
    let shown = std::iter::once(("usage:", busy)).chain(spent);
    for (name, ns) in shown {
        #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
        let percent = ns as f64 * 100.0 / all as f64;
        cx.line(format!("{name:<15} {percent:>5.1}%"))?;
    }
    Ok(())
}

async fn figures(cx: &Context, cpu: i32) -> Result<Vec<(&'static str, u64)>, crate::failure::Failure> {
    let stats = cx.connection().await?.node_cpu_stats(cpu).await;
    let stats = stats.while_doing(|| "Unable to get node cpu stats".to_owned())?;
    let find = |field: &str| stats.iter().find(|(name, _)| name == field).map(|(_, ns)| *ns);
    Ok(SHOWN.iter().filter_map(|(shown, field)| Some((*shown, find(field)?))).collect())
}
