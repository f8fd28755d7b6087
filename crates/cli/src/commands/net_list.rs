//! `fv net-list`: list networks.

use ferrovirt::Network;
use ferrovirt::api::ConnectListAllNetworksFlags as Filter;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::objects::yes;
use crate::selection::JSON;
use crate::table::Table;

command!("net-list", "List networks", [
    Opt::flag("inactive", "those that are not started"),
    Opt::flag("all", "those that are started and those that are not"),
    Opt::flag("persistent", "those with a definition"),
    Opt::flag("transient", "those without a definition"),
    Opt::flag("autostart", "those that start with the server"),
    Opt::flag("no-autostart", "those that do not start with the server"),
    Opt::flag("uuid", "print UUIDs only"),
    Opt::flag("name", "print names only"),
    Opt::flag("table", "print a table (the default)"),
    JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    if ["table", "name", "uuid"].iter().filter(|form| args.has(form)).count() > 1 {
        let message = "Only one argument from --table, --name and --uuid may be specified.";
        return Err(Failure::new(message));
    }
    let mut networks = cx.connection().await?.networks(filter(args)).await?;
    networks.sort_by_cached_key(|network| network.name().to_lowercase());
    if args.has("json") {
        return json(cx, &networks).await;
    }
    if args.has("name") {
        return networks.iter().try_for_each(|network| cx.line(network.name()));
    }
    if args.has("uuid") {
        return networks.iter().try_for_each(|network| cx.line(network.uuid().to_string()));
    }
    let mut table = Table::new(["Name", "State", "Autostart", "Persistent"]);
    for network in &networks {
        let state = state(network.is_active().await?).to_owned();
        let autostart = yes(network.autostart().await?);
        let persistent = yes(network.is_persistent().await?);
        table.row([network.name().to_owned(), state, autostart, persistent]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

fn filter(args: &Args) -> Filter {
    let activity = if args.has("all") {
        Filter::ACTIVE | Filter::INACTIVE
    } else if args.has("inactive") {
        Filter::INACTIVE
    } else {
        Filter::ACTIVE
    };
    activity
        | Filter(args.bits(&[
            ("persistent", Filter::PERSISTENT.0),
            ("transient", Filter::TRANSIENT.0),
            ("autostart", Filter::AUTOSTART.0),
            ("no-autostart", Filter::NO_AUTOSTART.0),
        ]))
}

fn state(active: bool) -> &'static str {
    if active { "active" } else { "inactive" }
}

async fn json(cx: &Context, networks: &[Network]) -> Outcome {
    let mut list = Vec::new();
    for network in networks {
        list.push(serde_json::json!({
            "name": network.name(),
            "uuid": network.uuid().to_string(),
            "state": state(network.is_active().await?),
            "autostart": network.autostart().await?,
            "persistent": network.is_persistent().await?,
        }));
    }
    cx.json(&list.into())
}
