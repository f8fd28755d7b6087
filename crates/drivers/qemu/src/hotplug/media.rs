//! The medium of a CD-ROM or floppy drive.
//!
//! The new medium is opened before the old one goes, and the old one comes back if the drive does not take
//! the new: whatever fails, the guest has the medium that it had.

use std::sync::Arc;

use api::Result;
use config::domain::disk::{Disk, DiskDevice, Tray};
use config::domain::plug::Device;
use config::domain::storage::{FileSource, FileStorage, StorageFormat, StorageSource};
use qmp::commands::BlockDevice;
use qmp::{Command, QmpError};
use serde_json::{Value, json};

use super::plug::follow_and_number;
use crate::argv::{Plug, Step};
use crate::block::{DiskLayer, Place, without_number};
use crate::domain::{Domain, Live, not_running};
use crate::driver::QemuDriver;

/// Whether a guest that has locked its drive is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// It is not.
    Yes,
    /// It is, and may say no.
    No,
}

impl QemuDriver {
    /// Puts another medium, or none, into the drive with this number. The caller holds a modify job.
    pub(super) async fn change_medium(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        number: usize,
        wanted: Disk,
        force: Force,
    ) -> Result<()> {
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let old = document.devices.disks.get(number).cloned().ok_or_else(not_running)?;
        let mut disk = with_medium(&old, wanted);
        // An empty drive has no image to number.
        if DiskLayer::top(&disk).place != Place::Empty {
            follow_and_number(live, &document, &mut disk).await?;
        }
        let (gone, fresh) = (
            self.old_nodes(live, &document, &old).await?,
            self.nodes(live, &document, &disk).await?,
        );
        let alias = old.info.alias.name().unwrap_or_default();
        // Whatever becomes of us, the one after us knows what the drive may have in it.
        let mut pending = config::Domain::clone(&document);
        insert_in(&mut pending, alias, disk.clone());
        live.parts().pending = Some(Arc::new(pending));
        self.save_status(domain, live);
        let done = self.exchange(domain, live, (&old, &gone), (&disk, &fresh), force).await;
        live.parts().pending = None;
        match done {
            Ok(()) => self.change_live(domain, live, |document| insert_in(document, alias, disk)),
            Err(_) => self.save_status(domain, live),
        }
        done
    }

    /// Makes the new medium's nodes, puts it into the drive, removes the old one's; all or nothing.
    pub(super) async fn exchange(
        &self,
        domain: &Domain,
        live: &Live,
        (old, gone): (&Disk, &[Step]),
        (new, fresh): (&Disk, &[Step]),
        force: Force,
    ) -> Result<()> {
        let mut added = Vec::with_capacity(fresh.len());
        for step in fresh {
            if let Err(error) =
                self.tell_drive(domain, live, step.command, step.arguments.clone()).await
            {
                self.undo(domain, live, added.into_iter().rev()).await;
                return Err(error);
            }
            added.push(step);
        }
        if let Err(error) = self.swap(domain, live, &Drive::of(old), old, new, force).await {
            self.undo(domain, live, added.into_iter().rev()).await;
            return Err(error);
        }
        self.undo(domain, live, gone.iter().rev()).await;
        Ok(())
    }

    /// Finds out which medium a drive has in it, if a daemon ended while it was being changed.
    pub(super) async fn reconcile_media(
        &self,
        domain: &Domain,
        live: &Live,
    ) -> std::result::Result<(), QmpError> {
        let pending = live.parts().pending.clone();
        let (Ok(monitor), Some(document), Some(pending)) =
            (live.monitor(), domain.published().live.clone(), pending)
        else {
            return Ok(());
        };
        let devices = monitor.query_block().await?;
        for old in &document.devices.disks {
            let alias = old.info.alias.name().unwrap_or_default();
            let mut disks = pending.devices.disks.iter();
            let new = disks.find(|disk| disk.info.alias.name() == Some(alias));
            let Some(new) = new.filter(|new| node_of(new) != node_of(old)) else { continue };
            let Some(device) = devices.iter().find(|device| is_drive(device, alias)) else {
                continue;
            };
            let node = device.inserted.as_ref().and_then(|node| node.node_name.as_deref());
            let is_in = |disk: &Disk| node.is_some() && node_of(disk).as_deref() == node;
            let (found, left) = match (is_in(new), is_in(old)) {
                (true, _) => (new.clone(), vec![old]),
                (false, true) => (old.clone(), vec![new]),
                (false, false) => (emptied(old), vec![old, new]),
            };
            for medium in left {
                match self.old_nodes(live, &document, medium).await {
                    Ok(nodes) => self.undo(domain, live, nodes.iter().rev()).await,
                    Err(error) => {
                        tracing::warn!(domain = %domain.name(), alias, %error, "medium not closed");
                    }
                }
            }
            tracing::info!(domain = %domain.name(), alias, "medium looked for in its drive");
            self.change_live(domain, live, |document| insert_in(document, alias, found));
        }
        live.parts().pending = None;
        self.save_status(domain, live);
        Ok(())
    }

    /// The steps that make a disk's block nodes; none for an empty drive.
    async fn nodes(
        &self,
        live: &Live,
        document: &config::Domain,
        disk: &Disk,
    ) -> Result<Vec<Step>> {
        if node_of(disk).is_none() {
            return Ok(Vec::new());
        }
        let plan = self.plan(live, document, &Device::Disk(Box::new(disk.clone()))).await?;
        Ok(nodes_of(plan))
    }

    /// The steps that made the block nodes of a disk that is to be closed.
    async fn old_nodes(
        &self,
        live: &Live,
        document: &config::Domain,
        disk: &Disk,
    ) -> Result<Vec<Step>> {
        if node_of(disk).is_none() {
            return Ok(Vec::new());
        }
        let disk = Device::Disk(Box::new(disk.clone()));
        self.plan_backwards(live, document, &disk).await.map(nodes_of)
    }

    /// Opens the tray, changes the medium, closes the tray; with the old medium again if that fails.
    async fn swap(
        &self,
        domain: &Domain,
        live: &Live,
        drive: &Drive,
        old: &Disk,
        new: &Disk,
        force: Force,
    ) -> Result<()> {
        if drive.has_tray && old.target.tray != Some(Tray::Open) {
            let arguments = json!({ "id": drive.id, "force": force == Force::Yes });
            self.tell_drive(domain, live, "blockdev-open-tray", arguments).await?;
        }
        let id = json!({ "id": drive.id });
        self.tell_drive(domain, live, "blockdev-remove-medium", id.clone()).await?;
        let mut inserted = Ok(());
        if let Some(node) = node_of(new) {
            inserted = self.insert(domain, live, drive, &node).await;
        }
        if inserted.is_err()
            && let Some(node) = node_of(old)
            && let Err(error) = self.insert(domain, live, drive, &node).await
        {
            tracing::warn!(domain = %domain.name(), %error, "medium not put back");
        }
        let closed = self.tell_drive(domain, live, "blockdev-close-tray", id).await;
        inserted.and(closed)
    }

    async fn insert(&self, domain: &Domain, live: &Live, drive: &Drive, node: &str) -> Result<()> {
        let arguments = json!({ "id": drive.id, "node-name": node });
        self.tell_drive(domain, live, "blockdev-insert-medium", arguments).await
    }

    async fn tell_drive(
        &self,
        domain: &Domain,
        live: &Live,
        command: &'static str,
        arguments: Value,
    ) -> Result<()> {
        let command = Command::with(command, arguments);
        self.ask(domain, live.monitor()?.perform(&command)).await
    }
}

/// A drive as the monitor's commands name it.
struct Drive {
    id: String,
    has_tray: bool,
}

impl Drive {
    fn of(disk: &Disk) -> Self {
        let id = disk.info.alias.name().unwrap_or_default().to_owned();
        Self { id, has_tray: disk.device == DiskDevice::Cdrom }
    }
}

/// Says in a document which medium a drive has in it.
fn insert_in(document: &mut config::Domain, alias: &str, disk: Disk) {
    let mut disks = document.devices.disks.iter_mut();
    if let Some(known) = disks.find(|known| known.info.alias.name() == Some(alias)) {
        known.source = disk.source;
        known.backing = disk.backing;
        known.driver.format = disk.driver.format;
    }
}

/// Whether QEMU's drive is the one with this alias.
fn is_drive(device: &BlockDevice, alias: &str) -> bool {
    let name = device.qdev.as_deref().unwrap_or(&device.device);
    name.split('/').any(|part| part == alias)
}

/// The drive without a medium.
fn emptied(drive: &Disk) -> Disk {
    let mut disk = drive.clone();
    disk.source = StorageSource::File(FileStorage { source: FileSource::default() });
    disk.backing = None;
    disk
}

/// The drive with another medium; the rest of it stays.
fn with_medium(drive: &Disk, wanted: Disk) -> Disk {
    let mut disk = drive.clone();
    disk.source = wanted.source;
    without_number(&mut disk.source);
    disk.backing = wanted.backing;
    disk.driver.format = wanted.driver.format.or(Some(StorageFormat::Raw));
    disk
}

fn nodes_of(plan: Plug) -> Vec<Step> {
    plan.steps.into_iter().filter(|step| !step.is_device()).collect()
}

/// The node that a drive shows.
fn node_of(disk: &Disk) -> Option<String> {
    let top = DiskLayer::top(disk);
    top.format_node().filter(|_| top.place != Place::Empty)
}

/// Whether two disks have the same content, whatever its number.
pub(super) fn same_source(one: &Disk, other: &Disk) -> bool {
    let plain = |source: &StorageSource| {
        let mut source = source.clone();
        without_number(&mut source);
        source
    };
    plain(&one.source) == plain(&other.source)
}
