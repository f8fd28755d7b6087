//! `fv ttyconsole`: show the terminal of the console of a guest.

use ferrovirt::DomainXMLFlags;

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::document;

command!("ttyconsole", "Show the terminal of the console of a guest", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let xml = domain.xml(DomainXMLFlags::default()).await?;
    match document::console_tty(&xml)? {
        Some(path) => cx.line(path),
        None => Err(Failure::silent()),
    }
}
