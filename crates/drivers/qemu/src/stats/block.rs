//! Group `block`: sizes and counters of disks, with `BACKING` of every image below them.

use std::sync::Arc;

use api::{ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Params};
use config::domain::disk::Disk;
use qmp::commands::{BlockCounters, BlockStats};
use tokio::time::{Instant, timeout_at};

use super::Wanted;
use super::answers::Answers;
use crate::block::chain;
use crate::block::{DiskLayer, Figures, Place, disk_layers, format_of, image_end, usage, usages};
use crate::domain::{Live, Published};

/// One image of a disk, ready to be written down.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DiskSizes {
    disk: String,
    path: Option<String>,
    index: Option<u32>,
    counters: Option<BlockCounters>,
    sizes: Option<Sizes>,
}

/// **Units**: bytes; 0 for what is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sizes {
    allocation: u64,
    capacity: u64,
    physical: u64,
    threshold: u64,
    /// Whether an allocation of 0 is a fact.
    is_running: bool,
}

/// How much of a disk's chain is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Chain,
}

/// The images that the call wants to know of, in the order of the document.
pub(super) async fn sizes(
    live: Option<&Arc<Live>>,
    view: &Published,
    answers: &Answers,
    wanted: Wanted,
    deadline: Instant,
) -> Vec<DiskSizes> {
    let Some(document) = wanted.group(Group::BLOCK).then(|| view.current()).flatten() else {
        return Vec::new();
    };
    let Some(live) = live else {
        if !wanted.flag(Flag::BACKING) {
            return of_stored(&document, Depth::Top, deadline).await;
        }
        // libvirt shows the top image only; the chain is in the images for anybody to read.
        let explored = timeout_at(deadline, chain::explore(&document)).await;
        let explored = explored.unwrap_or_else(|_| config::Domain::clone(&document));
        return of_stored(&explored, Depth::Chain, deadline).await;
    };
    let mut all = Vec::new();
    for disk in &document.devices.disks {
        let layers = match wanted.flag(Flag::BACKING) {
            true => disk_layers(disk),
            false => vec![DiskLayer::top(disk)],
        };
        all.extend(of_running(live, disk, &layers, answers.block.as_ref(), deadline).await);
    }
    all
}

async fn of_running(
    live: &Arc<Live>,
    disk: &Disk,
    layers: &[DiskLayer<'_>],
    figures: Option<&Figures>,
    deadline: Instant,
) -> Vec<DiskSizes> {
    let alias = disk.info.alias.name();
    let device = figures.zip(alias).and_then(|(figures, alias)| figures.device(alias));
    let mut found = Vec::with_capacity(layers.len());
    for (depth, layer) in layers.iter().enumerate() {
        let sizes = match (figures, device) {
            (Some(figures), Some(device)) => {
                layer_sizes(live, layer, figures, device, deadline).await
            }
            _ => None,
        };
        let counters = device.filter(|_| depth == 0).map(|device| device.stats.clone());
        found.push(DiskSizes { counters, sizes, ..described(disk, layer) });
    }
    found
}

async fn layer_sizes(
    live: &Arc<Live>,
    layer: &DiskLayer<'_>,
    figures: &Figures,
    device: &BlockStats,
    deadline: Instant,
) -> Option<Sizes> {
    let said = figures.layer(device, layer)?;
    let left = deadline.saturating_duration_since(Instant::now());
    let end = image_end(live, layer, left).await;
    // QEMU cannot tell how much of a device is in use; libvirt takes its length then.
    let physical = match (said.physical, layer.place.path()) {
        (0, Some(path)) => {
            let read = usage(path, image::Format::Raw, left).await;
            read.ok().and_then(Result::ok).map_or(0, |usage| usage.physical)
        }
        (physical, _) => physical,
    };
    Some(Sizes {
        allocation: said.written_end.unwrap_or(0).max(end),
        capacity: said.capacity,
        physical,
        threshold: said.threshold,
        is_running: true,
    })
}

/// The images of a guest that is off: its top images, or all of its chains.
async fn of_stored(document: &config::Domain, depth: Depth, deadline: Instant) -> Vec<DiskSizes> {
    let layers_of = |disk| match depth {
        Depth::Top => vec![DiskLayer::top(disk)],
        Depth::Chain => disk_layers(disk),
    };
    let disks = document.devices.disks.iter();
    let layers: Vec<(&Disk, DiskLayer<'_>)> = disks
        .flat_map(|disk| layers_of(disk).into_iter().map(move |layer| (disk, layer)))
        .collect();
    let file = |layer: &DiskLayer<'_>| Some((layer.place.path()?.into(), format_of(layer.format)));
    let files: Vec<_> = layers.iter().filter_map(|(_, layer)| file(layer)).collect();
    let left = deadline.saturating_duration_since(Instant::now());
    let mut read = usages(&files, left).await.into_iter();
    let mut sizes = |layer: &DiskLayer<'_>| {
        let usage = layer.place.path().and_then(|_| read.next())??;
        Some(Sizes {
            allocation: usage.allocation,
            capacity: usage.capacity,
            physical: usage.physical,
            ..Sizes::default()
        })
    };
    let all = layers.iter();
    all.map(|(disk, layer)| DiskSizes { sizes: sizes(layer), ..described(disk, layer) }).collect()
}

fn described(disk: &Disk, layer: &DiskLayer<'_>) -> DiskSizes {
    DiskSizes {
        disk: disk.target.dev.to_string(),
        path: layer.place.path().map(str::to_owned),
        index: layer.index.filter(|_| layer.place != Place::Empty),
        ..DiskSizes::default()
    }
}

pub(super) fn write(params: &mut Params, layers: &[DiskSizes]) {
    params.uint("block.count", u32::try_from(layers.len()).unwrap_or(u32::MAX));
    for (number, layer) in layers.iter().enumerate() {
        let field = |name: &str| format!("block.{number}.{name}");
        params.string(field("name"), layer.disk.as_str());
        if let Some(path) = &layer.path {
            params.string(field("path"), path.as_str());
        }
        if let Some(index) = layer.index {
            params.uint(field("backingIndex"), index);
        }
        if let Some(counters) = &layer.counters {
            params
                .ullong(field("rd.reqs"), counters.rd_operations)
                .ullong(field("rd.bytes"), counters.rd_bytes)
                .ullong(field("rd.times"), counters.rd_total_time_ns)
                .ullong(field("wr.reqs"), counters.wr_operations)
                .ullong(field("wr.bytes"), counters.wr_bytes)
                .ullong(field("wr.times"), counters.wr_total_time_ns)
                .ullong(field("fl.reqs"), counters.flush_operations)
                .ullong(field("fl.times"), counters.flush_total_time_ns);
        }
        let Some(sizes) = layer.sizes else { continue };
        let known = [
            ("allocation", sizes.allocation, sizes.is_running),
            ("capacity", sizes.capacity, false),
            ("physical", sizes.physical, false),
            ("threshold", sizes.threshold, false),
        ];
        for (name, size, even_zero) in known {
            if size > 0 || even_zero {
                params.ullong(field(name), size);
            }
        }
    }
}
