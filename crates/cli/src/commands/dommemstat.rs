//! `fv dommemstat`: show what is known of the memory of a guest.

use ferrovirt::api::DomainMemoryStatTags as Tag;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("dommemstat", "Show what is known of the memory of a guest", [
    DOMAIN,
    Opt::named("period", "seconds between figures of the balloon, 0 for none"),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    if let Some(period) = args.number("period")? {
        domain
            .set_memory_stats_period(period, impact)
            .await
            .while_doing(|| "Unable to change balloon collection period.".to_owned())?;
        return Ok(());
    }
    let stats = domain.memory_stats().await.while_doing(|| {
        format!("Failed to get memory statistics for domain {}", domain.name())
    })?;
    for (tag, value) in stats {
        if let Some(name) = name(tag) {
            cx.line(format!("{name} {value}"))?;
        }
    }
    Ok(())
}

fn name(tag: Tag) -> Option<&'static str> {
    Some(match tag {
        Tag::SWAP_IN => "swap_in",
        Tag::SWAP_OUT => "swap_out",
        Tag::MAJOR_FAULT => "major_fault",
        Tag::MINOR_FAULT => "minor_fault",
        Tag::UNUSED => "unused",
        Tag::AVAILABLE => "available",
        Tag::ACTUAL_BALLOON => "actual",
        Tag::RSS => "rss",
        Tag::USABLE => "usable",
        Tag::LAST_UPDATE => "last_update",
        Tag::DISK_CACHES => "disk_caches",
        Tag::HUGETLB_PGALLOC => "hugetlb_pgalloc",
        Tag::HUGETLB_PGFAIL => "hugetlb_pgfail",
        _ => return None,
    })
}
