//! A daemon for one test.
//!
//! Normally `ferrovirtd --root DIR` from the build, alone in DIR. With `FERROVIRT_E2E_URI` set, the
//! daemon that listens there, shared by all tests: that is how the tests are held against libvirtd.
//! The tests that kill the daemon then also need `FERROVIRT_E2E_PID_FILE` (where its pid is) and
//! `FERROVIRT_E2E_START` (a shell command that starts it again); without them they fail and say so.
//!
//! `FERROVIRTD` and `FV` name other programs than those of the build.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use tempfile::TempDir;

use crate::control_group;
use crate::document::Document;
use crate::namespace::Network;
use crate::outcome::Outcome;
use crate::process::{self, DEADLINE, Qemu, has_ended_within, kill9, terminate};

/// A daemon that does not listen by then has failed.
const LISTEN_DEADLINE: Duration = Duration::from_secs(20);

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A running daemon, its private directory and the guests made through it. All end with it.
pub struct Daemon {
    directory: TempDir,
    uri: String,
    running: Running,
    /// Variables that a daemon of ours is started with.
    environment: Vec<(String, String)>,
    /// What it is started through: nothing mostly.
    within: Vec<String>,
    guests: RefCell<Vec<String>>,
}

enum Running {
    /// Ours, started from the build.
    Private(Option<Child>),
    /// Somebody's, at `FERROVIRT_E2E_URI`.
    Shared,
}

impl Daemon {
    /// Starts a daemon and waits until it listens.
    ///
    /// # Panics
    /// When it does not come up; the message has its log.
    #[track_caller]
    pub fn start() -> Self {
        Self::configured("")
    }

    /// Starts a daemon with this configuration, which a shared one does not get.
    ///
    /// # Panics
    /// When it does not come up; the message has its log.
    #[track_caller]
    pub fn configured(configuration: &str) -> Self {
        Self::with_environment(configuration, &[])
    }

    /// Starts a daemon with this configuration and these variables; a shared one gets neither.
    ///
    /// # Panics
    /// When it does not come up; the message has its log.
    #[track_caller]
    pub fn with_environment(configuration: &str, variables: &[(&str, &str)]) -> Self {
        Self::begin(configuration, variables, Vec::new())
    }

    /// Starts a daemon whose network is another one; a shared one has its own.
    ///
    /// # Panics
    /// When it does not come up; the message has its log.
    #[track_caller]
    pub fn inside(network: &Network, variables: &[(&str, &str)]) -> Self {
        Self::begin("", variables, network.enter())
    }

    #[track_caller]
    fn begin(configuration: &str, variables: &[(&str, &str)], within: Vec<String>) -> Self {
        let environment: Vec<_> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        // Short, because the path of a socket has to fit into 107 bytes.
        let directory =
            tempfile::Builder::new().prefix("fv-").tempdir_in("/tmp").expect("/tmp is writable");
        // Another daemon may run its guests as another user.
        open_to_all(directory.path());
        if let Ok(uri) = env::var("FERROVIRT_E2E_URI") {
            return Self {
                directory,
                uri,
                running: Running::Shared,
                environment,
                within,
                guests: RefCell::default(),
            };
        }
        let socket = directory.path().join("run/libvirt/libvirt-sock");
        let uri = format!("qemu+unix:///system?socket={}", socket.display());
        let mut daemon = Self {
            directory,
            uri,
            running: Running::Private(None),
            environment,
            within,
            guests: RefCell::default(),
        };
        let etc = daemon.directory().join("etc/ferrovirt");
        fs::create_dir_all(&etc).expect("the directory is ours");
        fs::write(etc.join("ferrovirtd.toml"), configuration).expect("the directory is ours");
        daemon.spawn();
        daemon
    }

    /// The URI at which clients reach it.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The URI for clients that may only read.
    pub fn read_only_uri(&self) -> String {
        format!("{}-ro", self.uri)
    }

    /// What it has logged, over all its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory().join("daemon.log")).unwrap_or_default()
    }

    /// Where it keeps what belongs to running guests.
    pub fn runtime(&self) -> PathBuf {
        self.directory().join("run/ferrovirt/qemu")
    }

    /// A guest's log.
    pub fn guest_log(&self, name: &str) -> String {
        let path = self.directory().join(format!("var/log/ferrovirt/qemu/{name}.log"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The path of its socket.
    pub fn socket(&self) -> &str {
        let (_, path) = self.uri.split_once("socket=").expect("the URI of a test names a socket");
        path
    }

    /// Its process; none while it is killed, or if it is somebody else's.
    pub fn pid(&self) -> Option<u32> {
        match &self.running {
            Running::Private(child) => child.as_ref().map(Child::id),
            Running::Shared => None,
        }
    }

    /// A directory for the test's own files; guests may read and write in it.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Whether the daemon is another one than ferrovirtd, for the few things we do better.
    pub fn is_reference(&self) -> bool {
        matches!(self.running, Running::Shared)
    }

    /// A name for a guest that no other test uses.
    pub fn name(&self, stem: &str) -> String {
        let name =
            format!("{stem}-{}-{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed));
        self.guests.borrow_mut().push(name.clone());
        name
    }

    /// Ends `name` with the test although [`Daemon::name`] did not make it.
    pub fn adopt(&self, name: &str) {
        self.guests.borrow_mut().push(name.to_owned());
    }

    /// Writes `document` to a file and returns its path.
    pub fn write(&self, name: &str, document: &str) -> String {
        let path = self.directory().join(name);
        fs::write(&path, document)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path.to_string_lossy().into_owned()
    }

    /// Defines a guest and returns its name.
    #[track_caller]
    pub fn define(&self, document: &Document) -> String {
        let file = self.write(&format!("{}.xml", document.name()), &document.xml());
        self.virsh(["define", &file]).ok();
        document.name().to_owned()
    }

    /// A guest without disks, defined and started but with its CPUs stopped: the cheapest live one.
    #[track_caller]
    pub fn paused(&self, stem: &str) -> String {
        let name = self.define(&Document::new(&self.name(stem)));
        self.virsh(["start", &name, "--paused"]).ok();
        name
    }

    /// The UUID of a guest.
    #[track_caller]
    pub fn uuid(&self, name: &str) -> String {
        self.virsh(["domuuid", name]).word()
    }

    /// The state of a guest with its reason, as in `running (booted)`.
    #[track_caller]
    pub fn state(&self, name: &str) -> String {
        self.virsh(["domstate", name, "--reason"]).word()
    }

    /// Waits until [`Daemon::state`] is `state`.
    #[track_caller]
    pub fn reaches(&self, name: &str, state: &str) {
        let mut last = String::new();
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            last = self.state(name);
            if last == state {
                return;
            }
        }
        panic!("'{name}' is '{last}', not '{state}', after {} s", DEADLINE.as_secs());
    }

    /// The QEMU process of a running guest.
    #[track_caller]
    pub fn qemu(&self, name: &str) -> Qemu {
        Qemu::of(&self.uuid(name)).unwrap_or_else(|| panic!("no QEMU runs for '{name}'"))
    }

    /// Runs the distribution's `virsh`.
    pub fn virsh<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Outcome {
        Outcome::of(&mut self.virsh_command(words))
    }

    /// `virsh` ready to run, for those who want to hold its terminal.
    pub fn virsh_command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut virsh = Command::new("virsh");
        virsh.args(["-c", &self.uri]).args(words).env("LC_ALL", "C.UTF-8");
        virsh
    }

    /// The path of its admin socket.
    pub fn admin_socket(&self) -> String {
        self.socket().replace("libvirt-sock", "libvirt-admin-sock")
    }

    /// Runs the distribution's `virt-admin`.
    pub fn virt_admin<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Outcome {
        let uri = format!("libvirtd+unix:///system?socket={}", self.admin_socket());
        let mut admin = Command::new("virt-admin");
        Outcome::of(admin.args(["-c", &uri]).args(words).env("LC_ALL", "C.UTF-8"))
    }

    /// Runs our own `fv`.
    pub fn fv<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Outcome {
        Outcome::of(&mut self.fv_command(words))
    }

    /// `fv` ready to run.
    pub fn fv_command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut fv = Command::new(program("FV", "fv"));
        fv.args(["-c", &self.uri]).args(words);
        fv
    }

    /// Runs a Python script that finds an open connection in `conn`.
    pub fn python(&self, script: &str) -> Outcome {
        Outcome::of(&mut self.python_command(script))
    }

    /// The script of [`Daemon::python`], ready to run.
    pub fn python_command(&self, script: &str) -> Command {
        let mut python = Command::new(python());
        python.args(["-u", "-c", &format!("{PRELUDE}\n{script}")]).env("E2E_URI", &self.uri);
        python
    }

    /// Ends the daemon politely and starts it again. Guests run on.
    #[track_caller]
    pub fn restart(&mut self) {
        self.end(terminate);
        self.spawn();
    }

    /// Ends the daemon with SIGKILL; [`Daemon::revive`] starts it again.
    #[track_caller]
    pub fn kill9(&mut self) {
        self.end(kill9);
    }

    /// Starts a daemon that was killed.
    #[track_caller]
    pub fn revive(&mut self) {
        self.spawn();
    }

    #[track_caller]
    fn end(&mut self, how: fn(u32)) {
        let pid = match &self.running {
            Running::Private(child) => child.as_ref().expect("the daemon runs").id(),
            Running::Shared => shared_pid(),
        };
        how(pid);
        assert!(has_ended_within(pid, DEADLINE), "the daemon does not end");
        if let Running::Private(child) = &mut self.running
            && let Some(mut child) = child.take()
        {
            let _ = child.wait();
        }
    }

    #[track_caller]
    fn spawn(&mut self) {
        let directory = self.directory.path();
        let Running::Private(running) = &mut self.running else {
            let start = env::var("FERROVIRT_E2E_START")
                .expect("FERROVIRT_E2E_START starts the shared daemon");
            Outcome::of(Command::new("sh").args(["-c", &start])).ok();
            return;
        };
        // One log over all lives of the daemon: it is shown when the test fails.
        let log = File::options()
            .create(true)
            .append(true)
            .open(directory.join("daemon.log"))
            .expect("the log opens");
        let sockets = directory.join("run/libvirt");
        fs::create_dir_all(&sockets).expect("the directory is writable");
        let _ = fs::remove_file(sockets.join("libvirt-sock"));
        let watch = Watch::over(&sockets);
        let program = program("FERROVIRTD", "ferrovirtd").into_os_string();
        let words = self.within.iter().map(Into::into).chain([program]).collect::<Vec<OsString>>();
        let (first, rest) = words.split_first().expect("the program at least");
        let mut child = Command::new(first)
            .args(rest)
            .arg("--root")
            .arg(directory)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone().expect("a file can be duplicated"))
            .stderr(log)
            .spawn()
            .expect("ferrovirtd starts");
        let socket = sockets.join("libvirt-sock");
        let listening =
            watch.until(&mut child, || std::os::unix::net::UnixStream::connect(&socket).is_ok());
        *running = Some(child);
        let log = fs::read_to_string(directory.join("daemon.log")).unwrap_or_default();
        assert!(listening, "ferrovirtd does not listen on {}; it said:\n{log}", socket.display());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let log = self.directory.path().join("daemon.log");
        if std::thread::panicking() {
            eprintln!("--- daemon.log\n{}---", fs::read_to_string(log).unwrap_or_default());
        }
        if let Running::Private(child) = &mut self.running {
            if let Some(mut child) = child.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
        } else {
            for name in self.guests.borrow().iter() {
                self.virsh(["destroy", name]);
                self.virsh(["undefine", name]);
            }
        }
        // Whatever was made in our directory or under one of our names, known to the daemon or not.
        let directory = self.directory.path().to_string_lossy().into_owned();
        let names =
            self.guests.borrow().iter().map(|name| format!("guest={name}")).collect::<Vec<_>>();
        let left: Vec<u32> =
            names.iter().chain([&directory]).flat_map(|text| process::all_with(text)).collect();
        let groups: Vec<_> = left.iter().filter_map(|pid| control_group::find(*pid)).collect();
        left.into_iter().for_each(kill9);
        control_group::remove(&groups);
    }
}

/// What every Python script of the tests begins with.
const PRELUDE: &str = "
import os, sys, libvirt
libvirt.registerErrorHandler(lambda context, error: None, None)
def connect():
    return libvirt.open(os.environ['E2E_URI'])
conn = connect() if not os.environ.get('E2E_LATER') else None
";

/// The guest image that `cargo xtask prepare` makes: kernel and initramfs.
///
/// # Panics
/// When it has not been made.
pub fn guest_image() -> (String, String) {
    let directory = target().join("guest");
    let files = (directory.join("vmlinuz"), directory.join("initrd"));
    assert!(files.0.exists() && files.1.exists(), "no guest image: run 'cargo xtask prepare'");
    (files.0.to_string_lossy().into_owned(), files.1.to_string_lossy().into_owned())
}

/// cargo's target directory: this program is in `target/PROFILE/deps`.
fn target() -> PathBuf {
    let itself = env::current_exe().expect("a program knows its file");
    itself.ancestors().nth(3).expect("a test is three levels below the target directory").to_owned()
}

/// The program `name` of the build, or what the environment's `variable` names instead.
///
/// # Panics
/// When it has not been built.
pub fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable) {
        return path.into();
    }
    let itself = env::current_exe().expect("a program knows its file");
    let path = itself.ancestors().nth(2).expect("a test is in a profile's directory").join(name);
    assert!(path.exists(), "no {}: run 'cargo build --workspace --bins'", path.display());
    path
}

/// The Python that has libvirt's binding: the distribution's, which may not be first in PATH.
fn python() -> &'static str {
    let has_binding = |python: &&str| {
        Outcome::of(Command::new(python).args(["-c", "import libvirt"])).status == 0
    };
    ["/usr/bin/python3", "python3"]
        .into_iter()
        .filter(|python| *python == "python3" || Path::new(python).exists())
        .find(has_binding)
        .expect("no Python can import libvirt: run 'cargo xtask prepare'")
}

fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o777))
        .expect("the directory is ours");
}

fn shared_pid() -> u32 {
    let file = env::var("FERROVIRT_E2E_PID_FILE")
        .expect("FERROVIRT_E2E_PID_FILE tells the shared daemon's pid");
    let text =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("cannot read {file}: {error}"));
    text.trim().parse().unwrap_or_else(|_| panic!("'{text}' in {file} is no pid"))
}

/// Tells when something in a directory changes.
struct Watch(rustix::fd::OwnedFd);

impl Watch {
    fn over(directory: &Path) -> Self {
        let fd = inotify::init(inotify::CreateFlags::CLOEXEC).expect("inotify is there");
        let changes = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::ATTRIB;
        inotify::add_watch(&fd, directory, changes).expect("the directory can be watched");
        Self(fd)
    }

    /// Waits for a change after which `done` holds; false when the daemon ends or the time is up.
    fn until(&self, daemon: &mut Child, done: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + LISTEN_DEADLINE;
        while !done() {
            if Instant::now() > deadline || !matches!(daemon.try_wait(), Ok(None)) {
                return false;
            }
            // A socket exists before it listens, and a daemon may end without a change: look again soon.
            let soon = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
            let _ = poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&soon));
            let mut events = [0; 4096];
            let _ = rustix::io::ioctl_fionread(&self.0)
                .map(|ready| (ready > 0).then(|| rustix::io::read(&self.0, &mut events)));
        }
        true
    }
}
