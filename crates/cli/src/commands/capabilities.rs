//! `fv capabilities`: show what host and hypervisor can do.

use crate::arguments::Args;
use crate::context::{Context, Outcome};

command!("capabilities", "Show what host and hypervisor can do", []);

async fn run(cx: &Context, _: &Args) -> Outcome {
    cx.line(cx.connection().await?.capabilities().await?)
}
