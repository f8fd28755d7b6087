//! `fv nwfilter-undefine`: take the definition of a network filter away.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, NWFILTER, Word};

command!("nwfilter-undefine", "Take the definition of a network filter away", [NWFILTER]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let filter = objects::nwfilter(cx, args, Word::Any).await?;
    let name = filter.name();
    filter.undefine().await.while_doing(|| format!("Failed to undefine network filter {name}"))?;
    cx.remark(format!("Network filter {name} undefined"))
}
