//! `fv hostname`: show the name of the host.

use crate::arguments::Args;
use crate::context::{Context, Outcome};

command!("hostname", "Show the name of the host", []);

async fn run(cx: &Context, _: &Args) -> Outcome {
    cx.line(cx.connection().await?.hostname().await?)
}
