//! `fv net-autostart`: set whether a network starts with the server.

use ferrovirt::Autostart;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, NETWORK, Word};

command!("net-autostart", "Set whether a network starts with the server", [
    NETWORK,
    Opt::flag("disable", "it does not"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Any).await?;
    let name = network.name();
    let (autostart, mark) = match args.has("disable") {
        true => (Autostart::ByHand, "unmark"),
        false => (Autostart::WithServer, "mark"),
    };
    let set = network.set_autostart(autostart).await;
    set.while_doing(|| format!("failed to {mark} network {name} as autostarted"))?;
    cx.remark(format!("Network {name} {mark}ed as autostarted"))
}
