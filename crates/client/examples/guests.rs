//! Lists the guests of a daemon with their memory and disks.
//!
//! `cargo run -p ferrovirt --example guests -- qemu:///system`

#![allow(clippy::print_stdout, missing_docs, reason = "an example prints")]

use ferrovirt::{Connection, StatsFlags, StatsGroups};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ferrovirt::Result<()> {
    let uri = std::env::args().nth(1).unwrap_or_else(|| "qemu:///system".to_owned());
    let connection = Connection::open(&uri).await?;
    let groups = StatsGroups::BALLOON | StatsGroups::BLOCK;
    for stats in connection.stats(groups, StatsFlags::default(), &[]).await? {
        println!("{}: {} KiB", stats.domain.name, stats.memory_kib().unwrap_or(0));
        for disk in 0..stats.count("block") {
            let name = stats.text(&format!("block.{disk}.name")).unwrap_or("?");
            let size = stats.number(&format!("block.{disk}.capacity")).unwrap_or(0);
            println!("  {name}: {size} bytes");
        }
    }
    connection.close().await
}
