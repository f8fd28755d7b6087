//! `fv qemu-monitor-event`: wait for raw events of the monitor of QEMU.

use ferrovirt::{MonitorEvent, MonitorFilter};

use super::event::Watch;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::json;

command!("qemu-monitor-event", "Wait for raw events of the monitor of QEMU", [
    Opt::value("domain", "of this domain only"),
    Opt::value("event", "of this name only"),
    Opt::flag("pretty", "with JSON on lines of its own"),
    Opt::flag("loop", "go on after the first"),
    Opt::value("timeout", "give up after so many seconds"),
    Opt::flag("regex", "the name is a regular expression"),
    Opt::flag("no-case", "the name may be in upper or lower case"),
    Opt::flag("timestamp", "with the time of day"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let filter = match (args.value("event"), args.has("regex"), args.has("no-case")) {
        (None, ..) => MonitorFilter::All,
        (Some(name), false, false) => MonitorFilter::Name(name.to_owned()),
        (Some(name), false, true) => MonitorFilter::NameAnyCase(name.to_owned()),
        (Some(name), true, false) => MonitorFilter::Regex(name.to_owned()),
        (Some(name), true, true) => MonitorFilter::RegexAnyCase(name.to_owned()),
    };
    let watch = Watch::new(args)?;
    let domain = match args.value("domain") {
        Some(word) => Some(cx.domain(word).await?),
        None => None,
    };
    let events = cx.connection().await?.monitor_events(&filter, domain.as_ref()).await?;
    let (pretty, stamped) = (args.has("pretty"), args.has("timestamp"));
    watch.run(cx, events, |event| Ok(describe(event, pretty, stamped))).await
}

fn describe(event: &MonitorEvent, pretty: bool, stamped: bool) -> String {
    let MonitorEvent { domain, name, seconds, micros, details } = event;
    let details = details.as_deref().unwrap_or("<null>");
    let details = match pretty {
        true => json::pretty(details).map_or_else(|| details.to_owned(), |text| text + "\n"),
        false => details.to_owned(),
    };
    let at = if stamped { String::new() } else { format!(" at {seconds}.{micros:06}") };
    format!("event {name}{at} for domain '{}': {details}", domain.name)
}
