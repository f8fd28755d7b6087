//! `fv domblkinfo`: show the sizes of a disk.

use ferrovirt::{BlockInfo, Domain, DomainXMLFlags};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::{DOMAIN, JSON};
use crate::document;
use crate::units;
use crate::table::Table;

command!("domblkinfo", "Show the sizes of a disk", [
    DOMAIN,
    Opt::value("device", "target or source of the disk"),
    Opt::flag("human", "in the largest unit that fits"),
    Opt::flag("all", "of all disks"),
    JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["all", "device"])?;
    let device = args.value("device");
    if device.is_none() && !args.has("all") {
        return Err(Failure::new("command 'domblkinfo' requires <device> option"));
    }
    let domain = cx.domain(args.required("domain")).await?;
    let sizes = match device {
        Some(device) => vec![(device.to_owned(), Some(domain.block_info(device).await?))],
        None => all(&domain).await?,
    };
    if args.has("json") {
        return cx.json(&json(&sizes));
    }
    let shown = |bytes: u64| match args.has("human") {
        true => units::human(bytes),
        false => bytes.to_string(),
    };
    match (device, sizes.as_slice()) {
        (Some(_), [(_, Some(info))]) => {
            cx.line(format!("{:<15} {}", "Capacity:", shown(info.capacity)))?;
            cx.line(format!("{:<15} {}", "Allocation:", shown(info.allocation)))?;
            cx.line(format!("{:<15} {}", "Physical:", shown(info.physical)))
        }
        _ => {
            let mut table = Table::new(["Target", "Capacity", "Allocation", "Physical"]);
            let none = || "-".to_owned();
            for (target, info) in sizes {
                let cell = |part: fn(&BlockInfo) -> u64| {
                    info.as_ref().map_or_else(none, |info| shown(part(info)))
                };
                table.row([
                    target,
                    cell(|info| info.capacity),
                    cell(|info| info.allocation),
                    cell(|info| info.physical),
                ]);
            }
            cx.print(&table.render(cx.is_quiet()))
        }
    }
}

type Sizes = Vec<(String, Option<BlockInfo>)>;

/// The sizes of every disk; none for a drive without a medium.
async fn all(domain: &Domain) -> Result<Sizes, Failure> {
    let xml = domain.xml(DomainXMLFlags::default()).await?;
    let mut sizes = Vec::new();
    for disk in document::disks(&xml)? {
        let info = match disk.source {
            Some(_) => Some(domain.block_info(&disk.target).await?),
            None => None,
        };
        sizes.push((disk.target, info));
    }
    Ok(sizes)
}

fn json(sizes: &Sizes) -> serde_json::Value {
    let disk = |(target, info): &(String, Option<BlockInfo>)| {
        serde_json::json!({
            "target": target,
            "capacity": info.map(|info| info.capacity),
            "allocation": info.map(|info| info.allocation),
            "physical": info.map(|info| info.physical),
        })
    };
    sizes.iter().map(disk).collect()
}
