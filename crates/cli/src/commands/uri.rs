//! `fv uri`: show the URI of the connection.

use crate::arguments::Args;
use crate::context::{Context, Outcome};

command!("uri", "Show the URI of the connection", []);

async fn run(cx: &Context, _: &Args) -> Outcome {
    cx.line(cx.connection().await?.uri())
}
