//! `qemu+ssh://`: a real SSH server on loopback, and our helper behind it.
#![forbid(unsafe_code)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use e2e::console::Console;
use e2e::{Daemon, Document, Outcome, daemon, eventually};

/// An SSH server that sees the daemon's sockets where a system has them.
struct Sshd {
    server: Child,
    directory: tempfile::TempDir,
    port: u16,
}

/// The server in a mount namespace of its own: nothing of it is seen outside.
const SERVE: &str = "set -e; mount --make-rprivate /; mount -t tmpfs none /run
mkdir -p /run/libvirt /run/sshd; mount --bind \"$1\" /run/libvirt; exec /usr/sbin/sshd -D -e -f \"$2\"";

/// Keys for server and client, and what each knows of the other.
const KEYS: &str = "set -e; cd \"$1\"; ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f user; cp user.pub authorized
echo \"[127.0.0.1]:$2 $(cut -d' ' -f1,2 host.pub)\" > known; chmod 600 host user authorized
printf '#!/bin/sh\\nexec ssh -F none -o BatchMode=yes -o UserKnownHostsFile=%s/known \"$@\"\\n' \"$1\" > ssh
chmod 755 ssh";

impl Sshd {
    fn over(daemon: &Daemon) -> Self {
        let directory = tempfile::tempdir().expect("/tmp is writable");
        let helper = daemon::program("VIRT_SSH_HELPER", "virt-ssh-helper");
        let programs = directory.path().join("bin");
        fs::create_dir(&programs).expect("the directory is ours");
        fs::copy(helper, programs.join("virt-ssh-helper")).expect("the helper can be copied");
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        drop(listener);
        let mut keys = Command::new("sh");
        keys.args(["-c", KEYS, "sh"]).arg(directory.path()).arg(port.to_string());
        Outcome::of(&mut keys).ok();
        let place = directory.path().display();
        let configuration = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\n\
             AuthorizedKeysFile {place}/authorized\nStrictModes no\nUsePAM no\n\
             PermitRootLogin yes\nPasswordAuthentication no\nPidFile none\n\
             SetEnv PATH={}:/usr/bin:/bin\n",
            programs.display()
        );
        fs::write(directory.path().join("sshd_config"), configuration).expect("it is ours");
        let log = fs::File::create(directory.path().join("log")).expect("it is ours");
        let sockets = Path::new(daemon.socket()).parent().expect("a socket is in a directory");
        let server = Command::new("unshare")
            .args(["-m", "sh", "-c", SERVE, "sh"])
            .arg(sockets)
            .arg(directory.path().join("sshd_config"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("unshare is there");
        let sshd = Self { server, directory, port };
        eventually("sshd listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        sshd
    }

    fn uri(&self) -> String {
        let (port, place) = (self.port, self.directory.path().display());
        let parameters = format!("keyfile={place}/user&command={place}/ssh");
        format!("qemu+ssh://root@127.0.0.1:{port}/system?{parameters}")
    }

    fn virsh_command(&self, words: &[&str]) -> Command {
        let mut virsh = Command::new("virsh");
        virsh.args(["-c", &self.uri()]).args(words).env("LC_ALL", "C.UTF-8");
        virsh
    }

    fn virsh(&self, words: &[&str]) -> Outcome {
        Outcome::of(&mut self.virsh_command(words))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn virsh_works_through_ssh() {
    let daemon = Daemon::start();
    let sshd = Sshd::over(&daemon);
    let disk = daemon.directory().join("disk.raw");
    fs::write(&disk, vec![0; 1 << 20]).expect("the directory is ours");
    fs::set_permissions(&disk, fs::Permissions::from_mode(0o666)).expect("it is ours");
    let device = format!(
        "<disk type='file'><driver name='qemu' type='raw'/><source file='{}'/>\
         <target dev='vda' bus='virtio'/></disk>",
        disk.display()
    );
    let name = daemon.name("guest");
    let file = daemon.write("guest.xml", &Document::new(&name).device(&device).xml());
    sshd.virsh(&["define", &file]).ok();
    sshd.virsh(&["start", &name, "--paused"]).ok();
    assert!(sshd.virsh(&["list", "--name"]).lines().contains(&name));
    assert!(sshd.virsh(&["domblkinfo", &name, "vda"]).ok().contains("1048576"));
    // More than one buffer of the relay.
    assert_eq!(sshd.virsh(&["capabilities"]).ok(), daemon.virsh(["capabilities"]).ok());
    sshd.virsh(&["destroy", &name]).ok();
}

#[test]
fn readers_get_the_socket_for_readers() {
    let daemon = Daemon::start();
    let sshd = Sshd::over(&daemon);
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    sshd.virsh(&["-r", "list", "--all"]).ok();
    sshd.virsh(&["-r", "start", &name]).fails("read only access prevents");
}

#[test]
fn a_console_goes_through_ssh() {
    let daemon = Daemon::start();
    let sshd = Sshd::over(&daemon);
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let mut console = Console::open_with(&mut sshd.virsh_command(&["console", &name]));
    console.shows("Escape character is ^]");
    daemon.virsh(["resume", &name]).ok();
    console.shows("ferrovirt guest is up");
    console.answers("/ # ");
    // More than the console's buffers hold.
    console.types(
        "i=0; while [ $i -lt 4000 ]; do echo line-$i; i=$((i+1)); done; echo the-$((6 * 7))-end\n",
    );
    console.shows("line-3999");
    console.shows("the-42-end");
    console.types("\x1d");
    assert_eq!(console.ends(), 0);
}

#[test]
fn where_no_daemon_is_the_helper_says_so() {
    let helper = daemon::program("VIRT_SSH_HELPER", "virt-ssh-helper");
    let uri = "qemu:///system?socket=/nonexistent/sock";
    Outcome::of(Command::new(helper).arg(uri)).fails("cannot connect to '/nonexistent/sock'");
}
