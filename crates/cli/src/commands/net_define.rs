//! `fv net-define`: define a network from an XML file.

use ferrovirt::api::NetworkDefineFlags;

use crate::arguments::Args;
use crate::context::{self, Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{FILE, VALIDATE};

command!("net-define", "Define a network from an XML file", [FILE, VALIDATE]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = NetworkDefineFlags(args.bits(&[("validate", NetworkDefineFlags::VALIDATE.0)]));
    let connection = cx.connection().await?;
    let defined = connection.define_network(&xml, flags).await;
    let network = defined.while_doing(|| format!("Failed to define network from {file}"))?;
    cx.remark(format!("Network {} defined from {file}", network.name()))
}
