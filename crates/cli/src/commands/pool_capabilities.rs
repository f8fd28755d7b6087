//! `fv pool-capabilities`: show what kinds of storage pools the server knows.

use crate::arguments::Args;
use crate::context::{Context, Outcome};

command!("pool-capabilities", "Show what kinds of storage pools the server knows", []);

async fn run(cx: &Context, _: &Args) -> Outcome {
    cx.line(cx.connection().await?.storage_pool_capabilities().await?)
}
