//! `cargo xtask tidy`: the rules of this repository that the compiler does not check.

mod arrows;
mod sources;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Checks everything and lists every offence at once.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    let mut offences = arrows::offences(&workspace.metadata)?;
    offences.extend(sources::offences(&workspace.root)?);
    if offences.is_empty() {
        println!("tidy");
        return Ok(());
    }
    for offence in &offences {
        println!("{offence}");
    }
    bail!("{} offences against the rules of this repository", offences.len())
}
