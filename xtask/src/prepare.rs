//! `cargo xtask prepare`: the machine and the guest image, ready for `cargo test`.

use anyhow::Result;

use crate::{guest, provision, steps::Steps, workspace::Workspace};

/// Installs what the end-to-end tests need and builds the guest they boot.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::start();
    provision::install(provision::FOR_TESTS, &mut steps)?;
    let guest = guest::build(&workspace, &mut steps)?;
    steps.done(format!("guest: {} and {}", guest.kernel.display(), guest.initrd.display()));
    Ok(())
}
