//! `fv dumpxml`: print the document of a domain.

use ferrovirt::DomainXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("dumpxml", "Print the document of a domain", [
    DOMAIN,
    Opt::flag("inactive", "as it is defined"),
    Opt::flag("security-info", "with secrets"),
    Opt::flag("update-cpu", "with the CPU as the host completes it"),
    Opt::flag("migratable", "fit for migration"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let flags = DomainXMLFlags(args.bits(&[
        ("inactive", DomainXMLFlags::INACTIVE.0),
        ("security-info", DomainXMLFlags::SECURE.0),
        ("update-cpu", DomainXMLFlags::UPDATE_CPU.0),
        ("migratable", DomainXMLFlags::MIGRATABLE.0),
    ]));
    cx.print(&domain.xml(flags).await?)
}
