//! Whether the guest runs, and what is done to it as a whole.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::{Value, json};

/// Whether the virtual CPUs run. **Source**: `StatusInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RunStatus {
    /// `running`, `paused`, `prelaunch`, `inmigrate`, `shutdown`, `io-error`, …; open.
    pub status: String,
    /// Whether any virtual CPU may execute.
    pub running: bool,
}

impl Monitor {
    /// Whether the guest runs, and if not, why.
    pub async fn query_status(&self) -> Result<RunStatus, QmpError> {
        self.execute_as(&Command::new("query-status")).await
    }

    /// Stops the virtual CPUs.
    pub async fn stop(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("stop")).await
    }

    /// Lets the virtual CPUs run.
    pub async fn cont(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("cont")).await
    }

    /// Presses the power button; what follows is the guest's decision.
    pub async fn system_powerdown(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("system_powerdown")).await
    }

    /// Pulls the reset line.
    pub async fn system_reset(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("system_reset")).await
    }

    /// Wakes a guest that suspended itself.
    pub async fn system_wakeup(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("system_wakeup")).await
    }

    /// Ends QEMU. It may exit before its answer is read, which is success.
    pub async fn quit(&self) -> Result<(), QmpError> {
        match self.perform(&Command::new("quit")).await {
            Err(QmpError::Closed(crate::Disconnect::EndOfFile)) => Ok(()),
            other => other,
        }
    }

    /// Raises a non-maskable interrupt.
    pub async fn inject_nmi(&self) -> Result<(), QmpError> {
        self.perform(&Command::new("inject-nmi")).await
    }

    /// Presses keys together, by number, and releases them after `hold_ms`, or after QEMU's own time.
    ///
    /// **Shape**: `keys` are QEMU `number` key values (XT set 1, extended ones with 0x80).
    pub async fn send_key(&self, keys: &[u32], hold_ms: Option<u32>) -> Result<(), QmpError> {
        let keys: Vec<Value> =
            keys.iter().map(|key| json!({"type": "number", "data": key})).collect();
        let arguments = match hold_ms {
            Some(hold_ms) => json!({"keys": keys, "hold-time": hold_ms}),
            None => json!({ "keys": keys }),
        };
        self.perform(&Command::with("send-key", arguments)).await
    }

    /// Runs a line of the human monitor and gives what it printed, line ends as QEMU wrote them.
    pub async fn human_monitor_command(&self, line: &str) -> Result<String, QmpError> {
        self.execute_as(&Command::with("human-monitor-command", json!({"command-line": line})))
            .await
    }
}
