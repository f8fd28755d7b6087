//! `fv trace`: watch what a daemon does, as it does it.

use std::path::PathBuf;

use ferrovirt::api::ferrovirt::{TraceOpen, TraceOpenArgs};
use ferrovirt::{Connection, Error, ErrorCode, Stream};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use trace::render::{self, Detail};
use trace::{Feed, Feeds};

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::watch;

command!("trace", "Watch calls, events or monitor messages of a daemon", [
    Opt::value(
        "feed",
        "rpc: connections and calls; events: events and timers; qmp: monitors; proxy: calls of any daemon",
    )
    .required(),
    Opt::value(
        "target",
        "with rpc, events and qmp: only of this domain, by name or UUID; with proxy: the daemon's socket, a path or HOST:PORT",
    ),
    Opt::named("listen", "with proxy: where clients shall come to, a path or HOST:PORT"),
    Opt::named("client", "only of the client of this number"),
    Opt::named("procedure", "only calls of this name; '*' stands for anything"),
    Opt::named("domain", "only about this domain, by name or UUID"),
    Opt::flag("errors", "only what fails"),
    Opt::named("slower-than", "only replies that take longer, in milliseconds"),
    Opt::flag("verbose", "with arguments and results, and nothing cut").short('v'),
    Opt::flag("json", "one JSON object a line"),
    Opt::named("socket", "the daemon's admin socket, if not beside the one of the connection"),
]);

/// In the call's flags: what is in packets is shown, too.
const DETAILS: u32 = 1;
/// A line that is longer than this is not one of a feed. **Units**: bytes.
const LINE_MAX: usize = 64 << 20;

async fn run(cx: &Context, args: &Args) -> Outcome {
    cx.without_blank_line();
    if args.required("feed") == "proxy" {
        return watch::proxy(cx, args).await;
    }
    let feed = feed(args.required("feed"))?;
    let asked = wanted(feed, args)?;
    let socket = match args.value("socket") {
        Some(path) => PathBuf::from(path),
        None => Connection::admin_socket(&cx.uri())?,
    };
    let failed = || "failed to connect to the admin socket".to_owned();
    // Listened for from here on: whoever reads that the feed is ready may interrupt it.
    let mut interrupted = signal(SignalKind::interrupt())
        .map_err(|error| Failure::io("cannot listen for signals", &error))?;
    let connection = Connection::open_admin(&socket).await.while_doing(failed)?;
    let opened = connection.call_stream::<TraceOpen>(asked).await;
    let (_, stream) = opened.map_err(|error| refused(&error))?;
    let printer = Printer {
        json: args.has("json"),
        detail: if args.has("verbose") { Detail::Full } else { Detail::Brief },
    };
    tokio::select! {
        ended = printer.print(stream) => ended,
        _ = interrupted.recv() => Ok(()),
    }
}

fn feed(name: &str) -> Result<Feed, Failure> {
    match name {
        "rpc" => Ok(Feed::Calls),
        "events" => Ok(Feed::Events),
        "qmp" => Ok(Feed::Monitors),
        _ => Err(Failure::usage(format!("unknown feed '{name}': it is rpc, events, qmp or proxy"))),
    }
}

fn wanted(feed: Feed, args: &Args) -> Result<TraceOpenArgs, Failure> {
    if args.has("target") && args.has("domain") {
        return Err(Failure::usage("the domain is named twice"));
    }
    let slower_than_ms: f64 = args.number("slower-than")?.unwrap_or(0.0);
    let text = |name| args.value(name).map(str::to_owned);
    Ok(TraceOpenArgs {
        feeds: Feeds::from(feed).0,
        flags: args.bits(&[("verbose", DETAILS)]),
        client: args.number("client")?,
        procedure: text("procedure"),
        domain: text("domain").or_else(|| text("target")),
        errors_only: args.bits(&[("errors", 1)]),
        // Negative times and such come out as none.
        slower_than_us: (slower_than_ms * 1000.0) as u64,
    })
}

/// What a daemon says that is not ferrovirtd tells little to people.
fn refused(error: &Error) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.is(ErrorCode::RPC) {
        true => failure.while_doing("the daemon has no feed; `fv trace proxy` needs none"),
        false => failure,
    }
}

/// How lines are shown.
struct Printer {
    json: bool,
    detail: Detail,
}

impl Printer {
    /// Prints lines until the daemon ends.
    async fn print(&self, mut stream: Stream) -> Outcome {
        let mut lines = Vec::new();
        while let Some(data) = stream.next().await? {
            lines.extend_from_slice(&data);
            let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') else {
                if lines.len() > LINE_MAX {
                    return Err(Failure::new("the daemon's line does not end"));
                }
                continue;
            };
            let rest = lines.split_off(end + 1);
            let whole = std::mem::replace(&mut lines, rest);
            context::print(&self.show(&String::from_utf8_lossy(&whole))?)?;
        }
        Err(Failure::new("the daemon has ended the feed"))
    }

    fn show(&self, lines: &str) -> Result<String, Failure> {
        if self.json {
            return Ok(lines.to_owned());
        }
        let mut shown = String::with_capacity(lines.len());
        for line in lines.lines() {
            let record: Value = serde_json::from_str(line)
                .map_err(|error| Failure::new(format!("the daemon's line is no JSON: {error}")))?;
            shown.push_str(&render::line(&record, self.detail));
            shown.push('\n');
        }
        Ok(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::{Args, Feed, wanted};
    use crate::commands::find;

    fn asked(line: &str) -> Result<super::TraceOpenArgs, super::Failure> {
        let words = line.split_whitespace().map(str::to_owned).collect();
        let args = Args::parse(find("trace").unwrap().syntax, words)?;
        wanted(Feed::Monitors, &args)
    }

    #[test]
    fn options_become_the_filters_of_the_feed() {
        let all = asked("qmp").unwrap();
        assert_eq!(all, super::TraceOpenArgs { feeds: 4, ..Default::default() });
        let some = asked("qmp vm --errors --slower-than 1.5 --client 3 -v --procedure x*").unwrap();
        assert_eq!((some.domain.as_deref(), some.procedure.as_deref()), (Some("vm"), Some("x*")));
        assert_eq!((some.flags, some.errors_only, some.slower_than_us), (1, 1, 1500));
        assert_eq!(some.client, Some(3));
        assert!(asked("qmp vm --domain vm").is_err());
        assert!(asked("qmp --client x").is_err());
    }
}
