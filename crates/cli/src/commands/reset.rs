//! `fv reset`: press the reset button of a guest.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("reset", "Press the reset button of a guest", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    domain.reset().await.while_doing(|| format!("Failed to reset domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' was reset"))
}
