//! `fv reboot`: ask a guest to restart.

use ferrovirt::DomainRebootFlags;

use super::shutdown::modes;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("reboot", "Ask a guest to restart", [
    DOMAIN,
    Opt::value("mode", "how to ask: acpi, agent, initctl, signal, paravirt; several by commas"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let modes = modes(args.value("mode").unwrap_or_default())?;
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    domain.reboot(DomainRebootFlags(modes)).await.while_doing(|| format!("Failed to reboot domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' is being rebooted"))
}
