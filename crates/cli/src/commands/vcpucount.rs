//! `fv vcpucount`: show how many virtual CPUs a domain has.

use ferrovirt::{DomainVcpuFlags as Flags, ErrorCode};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("vcpucount", "Show how many virtual CPUs a domain has", [
    DOMAIN,
    Opt::flag("maximum", "how many it may have"),
    Opt::flag("active", "how many it has"),
    LIVE,
    CONFIG,
    CURRENT,
    Opt::flag("guest", "how many the guest uses, by its agent"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["maximum", "active"])?;
    args.exclusive(&["guest", "config"])?;
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let one = ["maximum", "active", "live", "config", "current", "guest"];
    if one.iter().any(|name| args.has(name)) {
        let part = args.bits(&[("maximum", Flags::MAXIMUM.0), ("guest", Flags::GUEST.0)]);
        return cx.line(domain.vcpu_count(Flags(impact.0 | part)).await?.to_string());
    }
    for (name, part) in [("maximum", Flags::MAXIMUM), ("current", Flags::CURRENT)] {
        for (of, impact) in [("config", Flags::CONFIG), ("live", Flags::LIVE)] {
            let count = match domain.vcpu_count(part | impact).await {
                Ok(count) => count,
                // It has no definition, or does not run.
                Err(error) if error.is(ErrorCode::OPERATION_INVALID) => continue,
                Err(error) => return Err(error.into()),
            };
            cx.line(format!("{name:<12} {of:<12} {count:>3}"))?;
        }
    }
    Ok(())
}
