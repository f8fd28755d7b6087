//! `fv domrename`: give a domain another name.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("domrename", "Give a domain another name", [
    DOMAIN,
    Opt::value("new-name", "its new name").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    domain.rename(args.required("new-name")).await?;
    cx.remark("Domain successfully renamed")
}
