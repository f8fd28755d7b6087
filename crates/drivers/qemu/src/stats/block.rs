//! Group `block`: sizes and counters of disks, with `BACKING` of every image below them.

use std::sync::Arc;

use api::{ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Params};
use config::domain::disk::Disk;
use image::Usage;
use qmp::commands::{BlockCounters, BlockStats};
use tokio::time::{Instant, timeout_at};

use super::Wanted;
use super::answers::Answers;
use crate::block::chain;
use crate::block::{DiskLayer, Figures, Place, StoredImage, disk_layers, image_end, usage, usages};
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
            return stored(&StoredImage::tops(&document), deadline).await;
        }
        // libvirt shows the top image only; the chain is in the images for anybody to read.
        let explored = timeout_at(deadline, chain::explore(&document)).await;
        let explored = explored.unwrap_or_else(|_| config::Domain::clone(&document));
        return stored(&StoredImage::chains(&explored), deadline).await;
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

/// Images that no guest uses, whoever's they are.
pub(super) async fn stored<'i>(
    images: impl IntoIterator<Item = &'i StoredImage>,
    deadline: Instant,
) -> Vec<DiskSizes> {
    let images: Vec<&StoredImage> = images.into_iter().collect();
    let file = |image: &&StoredImage| Some((image.path.as_deref()?.to_owned(), image.format));
    let files: Vec<_> = images.iter().filter_map(file).collect();
    let left = deadline.saturating_duration_since(Instant::now());
    let mut read = usages(&files, left).await.into_iter();
    let described = images.into_iter().map(|image| {
        let usage = image.path.as_ref().and_then(|_| read.next()).flatten();
        DiskSizes {
            disk: image.disk.to_string(),
            path: image.path.as_deref().map(str::to_owned),
            index: image.index,
            sizes: usage.map(Sizes::from),
            counters: None,
        }
    });
    described.collect()
}

impl From<Usage> for Sizes {
    fn from(usage: Usage) -> Self {
        let Usage { allocation, capacity, physical, .. } = usage;
        Self { allocation, capacity, physical, ..Self::default() }
    }
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
