//! `fv define`: define a domain from an XML file.

use ferrovirt::DomainDefineFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::context;

command!("define", "Define a domain from an XML file", [
    Opt::value("file", "file with the document").required(),
    Opt::flag("validate", "check the document against the schema"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = DomainDefineFlags(args.bits(&[("validate", DomainDefineFlags::VALIDATE.0)]));
    let connection = cx.connection().await?;
    let domain = connection
        .define(&xml, flags)
        .await
        .while_doing(|| format!("Failed to define domain from {file}"))?;
    cx.remark(format!("Domain '{}' defined from {file}", domain.name()))
}
