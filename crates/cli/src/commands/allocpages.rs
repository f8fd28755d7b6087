//! `fv allocpages`: change how many huge pages the host has.

use ferrovirt::NodeAllocPagesFlags as Flags;

use super::freepages::{cells_and_sizes, page_size};
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;

command!("allocpages", "Change how many huge pages the host has", [
    Opt::value("pagesize", "of which size").required(),
    Opt::value("pagecount", "how many").required(),
    Opt::named("cellno", "on one NUMA cell"),
    Opt::flag("add", "that many more, instead of that many"),
    Opt::flag("all", "on each cell"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["all", "cellno"])?;
    let size = page_size(args)?;
    let count = args.number("pagecount")?.ok_or_else(|| Failure::new("missing page count"))?;
    let flags = if args.has("add") { Flags::ADD } else { Flags::SET };
    let connection = cx.connection().await?;
    let cells = match args.has("all") {
        true => cells_and_sizes(&connection.capabilities().await?)?.0,
        false => vec![args.number("cellno")?.unwrap_or(-1)],
    };
    for cell in cells {
        connection.alloc_pages(size, count, cell, 1, flags).await?;
    }
    Ok(())
}
