//! `fv nodesuspend`: put the host to sleep for a time.

use ferrovirt::NodeSuspendTarget as Target;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};

command!("nodesuspend", "Put the host to sleep for a time", [
    Opt::value("target", "how: mem, disk or hybrid").required(),
    Opt::value("duration", "for how many seconds, at least 60").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let target = match args.required("target") {
        "mem" => Target::MEM,
        "disk" => Target::DISK,
        "hybrid" => Target::HYBRID,
        _ => return Err(Failure::new("Invalid target")),
    };
    let seconds = args.number::<i64>("duration")?.and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds.ok_or_else(|| Failure::new("Invalid duration"))?;
    let asleep = cx.connection().await?.suspend_node(target, seconds).await;
    asleep.while_doing(|| "The host was not suspended".to_owned())
}
