//! `fv resume`: let the virtual CPUs of a guest run again.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("resume", "Let the virtual CPUs of a guest run again", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    domain.resume().await.while_doing(|| format!("Failed to resume domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' resumed"))
}
