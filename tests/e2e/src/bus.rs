//! A system bus of a test's own, with a real polkit on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::outcome::Outcome;
use crate::process::eventually;

/// Where distributions have polkit's daemon.
const POLKITD: [&str; 2] = ["/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd"];

/// Our own actions and the test's rules where polkit looks for them, for it alone.
const SERVE: &str = "set -e; mount --make-rprivate /
mount --bind \"$1\" /usr/share/polkit-1/actions; mount --bind \"$2\" /usr/share/polkit-1/rules.d
exec \"$3\" --no-debug";
const ACTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist/polkit");

/// A running bus and polkit; both end with it.
pub struct Bus {
    directory: PathBuf,
    bus: Child,
    polkit: Option<Child>,
}

impl Bus {
    /// Starts both, with everything in `directory`; polkit goes by the rules there.
    ///
    /// # Panics
    /// When they do not come up.
    pub fn start(directory: &Path) -> Self {
        let socket = directory.join("bus");
        let configuration = directory.join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\n\
             <policy context='default'><allow user='*'/><allow own='*'/>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/></policy>\
             </busconfig>\n",
            socket.display()
        );
        fs::write(&configuration, text).expect("the directory is writable");
        let bus = spawn(
            Command::new("dbus-daemon")
                .arg(format!("--config-file={}", configuration.display()))
                .arg("--nofork"),
        );
        eventually("the bus listens", || socket.exists().then_some(()));
        let mut all = Self { directory: directory.to_owned(), bus, polkit: None };
        all.start_polkit();
        all
    }

    /// Its D-Bus address.
    pub fn address(&self) -> String {
        format!("unix:path={}/bus", self.directory.display())
    }

    /// Starts polkit, which must not run, and waits until it answers.
    pub fn start_polkit(&mut self) {
        let program = POLKITD.into_iter().find(|path| Path::new(path).exists());
        let program = program.expect("polkitd is installed: run 'cargo xtask prepare'");
        let mut polkitd = Command::new("unshare");
        polkitd.args(["-m", "sh", "-c", SERVE, "sh", ACTIONS]).arg(&self.directory).arg(program);
        self.polkit = Some(spawn(polkitd.env("DBUS_SYSTEM_BUS_ADDRESS", self.address())));
        let itself = std::process::id().to_string();
        eventually("polkit answers", || {
            let mut pkcheck = Command::new("pkcheck");
            pkcheck.args(["--action-id", "org.libvirt.unix.monitor", "--process", &itself]);
            let answer = Outcome::of(pkcheck.env("DBUS_SYSTEM_BUS_ADDRESS", self.address()));
            (answer.status == 0).then_some(())
        });
    }

    /// Ends polkit and leaves the bus.
    pub fn end_polkit(&mut self) {
        if let Some(mut polkit) = self.polkit.take() {
            end(&mut polkit);
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.end_polkit();
        end(&mut self.bus);
        let _ = fs::remove_file(self.directory.join("bus"));
    }
}

fn spawn(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
