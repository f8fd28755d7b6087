//! What a running QEMU says of its disks.

use std::collections::HashMap;

use qmp::commands::{BlockNode, BlockStats};
use qmp::{Monitor, QmpError};

use super::DiskLayer;

/// The answers of one QEMU, to be looked up by disk and layer.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    devices: Vec<BlockStats>,
    nodes: HashMap<String, BlockNode>,
}

/// Sizes of one layer. **Units**: bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LayerFigures {
    /// The end of the highest write since QEMU opened the image; none for one that it does not
    /// know.
    pub(crate) written_end: Option<u64>,
    /// What the guest sees.
    pub(crate) capacity: u64,
    /// What the image takes of its file system; 0 when QEMU cannot tell.
    pub(crate) physical: u64,
    /// A write beyond this is reported; 0 is none.
    pub(crate) threshold: u64,
}

impl Figures {
    /// Asks QEMU: two commands, sent together.
    pub(crate) async fn ask(monitor: &Monitor) -> Result<Self, QmpError> {
        let (devices, nodes) =
            tokio::try_join!(monitor.query_blockstats(), monitor.query_named_block_nodes())?;
        Ok(Self::new(devices, nodes))
    }

    /// Asks QEMU for sizes only: half the work for it, and it answers one at a time.
    pub(crate) async fn ask_sizes(monitor: &Monitor) -> Result<Self, QmpError> {
        Ok(Self::new(Vec::new(), monitor.query_named_block_nodes().await?))
    }

    pub(crate) fn new(devices: Vec<BlockStats>, nodes: Vec<BlockNode>) -> Self {
        let named = nodes.into_iter().filter_map(|node| Some((node.node_name.clone()?, node)));
        Self { devices, nodes: named.collect() }
    }

    /// What the device `alias` counts.
    pub(crate) fn device(&self, alias: &str) -> Option<&BlockStats> {
        find_device(&self.devices, alias)
    }

    /// Sizes of one layer of the disk behind `device`; none when QEMU does not have it.
    pub(crate) fn layer(&self, device: &BlockStats, layer: &DiskLayer<'_>) -> Option<LayerFigures> {
        let (format, storage) = (layer.format_node()?, layer.storage_node()?);
        let written_end = written_end(device, &format, &storage);
        Some(LayerFigures { written_end, ..self.sizes(layer)? })
    }

    /// Sizes of one layer without what was written to it; none when QEMU does not have it.
    pub(crate) fn sizes(&self, layer: &DiskLayer<'_>) -> Option<LayerFigures> {
        let (format, storage) = (layer.format_node()?, layer.storage_node()?);
        let node = self.nodes.get(&format).or_else(|| self.nodes.get(&storage))?;
        let lower = self.nodes.get(&storage);
        Some(LayerFigures {
            written_end: None,
            capacity: node.image.virtual_size,
            physical: node.image.actual_size.unwrap_or(0),
            threshold: lower.map_or(0, |node| node.write_threshold),
        })
    }
}

/// The counters of the device `alias`; QEMU names some by id and some by QOM path.
pub(crate) fn find_device<'s>(devices: &'s [BlockStats], alias: &str) -> Option<&'s BlockStats> {
    let names = |device: &&BlockStats| {
        let qdev = device.qdev.as_deref().unwrap_or_default();
        qdev.split('/').any(|part| part == alias)
    };
    devices.iter().find(names)
}

/// The end of the highest write to a layer: that of the node below its format.
fn written_end(device: &BlockStats, format: &str, storage: &str) -> Option<u64> {
    let mut layer = Some(device);
    while let Some(stats) = layer {
        let name = stats.node_name.as_deref();
        if name == Some(format) || name == Some(storage) {
            let lower = stats.parent.as_deref().unwrap_or(stats);
            return Some(lower.stats.wr_highest_offset);
        }
        layer = stats.backing.as_deref();
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::block::Place;

    /// What QEMU 7.2 says of a disk with one layer below.
    pub(crate) const BLOCKSTATS: &str = r#"[{"device":"","qdev":"/machine/peripheral/virtio-disk0/virtio-backend",
        "node-name":"libvirt-1-format","stats":{"rd_operations":3,"rd_bytes":1536,"wr_highest_offset":0},
        "parent":{"node-name":"libvirt-1-storage","stats":{"wr_highest_offset":917504}},
        "backing":{"node-name":"libvirt-2-format","stats":{"wr_highest_offset":0},
            "parent":{"node-name":"libvirt-2-storage","stats":{"wr_highest_offset":0}}}}]"#;
    pub(crate) const NODES: &str = r#"[{"node-name":"libvirt-1-format","drv":"qcow2",
        "image":{"filename":"t","format":"qcow2","virtual-size":67108864,"actual-size":598016}},
        {"node-name":"libvirt-1-storage","drv":"file","write_threshold":4096,"image":{"virtual-size":5}},
        {"node-name":"libvirt-2-format","drv":"qcow2","image":{"virtual-size":1048576}}]"#;

    fn layer(index: u32) -> DiskLayer<'static> {
        DiskLayer { place: Place::Empty, format: None, index: Some(index) }
    }

    fn figures(stats: &str, nodes: &str) -> Figures {
        Figures::new(serde_json::from_str(stats).unwrap(), serde_json::from_str(nodes).unwrap())
    }

    #[test]
    fn a_layer_is_found_by_its_number() {
        let figures = figures(BLOCKSTATS, NODES);
        let device = figures.device("virtio-disk0").unwrap();
        assert_eq!(device.stats.rd_bytes, 1536);
        let top = LayerFigures {
            written_end: Some(917_504),
            capacity: 67_108_864,
            physical: 598_016,
            threshold: 4096,
        };
        assert_eq!(figures.layer(device, &layer(1)), Some(top));
        let below =
            LayerFigures { written_end: Some(0), capacity: 1_048_576, ..LayerFigures::default() };
        assert_eq!(figures.layer(device, &layer(2)), Some(below));
        assert_eq!(figures.layer(device, &layer(3)), None);
    }

    #[test]
    fn what_is_missing_is_not_there() {
        let figures = figures(r#"[{"device":"x","stats":{}}]"#, r#"[{"drv":"raw"}]"#);
        assert!(figures.device("virtio-disk0").is_none());
        assert!(figures.layer(&BlockStats::default(), &layer(1)).is_none());
    }
}
