//! `fv dominfo`: show what is known about a domain.

use ferrovirt::{Domain, ErrorCode};

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::{DOMAIN, JSON};
use crate::states;
use crate::units;

command!("dominfo", "Show what is known about a domain", [
    DOMAIN,
    JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let facts = facts(&domain).await?;
    cx.facts(args.form(), facts)
}

async fn facts(domain: &Domain) -> Result<Vec<(&'static str, String)>, Failure> {
    let info = domain.info().await?;
    let yes = |yes, no: &str, truth: bool| if truth { yes } else { no }.to_owned();
    let mut facts = vec![
        ("Id", domain.id().map_or_else(|| "-".to_owned(), |id| id.to_string())),
        ("Name", domain.name().to_owned()),
        ("UUID", domain.uuid().to_string()),
        ("OS Type", domain.os_type().await?),
        ("State", states::state(info.state).to_owned()),
        ("CPU(s)", info.vcpus.to_string()),
    ];
    if info.cpu_time_ns != 0 {
        facts.push(("CPU time", units::seconds(info.cpu_time_ns)));
    }
    facts.extend([
        ("Max memory", format!("{} KiB", info.max_memory_kib)),
        ("Used memory", format!("{} KiB", info.memory_kib)),
        ("Persistent", yes("yes", "no", domain.is_persistent().await?)),
        ("Autostart", yes("enable", "disable", domain.autostart().await?)),
        ("Managed save", yes("yes", "no", domain.has_managed_save().await?)),
    ]);
    facts.extend(confinement(domain).await?);
    facts.extend(messages(domain).await?);
    Ok(facts)
}

async fn confinement(domain: &Domain) -> Result<Vec<(&'static str, String)>, Failure> {
    let model = match domain.connection().security_model().await {
        Ok(model) if !model.model.is_empty() => model,
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.is(ErrorCode::NO_SUPPORT) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut facts = vec![("Security model", model.model), ("Security DOI", model.doi)];
    let label = domain.security_label().await?;
    if !label.label.is_empty() {
        let mode = if label.enforcing { "enforcing" } else { "permissive" };
        facts.push(("Security label", format!("{} ({mode})", label.label)));
    }
    Ok(facts)
}

async fn messages(domain: &Domain) -> Result<Vec<(&'static str, String)>, Failure> {
    let messages = match domain.messages().await {
        Ok(messages) => messages,
        Err(error) if error.is(ErrorCode::NO_SUPPORT) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let keys = std::iter::once("Messages").chain(std::iter::repeat(""));
    Ok(keys.zip(messages).collect())
}
