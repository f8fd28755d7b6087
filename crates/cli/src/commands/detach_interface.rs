//! `fv detach-interface`: take a network card out.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, Changes, PERSISTENT, PRINT_XML, attribute};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};

command!("detach-interface", "Take a network card out", [
    DOMAIN,
    Opt::value("type", "the card's type").required(),
    Opt::named("mac", "MAC address, if there are several"),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
    PRINT_XML,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let failed = || "Failed to detach interface".to_owned();
    let domain = cx.domain(args.required("domain")).await?;
    let flags = device::flags(args, &domain).await?;
    let xml = device::document(&domain, flags).await?;
    let card = find(&xml, args.required("type"), args.value("mac"))
        .map_err(|failure| failure.and(failed()))?;
    if args.has("print-xml") {
        return cx.print(&card);
    }
    domain.detach_device(&card, flags).await.while_doing(failed)?;
    cx.remark("Interface detached successfully")
}

/// The one card that is meant, as a text of its own.
fn find(xml: &str, kind: &str, mac: Option<&str>) -> Result<String, Failure> {
    let document = device::parse(xml)?;
    let cards = device::of_kind(&document, "interface");
    let mut cards: Vec<_> =
        cards.into_iter().filter(|card| card.attribute("type") == Some(kind)).collect();
    let refused = |what: String| Err(Failure::new(what));
    if cards.is_empty() {
        return refused(format!("No interface found whose type is {kind}"));
    }
    if let Some(mac) = mac {
        cards.retain(|card| {
            attribute(*card, "mac", "address").is_some_and(|known| known.eq_ignore_ascii_case(mac))
        });
    }
    match (cards.as_slice(), mac) {
        ([card], _) => Ok(device::print(*card, &Changes::default())),
        ([], mac) => {
            let mac = mac.unwrap_or_default();
            refused(format!("No interface with MAC address {mac} was found"))
        }
        (_, Some(mac)) => refused(format!(
            "Domain has multiple interfaces matching MAC address {mac}. You must use \
             detach-device and specify the device pci address to remove it."
        )),
        (many, None) => refused(format!(
            "Domain has {} interfaces. Please specify which one to detach using --mac",
            many.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn one_card_has_to_be_meant() {
        let card = |end: &str| {
            format!("<interface type='user'><mac address='52:54:00:00:00:{end}'/></interface>")
        };
        let xml = format!("<domain><devices>{}{}</devices></domain>", card("01"), card("0a"));
        let found = find(&xml, "user", Some("52:54:00:00:00:0A")).unwrap();
        assert!(found.contains("52:54:00:00:00:0a"), "{found}");
        assert!(find(&xml, "user", None).is_err() && find(&xml, "bridge", None).is_err());
        assert!(find(&xml, "user", Some("52:54:00:00:00:02")).is_err());
    }
}
