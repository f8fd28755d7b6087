//! `fv inject-nmi`: send a guest a non-maskable interrupt.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("inject-nmi", "Send a guest a non-maskable interrupt", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    Ok(domain.inject_nmi().await?)
}
