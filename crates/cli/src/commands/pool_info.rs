//! `fv pool-info`: show what is known about a storage pool.

use ferrovirt::StoragePool;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::objects::{self, POOL, Word, yes};
use crate::selection::JSON;
use crate::states::pool_state;
use crate::units;

command!("pool-info", "Show what is known about a storage pool", [
    POOL,
    Opt::flag("bytes", "sizes in bytes"),
    JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let pool = objects::pool(cx, args, Word::Any).await?;
    cx.facts(args.form(), facts(&pool, args.has("bytes")).await?)
}

async fn facts(
    pool: &StoragePool,
    in_bytes: bool,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let info = pool.info().await?;
    let mut facts = vec![
        ("Name", pool.name().to_owned()),
        ("UUID", pool.uuid().to_string()),
        ("State", pool_state(info.state).to_owned()),
        ("Persistent", yes(pool.is_persistent().await?)),
        ("Autostart", yes(pool.autostart().await?)),
    ];
    if pool.is_active().await? {
        let size = |bytes: u64| if in_bytes { bytes.to_string() } else { units::rough(bytes) };
        facts.extend([
            ("Capacity", size(info.capacity_bytes)),
            ("Allocation", size(info.allocation_bytes)),
            ("Available", size(info.available_bytes)),
        ]);
    }
    Ok(facts)
}
