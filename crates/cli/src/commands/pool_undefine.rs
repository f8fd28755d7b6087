//! `fv pool-undefine`: take the definition of a storage pool away.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, POOL, Word};

command!("pool-undefine", "Take the definition of a storage pool away", [POOL]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Any).await?;
    let name = pool.name();
    pool.undefine().await.while_doing(|| format!("Failed to undefine pool {name}"))?;
    cx.remark(format!("Pool {name} has been undefined"))
}
