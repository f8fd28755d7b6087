//! `fv domblklist`: list the disks of a domain.

use ferrovirt::DomainXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;
use crate::document;
use crate::table::Table;

command!("domblklist", "List the disks of a domain", [
    DOMAIN,
    Opt::flag("inactive", "as it is defined"),
    Opt::flag("details", "with type and device"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let flags = match args.has("inactive") {
        true => DomainXMLFlags::INACTIVE,
        false => DomainXMLFlags::default(),
    };
    let xml = domain.xml(flags).await?;
    let mut plain = Table::new(["Target", "Source"]);
    let mut detailed = Table::new(["Type", "Device", "Target", "Source"]);
    for disk in document::disks(&xml)? {
        let source = disk.source.unwrap_or_else(|| "-".to_owned());
        if args.has("details") {
            detailed.row([disk.kind, disk.device, disk.target, source]);
        } else {
            plain.row([disk.target, source]);
        }
    }
    let table = if args.has("details") { detailed } else { plain };
    cx.print(&table.render(cx.is_quiet()))
}
