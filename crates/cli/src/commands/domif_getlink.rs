//! `fv domif-getlink`: show whether the link of a network card is up.

use ferrovirt::DomainDeviceModifyFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, attribute};
use crate::failure::Failure;
use crate::selection::{CONFIG, DOMAIN};

command!("domif-getlink", "Show whether the link of a network card is up", [
    DOMAIN,
    Opt::value("interface", "host device or MAC address of the card").required(),
    CONFIG,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let name = args.required("interface");
    let domain = cx.domain(args.required("domain")).await?;
    let side = args.bits(&[("config", DomainDeviceModifyFlags::CONFIG.0)]);
    let xml = device::document(&domain, DomainDeviceModifyFlags(side)).await?;
    let document = device::parse(&xml)?;
    let cards = device::interfaces(&document, name);
    let [card] = cards.as_slice() else {
        let kind = if super::domif_setlink::is_mac(name) { "mac" } else { "dev" };
        let what = if cards.is_empty() { "not found." } else { "is not unique." };
        return Err(Failure::new(format!("Interface ({kind}: {name}) {what}")));
    };
    cx.print(&format!("{name} {}", attribute(*card, "link", "state").unwrap_or("up")))
}
