//! `fv vncdisplay`: show the address of the VNC screen of a guest.

use ferrovirt::DomainXMLFlags;

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::document;

command!("vncdisplay", "Show the address of the VNC screen of a guest", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    if !domain.is_active().await? {
        return Err(Failure::new("Domain is not running"));
    }
    let xml = domain.xml(DomainXMLFlags::default()).await?;
    let displays = document::graphics(&xml)?;
    let address = displays.iter().find_map(document::Graphics::vnc_address);
    let none = || Failure::new("Failed to get VNC port. Is this domain using VNC?");
    cx.line(address.ok_or_else(none)?)
}
