//! `fv domstate`: show what a domain does.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;
use crate::states;

command!("domstate", "Show what a domain does", [
    DOMAIN,
    Opt::flag("reason", "and why"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let at = domain.state().await?;
    match args.has("reason") {
        true => cx.line(format!("{} ({})", states::state(at.state), states::reason(at))),
        false => cx.line(states::state(at.state)),
    }
}
