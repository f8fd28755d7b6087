//! `fv nwfilter-define`: define a network filter from an XML file.

use ferrovirt::api::NWFilterDefineFlags;

use crate::arguments::Args;
use crate::context::{self, Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{FILE, VALIDATE};

command!("nwfilter-define", "Define a network filter from an XML file", [FILE, VALIDATE]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = NWFilterDefineFlags(args.bits(&[("validate", NWFilterDefineFlags::NWFILTER_DEFINE_VALIDATE.0)]));
    let connection = cx.connection().await?;
    let defined = connection.define_nwfilter(&xml, flags).await;
    let filter = defined.while_doing(|| format!("Failed to define network filter from {file}"))?;
    cx.remark(format!("Network filter {} defined from {file}", filter.name()))
}
