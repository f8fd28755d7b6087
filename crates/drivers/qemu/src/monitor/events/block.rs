//! Events of disks.

use api::{DomainEventIOErrorAction, DomainEventTrayChangeReason, DomainPausedReason};
use config::domain::disk::{BackingLayer, BackingStore, Disk, Tray};
use config::domain::storage::{SourceOptions, StorageSource};
use driver::DomainEventBody;
use serde::Deserialize;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;

/// Data of `BLOCK_IO_ERROR`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct IoError {
    /// Name of the device in QEMU; empty for one that was made with `-blockdev`.
    #[serde(default)]
    device: String,
    node_name: Option<String>,
    action: String,
    #[serde(default)]
    nospace: bool,
}

/// Data of `BLOCK_WRITE_THRESHOLD`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct WriteThreshold {
    node_name: String,
    amount_exceeded: u64,
    write_threshold: u64,
}

/// Data of `DEVICE_TRAY_MOVED`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct TrayMoved {
    /// Name or path of the device.
    id: String,
    tray_open: bool,
}

impl QemuDriver {
    pub(super) fn on_io_error(&self, domain: &Domain, live: &Live, data: Option<IoError>) {
        use DomainEventIOErrorAction as Action;
        let Some(data) = data else { return };
        let action = match data.action.as_str() {
            "stop" => Action::PAUSE,
            "report" => Action::REPORT,
            _ => Action::NONE,
        };
        let document = domain.published().live.clone();
        let disks = document.as_deref().map(|live| &*live.devices.disks).unwrap_or_default();
        let disk = disks.iter().find(|disk| {
            is_disk(disk, data.device.trim_start_matches("drive-"))
                || data.node_name.as_deref().and_then(|node| layer(disk, node)).is_some()
        });
        let path = disk.and_then(|disk| place(&disk.source)).unwrap_or_default().to_owned();
        let alias = disk.and_then(|disk| disk.info.alias.name()).unwrap_or_default().to_owned();
        let reason = if data.nospace { "enospc" } else { "" }.to_owned();
        self.tell(domain, DomainEventBody::IoError { path, alias, action, reason });
        if action == Action::PAUSE {
            self.paused_by_qemu(domain, live, DomainPausedReason::IOERROR);
        }
    }

    pub(super) fn on_write_threshold(&self, domain: &Domain, data: Option<WriteThreshold>) {
        let (Some(data), Some(document)) = (data, domain.published().live.clone()) else { return };
        let mut disks = document.devices.disks.iter();
        let found = disks.find_map(|disk| Some((disk, layer(disk, &data.node_name)?)));
        let Some((disk, layer)) = found else { return };
        let target = &disk.target.dev;
        let tell = |dev: String| {
            let path = local_path(layer.source).map(str::to_owned);
            let (threshold, excess) = (data.write_threshold, data.amount_exceeded);
            self.tell(domain, DomainEventBody::BlockThreshold { dev, path, threshold, excess });
        };
        // The top layer goes by the disk's bare name as well.
        if layer.is_top {
            tell(target.to_string());
        }
        tell(format!("{target}[{}]", layer.index));
    }

    pub(super) fn on_tray_moved(&self, domain: &Domain, live: &Live, data: Option<TrayMoved>) {
        let Some(data) = data else { return };
        let mut moved = None;
        self.change_live(domain, live, |document| {
            let mut disks = document.devices.disks.iter_mut();
            let Some(disk) = disks.find(|disk| is_disk(disk, &data.id)) else { return };
            disk.target.tray = data.tray_open.then_some(Tray::Open);
            moved = disk.info.alias.name().map(str::to_owned);
        });
        let reason = match data.tray_open {
            true => DomainEventTrayChangeReason::OPEN,
            false => DomainEventTrayChangeReason::CLOSE,
        };
        if let Some(alias) = moved {
            self.tell(domain, DomainEventBody::TrayChange { alias, reason });
        }
    }
}

/// Whether QEMU's name or path of a device is this disk's.
fn is_disk(disk: &Disk, device: &str) -> bool {
    let Some(alias) = disk.info.alias.name().filter(|_| !device.is_empty()) else { return false };
    let path = device.strip_prefix("/machine/peripheral/").unwrap_or(device);
    path.split('/').next() == Some(alias)
}

/// One layer of a disk's chain.
#[derive(Debug, Clone, Copy)]
struct Layer<'a> {
    source: &'a StorageSource,
    index: u32,
    is_top: bool,
}

/// The layer that has the node `libvirt-INDEX-format` or `libvirt-INDEX-storage`.
fn layer<'a>(disk: &'a Disk, node: &str) -> Option<Layer<'a>> {
    let (index, part) = node.strip_prefix("libvirt-")?.split_once('-')?;
    let wanted: u32 = index.parse().ok().filter(|_| matches!(part, "format" | "storage"))?;
    if options(&disk.source).and_then(|options| options.index) == Some(wanted) {
        return Some(Layer { source: &disk.source, index: wanted, is_top: true });
    }
    let mut below =
        std::iter::successors(next(disk.backing.as_ref()), |above| next(above.backing.as_ref()));
    let found = below.find(|layer| layer.index == Some(wanted))?;
    Some(Layer { source: &found.source, index: wanted, is_top: false })
}

fn next(backing: Option<&BackingStore>) -> Option<&BackingLayer> {
    match backing? {
        BackingStore::Layer(layer) => Some(layer),
        BackingStore::End => None,
    }
}

fn options(source: &StorageSource) -> Option<&SourceOptions> {
    Some(match source {
        StorageSource::File(file) => &file.source.more,
        StorageSource::Block(block) => &block.source.more,
        StorageSource::Dir(dir) => &dir.source.more,
        StorageSource::Network(network) => &network.source.more,
        StorageSource::Volume(volume) => &volume.source.more,
        StorageSource::Nvme(nvme) => &nvme.source.more,
        StorageSource::VhostUser(_) | StorageSource::VhostVdpa(_) => return None,
    })
}

/// Where a layer is, if that is a path of this host.
fn local_path(source: &StorageSource) -> Option<&str> {
    match source {
        StorageSource::File(file) => file.source.file.as_deref(),
        StorageSource::Block(block) => block.source.dev.as_deref(),
        _ => None,
    }
}

/// Where a layer is, in the words of its kind of storage.
fn place(source: &StorageSource) -> Option<&str> {
    match source {
        StorageSource::Network(network) => network.source.name.as_deref(),
        other => local_path(other),
    }
}
