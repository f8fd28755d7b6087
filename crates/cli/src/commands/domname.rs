//! `fv domname`: show the name of a domain.

use crate::arguments::Args;
use crate::context::{By, Context, Outcome};
use crate::selection::DOMAIN;

command!("domname", "Show the name of a domain", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain_by(args.required("domain"), By::IdOrUuid).await?;
    cx.line(domain.name())
}
