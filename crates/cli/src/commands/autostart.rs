//! `fv autostart`: set whether a domain starts with the server.

use ferrovirt::Autostart;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("autostart", "Set whether a domain starts with the server", [
    DOMAIN,
    Opt::flag("disable", "it does not"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    let (autostart, marked) = match args.has("disable") {
        true => (Autostart::ByHand, "unmarked"),
        false => (Autostart::WithServer, "marked"),
    };
    domain.set_autostart(autostart).await.while_doing(|| {
        let mark = marked.trim_end_matches("ed");
        format!("Failed to {mark} domain '{name}' as autostarted")
    })?;
    cx.remark(format!("Domain '{name}' {marked} as autostarted"))
}
