//! `fv metadata`: show, set or remove an element of the metadata of a domain.

use ferrovirt::DomainMetadataType;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("metadata", "Show, set or remove an element of the metadata of a domain", [
    DOMAIN,
    Opt::value("uri", "the namespace of the element").required(),
    LIVE,
    CONFIG,
    CURRENT,
    Opt::named("key", "the prefix for the namespace"),
    Opt::named("set", "the element to set, as XML"),
    Opt::flag("remove", "remove the element"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["remove", "set"])?;
    let impact = impact(args)?;
    if args.has("set") && !args.has("key") {
        return Err(Failure::new("namespace key is required when modifying metadata"));
    }
    let domain = cx.domain(args.required("domain")).await?;
    let (element, uri) = (DomainMetadataType::ELEMENT, Some(args.required("uri")));
    let failed = || "Failed to set new domain metadata".to_owned();
    if let Some(xml) = args.value("set") {
        let key = args.value("key");
        domain.set_metadata(element, Some(xml), key, uri, impact).await.while_doing(failed)?;
        cx.line("Metadata modified")
    } else if args.has("remove") {
        domain.set_metadata(element, None, None, uri, impact).await.while_doing(failed)?;
        cx.line("Metadata removed")
    } else {
        cx.line(domain.metadata(element, uri, impact).await?)
    }
}
