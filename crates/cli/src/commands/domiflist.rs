//! `fv domiflist`: list the network cards of a domain.

use ferrovirt::DomainXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;
use crate::document;
use crate::table::Table;

command!("domiflist", "List the network cards of a domain", [
    DOMAIN,
    Opt::flag("inactive", "as it is defined"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let flags = match args.has("inactive") {
        true => DomainXMLFlags::INACTIVE,
        false => DomainXMLFlags::default(),
    };
    let xml = domain.xml(flags).await?;
    let mut table = Table::new(["Interface", "Type", "Source", "Model", "MAC"]);
    for card in document::interfaces(&xml)? {
        let cell = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        table.row([
            cell(card.target),
            cell(card.kind),
            cell(card.source),
            cell(card.model),
            cell(card.mac),
        ]);
    }
    cx.print(&table.render(cx.is_quiet()))
}
