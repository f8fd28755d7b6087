//! What disks do not say of themselves and of their storage.

use crate::YesNo;
use crate::domain::disk::{BackingStore, Disk, DiskCache, DiskDevice, DiskSnapshot, Tray};
use crate::domain::storage::{
    EncryptionEngine, StorageFormat, StorageHost, StorageProtocol, StorageSource, StorageTransport,
};

/// Completes a disk: what goes without saying is not said.
pub(super) fn complete(disk: &mut Disk) {
    if disk.device == DiskDevice::Cdrom {
        disk.readonly = true;
    }
    disk.snapshot =
        disk.snapshot.filter(|snapshot| !(disk.readonly && *snapshot == DiskSnapshot::No));
    disk.target.tray = disk.target.tray.filter(|tray| *tray == Tray::Open);
    disk.driver.name.get_or_insert_with(|| "qemu".into());
    if matches!(disk.source, StorageSource::VhostUser(_)) {
        // What another process serves can be in no snapshot.
        disk.snapshot.get_or_insert(DiskSnapshot::No);
    }
    if !matches!(disk.source, StorageSource::Volume(_)) {
        disk.driver.format.get_or_insert(StorageFormat::Raw);
    }
    if let Some(encryption) = &mut disk.encryption {
        encryption.engine.get_or_insert(EncryptionEngine::Qemu);
    }
    drop_unsaid(disk);
    complete_storage(&mut disk.source);
    let mut below = disk.backing.as_mut();
    while let Some(BackingStore::Layer(layer)) = below {
        complete_storage(&mut layer.source);
        below = layer.backing.as_mut();
    }
}

/// Completes storage: ports, units, labels.
pub(super) fn complete_storage(source: &mut StorageSource) {
    if let StorageSource::Network(network) = source {
        let source = &mut network.source;
        let port = default_port(source.protocol);
        source.hosts.iter_mut().for_each(|host| complete_host(host, port));
        source.name = source.name.take().filter(|name| !name.is_empty());
        if source.protocol == StorageProtocol::Iscsi {
            add_unit(&mut source.name);
        }
        source.readahead = source.readahead.filter(|readahead| readahead.size > 0);
        source.timeout = source.timeout.filter(|timeout| timeout.seconds > 0);
        source.identity =
            source.identity.take().filter(|who| who.user.is_some() || who.group.is_some());
    }
    if let StorageSource::Nvme(nvme) = source {
        nvme.source.managed.get_or_insert(YesNo::Yes);
    }
    let options = source.options_mut();
    options.slices = options.slices.take().filter(|slices| !slices.slices.is_empty());
    options.seclabels.retain(|label| label.relabel == Some(YesNo::No) || label.label.is_some());
    if let Some(encryption) = &mut options.encryption {
        encryption.engine.get_or_insert(EncryptionEngine::Qemu);
    }
}

/// A host is reached by TCP at the usual port, unless it is said otherwise.
pub(super) fn complete_host(host: &mut StorageHost, port: Option<u16>) {
    host.transport = host.transport.filter(|transport| *transport != StorageTransport::Tcp);
    if host.transport == Some(StorageTransport::Unix) {
        (host.name, host.port) = (None, None);
    } else if host.transport.is_none() {
        host.port = host.port.take().filter(|text| &**text != "0");
        host.port = host.port.take().or(port.map(|port| port.to_string().into()));
    }
}

/// A unit of iSCSI is the first unless it is said.
pub(super) fn add_unit(target: &mut Option<Box<str>>) {
    if let Some(name) = target.as_mut().filter(|name| !name.contains('/')) {
        *name = format!("{name}/0").into();
    }
}

/// Texts that are empty, sizes and limits that are 0.
fn drop_unsaid(disk: &mut Disk) {
    for text in [&mut disk.serial, &mut disk.wwn, &mut disk.vendor, &mut disk.product] {
        *text = text.take().filter(|text| !text.is_empty());
    }
    if let Some(sizes) = disk.blockio.as_deref_mut() {
        for size in [&mut sizes.logical_block_size, &mut sizes.physical_block_size] {
            *size = size.filter(|size| *size > 0);
        }
    }
    disk.blockio = disk
        .blockio
        .take()
        .filter(|sizes| sizes.logical_block_size.is_some() || sizes.physical_block_size.is_some());
    if let Some(transient) = &mut disk.transient {
        transient.share_backing = transient.share_backing.filter(|share| *share == YesNo::Yes);
    }
    let driver = &mut disk.driver;
    driver.cache = driver.cache.filter(|cache| *cache != DiskCache::Default);
    driver.queues = driver.queues.filter(|queues| *queues > 0);
    driver.queue_size = driver.queue_size.filter(|size| *size > 0);
    let tune = &mut disk.iotune;
    tune.limits_mut().into_iter().for_each(|limit| *limit = limit.filter(|limit| *limit > 0));
    tune.group_name = tune.group_name.take().filter(|name| !name.is_empty());
    if let StorageSource::File(file) = &mut disk.source {
        file.source.file = file.source.file.take().filter(|path| !path.is_empty());
    }
}

/// The port of a protocol that has one of its own.
const fn default_port(protocol: StorageProtocol) -> Option<u16> {
    match protocol {
        StorageProtocol::Nbd => Some(10809),
        StorageProtocol::Sheepdog => Some(7000),
        StorageProtocol::Gluster => Some(24007),
        StorageProtocol::Iscsi => Some(3260),
        StorageProtocol::Http => Some(80),
        StorageProtocol::Https => Some(443),
        StorageProtocol::Ftp => Some(21),
        StorageProtocol::Ftps => Some(990),
        StorageProtocol::Tftp => Some(69),
        StorageProtocol::Ssh => Some(22),
        StorageProtocol::Vxhs => Some(9999),
        StorageProtocol::Nfs | StorageProtocol::Rbd => None,
    }
}
