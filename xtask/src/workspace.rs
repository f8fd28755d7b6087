//! Where the workspace and its build output are, as cargo says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{command, output};

/// The workspace, from `cargo metadata`.
pub(crate) struct Workspace {
    /// The directory of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo puts its output.
    pub(crate) target: PathBuf,
    /// The whole answer of `cargo metadata --no-deps`.
    pub(crate) metadata: Value,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut cargo =
            cargo(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
        let metadata: Value = serde_json::from_str(&output(cargo.arg(manifest))?)
            .context("cargo metadata is not JSON")?;
        let path = |key: &str| {
            metadata[key]
                .as_str()
                .map(PathBuf::from)
                .with_context(|| format!("cargo metadata has no '{key}'"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")?, metadata })
    }
}

/// A cargo command: the cargo that runs us.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> std::process::Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}
