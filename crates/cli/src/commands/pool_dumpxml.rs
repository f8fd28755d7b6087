//! `fv pool-dumpxml`: print the document of a storage pool.

use ferrovirt::api::StorageXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::objects::{self, POOL, Word};

command!("pool-dumpxml", "Print the document of a storage pool", [
    POOL,
    Opt::flag("inactive", "as it is defined"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Any).await?;
    let flags = StorageXMLFlags(args.bits(&[("inactive", StorageXMLFlags::INACTIVE.0)]));
    cx.print(&pool.xml(flags).await?)
}
