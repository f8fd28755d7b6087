//! Who may do what: the socket for readers, and the daemon of an ordinary user.
#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "a failing test shows the daemon's log")]

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};

use e2e::{Daemon, Document, Outcome, daemon, eventually, process};

/// Runs `virsh` on the socket for readers.
fn reader(daemon: &Daemon, words: &[&str]) -> Outcome {
    let mut virsh = Command::new("virsh");
    Outcome::of(
        virsh.args(["-r", "-c", &daemon.read_only_uri()]).args(words).env("LC_ALL", "C.UTF-8"),
    )
}

#[test]
fn readers_read() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    for words in [
        &["list", "--all"][..],
        &["dominfo", &name],
        &["domstate", &name],
        &["dumpxml", &name],
        &["domstats", &name],
        &["capabilities"],
        &["nodeinfo"],
    ] {
        reader(&daemon, words).ok();
    }
}

#[test]
fn readers_change_nothing_and_see_no_secrets() {
    let daemon = Daemon::start();
    let vnc = "<graphics type='vnc' passwd='hush'/>";
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(vnc));
    let file = daemon.write("other.xml", &Document::new(&daemon.name("other")).xml());
    for (words, call) in [
        (&["start", &name][..], "virDomainCreate"),
        (&["destroy", &name], "virDomainDestroy"),
        (&["undefine", &name], "virDomainUndefine"),
        (&["define", &file], "virDomainDefineXML"),
        (&["autostart", &name], "virDomainSetAutostart"),
        (&["desc", &name, "--config", "x"], "virDomainSetMetadata"),
    ] {
        // virsh has several calls for one command; which one it tried first is its business.
        reader(&daemon, words).fails(&format!("read only access prevents {call}"));
    }
    reader(&daemon, &["dumpxml", &name, "--security-info"]).fails("operation forbidden");
    assert!(!reader(&daemon, &["dumpxml", &name]).ok().contains("hush"));
    assert!(daemon.virsh(["dumpxml", &name, "--security-info"]).ok().contains("hush"));
    assert_eq!(daemon.state(&name), "shut off (unknown)");
    assert_eq!(daemon.virsh(["list", "--all", "--name"]).lines(), [name]);
}

#[test]
fn the_socket_for_readers_stays_one_whatever_the_client_claims() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    // Without -r the client asks for everything.
    let mut virsh = Command::new("virsh");
    let claim = Outcome::of(virsh.args(["-c", &daemon.read_only_uri(), "start", &name]));
    claim.fails("read only access prevents");
    assert_eq!(daemon.state(&name), "shut off (unknown)");
}

/// The daemon of an ordinary user, which no account needs to exist for.
struct Session {
    /// None while clients have to start it.
    daemon: Option<Child>,
    home: tempfile::TempDir,
}

/// The user: nobody.
const USER: &str = "65534";

impl Session {
    /// A home with the daemon in it, under the name that libvirt's clients look for.
    fn prepare() -> Self {
        let home =
            tempfile::Builder::new().prefix("fv-").tempdir_in("/tmp").expect("/tmp is writable");
        // Where the build is, others may not look.
        fs::copy(daemon::program("FERROVIRTD", "ferrovirtd"), home.path().join("libvirtd"))
            .expect("the build can be read");
        Outcome::of(Command::new("chown").args(["-R", USER]).arg(home.path())).ok();
        Self { daemon: None, home }
    }

    fn start() -> Self {
        let mut session = Self::prepare();
        let home = &session.home;
        let log = fs::File::create(home.path().join("daemon.log")).expect("the directory is ours");
        let mut command = Self::command(home);
        let daemon = command
            .arg(home.path().join("libvirtd"))
            .stdout(log.try_clone().expect("a file can be duplicated"))
            .stderr(log)
            .spawn()
            .expect("setpriv starts");
        session.daemon = Some(daemon);
        eventually("the daemon to listen", || UnixStream::connect(session.socket()).ok());
        session
    }

    /// A command as that user, at home.
    fn command(home: &tempfile::TempDir) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path().join("run"))
            .current_dir(home.path());
        command
    }

    fn socket(&self) -> String {
        self.home.path().join("run/libvirt/libvirt-sock").to_string_lossy().into_owned()
    }

    fn virsh(&self, words: &[&str]) -> Outcome {
        let uri = format!("qemu+unix:///session?socket={}", self.socket());
        Outcome::of(Self::command(&self.home).args(["virsh", "-c", &uri]).args(words))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.home.path().join("daemon.log"));
            eprintln!("--- daemon.log\n{}---", log.unwrap_or_default());
        }
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        // One that a client started.
        process::all_of(&self.home.path().join("libvirtd")).into_iter().for_each(process::kill9);
        process::all_with(&self.home.path().to_string_lossy()).into_iter().for_each(process::kill9);
    }
}

#[test]
fn an_ordinary_user_runs_guests_of_his_own() {
    let session = Session::start();
    assert!(session.virsh(&["uri"]).word().starts_with("qemu+unix:///session"));
    let file = session.home.path().join("guest.xml");
    fs::write(&file, Document::new("mine").xml()).unwrap();
    session.virsh(&["define", &file.to_string_lossy()]).ok();
    session.virsh(&["start", "mine", "--paused"]).ok();
    let uuid = session.virsh(&["domuuid", "mine"]).word();
    let qemu = e2e::Qemu::of(&uuid).expect("the guest runs");
    let status = fs::read_to_string(format!("/proc/{}/status", qemu.pid)).unwrap();
    assert!(status.contains(&format!("Uid:\t{USER}\t")), "{status}");
    session.virsh(&["dommemstat", "mine"]).ok();
    session.virsh(&["destroy", "mine"]).ok();
    qemu.ends();
    session.virsh(&["undefine", "mine"]).ok();
}

#[test]
fn a_client_starts_the_daemon_of_its_session() {
    let session = Session::prepare();
    let mut virsh = Session::command(&session.home);
    let virsh = virsh.env("LIBVIRTD_PATH", session.home.path());
    assert_eq!(
        Outcome::of(virsh.args(["virsh", "-c", "qemu:///session", "uri"])).word(),
        "qemu:///session"
    );
    // It is there for the next one.
    assert!(session.virsh(&["uri"]).word().starts_with("qemu+unix:///session"));
}
