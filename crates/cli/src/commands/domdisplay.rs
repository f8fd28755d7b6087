//! `fv domdisplay`: show where the screen of a guest can be seen.

use ferrovirt::DomainXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::document;

command!("domdisplay", "Show where the screen of a guest can be seen", [
    DOMAIN,
    Opt::flag("include-password", "with its password"),
    Opt::value("type", "of this type only: vnc, spice, rdp"),
    Opt::flag("all", "all of them"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    if !domain.is_active().await? {
        return Err(Failure::new("Domain is not running"));
    }
    let flags = match args.has("include-password") {
        true => DomainXMLFlags::SECURE,
        false => DomainXMLFlags::default(),
    };
    let xml = domain.xml(flags).await?;
    let wanted = args.value("type");
    let displays = document::graphics(&xml)?;
    let uris: Vec<String> = displays
        .iter()
        .filter(|display| wanted.is_none_or(|kind| display.kind == kind))
        .filter_map(document::Graphics::uri)
        .collect();
    if uris.is_empty() {
        return Err(Failure::new(match wanted {
            Some(kind) => format!("No graphical display with type '{kind}' found"),
            None => "No graphical display found".to_owned(),
        }));
    }
    match args.has("all") {
        true => uris.iter().try_for_each(|uri| cx.line(uri)),
        false => uris.iter().take(1).try_for_each(|uri| cx.print(uri)),
    }
}
