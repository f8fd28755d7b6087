//! `fv list`: list domains.

use ferrovirt::{
    Domain, DomainFilter, DomainMetadataType, DomainModificationImpact, ErrorCode,
};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::JSON;
use crate::states;
use crate::table::Table;

command!("list", "List domains", [
    Opt::flag("inactive", "those that do not run"),
    Opt::flag("all", "those that run and those that do not"),
    Opt::flag("transient", "those without a definition"),
    Opt::flag("persistent", "those with a definition"),
    Opt::flag("with-snapshot", "those with snapshots"),
    Opt::flag("without-snapshot", "those without snapshots"),
    Opt::flag("with-checkpoint", "those with checkpoints"),
    Opt::flag("without-checkpoint", "those without checkpoints"),
    Opt::flag("state-running", "those that run"),
    Opt::flag("state-paused", "those that are paused"),
    Opt::flag("state-shutoff", "those that are shut off"),
    Opt::flag("state-other", "those in other states"),
    Opt::flag("autostart", "those that start with the server"),
    Opt::flag("no-autostart", "those that do not start with the server"),
    Opt::flag("with-managed-save", "those with a saved state"),
    Opt::flag("without-managed-save", "those without a saved state"),
    Opt::flag("uuid", "print UUIDs only"),
    Opt::flag("name", "print names only"),
    Opt::flag("id", "print ids only"),
    Opt::flag("table", "print a table (the default)"),
    Opt::flag("managed-save", "mark those with a saved state"),
    Opt::flag("title", "print titles"),
    JSON,
]);

const FILTERS: [(&str, u32); 14] = [
    ("transient", DomainFilter::TRANSIENT.0),
    ("persistent", DomainFilter::PERSISTENT.0),
    ("with-snapshot", DomainFilter::HAS_SNAPSHOT.0),
    ("without-snapshot", DomainFilter::NO_SNAPSHOT.0),
    ("with-checkpoint", DomainFilter::HAS_CHECKPOINT.0),
    ("without-checkpoint", DomainFilter::NO_CHECKPOINT.0),
    ("state-running", DomainFilter::RUNNING.0),
    ("state-paused", DomainFilter::PAUSED.0),
    ("state-shutoff", DomainFilter::SHUTOFF.0),
    ("state-other", DomainFilter::OTHER.0),
    ("autostart", DomainFilter::AUTOSTART.0),
    ("no-autostart", DomainFilter::NO_AUTOSTART.0),
    ("with-managed-save", DomainFilter::MANAGEDSAVE.0),
    ("without-managed-save", DomainFilter::NO_MANAGEDSAVE.0),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    for plain in ["uuid", "name", "id"] {
        args.exclusive(&["table", plain])?;
    }
    let mut domains = cx.connection().await?.domains(filter(args)).await?;
    // Those that run by id, then the others by name.
    domains.sort_by_cached_key(|domain| {
        (domain.id().is_none(), domain.id(), domain.name().to_lowercase())
    });
    if args.has("json") {
        json(cx, &domains).await
    } else if ["uuid", "name", "id"].iter().any(|plain| args.has(plain)) {
        domains.iter().try_for_each(|domain| plain_line(cx, args, domain))
    } else {
        table(cx, args, &domains).await
    }
}

fn filter(args: &Args) -> DomainFilter {
    let both = DomainFilter::ACTIVE | DomainFilter::INACTIVE;
    let activity = if args.has("all") {
        both
    } else if args.has("inactive") || args.has("state-shutoff") {
        DomainFilter::INACTIVE
    } else {
        DomainFilter::ACTIVE
    };
    activity | DomainFilter(args.bits(&FILTERS))
}

fn id(domain: &Domain) -> String {
    domain.id().map_or_else(|| "-".to_owned(), |id| id.to_string())
}

fn plain_line(cx: &Context, args: &Args, domain: &Domain) -> Outcome {
    let named = args.has("uuid") || args.has("name");
    if !named && domain.id().is_none() {
        return Ok(());
    }
    let mut words = Vec::new();
    if args.has("id") {
        words.push(id(domain));
    }
    if args.has("uuid") {
        words.push(domain.uuid().to_string());
    }
    if args.has("name") {
        words.push(domain.name().to_owned());
    }
    cx.line(words.join(" "))
}

async fn table(cx: &Context, args: &Args, domains: &[Domain]) -> Outcome {
    let mut plain = Table::new(["Id", "Name", "State"]);
    let mut titled = Table::new(["Id", "Name", "State", "Title"]);
    for domain in domains {
        // One that went away since the list was made is left out.
        let Some(state) = state(domain, args).await? else { continue };
        let (id, name) = (id(domain), domain.name().to_owned());
        if args.has("title") {
            titled.row([id, name, state, title(domain).await?]);
        } else {
            plain.row([id, name, state]);
        }
    }
    let table = if args.has("title") { titled } else { plain };
    cx.print(&table.render(cx.is_quiet()))
}

async fn state(domain: &Domain, args: &Args) -> Result<Option<String>, Failure> {
    let state = match domain.state().await {
        Ok(at) => at.state,
        Err(error) if error.is(ErrorCode::NO_DOMAIN) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if args.has("managed-save") && domain.id().is_none() && domain.has_managed_save().await? {
        return Ok(Some("saved".to_owned()));
    }
    Ok(Some(states::state(state).to_owned()))
}

async fn title(domain: &Domain) -> Result<String, Failure> {
    let current = DomainModificationImpact::CURRENT;
    match domain.metadata(DomainMetadataType::TITLE, None, current).await {
        Ok(title) => Ok(title),
        Err(error) if error.is(ErrorCode::NO_DOMAIN_METADATA) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

async fn json(cx: &Context, domains: &[Domain]) -> Outcome {
    let mut list = Vec::new();
    for domain in domains {
        list.push(serde_json::json!({
            "id": domain.id(),
            "name": domain.name(),
            "uuid": domain.uuid().to_string(),
            "state": states::state(domain.state().await?.state),
        }));
    }
    cx.json(&list.into())
}
