//! `fv pool-name`: show the name of a storage pool.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, POOL, Word};

command!("pool-name", "Show the name of a storage pool", [POOL]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Uuid).await?;
    cx.line(pool.name())
}
