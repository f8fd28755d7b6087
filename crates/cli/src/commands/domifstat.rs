//! `fv domifstat`: show the counters of a network card.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("domifstat", "Show the counters of a network card", [
    DOMAIN,
    Opt::value("interface", "host device or MAC address of the card").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let device = args.required("interface");
    let stats = domain.interface_stats(device).await.while_doing(|| {
        format!("Failed to get interface stats {} {device}", domain.name())
    })?;
    let counters = [
        ("rx_bytes", stats.rx_bytes),
        ("rx_packets", stats.rx_packets),
        ("rx_errs", stats.rx_errs),
        ("rx_drop", stats.rx_drop),
        ("tx_bytes", stats.tx_bytes),
        ("tx_packets", stats.tx_packets),
        ("tx_errs", stats.tx_errs),
        ("tx_drop", stats.tx_drop),
    ];
    for (name, value) in counters.iter().filter(|(_, value)| *value >= 0) {
        cx.line(format!("{device} {name} {value}"))?;
    }
    Ok(())
}
