//! `fv domif-setlink`: put the link of a network card up or down.

use ferrovirt::{DomainDeviceModifyFlags, DomainXMLFlags};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, Changes, PRINT_XML, element};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, DOMAIN};

command!("domif-setlink", "Put the link of a network card up or down", [
    DOMAIN,
    Opt::value("interface", "host device or MAC address of the card").required(),
    Opt::value("state", "up or down").required(),
    CONFIG,
    PRINT_XML,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let (name, state) = (args.required("interface"), args.required("state"));
    if !matches!(state, "up" | "down") {
        return Err(Failure::new(format!("invalid link state '{state}'")));
    }
    let domain = cx.domain(args.required("domain")).await?;
    let config = args.has("config") || domain.id().is_none();
    let (flags, view) = match config {
        true => (DomainDeviceModifyFlags::CONFIG, DomainXMLFlags::INACTIVE),
        false => (DomainDeviceModifyFlags::LIVE, DomainXMLFlags::default()),
    };
    let xml = domain.xml(view).await?;
    let card = {
        let document = device::parse(&xml)?;
        let cards = device::interfaces(&document, name);
        let card = match cards.as_slice() {
            [card] => *card,
            [] => return Err(Failure::new(format!("interface '{name}' not found"))),
            _ => return Err(Failure::new("multiple matching interfaces found")),
        };
        let link = element("link", &[("state", Some(state))]);
        device::print(card, &Changes { kind: None, without: &["link"], with: Some(link) })
    };
    if args.has("print-xml") {
        return cx.print(&card);
    }
    let done = domain.update_device(&card, flags).await;
    done.while_doing(|| "Failed to update interface link state".to_owned())?;
    cx.remark("Device updated successfully")
}

/// Whether a name is written like a MAC address.
pub(super) fn is_mac(name: &str) -> bool {
    let bytes: Vec<&str> = name.split(':').collect();
    bytes.len() == 6 && bytes.iter().all(|byte| u8::from_str_radix(byte, 16).is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_mac;

    #[test]
    fn six_bytes_are_a_mac_address() {
        assert!(is_mac("52:54:00:0a:FF:1") && !is_mac("vnet0") && !is_mac("52:54:00:0a:ff"));
    }
}
