//! `fv event`: wait for domain events.

use std::time::Duration;

use ferrovirt::{DomainEventID, EventStream, Notice};
use tokio::time::Instant;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::clock;
use crate::event_text;

command!("event", "Wait for domain events", [
    Opt::value("domain", "of this domain only"),
    Opt::value("event", "of this type; --list shows them"),
    Opt::flag("all", "of all types"),
    Opt::flag("loop", "go on after the first"),
    Opt::value("timeout", "give up after so many seconds"),
    Opt::flag("list", "list the types"),
    Opt::flag("timestamp", "with the time of day"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    if args.has("list") {
        return event_text::TYPES.iter().try_for_each(|(name, _)| cx.line(name));
    }
    args.exclusive(&["all", "event"])?;
    let kinds = kinds(args)?;
    let watch = Watch::new(args)?;
    let domain = match args.value("domain") {
        Some(word) => Some(cx.domain(word).await?),
        None => None,
    };
    let connection = cx.connection().await?;
    let events = connection.events(&kinds, domain.as_ref()).await?;
    watch.run(cx, events, |event| Ok(event_text::describe(event))).await
}

fn kinds(args: &Args) -> Result<Vec<DomainEventID>, Failure> {
    let all = event_text::TYPES.iter();
    match args.value("event") {
        None if args.has("all") => Ok(all.map(|(_, kind)| *kind).collect()),
        None => Err(Failure::new("one of --list, --all, or --event <type> is required")),
        Some(wanted) => match all.copied().find(|(name, _)| *name == wanted) {
            Some((_, kind)) => Ok(vec![kind]),
            None => Err(Failure::new(format!("unknown event type {wanted}"))),
        },
    }
}

/// How long events are waited for, and how they are shown.
pub(super) struct Watch {
    deadline: Option<Instant>,
    goes_on: bool,
    stamped: bool,
}

impl Watch {
    /// What the options say.
    pub(super) fn new(args: &Args) -> Result<Self, Failure> {
        let timeout = args.number::<u32>("timeout")?;
        if timeout == Some(0) {
            return Err(Failure::new(
                "Numeric value '0' for <timeout> option is malformed or out of range",
            ));
        }
        let deadline =
            timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()));
        Ok(Self { deadline, goes_on: args.has("loop"), stamped: args.has("timestamp") })
    }

    /// Prints events until there have been enough, the time is up, or the user interrupts.
    pub(super) async fn run<E>(
        &self,
        cx: &Context,
        mut events: EventStream<E>,
        describe: impl Fn(&E) -> Result<String, Failure>,
    ) -> Outcome {
        let mut received = 0u64;
        let ending = loop {
            let notice = tokio::select! {
                notice = events.next() => notice?,
                () = wait(self.deadline) => break Some("event loop timed out"),
                _ = tokio::signal::ctrl_c() => break Some("event loop interrupted"),
            };
            match notice {
                Notice::Event(event) => {
                    received += 1;
                    let stamp = if self.stamped { clock::stamp() + ": " } else { String::new() };
                    cx.line(stamp + &describe(&event)?)?;
                }
                Notice::Lost { count } => cx.line(format!("{count} events were lost"))?,
            }
            if received > 0 && !self.goes_on {
                break None;
            }
        };
        if let Some(ending) = ending {
            cx.line(ending)?;
        }
        cx.line(format!("events received: {received}"))?;
        if received == 0 { Err(Failure::silent()) } else { Ok(()) }
    }
}

async fn wait(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
