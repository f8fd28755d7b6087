//! `fv find-storage-pool-sources`: show what storage pools of a kind could be made of.

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::WhileDoing;

command!("find-storage-pool-sources", "Show what storage pools of a kind could be made of", [
    Opt::value("type", "the kind of pool").required(),
    Opt::value("srcSpec", "file with a <source> element that says where to look"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let kind = args.required("type");
    let source = args.value("srcSpec").map(context::read_file).transpose()?;
    let connection = cx.connection().await?;
    let found = connection.find_storage_pool_sources(kind, source.as_deref()).await;
    cx.line(found.while_doing(|| format!("Failed to find any {kind} pool sources"))?)
}
