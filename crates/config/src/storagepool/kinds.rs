//! What each type of pool has: parts of its source, formats, a target.

use super::PoolType;

/// A type of pool.
pub(crate) struct PoolKind {
    kind: PoolType,
    /// Parts that its source must have.
    pub needs: &'static [Part],
    /// Parts that it may have besides.
    pub may: &'static [Part],
    /// Formats of the source; none if there is nothing to choose.
    pub formats: &'static [&'static str],
    /// The format if nothing is said.
    pub format: &'static str,
    /// The usual format of its volumes, and all that they can be of, if there is something to choose.
    pub volumes: Option<(&'static str, &'static [&'static str])>,
    /// What it has for a target.
    pub target: Target,
}

/// A part of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Host,
    Device,
    Dir,
    Adapter,
    /// The name of the pool if not said, and the other way round.
    Name,
    Initiator,
}

/// What a type of pool has for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// None: it is not a path of the host.
    None,
    /// What the document says, which must be there.
    Path,
    /// This and the source's name, whatever the document says.
    Below(&'static str),
}

impl PoolKind {
    /// Whether its source may have a part.
    pub(super) fn has(&self, part: Part) -> bool {
        self.needs.contains(&part) || self.may.contains(&part)
    }

    const fn new(kind: PoolType, needs: &'static [Part], target: Target) -> Self {
        Self { kind, needs, may: &[], formats: &[], format: "", volumes: None, target }
    }

    const fn with(self, may: &'static [Part]) -> Self {
        Self { may, ..self }
    }

    const fn formats(self, format: &'static str, formats: &'static [&'static str]) -> Self {
        Self { formats, format, ..self }
    }

    const fn volumes(self, usual: &'static str, formats: &'static [&'static str]) -> Self {
        Self { volumes: Some((usual, formats)), ..self }
    }
}

const FILE_SYSTEMS: &[&str] = &[
    "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs",
    "ocfs2", "vmfs",
];
const SERVED: &[&str] = &["auto", "nfs", "glusterfs", "cifs"];
const LABELS: &[&str] = &["unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"];
/// Images that are files.
const IMAGES: &[&str] = &[
    "none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop",
    "cow", "qcow", "qcow2", "qed", "vmdk",
];
const PARTITIONS: &[&str] =
    &["none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"];
const VOLUME_GROUPS: &[&str] = &["unknown", "lvm2"];

static KINDS: &[PoolKind] = {
    use Part::{Adapter, Device, Dir, Host, Initiator, Name};
    &[
        PoolKind::new(PoolType::Dir, &[], Target::Path).volumes("raw", IMAGES),
        PoolKind::new(PoolType::Fs, &[Device], Target::Path)
            .formats("auto", FILE_SYSTEMS)
            .volumes("raw", IMAGES),
        PoolKind::new(PoolType::Netfs, &[Host, Dir], Target::Path)
            .formats("auto", SERVED)
            .volumes("raw", IMAGES),
        PoolKind::new(PoolType::Logical, &[Name], Target::Below("/dev"))
            .with(&[Device])
            .formats("lvm2", VOLUME_GROUPS),
        PoolKind::new(PoolType::Disk, &[Device], Target::Path)
            .formats("unknown", LABELS)
            .volumes("none", PARTITIONS),
        PoolKind::new(PoolType::Iscsi, &[Host], Target::Path).with(&[Device, Initiator]),
        PoolKind::new(PoolType::IscsiDirect, &[Host, Initiator], Target::None).with(&[Device]),
        PoolKind::new(PoolType::Scsi, &[Adapter], Target::Path),
        PoolKind::new(PoolType::Mpath, &[], Target::Path),
        PoolKind::new(PoolType::Rbd, &[Host, Name], Target::None).volumes("raw", &[]),
        PoolKind::new(PoolType::Sheepdog, &[Host, Name], Target::None),
        PoolKind::new(PoolType::Gluster, &[Host, Name], Target::None)
            .with(&[Dir])
            .volumes("raw", IMAGES),
        PoolKind::new(PoolType::Zfs, &[Name], Target::Below("/dev/zvol")).with(&[Device]),
        PoolKind::new(PoolType::Vstorage, &[Name], Target::Path).volumes("raw", IMAGES),
    ]
};

/// The type's row.
pub(crate) fn of(kind: PoolType) -> &'static PoolKind {
    KINDS.iter().find(|row| row.kind == kind).expect("every type has a row")
}

#[cfg(test)]
mod tests {
    use super::{PoolType, of};

    #[test]
    fn every_type_has_a_row() {
        for kind in PoolType::ALL {
            assert!(of(*kind).formats.is_empty() || of(*kind).formats.contains(&of(*kind).format));
        }
    }
}
