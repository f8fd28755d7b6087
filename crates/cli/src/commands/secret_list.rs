//! `fv secret-list`: list secrets.

use ferrovirt::Secret;
use ferrovirt::api::{ConnectListAllSecretsFlags as Filter, SecretUsageType};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::JSON;
use crate::table::Table;

command!("secret-list", "List secrets", [
    Opt::flag("ephemeral", "those that are in memory only"),
    Opt::flag("no-ephemeral", "those that last"),
    Opt::flag("private", "those whose value is told to nobody"),
    Opt::flag("no-private", "those whose value is told"),
    JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let filter = Filter(args.bits(&[
        ("ephemeral", Filter::EPHEMERAL.0),
        ("no-ephemeral", Filter::NO_EPHEMERAL.0),
        ("private", Filter::PRIVATE.0),
        ("no-private", Filter::NO_PRIVATE.0),
    ]));
    let mut secrets = cx.connection().await?.secrets(filter).await?;
    secrets.sort_by_cached_key(|secret| secret.uuid());
    if args.has("json") {
        let list = secrets.iter().map(|secret| {
            serde_json::json!({
                "uuid": secret.uuid().to_string(),
                "type": kind(secret.usage_type()),
                "usage": secret.usage_id(),
            })
        });
        return cx.json(&list.collect());
    }
    let mut table = Table::new(["UUID", "Usage"]);
    for secret in &secrets {
        table.row([secret.uuid().to_string(), usage(secret)]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

fn usage(secret: &Secret) -> String {
    match secret.usage_type() {
        SecretUsageType::NONE => "Unused".to_owned(),
        other => format!("{} {}", kind(other), secret.usage_id()),
    }
}

fn kind(kind: SecretUsageType) -> &'static str {
    match kind {
        SecretUsageType::NONE => "none",
        SecretUsageType::VOLUME => "volume",
        SecretUsageType::CEPH => "ceph",
        SecretUsageType::ISCSI => "iscsi",
        SecretUsageType::TLS => "tls",
        SecretUsageType::VTPM => "vtpm",
        _ => "unknown",
    }
}
