//! Disks: their counters, their block nodes, their images.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::json;

/// The counters of one device or node, with those of the nodes below it. **Source**: `BlockStats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct BlockStats {
    /// The drive's name; empty for one that was added as a block node.
    pub device: Option<String>,
    /// The id or QOM path of the device that uses it.
    pub qdev: Option<String>,
    /// The node.
    pub node_name: Option<String>,
    /// The figures.
    pub stats: BlockCounters,
    /// The protocol node below a format node.
    pub parent: Option<Box<BlockStats>>,
    /// The next layer of the backing chain.
    pub backing: Option<Box<BlockStats>>,
}

/// Requests and bytes since the guest started. **Source**: `BlockDeviceStats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BlockCounters {
    /// Requests to read.
    pub rd_operations: u64,
    /// Bytes read.
    pub rd_bytes: u64,
    /// Time spent reading. **Units**: ns.
    pub rd_total_time_ns: u64,
    /// Requests to write.
    pub wr_operations: u64,
    /// Bytes written.
    pub wr_bytes: u64,
    /// Time spent writing. **Units**: ns.
    pub wr_total_time_ns: u64,
    /// Requests to flush.
    pub flush_operations: u64,
    /// Time spent flushing. **Units**: ns.
    pub flush_total_time_ns: u64,
    /// The end of the highest write since QEMU opened the image. **Units**: bytes; 0 before the first write.
    pub wr_highest_offset: u64,
}

/// A device as the guest sees it. **Source**: `BlockInfo`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct BlockDevice {
    /// The drive's name; empty for one that was added as a block node.
    pub device: String,
    /// The id or QOM path of the device.
    pub qdev: Option<String>,
    /// Whether the guest can eject the medium.
    pub removable: bool,
    /// Whether the guest has locked the tray.
    pub locked: bool,
    /// Whether the tray is open; absent for a device without one.
    #[serde(rename = "tray_open")]
    pub tray_open: Option<bool>,
    /// Whether the last request failed; absent where QEMU does not track it.
    pub io_status: Option<IoStatus>,
    /// The medium.
    pub inserted: Option<BlockNode>,
}

/// How the last request ended. **Source**: `BlockDeviceIoStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IoStatus {
    /// Well.
    Ok,
    /// With an error.
    Failed,
    /// Without room for it.
    NoSpace,
    /// As a newer QEMU calls it.
    #[serde(untagged)]
    Other(String),
}

/// A node of the block graph. **Source**: `BlockDeviceInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BlockNode {
    /// Its name.
    #[serde(rename = "node-name")]
    pub node_name: Option<String>,
    /// `qcow2`, `raw`, `file`, `host_device`, …; open.
    pub drv: String,
    /// What it was opened from.
    pub file: String,
    /// Whether it is read-only.
    pub ro: bool,
    /// The layer below, as the image names it.
    pub backing_file: Option<String>,
    /// Report writes beyond this offset, once. **Units**: bytes; 0 is never.
    pub write_threshold: u64,
    /// The image behind it.
    pub image: ImageInfo,
}

/// An image. **Source**: `ImageInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ImageInfo {
    /// What it was opened from.
    pub filename: String,
    /// Its format.
    pub format: String,
    /// What the guest sees. **Units**: bytes.
    pub virtual_size: u64,
    /// What it takes of its file system; absent where that cannot be told. **Units**: bytes.
    pub actual_size: Option<u64>,
    /// **Units**: bytes.
    pub cluster_size: Option<u64>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The layer below, as the image names it.
    pub backing_filename: Option<String>,
    /// The layer below, resolved.
    pub full_backing_filename: Option<String>,
    /// The format the image records for the layer below.
    pub backing_filename_format: Option<String>,
}

impl Monitor {
    /// The counters of every device, with the layers below each.
    pub async fn query_blockstats(&self) -> Result<Vec<BlockStats>, QmpError> {
        self.execute_as(&Command::new("query-blockstats")).await
    }

    /// The counters of every node that has a name.
    pub async fn query_node_blockstats(&self) -> Result<Vec<BlockStats>, QmpError> {
        self.execute_as(&Command::with("query-blockstats", json!({"query-nodes": true}))).await
    }

    /// Every node that has a name, without what is below each.
    pub async fn query_named_block_nodes(&self) -> Result<Vec<BlockNode>, QmpError> {
        self.execute_as(&Command::with("query-named-block-nodes", json!({"flat": true}))).await
    }

    /// Every device of the guest that has or may have a medium.
    pub async fn query_block(&self) -> Result<Vec<BlockDevice>, QmpError> {
        self.execute_as(&Command::new("query-block")).await
    }
}
