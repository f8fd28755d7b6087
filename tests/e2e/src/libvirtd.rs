//! The distribution's own libvirtd, for what must work with it as well.
//!
//! It runs in namespaces of its own, with empty directories where its own are, so that it neither
//! sees nor touches a libvirtd of the machine.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::process::eventually;

/// Its directories, and what takes their place.
const PLACES: [(&str, &str); 5] = [
    ("etc", "/etc/libvirt"),
    ("run", "/run/libvirt"),
    ("lib", "/var/lib/libvirt"),
    ("cache", "/var/cache/libvirt"),
    ("log", "/var/log/libvirt"),
];

/// A running libvirtd; it ends with this.
pub struct Libvirtd {
    directory: TempDir,
    process: Child,
}

impl Libvirtd {
    /// Starts one and waits until it listens. Its `test:///default` has a guest called `test`.
    ///
    /// # Panics
    /// When it does not come up.
    #[track_caller]
    pub fn start() -> Self {
        let directory =
            tempfile::Builder::new().prefix("lv-").tempdir_in("/tmp").expect("/tmp is writable");
        let root = directory.path();
        for (ours, _) in PLACES {
            std::fs::create_dir(root.join(ours)).expect("the directory is ours");
        }
        std::fs::write(root.join("etc/libvirtd.conf"), "auth_unix_rw = \"none\"\n")
            .expect("the directory is ours");
        let mut unshare = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            unshare.arg("--map-root-user");
        }
        let process = unshare
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", &script(root)])
            .stdin(Stdio::null())
            .spawn()
            .expect("unshare starts: it is in util-linux");
        let daemon = Self { directory, process };
        let connects = || std::os::unix::net::UnixStream::connect(daemon.socket()).ok();
        eventually("libvirtd to listen: it is in the package libvirt-daemon", connects);
        daemon
    }

    /// The path of its socket.
    pub fn socket(&self) -> String {
        self.directory.path().join("run/libvirt-sock").display().to_string()
    }
}

impl Drop for Libvirtd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn script(root: &Path) -> String {
    let root = root.display();
    let mounts = PLACES
        .map(|(ours, theirs)| format!("mkdir -p {theirs}; mount --bind {root}/{ours} {theirs}"));
    let mounts = mounts.join("; ");
    format!(
        "set -e; PATH=$PATH:/usr/sbin; mount --make-rprivate /; {mounts}; libvirtd -p {root}/pid"
    )
}
