//! `fv pool-autostart`: set whether a storage pool starts with the server.

use ferrovirt::Autostart;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, POOL, Word};

command!("pool-autostart", "Set whether a storage pool starts with the server", [
    POOL,
    Opt::flag("disable", "it does not"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Any).await?;
    let name = pool.name();
    let (autostart, mark) = match args.has("disable") {
        true => (Autostart::ByHand, "unmark"),
        false => (Autostart::WithServer, "mark"),
    };
    let set = pool.set_autostart(autostart).await;
    set.while_doing(|| format!("failed to {mark} pool {name} as autostarted"))?;
    cx.remark(format!("Pool {name} {mark}ed as autostarted"))
}
