//! `<shmem>`: memory that guests share.

use config::Error;
use config::domain::peripheral::{Shmem, ShmemModel, ShmemRole};

use super::Result;
use super::line::{Line, alias};
use super::options::Options;
use super::props::Props;

/// Size of one whose document names none.
const DEFAULT_BYTES: u64 = 4 << 20;

impl Line<'_> {
    /// `<shmem>`
    pub(super) fn shared_memories(&mut self) -> Result<()> {
        let memories = &self.domain.devices.shmems;
        memories.iter().try_for_each(|shmem| self.shared_memory(shmem))
    }

    pub(super) fn shared_memory(&mut self, shmem: &Shmem) -> Result<()> {
        let model = shmem.model.map(|model| model.kind).unwrap_or(ShmemModel::Ivshmem);
        let alias = alias(&shmem.info)?;
        let mut props = match model {
            // QEMU split it into the other two long ago.
            ShmemModel::Ivshmem => {
                return Err(Error::unsupported(
                    "ivshmem device is not supported with this QEMU binary",
                ));
            }
            ShmemModel::Plain => {
                let id = format!("shmmem-{alias}");
                let mut object = Props::object("memory-backend-file", &id);
                object
                    .set("mem-path", format!("/dev/shm/{}", shmem.name))
                    .set("size", bytes(shmem)?)
                    .set("share", true);
                self.object(&object);
                let mut props = Props::driver("ivshmem-plain");
                props.set("id", alias).set("memdev", id);
                props
            }
            ShmemModel::Doorbell => {
                let mut props = Props::driver("ivshmem-doorbell");
                props.set("id", alias).set("chardev", format!("char{alias}"));
                if let Some(msi) = shmem.msi {
                    props.set("vectors", msi.vectors).set("ioeventfd", msi.ioeventfd);
                }
                props
            }
        };
        // With a server, it is the server that keeps the content.
        if model == ShmemModel::Plain {
            props.set(
                "master",
                shmem.role.map(|role| match role {
                    ShmemRole::Master => "on",
                    ShmemRole::Peer => "off",
                }),
            );
        }
        self.place(&mut props, &shmem.info)?;
        self.device(props)?;
        if model == ShmemModel::Doorbell {
            self.shared_memory_server(shmem, alias);
        }
        Ok(())
    }

    fn shared_memory_server(&mut self, shmem: &Shmem, alias: &str) {
        let path = shmem.server.as_ref().and_then(|server| server.path.as_deref());
        let path = path
            .map_or_else(|| format!("/var/lib/libvirt/shmem-{}-sock", shmem.name), str::to_owned);
        let mut socket = Options::new("socket");
        socket.set("id", format_args!("char{alias}")).set("path", path);
        self.option("-chardev", socket);
    }
}

fn bytes(shmem: &Shmem) -> Result<u64> {
    let Some(size) = &shmem.size else {
        return Ok(DEFAULT_BYTES);
    };
    let scale = config::scale(size.unit.as_deref().unwrap_or("bytes"));
    let bytes = scale.and_then(|scale| size.size.checked_mul(scale));
    bytes.ok_or_else(|| Error::unsupported(format!("shmem '{}' of size {}", shmem.name, size.size)))
}
