//! What sources of storage have in common, whatever their kind.

use config::domain::storage::{SourceOptions, StorageSource};

/// What every kind of source can say.
pub(crate) fn options(source: &StorageSource) -> Option<&SourceOptions> {
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

pub(super) fn options_mut(source: &mut StorageSource) -> Option<&mut SourceOptions> {
    Some(match source {
        StorageSource::File(file) => &mut file.source.more,
        StorageSource::Block(block) => &mut block.source.more,
        StorageSource::Dir(dir) => &mut dir.source.more,
        StorageSource::Network(network) => &mut network.source.more,
        StorageSource::Volume(volume) => &mut volume.source.more,
        StorageSource::Nvme(nvme) => &mut nvme.source.more,
        StorageSource::VhostUser(_) | StorageSource::VhostVdpa(_) => return None,
    })
}

/// Whether there is no medium in a drive.
pub(super) fn is_empty(source: &StorageSource) -> bool {
    match source {
        StorageSource::File(file) => file.source.file.is_none(),
        StorageSource::Block(block) => block.source.dev.is_none(),
        StorageSource::Dir(dir) => dir.source.dir.is_none(),
        StorageSource::Network(_)
        | StorageSource::Volume(_)
        | StorageSource::Nvme(_)
        | StorageSource::VhostUser(_)
        | StorageSource::VhostVdpa(_) => false,
    }
}
