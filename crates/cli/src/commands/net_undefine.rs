//! `fv net-undefine`: take the definition of a network away.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, NETWORK, Word};

command!("net-undefine", "Take the definition of a network away", [NETWORK]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Any).await?;
    let name = network.name();
    network.undefine().await.while_doing(|| format!("Failed to undefine network {name}"))?;
    cx.remark(format!("Network {name} has been undefined"))
}
