//! `fv desc`: show or set the description or title of a domain.

use ferrovirt::{DomainMetadataType, ErrorCode};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("desc", "Show or set the description or title of a domain", [
    DOMAIN,
    LIVE,
    CONFIG,
    CURRENT,
    Opt::flag("title", "the title instead of the description"),
    Opt::rest("new-desc", "the new text"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let (kind, word) = match args.has("title") {
        true => (DomainMetadataType::TITLE, "title"),
        false => (DomainMetadataType::DESCRIPTION, "description"),
    };
    if args.has("new-desc") {
        let text = args.rest().join(" ");
        domain
            .set_metadata(kind, Some(&text), None, None, impact)
            .await
            .while_doing(|| format!("Failed to set new domain {word}"))?;
        return cx.print(&format!("Domain {word} updated successfully"));
    }
    match domain.metadata(kind, None, impact).await {
        Ok(text) => cx.print(&text),
        Err(error) if error.is(ErrorCode::NO_DOMAIN_METADATA) => {
            cx.print(&format!("No {word} for domain: {}", domain.name()))
        }
        Err(error) => Err(error.into()),
    }
}
