//! `fv iothreadset`: say how an I/O thread polls, and how many helpers it has.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::parameters::{self, Kind};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("iothreadset", "Say how an I/O thread polls, and how many helpers it has", [
    DOMAIN,
    Opt::value("id", "its number").required(),
    Opt::named("poll-max-ns", "longest polling, in ns"),
    Opt::named("poll-grow", "how polling grows"),
    Opt::named("poll-shrink", "how polling shrinks"),
    Opt::named("thread-pool-min", "fewest helpers"),
    Opt::named("thread-pool-max", "most helpers"),
    CONFIG,
    LIVE,
    CURRENT,
]);

const PARAMETERS: &[(&str, &str, Kind)] = &[
    ("poll-max-ns", "poll_max_ns", Kind::ULLong),
    ("poll-grow", "poll_grow", Kind::UInt),
    ("poll-shrink", "poll_shrink", Kind::UInt),
    ("thread-pool-min", "thread_pool_min", Kind::Int),
    ("thread-pool-max", "thread_pool_max", Kind::Int),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    let id = args.number::<i32>("id")?.unwrap_or_default();
    let Ok(id @ 1..) = u32::try_from(id) else {
        return Err(Failure::new(format!("Invalid IOThread id value: '{id}'")));
    };
    let params = parameters::given(args, PARAMETERS)?;
    if params.is_empty() {
        return Err(Failure::new("Not enough arguments passed, nothing to set"));
    }
    Ok(domain.set_iothread(id, params, impact).await?)
}
