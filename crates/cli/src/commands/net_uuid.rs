//! `fv net-uuid`: show the UUID of a network.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, NETWORK, Word};

command!("net-uuid", "Show the UUID of a network", [NETWORK]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Name).await?;
    cx.line(network.uuid().to_string())
}
