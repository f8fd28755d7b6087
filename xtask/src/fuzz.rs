//! `cargo xtask fuzz [TARGET] [--seconds N] [--seed N]`: the fuzz targets for longer than the tests
//! run them, with a new seed each time.

use anyhow::Result;

use crate::command::run as run_command;
use crate::workspace::{Workspace, cargo};

/// Passes `options` on to the runner, which knows the targets.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let workspace = Workspace::find()?;
    let words = ["run", "--quiet", "--package", "ferrovirt-fuzz", "--"];
    run_command(cargo(words).args(options).current_dir(&workspace.root))
}
