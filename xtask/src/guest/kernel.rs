//! A distribution kernel, downloaded as a package and unpacked into the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::provision::{apt_update, dependencies, unpack};
use crate::steps::Steps;

/// Packages that stand for the newest small kernel: Debian's for clouds, Ubuntu's for guests.
const META_PACKAGES: [&str; 4] =
    ["linux-image-cloud-amd64", "linux-image-kvm", "linux-image-virtual", "linux-image-amd64"];

/// A kernel and its modules.
pub(crate) struct Kernel {
    /// As `uname -r` prints it in the guest.
    pub(crate) version: String,
    /// The bootable image.
    pub(crate) image: PathBuf,
    /// The directory that holds the `.ko` files, at any depth.
    pub(crate) modules: PathBuf,
}

impl Kernel {
    /// The kernel in `cache`, which is filled first if it is empty.
    pub(crate) fn obtain(cache: &PathBuf, steps: &mut Steps) -> Result<Self> {
        if let Some(kernel) = Self::in_cache(cache) {
            return Ok(kernel);
        }
        let image = image_package()?;
        steps.done(format!("downloading {image} into {}", cache.display()));
        unpack(&image, cache)?;
        // Ubuntu keeps the modules in a package of their own.
        let version = image.trim_start_matches("linux-image-").trim_start_matches("unsigned-");
        if dependencies(&image).iter().any(|name| *name == format!("linux-modules-{version}")) {
            unpack(&format!("linux-modules-{version}"), cache)?;
        }
        Self::in_cache(cache)
            .with_context(|| format!("package '{image}' has no kernel with modules in it"))
    }

    fn in_cache(cache: &Path) -> Option<Self> {
        let image = fs::read_dir(cache.join("boot")).ok()?.find_map(|entry| {
            let path = entry.ok()?.path();
            path.file_name()?.to_str()?.starts_with("vmlinuz-").then_some(path)
        })?;
        let version = image.file_name()?.to_str()?.strip_prefix("vmlinuz-")?.to_owned();
        let modules = ["lib/modules", "usr/lib/modules"]
            .map(|directory| cache.join(directory).join(&version))
            .into_iter()
            .find(|directory| directory.is_dir())?;
        Some(Self { version, image, modules })
    }
}

/// The package with the kernel itself that a meta package of this distribution points to.
fn image_package() -> Result<String> {
    let known = || {
        META_PACKAGES.iter().find_map(|meta| {
            let mut image = dependencies(meta).into_iter();
            image.find(|name| {
                name.starts_with("linux-image-") && name.contains(|c: char| c.is_ascii_digit())
            })
        })
    };
    if let Some(image) = known() {
        return Ok(image);
    }
    apt_update()?;
    match known() {
        Some(image) => Ok(image),
        None => bail!("apt knows none of the kernel packages {}", META_PACKAGES.join(", ")),
    }
}
