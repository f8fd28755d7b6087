//! `<filesystem>`: directories of the host.

use config::Error;
use config::domain::peripheral::{
    AccessMode, Filesystem, FilesystemDriverType, FilesystemType, Multidevs, WritePolicy,
};

use super::Result;
use super::line::{Line, alias};
use super::options::Options;
use super::virtio;

impl Line<'_> {
    /// `<filesystem>`
    pub(super) fn filesystems(&mut self) -> Result<()> {
        let filesystems = &self.domain.devices.filesystems;
        filesystems.iter().try_for_each(|filesystem| match filesystem.driver.kind {
            Some(FilesystemDriverType::Virtiofs) => self.virtiofs(filesystem),
            None | Some(FilesystemDriverType::Path) => self.plan9(filesystem),
            Some(other) => Err(Error::unsupported(format!(
                "filesystem driver type '{other}' is not supported"
            ))),
        })
    }

    /// A directory that QEMU itself serves.
    fn plan9(&mut self, filesystem: &Filesystem) -> Result<()> {
        let path = filesystem.source.as_ref().and_then(|source| source.dir.as_deref());
        let path = path
            .filter(|_| filesystem.kind == FilesystemType::Mount)
            .ok_or_else(|| Error::unsupported("only supports mount filesystem type"))?;
        let alias = alias(&filesystem.info)?;
        let id = format!("fsdev-{alias}");
        let mode = |mode: Option<xml::Octal<3>>| mode.map(|mode| format!("{:04o}", mode.0));
        let mut backend = Options::new("local");
        backend
            .set(
                "security_model",
                match filesystem.accessmode.unwrap_or(AccessMode::Passthrough) {
                    AccessMode::Passthrough => "passthrough",
                    AccessMode::Mapped => "mapped",
                    AccessMode::Squash => "none",
                },
            )
            .set("multidevs", filesystem.multidevs.map(Multidevs::word))
            .set("fmode", mode(filesystem.fmode))
            .set("dmode", mode(filesystem.dmode))
            .set("writeout", filesystem.driver.wrpolicy.map(WritePolicy::word))
            .set("id", &id)
            .set("path", path);
        if filesystem.readonly {
            backend.word("readonly");
        }
        self.option("-fsdev", backend);
        let mut props =
            virtio::device("virtio-9p", filesystem.model.into(), &filesystem.driver.virtio);
        props.set("id", alias).set("fsdev", id).set("mount_tag", &filesystem.target.dir);
        self.place(&mut props, &filesystem.info)?;
        self.device(props)
    }

    /// A directory that a process beside QEMU serves.
    fn virtiofs(&mut self, filesystem: &Filesystem) -> Result<()> {
        let alias = alias(&filesystem.info)?;
        let id = format!("chr-vu-{alias}");
        let path = match filesystem.source.as_ref().and_then(|source| source.socket.as_deref()) {
            Some(socket) => socket.to_owned(),
            None => self.directory().join(format!("{alias}-fs.sock")).display().to_string(),
        };
        let mut socket = Options::new("socket");
        socket.set("id", &id).set("path", path);
        self.option("-chardev", socket);
        let mut props =
            virtio::device("vhost-user-fs", filesystem.model.into(), &filesystem.driver.virtio);
        props
            .set("id", alias)
            .set("chardev", id)
            .set("queue-size", filesystem.driver.queue)
            .set("tag", &filesystem.target.dir);
        self.place(&mut props, &filesystem.info)?;
        self.device(props)
    }
}
