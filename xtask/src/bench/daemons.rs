//! The daemons that are measured, each in a directory of its own.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{command, find, output};

/// A daemon that does not listen after this long has failed.
const LISTEN_DEADLINE: Duration = Duration::from_secs(30);

/// Directories of libvirtd, and what takes their place while it is measured.
const PLACES: [(&str, &str); 5] = [
    ("etc", "/etc/libvirt"),
    ("run", "/run/libvirt"),
    ("lib", "/var/lib/libvirt"),
    ("cache", "/var/cache/libvirt"),
    ("log", "/var/log/libvirt"),
];

/// What makes the two comparable: guests run as root, unconfined, with a log that QEMU writes itself.
const QEMU_CONF: &str = "user = \"root\"\ngroup = \"root\"\nsecurity_driver = \"none\"\n\
    dynamic_ownership = 0\nremember_owner = 0\nstdio_handler = \"file\"\n";

/// A daemon under measurement.
pub(super) struct Daemon {
    /// What heads its column.
    pub(super) name: &'static str,
    /// A directory for its guests' disks.
    pub(super) disks: PathBuf,
    /// Where it keeps what it knows of QEMU.
    pub(super) cache: PathBuf,
    /// What starts it.
    pub(super) command: Vec<String>,
    socket: PathBuf,
}

impl Daemon {
    /// The daemon of this repository.
    pub(super) fn ferrovirtd(binaries: &Path, home: &Path) -> Result<Self> {
        let root = home.join("ferrovirtd");
        let daemon = Self {
            name: "ferrovirtd",
            disks: root.join("disks"),
            cache: root.join("var/cache/ferrovirt/qemu"),
            command: vec![text(&binaries.join("ferrovirtd"))?, "--root".into(), text(&root)?],
            socket: root.join("run/libvirt/libvirt-sock"),
        };
        fs::create_dir_all(&daemon.disks)?;
        Ok(daemon)
    }

    /// The machine's libvirtd, if it can be run beside another one without touching it.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn libvirtd(home: &Path) -> Result<Self> {
        let program = find("libvirtd").context("libvirtd is not installed")?;
        if output(&mut command("id", ["-u"]))?.trim() != "0" {
            bail!("a private libvirtd needs root");
        }
        let root = home.join("libvirtd");
        let disks = root.join("disks");
        fs::create_dir_all(&disks)?;
        for (ours, _) in PLACES {
            fs::create_dir_all(root.join(ours))?;
        }
        fs::write(root.join("etc/qemu.conf"), QEMU_CONF)?;
        let conf = "auth_unix_rw = \"none\"\nunix_sock_rw_perms = \"0700\"\n";
        fs::write(root.join("etc/libvirtd.conf"), conf)?;
        let script = namespace_script(&text(&root)?, &text(&program)?);
        // The process ids are its own as well: its guests end with it, and the shell, which is their
        // init, reaps them at once. libvirtd waits for that; not every container's init does so.
        let words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
        let command = words.into_iter().map(str::to_owned);
        let command = command.chain(["sh".into(), "-c".into(), script]).collect();
        Ok(Self {
            name: "libvirtd",
            disks,
            cache: root.join("cache/qemu"),
            command,
            socket: root.join("run/libvirt-sock"),
        })
    }

    /// Starts it and waits until it listens.
    pub(super) fn start(&self) -> Result<()> {
        let (program, words) = self.command.split_first().context("no command")?;
        let said = fs::File::create(self.disks.with_file_name("daemon.out"))?;
        let mut daemon = command(program, words);
        daemon.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        // Ctrl-C is for the bench; the guard ends the daemon.
        let mut daemon = daemon.process_group(0).spawn().context("cannot start it")?;
        let deadline = Instant::now() + LISTEN_DEADLINE;
        while std::os::unix::net::UnixStream::connect(&self.socket).is_err() {
            let ended = daemon.try_wait()?.is_some();
            if ended || Instant::now() > deadline {
                let said = fs::read_to_string(self.disks.with_file_name("daemon.out"))?;
                bail!("{} does not listen: {}", self.name, said.trim());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // A daemon that is ended and started again by the load must not stay as a zombie.
        std::thread::spawn(move || daemon.wait());
        Ok(())
    }

    /// What a client opens.
    pub(super) fn uri(&self) -> String {
        format!("qemu+unix:///system?socket={}", self.socket.display())
    }
}

/// Puts our directories in the place of libvirtd's, for nobody else to see, and runs it.
fn namespace_script(root: &str, program: &str) -> String {
    let mounts = PLACES
        .map(|(ours, theirs)| format!("mkdir -p {theirs}; mount --bind '{root}/{ours}' {theirs}"));
    format!(
        "set -e; mount --make-rprivate /; {}; '{program}' -p '{root}/libvirtd.pid' & wait",
        mounts.join("; ")
    )
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| format!("'{}' is not UTF-8", path.display()))?;
    if text.contains('\'') {
        bail!("'{text}' has a quote in it");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::namespace_script;

    #[test]
    fn every_directory_is_covered_before_the_daemon_runs() {
        let script = namespace_script("/tmp/x", "/usr/sbin/libvirtd");
        let (mounts, daemon) = script.split_once("'/usr/sbin/libvirtd'").unwrap();
        for place in ["/etc/libvirt", "/run/libvirt", "/var/lib/libvirt"] {
            assert!(mounts.contains(&format!(" {place};")), "{place} in {mounts}");
        }
        assert!(daemon.contains("/tmp/x/libvirtd.pid"));
    }
}
