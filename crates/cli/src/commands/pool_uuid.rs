//! `fv pool-uuid`: show the UUID of a storage pool.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, POOL, Word};

command!("pool-uuid", "Show the UUID of a storage pool", [POOL]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Name).await?;
    cx.line(pool.uuid().to_string())
}
