//! The guest that the demo and the tests boot: a distribution kernel and an initramfs of busybox.
//!
//! Nothing of it is installed on the host: packages are downloaded and unpacked below
//! `target/guest`, and the initramfs is written by [`archive`]. It is rebuilt when its recipe changes.

mod archive;
mod kernel;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{command, find, output};
use crate::provision;
use crate::steps::Steps;
use crate::workspace::Workspace;
use archive::Archive;
use kernel::Kernel;

const INIT: &str = include_str!("../../demo/guest-init");

/// The only user; the agent looks up whose SSH keys it is to keep.
const USERS: &str = "root:x:0:0:root:/root:/bin/sh\n";

/// The line the guest prints on its first serial port when it is up.
pub(crate) const UP: &str = "ferrovirt guest is up";

/// The two files a guest is started from.
pub(crate) struct Guest {
    /// A Linux kernel image.
    pub(crate) kernel: PathBuf,
    /// An uncompressed initramfs: a slow emulated CPU need not unpack it.
    pub(crate) initrd: PathBuf,
}

/// Builds the guest, or takes the one that was built from the same recipe before.
pub(crate) fn build(workspace: &Workspace, steps: &mut Steps) -> Result<Guest> {
    let home = workspace.target.join("guest");
    fs::create_dir_all(&home).with_context(|| format!("cannot create '{}'", home.display()))?;
    let guest = Guest { kernel: home.join("vmlinuz"), initrd: home.join("initrd") };
    let recipe_file = home.join("recipe");
    let recipe = format!("{}\n{USERS}\n{INIT}", modules::WANTED.join(" "));
    let built = fs::read_to_string(&recipe_file).is_ok_and(|old| old == recipe);
    if built && guest.kernel.exists() && guest.initrd.exists() {
        steps.done("guest image: built before");
        return Ok(guest);
    }

    let kernel = Kernel::obtain(&home.join("packages"), steps)?;
    let agent = agent(&home.join("agent"), steps);
    replace(&guest.initrd, &initramfs(&kernel, agent.as_deref())?)?;
    replace(&guest.kernel, &fs::read(&kernel.image)?)?;
    replace(&recipe_file, recipe.as_bytes())?;
    steps.done(format!("guest image: Linux {}, {} MiB", kernel.version, size_mib(&guest)?));
    Ok(guest)
}

/// Written beside and renamed, so that a guest booting from the old file keeps it.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, content)
        .and_then(|()| fs::rename(&new, path))
        .with_context(|| format!("cannot write '{}'", path.display()))
}

fn size_mib(guest: &Guest) -> Result<u64> {
    Ok((fs::metadata(&guest.kernel)?.len() + fs::metadata(&guest.initrd)?.len()) >> 20)
}

/// The QEMU guest agent: the host's, or one unpacked into the cache. A guest without it still boots.
fn agent(cache: &PathBuf, steps: &mut Steps) -> Option<PathBuf> {
    if let Some(installed) = find("qemu-ga") {
        return Some(installed);
    }
    let unpacked = cache.join("usr/sbin/qemu-ga");
    if !unpacked.exists()
        && let Err(reason) = provision::unpack("qemu-guest-agent", cache)
    {
        steps.done(format!("the guest goes without an agent: {reason:#}"));
    }
    unpacked.exists().then_some(unpacked)
}

fn initramfs(kernel: &Kernel, agent: Option<&Path>) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for directory in
        ["bin", "sbin", "etc", "proc", "sys", "dev", "run", "tmp", "var", "modules", "root"]
    {
        archive.directory(directory);
    }
    // The kernel opens it for init before devtmpfs is there.
    archive.character_device("dev/console", 5, 1);
    archive.file("init", 0o755, INIT.as_bytes());
    archive.file("etc/passwd", 0o644, USERS.as_bytes());
    let busybox = find("busybox").context("busybox is not installed")?;
    add_program(&mut archive, &busybox, "bin/busybox")?;
    if let Some(agent) = agent {
        add_program(&mut archive, agent, "sbin/qemu-ga")?;
    }
    let mut order = String::new();
    for module in modules::in_load_order(&kernel.modules)? {
        let name = format!("modules/{}.ko", module.name);
        archive.file(&name, 0o644, &module.content);
        order.push_str(&format!("/{name}\n"));
    }
    archive.file("modules/order", 0o644, order.as_bytes());
    Ok(archive.finish())
}

/// A program at `inside`, and at their own places the libraries it is linked with.
fn add_program(archive: &mut Archive, program: &Path, inside: &str) -> Result<()> {
    let read =
        |path: &Path| fs::read(path).with_context(|| format!("cannot read '{}'", path.display()));
    archive.file(inside, 0o755, &read(program)?);
    // ldd fails for a static program: that one needs nothing.
    let libraries = output(command("ldd", [program]).env("LC_ALL", "C")).unwrap_or_default();
    for library in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
        archive.file(library.trim_start_matches('/'), 0o755, &read(Path::new(library))?);
    }
    Ok(())
}
