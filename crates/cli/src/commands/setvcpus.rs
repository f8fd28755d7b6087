//! `fv setvcpus`: change how many virtual CPUs a domain has.

use ferrovirt::DomainVcpuFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("setvcpus", "Change how many virtual CPUs a domain has", [
    DOMAIN,
    Opt::value("count", "how many").required(),
    Opt::flag("maximum", "how many it may have"),
    CONFIG,
    LIVE,
    CURRENT,
    Opt::flag("guest", "how many the guest uses, by its agent"),
    Opt::flag("hotpluggable", "make the new ones fit to be taken away again"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["guest", "config"])?;
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let count = args.number::<u32>("count")?.unwrap_or_default();
    if count == 0 {
        return Err(Failure::new("Can't set 0 processors for a VM"));
    }
    if args.has("maximum") && !args.has("config") {
        return Err(Failure::new("Option --config is required by option --maximum"));
    }
    let flags = args.bits(&[
        ("maximum", DomainVcpuFlags::MAXIMUM.0),
        ("guest", DomainVcpuFlags::GUEST.0),
        ("hotpluggable", DomainVcpuFlags::HOTPLUGGABLE.0),
    ]);
    Ok(domain.set_vcpu_count(count, DomainVcpuFlags(impact.0 | flags)).await?)
}
