//! `<memory>` devices: DIMMs, persistent memory, memory that grows.

use config::domain::memory::{MemoryDevice, MemoryModel};
use config::{Error, YesNo};

use super::Result;
use super::line::{Line, alias};
use super::memory::{Piece, module_kib};
use super::props::Props;

impl Line<'_> {
    /// Memory devices with their objects.
    pub(super) fn memory_devices(&mut self) -> Result<()> {
        let memories = &self.domain.devices.memories;
        memories.iter().try_for_each(|memory| self.memory_device(memory))
    }

    pub(super) fn memory_device(&mut self, memory: &MemoryDevice) -> Result<()> {
        let alias = alias(&memory.info)?;
        let id = format!("mem{alias}");
        let mut object = self.backend(Piece {
            id: &id,
            size_kib: module_kib(memory),
            node: memory.target.node,
            access: memory.access,
            discard: memory.discard,
            page_kib: memory.source.pagesize.map(|size| size.0),
            host_nodes: memory.source.nodemask.as_ref(),
            is_preallocated: memory.model == MemoryModel::Nvdimm,
            path: memory.source.path.as_deref(),
            is_main: false,
        })?;
        object.props.set("align", memory.source.alignsize.map(|size| size.0 << 10));
        object.props.set("pmem", memory.source.pmem.then_some(true));
        self.object(&object.props);
        let props = self.memory_frontend(memory, &id)?;
        self.device(props)
    }

    fn memory_frontend(&self, memory: &MemoryDevice, object: &str) -> Result<Props> {
        let target = &memory.target;
        let mut props = match memory.model {
            MemoryModel::Dimm => Props::driver("pc-dimm"),
            MemoryModel::Nvdimm => Props::driver("nvdimm"),
            MemoryModel::VirtioPmem => Props::driver("virtio-pmem-pci"),
            MemoryModel::VirtioMem => Props::driver("virtio-mem-pci"),
            MemoryModel::SgxEpc => {
                return Err(Error::unsupported("memory model 'sgx-epc' is not supported yet"));
            }
        };
        if memory.model != MemoryModel::VirtioPmem {
            props.set("node", target.node);
        }
        props
            .set("label-size", target.label.map(|label| label.size.0 << 10))
            .set("uuid", memory.uuid.map(|uuid| uuid.to_string()))
            .set("unarmed", target.readonly.then_some(YesNo::Yes))
            .set("block-size", target.block.map(|size| size.0 << 10))
            .set("requested-size", target.requested.map(|size| size.0 << 10))
            .set("memdev", object)
            .set("id", alias(&memory.info)?);
        self.place(&mut props, &memory.info)?;
        Ok(props)
    }
}
