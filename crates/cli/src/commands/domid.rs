//! `fv domid`: show the id of a running guest.

use crate::arguments::Args;
use crate::context::{By, Context, Outcome};
use crate::selection::DOMAIN;

command!("domid", "Show the id of a running guest", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain_by(args.required("domain"), By::UuidOrName).await?;
    cx.line(domain.id().map_or_else(|| "-".to_owned(), |id| id.to_string()))
}
