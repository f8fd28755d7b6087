//! A network of a test's own: devices and bridges that nobody else sees, gone with the test.

use std::process::{Child, Command, Stdio};

use crate::outcome::Outcome;
use crate::process::eventually;

/// A network namespace. Programs run in it through [`Network::enter`].
pub struct Network {
    holder: Child,
}

impl Network {
    /// Makes one, with nothing in it but a loopback device; none when this user may not.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn new() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        // It ends with the test, however that ends.
        let holder = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"])
            .stdin(Stdio::null())
            .spawn()
            .expect("setpriv starts: it is in util-linux");
        let network = Self { holder };
        let own = std::fs::read_link("/proc/self/ns/net").ok();
        eventually("a network namespace", || {
            let theirs = std::fs::read_link(network.path()).ok()?;
            (Some(theirs) != own).then_some(())
        });
        Some(network)
    }

    fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.holder.id())
    }

    /// What a program has to be started through to be in it.
    pub fn enter(&self) -> Vec<String> {
        vec!["nsenter".to_owned(), format!("--net={}", self.path())]
    }

    /// Runs a program in it.
    #[track_caller]
    pub fn run(&self, line: &str) -> Outcome {
        let words: Vec<String> =
            self.enter().into_iter().chain(line.split(' ').map(str::to_owned)).collect();
        Outcome::of(Command::new(&words[0]).args(&words[1..]).env("PATH", PATH))
    }

    /// Whether there is a device of this name.
    pub fn has(&self, device: &str) -> bool {
        self.run(&format!("ip link show dev {device}")).status == 0
    }

    /// What is known of a device.
    #[track_caller]
    pub fn device(&self, device: &str) -> String {
        self.run(&format!("ip -d -o link show dev {device}")).ok()
    }
}

/// Where the programs of the system are.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
