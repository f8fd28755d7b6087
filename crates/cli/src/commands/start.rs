//! `fv start`: start a defined domain.

use ferrovirt::DomainCreateFlags;

use crate::arguments::{Args, Opt};
use crate::context::{By, Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::DOMAIN;

command!("start", "Start a defined domain", [
    DOMAIN,
    Opt::flag("console", "connect to its console"),
    Opt::flag("paused", "leave its virtual CPUs stopped"),
    Opt::flag("autodestroy", "end it when this connection ends"),
    Opt::flag("bypass-cache", "read a saved state past the cache"),
    Opt::flag("force-boot", "forget a saved state"),
    Opt::flag("reset-nvram", "begin with fresh NVRAM"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain_by(args.required("domain"), By::UuidOrName).await?;
    if domain.id().is_some() {
        return Err(Failure::new("Domain is already active"));
    }
    let flags = DomainCreateFlags(args.bits(&[
        ("paused", DomainCreateFlags::START_PAUSED.0),
        ("autodestroy", DomainCreateFlags::START_AUTODESTROY.0),
        ("bypass-cache", DomainCreateFlags::START_BYPASS_CACHE.0),
        ("force-boot", DomainCreateFlags::START_FORCE_BOOT.0),
        ("reset-nvram", DomainCreateFlags::START_RESET_NVRAM.0),
    ]));
    let name = domain.name();
    let domain =
        domain.start(flags).await.while_doing(|| format!("Failed to start domain '{name}'"))?;
    cx.remark(format!("Domain '{}' started", domain.name()))?;
    if args.has("console") { super::console::attach(cx, &domain).await } else { Ok(()) }
}
