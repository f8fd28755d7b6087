//! `fv pool-list`: list storage pools.

use ferrovirt::StoragePool;
use ferrovirt::api::ConnectListAllStoragePoolsFlags as Filter;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::objects::yes;
use crate::selection::JSON;
use crate::states::pool_state;
use crate::table::Table;
use crate::units;

command!("pool-list", "List storage pools", [
    Opt::flag("inactive", "those that are not started"),
    Opt::flag("all", "those that are started and those that are not"),
    Opt::flag("transient", "those without a definition"),
    Opt::flag("persistent", "those with a definition"),
    Opt::flag("autostart", "those that start with the server"),
    Opt::flag("no-autostart", "those that do not start with the server"),
    Opt::named("type", "those of these types, with commas between"),
    Opt::flag("details", "with more columns"),
    Opt::flag("uuid", "print UUIDs only"),
    Opt::flag("name", "print names only"),
    JSON,
]);

const TYPES: [(&str, Filter); 14] = [
    ("dir", Filter::DIR),
    ("fs", Filter::FS),
    ("netfs", Filter::NETFS),
    ("logical", Filter::LOGICAL),
    ("disk", Filter::DISK),
    ("iscsi", Filter::ISCSI),
    ("scsi", Filter::SCSI),
    ("mpath", Filter::MPATH),
    ("rbd", Filter::RBD),
    ("sheepdog", Filter::SHEEPDOG),
    ("gluster", Filter::GLUSTER),
    ("zfs", Filter::ZFS),
    ("vstorage", Filter::VSTORAGE),
    ("iscsi-direct", Filter::ISCSI_DIRECT),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let mut pools = cx.connection().await?.storage_pools(filter(args)?).await?;
    pools.sort_by_cached_key(|pool| pool.name().to_lowercase());
    if args.has("json") {
        return json(cx, &pools).await;
    }
    if args.has("uuid") {
        return pools.iter().try_for_each(|pool| cx.line(pool.uuid().to_string()));
    }
    if args.has("name") {
        // virsh pads names for a column that does not follow.
        return pools.iter().try_for_each(|pool| cx.line(format!("{:<20}", pool.name())));
    }
    if args.has("details") { details(cx, &pools).await } else { table(cx, &pools).await }
}

fn filter(args: &Args) -> Result<Filter, Failure> {
    let activity = if args.has("all") {
        Filter::ACTIVE | Filter::INACTIVE
    } else if args.has("inactive") {
        Filter::INACTIVE
    } else {
        Filter::ACTIVE
    };
    let mut filter = activity
        | Filter(args.bits(&[
            ("persistent", Filter::PERSISTENT.0),
            ("transient", Filter::TRANSIENT.0),
            ("autostart", Filter::AUTOSTART.0),
            ("no-autostart", Filter::NO_AUTOSTART.0),
        ]));
    for word in args.value("type").into_iter().flat_map(|types| types.split(',')) {
        let known = TYPES.iter().find(|(name, _)| *name == word);
        let (_, flag) =
            known.ok_or_else(|| Failure::new(format!("Invalid pool type '{word}'")))?;
        filter = filter | *flag;
    }
    Ok(filter)
}

fn state(active: bool) -> String {
    if active { "active" } else { "inactive" }.to_owned()
}

async fn table(cx: &Context, pools: &[StoragePool]) -> Outcome {
    let mut table = Table::new(["Name", "State", "Autostart"]);
    for pool in pools {
        let state = state(pool.is_active().await?);
        table.row([pool.name().to_owned(), state, yes(pool.autostart().await?)]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

async fn details(cx: &Context, pools: &[StoragePool]) -> Outcome {
    let heading =
        ["Name", "State", "Autostart", "Persistent", "Capacity", "Allocation", "Available"];
    let mut table = Table::new(heading);
    for pool in pools {
        let (info, active) = (pool.info().await?, pool.is_active().await?);
        let size = |bytes| if active { units::rough(bytes) } else { "-".to_owned() };
        table.row([
            pool.name().to_owned(),
            pool_state(info.state).to_owned(),
            yes(pool.autostart().await?),
            yes(pool.is_persistent().await?),
            size(info.capacity_bytes),
            size(info.allocation_bytes),
            size(info.available_bytes),
        ]);
    }
    cx.print(&table.render(cx.is_quiet()))
}

async fn json(cx: &Context, pools: &[StoragePool]) -> Outcome {
    let mut list = Vec::new();
    for pool in pools {
        let info = pool.info().await?;
        list.push(serde_json::json!({
            "name": pool.name(),
            "uuid": pool.uuid().to_string(),
            "state": pool_state(info.state),
            "autostart": pool.autostart().await?,
            "persistent": pool.is_persistent().await?,
            "capacity": info.capacity_bytes,
            "allocation": info.allocation_bytes,
            "available": info.available_bytes,
        }));
    }
    cx.json(&list.into())
}
