//! `fv domxml-to-native`: show the command line that a document stands for.

use ferrovirt::DomainXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::context;

command!("domxml-to-native", "Show the command line that a document stands for", [
    Opt::value("format", "the format: qemu-argv").required(),
    Opt::named("domain", "the domain's name, id or UUID"),
    Opt::value("xml", "file with the document"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["domain", "xml"])?;
    let xml = match (args.value("domain"), args.value("xml")) {
        (Some(word), _) => cx.domain(word).await?.xml(DomainXMLFlags::INACTIVE).await?,
        (None, Some(file)) => context::read_file(file)?,
        (None, None) => return Err(Failure::new("need either domain or domain XML")),
    };
    cx.print(&cx.connection().await?.xml_to_native(args.required("format"), &xml).await?)
}
