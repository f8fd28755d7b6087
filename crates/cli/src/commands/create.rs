//! `fv create`: start a guest from an XML file, which is gone once it stops.

use ferrovirt::DomainCreateFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::context;

command!("create", "Start a guest from an XML file, which is gone once it stops", [
    Opt::value("file", "file with the document").required(),
    Opt::flag("console", "connect to its console"),
    Opt::flag("paused", "leave its virtual CPUs stopped"),
    Opt::flag("autodestroy", "end it when this connection ends"),
    Opt::flag("validate", "check the document against the schema"),
    Opt::flag("reset-nvram", "begin with fresh NVRAM"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = DomainCreateFlags(args.bits(&[
        ("paused", DomainCreateFlags::START_PAUSED.0),
        ("autodestroy", DomainCreateFlags::START_AUTODESTROY.0),
        ("validate", DomainCreateFlags::START_VALIDATE.0),
        ("reset-nvram", DomainCreateFlags::START_RESET_NVRAM.0),
    ]));
    let domain = cx
        .connection()
        .await?
        .create(&xml, flags)
        .await
        .while_doing(|| format!("Failed to create domain from {file}"))?;
    cx.remark(format!("Domain '{}' created from {file}", domain.name()))?;
    if args.has("console") { super::console::attach(cx, &domain).await } else { Ok(()) }
}
