//! `fv iothreaddel`: take an I/O thread away.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("iothreaddel", "Take an I/O thread away", [
    DOMAIN,
    Opt::value("id", "its number").required(),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let id = args.number::<i32>("id")?.unwrap_or_default();
    match u32::try_from(id) {
        Ok(id @ 1..) => Ok(domain.delete_iothread(id, impact).await?),
        _ => Err(Failure::new(format!("Invalid IOThread id value: '{id}'"))),
    }
}
