//! `fv trace proxy`: prints what passes through a [`Proxy`].

use std::pin::pin;
use std::task::{Context as Wakes, Poll, Waker};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use trace::json::Lines;
use trace::render::{self, Detail};
use trace::{Feed, Filter, Glob, Item, Watcher, Which};

use crate::arguments::Args;
use crate::context::{self, Context, Outcome};
use crate::failure::Failure;
use crate::proxy::Proxy;

/// Puts a proxy before a daemon and prints what passes, until a signal ends it.
pub(crate) async fn proxy(cx: &Context, args: &Args) -> Outcome {
    let missing = || Failure::usage("'trace proxy' requires the socket of a daemon");
    let daemon = args.value("target").ok_or_else(missing)?;
    let filter = filter(args)?;
    let show = Show { json: args.has("json"), verbose: args.has("verbose") };
    let mut signals = Signals::new()?;
    let proxy = Proxy::open(daemon, args.value("listen")).await?;
    let watcher = trace::watch(Feed::Calls.into(), filter, show.verbose)
        .map_err(|_| Failure::new("there are too many watchers"))?;
    announce(cx, &proxy, &watcher, show)?;
    let (stop, stopped) = oneshot::channel();
    let (ended, mut printer) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let outcome = runtime.block_on(print(watcher, show, stopped));
        // When nobody waits for it, the proxy has ended already.
        let _ = ended.send(outcome);
    });
    tokio::select! {
        never = proxy.run() => match never {},
        outcome = &mut printer => return outcome.unwrap_or(Ok(())),
        () = signals.any() => {}
    }
    drop(stop);
    printer.await.unwrap_or(Ok(()))
}

/// How lines are shown.
#[derive(Debug, Clone, Copy)]
struct Show {
    json: bool,
    verbose: bool,
}

impl Show {
    fn print(self, line: &Json) -> Outcome {
        let detail = if self.verbose { Detail::Full } else { Detail::Brief };
        let text = if self.json { line.to_string() } else { render::line(line, detail) };
        context::print(&(text + "\n"))
    }
}

/// Says where clients shall come to. From then on nothing is missed.
fn announce(cx: &Context, proxy: &Proxy, watcher: &Watcher, show: Show) -> Outcome {
    let mut ready = watcher.lines().ready(watcher.feeds());
    if show.json {
        ready["socket"] = proxy.place().into();
        ready["uri"] = proxy.uri().into();
    } else {
        cx.remark(format!("socket: {}", proxy.place()))?;
        cx.remark(format!("try: virsh -c '{}'", proxy.uri()))?;
    }
    show.print(&ready)
}

/// Prints until `stopped`, and then what waits.
async fn print(mut watcher: Watcher, show: Show, mut stopped: oneshot::Receiver<()>) -> Outcome {
    let lines = watcher.lines();
    loop {
        tokio::select! {
            biased;
            item = watcher.next() => show.print(&line(lines, &item))?,
            _ = &mut stopped => break,
        }
    }
    let mut now = Wakes::from_waker(Waker::noop());
    while let Poll::Ready(item) = watcher.poll_next(&mut now) {
        show.print(&line(lines, &item))?;
    }
    Ok(())
}

/// An item as seen from outside: of a reply's time only the whole is known.
fn line(lines: Lines, item: &Item) -> Json {
    let mut line = lines.item(item);
    if let Json::Object(members) = &mut line {
        for name in ["queued_us", "job_us", "monitor_us"] {
            members.shift_remove(name);
        }
    }
    line
}

fn filter(args: &Args) -> Result<Filter, Failure> {
    Ok(Filter {
        client: args.number("client")?,
        procedure: args.value("procedure").map(Glob::new),
        domain: args.value("domain").map(Which::new),
        errors_only: args.has("errors"),
        slower_than: args.number("slower-than")?.map(milliseconds),
    })
}

fn milliseconds(number: f64) -> Duration {
    // Negative times and such come out as none.
    Duration::try_from_secs_f64(number / 1000.0).unwrap_or_default()
}

/// The signals that end it; the socket goes with it then.
struct Signals([tokio::signal::unix::Signal; 2]);

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen =
            |kind| signal(kind).map_err(|error| Failure::io("cannot listen for signals", &error));
        Ok(Self([listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?]))
    }

    async fn any(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        let (interrupt, terminate) = (pin!(interrupt.recv()), pin!(terminate.recv()));
        tokio::select! {
            _ = interrupt => {}
            _ = terminate => {}
        }
    }
}
