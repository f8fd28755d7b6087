//! `fv net-name`: show the name of a network.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, NETWORK, Word};

command!("net-name", "Show the name of a network", [NETWORK]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Uuid).await?;
    cx.line(network.name())
}
