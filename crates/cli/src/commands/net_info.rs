//! `fv net-info`: show what is known about a network.

use ferrovirt::Network;

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::objects::{self, NETWORK, Word, yes};
use crate::selection::JSON;

command!("net-info", "Show what is known about a network", [NETWORK, JSON]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Any).await?;
    cx.facts(args.form(), facts(&network).await?)
}

async fn facts(network: &Network) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut facts = vec![
        ("Name", network.name().to_owned()),
        ("UUID", network.uuid().to_string()),
        ("Active", yes(network.is_active().await?)),
        ("Persistent", yes(network.is_persistent().await?)),
        ("Autostart", yes(network.autostart().await?)),
    ];
    // Some have none.
    facts.extend(network.bridge_name().await.ok().map(|bridge| ("Bridge", bridge)));
    Ok(facts)
}
