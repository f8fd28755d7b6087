//! `fv qemu-agent-command`: send a command to the guest agent.

use std::time::Duration;

use ferrovirt::AgentPatience;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::json;

command!("qemu-agent-command", "Send a command to the guest agent", [
    DOMAIN,
    Opt::named("timeout", "wait so many seconds for the answer"),
    Opt::flag("async", "do not wait for the answer"),
    Opt::flag("block", "wait as long as it takes"),
    Opt::flag("pretty", "print the answer on lines of its own"),
    Opt::rest("cmd", "the command").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    for (one, other) in [("timeout", "async"), ("timeout", "block"), ("async", "block")] {
        args.exclusive(&[one, other])?;
    }
    let domain = cx.domain(args.required("domain")).await?;
    let patience = match args.number::<u32>("timeout")? {
        Some(0) => return Err(Failure::new("timeout must be positive")),
        Some(seconds) => AgentPatience::For(Duration::from_secs(seconds.into())),
        None if args.has("async") => AgentPatience::None,
        None if args.has("block") => AgentPatience::Endless,
        None => AgentPatience::Default,
    };
    let answer = domain.agent_command(&args.rest().join(" "), patience).await?;
    let answer = answer.unwrap_or_default();
    match args.has("pretty") {
        true => cx.line(json::pretty(&answer).unwrap_or(answer) + "\n"),
        false => cx.line(answer),
    }
}
