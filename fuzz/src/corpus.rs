//! The inputs that are kept: `corpus/TARGET/`, a file each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Target;

/// Where kept inputs are.
fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// All inputs to begin with: those of the target itself, then the kept ones by name. Never none.
pub(crate) fn inputs(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let mut inputs = (target.seeds)();
    let folder = folder(target);
    if folder.exists() {
        let mut files = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?;
        files.sort();
        for file in files {
            inputs.push(fs::read(file)?);
        }
    }
    inputs.push(Vec::new());
    Ok(inputs)
}

/// Keeps an input that something is wrong with, for the next run and for whoever looks into it.
pub(crate) fn keep(target: &Target, seed: u64, input: &[u8]) -> io::Result<PathBuf> {
    let folder = folder(target);
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("found-{seed:x}-{}", input.len()));
    fs::write(&file, input)?;
    Ok(file)
}
