//! `fv nwfilter-dumpxml`: print the document of a network filter.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, NWFILTER, Word};

command!("nwfilter-dumpxml", "Print the document of a network filter", [NWFILTER]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let filter = objects::nwfilter(cx, args, Word::Any).await?;
    cx.print(&filter.xml().await?)
}
