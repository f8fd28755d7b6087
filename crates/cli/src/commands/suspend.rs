//! `fv suspend`: stop the virtual CPUs of a guest.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("suspend", "Stop the virtual CPUs of a guest", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    domain.suspend().await.while_doing(|| format!("Failed to suspend domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' suspended"))
}
