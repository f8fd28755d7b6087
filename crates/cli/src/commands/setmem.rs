//! `fv setmem`: change how much memory a guest has.

use ferrovirt::DomainMemoryModFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};
use crate::units;

command!("setmem", "Change how much memory a guest has", [
    DOMAIN,
    Opt::value("size", "how much, in KiB unless it has a unit").required(),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let memory_kib = units::size_kib(args, "size")?;
    Ok(domain.set_memory_kib(memory_kib, DomainMemoryModFlags(impact.0)).await?)
}
