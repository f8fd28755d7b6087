//! The daemon as a process: what it makes, whom it refuses, how it ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Long enough for a loaded machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon that says what it does.
struct Daemon {
    child: Child,
    log: Receiver<String>,
}

fn command(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferrovirtd"));
    command.arg("--root").arg(root).stderr(Stdio::piped()).env_remove("FERROVIRT_LOG");
    command
}

impl Daemon {
    fn start(root: &Path) -> Self {
        let mut child = command(root).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = channel();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut daemon = Self { child, log };
        daemon.log_says("is ready");
        daemon
    }

    /// Reads the log up to a line with these words.
    fn log_says(&mut self, words: &str) -> String {
        let mut seen = Vec::new();
        loop {
            let Ok(line) = self.log.recv_timeout(PATIENCE) else {
                panic!("the daemon does not say '{words}' but {seen:#?}");
            };
            if line.contains(words) {
                return line;
            }
            seen.push(line);
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended, which is what most of these tests are about.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a daemon that does not start says.
fn refusal(root: &Path) -> String {
    let Output { status, stderr, .. } = command(root).output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_serves_until_it_is_told_to_end_and_leaves_no_socket() {
    let root = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::start(root.path());
    let socket = root.path().join("run/libvirt/libvirt-sock");
    let client = UnixStream::connect(&socket).unwrap();
    daemon.signal(Signal::TERM);
    assert!(daemon.child.wait().unwrap().success());
    assert!(!socket.exists());
    drop(client);
}

#[test]
fn two_daemons_do_not_share_a_root() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(root.path());
    let refusal = refusal(root.path());
    assert!(refusal.contains(&format!("(pid {})", daemon.child.id())), "{refusal}");
    UnixStream::connect(root.path().join("run/libvirt/libvirt-sock")).unwrap();
}

#[test]
fn a_daemon_that_was_killed_is_no_obstacle() {
    let root = tempfile::tempdir().unwrap();
    let mut killed = Daemon::start(root.path());
    killed.signal(Signal::KILL);
    killed.child.wait().unwrap();
    assert!(root.path().join("run/libvirt/libvirt-sock").exists());
    let _next = Daemon::start(root.path());
    UnixStream::connect(root.path().join("run/libvirt/libvirt-sock")).unwrap();
}

#[test]
fn another_daemon_on_the_socket_is_named() {
    let root = tempfile::tempdir().unwrap();
    let sockets = root.path().join("run/libvirt");
    std::fs::create_dir_all(&sockets).unwrap();
    let _other = std::os::unix::net::UnixListener::bind(sockets.join("libvirt-sock")).unwrap();
    let refusal = refusal(root.path());
    assert!(refusal.contains(&format!("pid {}", std::process::id())), "{refusal}");
    assert!(refusal.contains("--root DIR"), "{refusal}");
}

#[test]
fn configuration_is_read_again_on_sighup_and_a_bad_one_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("etc/ferrovirt/ferrovirtd.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "log_level = \"info\"\n").unwrap();
    let mut daemon = Daemon::start(root.path());
    std::fs::write(&file, "max_client_requests = 0\n").unwrap();
    daemon.signal(Signal::HUP);
    assert!(daemon.log_says("stays as it was").contains("max_client_requests = 0"));
    std::fs::write(&file, "log_level = \"debug\"\n").unwrap();
    daemon.signal(Signal::HUP);
    daemon.log_says("was read again");
    let _client = UnixStream::connect(root.path().join("run/libvirt/libvirt-sock")).unwrap();
    daemon.log_says("client connected");
}

#[test]
fn without_the_policy_that_it_is_to_go_by_there_is_no_daemon() {
    let root = tempfile::tempdir().unwrap();
    let etc = root.path().join("etc/ferrovirt");
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::write(etc.join("ferrovirtd.toml"), "access_drivers = [\"policy\"]\n").unwrap();
    let missing = refusal(root.path());
    assert!(missing.contains("etc/ferrovirt/access.toml"), "{missing}");
    std::fs::write(etc.join("access.toml"), "[[rule]]\nwho = [{ uid = 0 }]\nmay = [\"fly\"]\n")
        .unwrap();
    let wrong = refusal(root.path());
    assert!(wrong.contains("line 3: 'fly'"), "{wrong}");
    let check = command(root.path()).arg("--check-config").output().unwrap();
    assert!(String::from_utf8(check.stderr).unwrap().contains("line 3: 'fly'"));
}

#[test]
fn the_configuration_can_be_checked_alone() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("ours.toml");
    std::fs::write(&file, "keepalive_interval = 7\nmax_cleints = 3\n").unwrap();
    let check = |file: &Path| {
        command(root.path()).arg("--check-config").arg("--config").arg(file).output().unwrap()
    };
    let bad = check(&file);
    let text = String::from_utf8(bad.stderr).unwrap();
    assert!(!bad.status.success());
    assert!(text.contains("line 2") && text.contains("max_cleints"), "{text}");
    std::fs::write(&file, "keepalive_interval = 7\n").unwrap();
    assert!(check(&file).status.success());
    assert!(!check(Path::new("/no/such/file")).status.success());
}
