//! Devices that come and go, and the character devices and threads behind them.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

/// A character device. **Source**: `ChardevInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Chardev {
    /// Its id.
    pub label: String,
    /// Where it leads, such as `pty:/dev/pts/3`.
    pub filename: String,
    /// Whether the guest's side is open.
    pub frontend_open: bool,
}

/// A thread that serves disks. **Source**: `IOThreadInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct IoThread {
    /// Its object's id.
    pub id: String,
    /// The host's thread id.
    pub thread_id: i32,
    /// How long it polls at most. **Units**: ns; 0 is never.
    pub poll_max_ns: u64,
    /// By what the time to poll grows; 0 lets QEMU choose.
    pub poll_grow: u64,
    /// By what the time to poll shrinks; 0 lets QEMU choose.
    pub poll_shrink: u64,
}

impl Monitor {
    /// Plugs a device; `properties` is the object that `-device` would take.
    pub async fn device_add(&self, properties: &RawValue) -> Result<(), QmpError> {
        self.perform(&Command::with_raw("device_add", properties)).await
    }

    /// Asks for a device to be unplugged; it is gone when `DEVICE_DELETED` says so.
    pub async fn device_del(&self, id: &str) -> Result<(), QmpError> {
        self.perform(&Command::with("device_del", json!({"id": id}))).await
    }

    /// The character devices.
    pub async fn query_chardev(&self) -> Result<Vec<Chardev>, QmpError> {
        self.execute_as(&Command::new("query-chardev")).await
    }

    /// The threads that serve disks.
    pub async fn query_iothreads(&self) -> Result<Vec<IoThread>, QmpError> {
        self.execute_as(&Command::new("query-iothreads")).await
    }
}
