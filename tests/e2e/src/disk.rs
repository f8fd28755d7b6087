//! Disk images, made by `qemu-img`.

use std::ffi::CString;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use crate::outcome::Outcome;

/// Makes an empty image and returns its path.
#[track_caller]
pub fn create(directory: &Path, name: &str, format: &str, size: &str) -> String {
    let path = directory.join(name).to_string_lossy().into_owned();
    qemu_img(&["create", "-q", "-f", format, &path, size]);
    path
}

/// Makes a qcow2 image on top of a qcow2 `base` and returns its path.
#[track_caller]
pub fn overlay(directory: &Path, name: &str, base: &str) -> String {
    let path = directory.join(name).to_string_lossy().into_owned();
    qemu_img(&["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, &path]);
    path
}

/// Writes `mib` MiB of data at the start of a qcow2 image.
#[track_caller]
pub fn fill(image: &str, mib: u32) {
    let write = format!("write -P 0x5a 0 {mib}M");
    Outcome::of(Command::new("qemu-io").args(["-f", "qcow2", "-c", &write, image])).ok();
}

/// A file that the kernel shows as a block device until this is dropped. Needs root.
pub struct LoopDevice {
    /// The device.
    pub path: String,
}

impl LoopDevice {
    /// Makes a file of `mib` MiB a block device.
    #[track_caller]
    pub fn over(directory: &Path, mib: u64) -> Self {
        let file = directory.join("loop.img");
        fs::File::create(&file)
            .and_then(|created| created.set_len(mib << 20))
            .unwrap_or_else(|error| panic!("cannot make {}: {error}", file.display()));
        let mut losetup = Command::new("losetup");
        Self { path: Outcome::of(losetup.args(["--find", "--show"]).arg(&file)).word() }
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        let _ = Command::new("losetup").args(["--detach", &self.path]).status();
    }
}

/// A directory whose file system never answers, as that of a server that is gone, until this is
/// dropped. Needs root.
pub struct DeadStorage {
    /// Where it is mounted.
    pub path: PathBuf,
    /// Whoever has this open is the one to answer.
    _server: fs::File,
}

impl DeadStorage {
    /// Mounts it below `directory`.
    #[track_caller]
    pub fn below(directory: &Path) -> Self {
        let path = directory.join("dead");
        let mounted = fs::create_dir(&path).and_then(|()| Self::mount(&path));
        let server =
            mounted.unwrap_or_else(|error| panic!("cannot mount {}: {error}", path.display()));
        Self { path, _server: server }
    }

    fn mount(path: &Path) -> io::Result<fs::File> {
        let server = fs::File::options().read(true).write(true).open("/dev/fuse")?;
        let descriptor = server.as_raw_fd();
        let options = format!("fd={descriptor},rootmode=40000,user_id=0,group_id=0");
        let options = CString::new(options)?;
        mount("dead", path, "fuse", MountFlags::NOSUID | MountFlags::NODEV, &*options)?;
        Ok(server)
    }
}

impl Drop for DeadStorage {
    fn drop(&mut self) {
        // Whoever waits is told when the server's end is closed.
        let _ = unmount(&self.path, UnmountFlags::DETACH);
    }
}

/// Runs `qemu-img`.
#[track_caller]
pub fn qemu_img(words: &[&str]) -> String {
    Outcome::of(Command::new("qemu-img").args(words)).ok()
}

/// The length of a file in bytes.
#[track_caller]
pub fn length(path: &str) -> u64 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{path}: {error}")).len()
}

/// The space a file takes on its file system, in bytes.
#[track_caller]
pub fn space(path: &str) -> u64 {
    // st_blocks counts in 512 bytes whatever the file system's block size is.
    fs::metadata(path).unwrap_or_else(|error| panic!("{path}: {error}")).blocks() * 512
}
