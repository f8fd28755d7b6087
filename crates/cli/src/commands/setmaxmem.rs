//! `fv setmaxmem`: change how much memory a domain may have.

use ferrovirt::DomainMemoryModFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};
use crate::units;

command!("setmaxmem", "Change how much memory a domain may have", [
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
    let flags = DomainMemoryModFlags(impact.0) | DomainMemoryModFlags::MAXIMUM;
    domain
        .set_memory_kib(memory_kib, flags)
        .await
        .while_doing(|| "Unable to change MaxMemorySize".to_owned())
}
