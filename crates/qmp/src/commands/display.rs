//! What the guest shows, and to whom.

use crate::{Command, Monitor, QmpError};
use serde::Deserialize;
use serde_json::json;
use std::os::fd::OwnedFd;
use std::path::Path;

/// The VNC server. **Source**: `VncInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct VncServer {
    /// Whether there is one.
    pub enabled: bool,
    /// The address it listens at.
    pub host: Option<String>,
    /// `ipv4`, `ipv6`, `unix`, …; open.
    pub family: Option<String>,
    /// The port, or the socket's path.
    pub service: Option<String>,
    /// How clients prove who they are.
    pub auth: Option<String>,
}

/// The SPICE server. **Source**: `SpiceInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SpiceServer {
    /// Whether there is one.
    pub enabled: bool,
    /// The address it listens at.
    pub host: Option<String>,
    /// The port without encryption.
    pub port: Option<u16>,
    /// The port with encryption.
    pub tls_port: Option<u16>,
    /// How clients prove who they are.
    pub auth: Option<String>,
}

/// One head of a graphics device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen<'a> {
    /// Id of the device.
    pub device: &'a str,
    /// Number of the head, from 0.
    pub head: u32,
}

/// Format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// Portable pixmap, without compression.
    Ppm,
    /// PNG; not every QEMU has it.
    Png,
}

impl Monitor {
    /// The VNC server.
    pub async fn query_vnc(&self) -> Result<VncServer, QmpError> {
        self.execute_as(&Command::new("query-vnc")).await
    }

    /// The SPICE server; refused by a QEMU without SPICE.
    pub async fn query_spice(&self) -> Result<SpiceServer, QmpError> {
        self.execute_as(&Command::new("query-spice")).await
    }

    /// Sets the password of a display server. `protocol` is `vnc` or `spice`; `connected` says what becomes of
    /// clients that are connected: `keep`, `disconnect` or `fail`.
    pub async fn set_password(
        &self,
        protocol: &str,
        password: &str,
        connected: &str,
    ) -> Result<(), QmpError> {
        let arguments = json!({"protocol": protocol, "password": password, "connected": connected});
        self.perform(&Command::with("set_password", arguments)).await
    }

    /// Sets when a password ends: `now`, `never`, `+seconds` or seconds since 1970.
    pub async fn expire_password(&self, protocol: &str, time: &str) -> Result<(), QmpError> {
        self.perform(&Command::with("expire_password", json!({"protocol": protocol, "time": time})))
            .await
    }

    /// Writes what a screen shows to `file`; without one, what the first display shows. QEMU itself opens
    /// the file.
    pub async fn screendump(
        &self,
        file: &Path,
        screen: Option<Screen<'_>>,
        format: ImageFormat,
    ) -> Result<(), QmpError> {
        let mut arguments = json!({"filename": file.to_string_lossy()});
        if let Some(Screen { device, head }) = screen {
            arguments["device"] = device.into();
            arguments["head"] = head.into();
        }
        // Without a word about it, every QEMU writes PPM.
        if format == ImageFormat::Png {
            arguments["format"] = "png".into();
        }
        self.perform(&Command::with("screendump", arguments)).await
    }

    /// Gives QEMU a descriptor under a name, until a command takes it by that name.
    pub async fn getfd(&self, name: &str, fd: OwnedFd) -> Result<(), QmpError> {
        self.execute_with_fd(&Command::with("getfd", json!({ "fdname": name })), fd).await.map(drop)
    }

    /// Has QEMU close a descriptor that no command has taken.
    pub async fn closefd(&self, name: &str) -> Result<(), QmpError> {
        self.perform(&Command::with("closefd", json!({ "fdname": name }))).await
    }

    /// Makes a connection that QEMU was given one of a viewer. `protocol` is `vnc`, `spice` or
    /// `@dbus-display`; `skip_auth` lets it in without a password.
    pub async fn add_client(
        &self,
        protocol: &str,
        name: &str,
        skip_auth: bool,
    ) -> Result<(), QmpError> {
        let arguments = json!({"protocol": protocol, "fdname": name, "skipauth": skip_auth});
        self.perform(&Command::with("add_client", arguments)).await
    }
}
