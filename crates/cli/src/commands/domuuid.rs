//! `fv domuuid`: show the UUID of a domain.

use crate::arguments::Args;
use crate::context::{By, Context, Outcome};
use crate::selection::DOMAIN;

command!("domuuid", "Show the UUID of a domain", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain_by(args.required("domain"), By::IdOrName).await?;
    cx.line(domain.uuid().to_string())
}
