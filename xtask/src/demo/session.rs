//! A daemon in a private directory and `fv` talking to it.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{command, output};

/// A daemon that does not listen after this long has failed.
const LISTEN_DEADLINE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// A running daemon.
pub(crate) struct Session {
    binaries: PathBuf,
    /// Where the daemon listens.
    pub(crate) socket: PathBuf,
    home: PathBuf,
    pid: u32,
}

impl Session {
    /// Starts `ferrovirtd --root HOME` and waits until it takes connections.
    pub(crate) fn start(binaries: &Path, home: &Path) -> Result<Self> {
        let log = File::create(home.join("ferrovirtd.out"))?;
        let mut daemon = Command::new(binaries.join("ferrovirtd"));
        daemon.arg("--root").arg(home).stdout(log.try_clone()?).stderr(log);
        // Ctrl-C is for the demo; the guard ends the daemon.
        let mut daemon = daemon.process_group(0).spawn().context("cannot start ferrovirtd")?;
        let socket = home.join("run/libvirt/libvirt-sock");
        wait_until_listening(&socket, &mut daemon)?;
        Ok(Self { binaries: binaries.to_owned(), socket, home: home.to_owned(), pid: daemon.id() })
    }

    /// Runs one `fv` command and returns what it printed.
    pub(crate) fn fv<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Result<String> {
        output(command(self.binaries.join("fv"), ["-c", &self.uri()]).args(words))
    }

    /// Waits until `domstate` says `state`.
    pub(crate) fn wait_for_state(&self, domain: &str, state: &str, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        loop {
            let now = self.fv(["domstate", domain])?;
            if now.trim() == state {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "the guest is still '{}' after {} s, not '{state}'",
                    now.trim(),
                    within.as_secs()
                );
            }
            std::thread::sleep(POLL);
        }
    }

    /// What to do with a guest that runs on.
    pub(crate) fn commands_to_try(&self) -> String {
        let uri = self.uri();
        let fv = format!("{} -c '{uri}'", self.binaries.join("fv").display());
        let (home, pid) = (self.home.display(), self.pid);
        format!(
            "\nThe guest runs on. Try:\n\
             \n  {fv} console demo            (leave with Ctrl-])\
             \n  {fv} domstats demo\
             \n  {fv} qemu-monitor-command demo --hmp 'info block'\
             \n  virsh -c '{uri}' dumpxml demo\
             \n\nand to end it:\n\
             \n  {fv} destroy demo; kill {pid}; rm -r {home}\n"
        )
    }

    /// The URI a libvirt client reaches the daemon by.
    pub(crate) fn uri(&self) -> String {
        format!("qemu+unix:///system?socket={}", self.socket.display())
    }
}

fn wait_until_listening(socket: &Path, daemon: &mut Child) -> Result<()> {
    let deadline = Instant::now() + LISTEN_DEADLINE;
    while UnixStream::connect(socket).is_err() {
        if let Some(status) = daemon.try_wait()? {
            bail!("ferrovirtd ended at once: {status}");
        }
        if Instant::now() > deadline {
            bail!(
                "ferrovirtd does not listen on '{}' after {} s",
                socket.display(),
                LISTEN_DEADLINE.as_secs()
            );
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}
