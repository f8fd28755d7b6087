//! The kernel modules a guest needs, each after those it depends on.
//!
//! A kernel package has no `modules.dep` (depmod writes that on installation), so that the
//! dependencies are read from the modules themselves: `depends=a,b` in the section `.modinfo`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::command;

/// Those the guest loads; what a kernel has built in is simply not found as a file.
pub(crate) const WANTED: &[&str] = &[
    "virtio_pci",
    "virtio_blk",
    "virtio_net",
    "virtio_console",
    "virtio_balloon",
    "virtio_rng",
    "virtio_scsi",
    "virtio_input",
    "button",
    "evdev",
    "sd_mod",
    "sr_mod",
    "ata_piix",
    "ahci",
    "isofs",
    "i6300esb",
    "virtiofs",
];

/// A module as it goes into the guest.
pub(crate) struct Module {
    /// With underscores, as the kernel names it.
    pub(crate) name: String,
    /// The ELF file, unpacked.
    pub(crate) content: Vec<u8>,
}

/// The wanted modules below `directory` and what they depend on, dependencies first.
pub(crate) fn in_load_order(directory: &Path) -> Result<Vec<Module>> {
    let mut files = BTreeMap::new();
    index(directory, &mut files)?;
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for name in WANTED {
        load(name, &files, &mut seen, &mut order)?;
    }
    Ok(order)
}

fn load(
    name: &str,
    files: &BTreeMap<String, PathBuf>,
    seen: &mut BTreeSet<String>,
    order: &mut Vec<Module>,
) -> Result<()> {
    let Some(file) = files.get(name) else {
        return Ok(());
    };
    if !seen.insert(name.to_owned()) {
        return Ok(());
    }
    let content = read(file)?;
    for dependency in dependencies(&content) {
        load(&dependency, files, seen, order)?;
    }
    order.push(Module { name: name.to_owned(), content });
    Ok(())
}

fn index(directory: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(directory).with_context(|| format!("cannot read '{}'", directory.display()))?
    {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            index(&entry.path(), files)?;
        } else if let Some((stem, _)) = entry.file_name().to_string_lossy().split_once(".ko") {
            files.insert(stem.replace('-', "_"), entry.path());
        }
    }
    Ok(())
}

/// The module, unpacked with the tool that its suffix names.
fn read(file: &Path) -> Result<Vec<u8>> {
    let tool = match file.extension().and_then(|suffix| suffix.to_str()) {
        Some("ko") => return Ok(fs::read(file)?),
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        _ => bail!("'{}' is packed in a way not known here", file.display()),
    };
    let unpacked = command(tool, ["-dc"])
        .arg(file)
        .output()
        .with_context(|| format!("'{}' needs '{tool}' to unpack it", file.display()))?;
    if !unpacked.status.success() {
        bail!("'{tool}' cannot unpack '{}'", file.display());
    }
    Ok(unpacked.stdout)
}

fn dependencies(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = module.windows(KEY.len()).position(|window| window == KEY) else {
        return Vec::new();
    };
    let value: Vec<u8> =
        module.iter().skip(at + KEY.len()).copied().take_while(|byte| *byte != 0).collect();
    let value = String::from_utf8_lossy(&value);
    value.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn dependencies_are_read_from_modinfo() {
        let module = b"\x7fELF\0license=GPL\0depends=virtio,virtio-ring\0name=x\0";
        assert_eq!(super::dependencies(module), ["virtio", "virtio_ring"]);
        assert!(super::dependencies(b"\x7fELF\0depends=\0").is_empty());
        assert!(super::dependencies(b"\x7fELF").is_empty());
    }
}
