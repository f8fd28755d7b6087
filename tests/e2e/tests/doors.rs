//! Ways in from the network and by a service manager: TCP, TLS, sockets passed, readiness.
#![forbid(unsafe_code)]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use e2e::pki::{Authority, CLIENT, PAST, SERVER};
use e2e::process::{DEADLINE, has_ended_within};
use e2e::{Daemon, Listener, Outcome, daemon, eventually};
use rustix::process::{Pid, Signal, kill_process};

/// A port of this machine that nobody uses.
fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
    socket.local_addr().expect("a bound socket has an address").port()
}

/// A daemon that listens for TLS on the port, with further settings.
#[track_caller]
fn tls_daemon(port: u16, settings: &str) -> Daemon {
    Daemon::configured(&format!(
        "listen_tls = true\nlisten_addr = \"localhost\"\ntls_port = {port}\n{settings}"
    ))
}

fn tls_uri(port: u16, pkipath: &str) -> String {
    format!("qemu+tls://localhost:{port}/system?pkipath={pkipath}")
}

fn virsh(uri: &str, words: &[&str]) -> Outcome {
    Outcome::of(Command::new("virsh").args(["-c", uri]).args(words).env("LC_ALL", "C.UTF-8"))
}

fn fv(uri: &str, words: &[&str]) -> Outcome {
    Outcome::of(Command::new(daemon::program("FV", "fv")).args(["-c", uri]).args(words))
}

#[track_caller]
fn logs(daemon: &Daemon, text: &str) {
    eventually(&format!("'{text}' in the log"), || daemon.log().contains(text).then_some(()));
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process has a pid");
    kill_process(pid, signal).expect("the daemon runs");
}

#[test]
fn clients_come_in_over_tcp() {
    let port = free_port();
    let daemon = Daemon::configured(&format!(
        "listen_tcp = true\nlisten_addr = \"127.0.0.1\"\ntcp_port = {port}\nauth_tcp = \"none\"\n"
    ));
    let name = daemon.paused("guest");
    let uri = format!("qemu+tcp://127.0.0.1:{port}/system");
    assert_eq!(virsh(&uri, &["domstate", &name]).word(), "paused");
    assert_eq!(fv(&uri, &["domstate", &name]).word(), "paused");
    logs(&daemon, "auth_tcp is \"none\"");
}

#[test]
fn descriptors_do_not_travel_over_tcp() {
    let port = free_port();
    let daemon = Daemon::configured(&format!(
        "listen_tcp = true\nlisten_addr = \"127.0.0.1\"\ntcp_port = {port}\nauth_tcp = \"none\"\n"
    ));
    let name = daemon.name("guest");
    let script = format!(
        "
remote = libvirt.open('qemu+tcp://127.0.0.1:{port}/system')
remote.createXML(\"\"\"<domain type='qemu'><name>{name}</name><memory>20000</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><graphics type='vnc' port='-1' autoport='yes'/></devices></domain>\"\"\",
    libvirt.VIR_DOMAIN_START_PAUSED)
try:
    remote.lookupByName('{name}').openGraphicsFD(0)
except libvirt.libvirtError as error:
    print(error.get_error_code(), error.get_error_domain(), error)
print(conn.lookupByName('{name}').isActive())"
    );
    let expected = "1 7 internal error: Receiving file descriptors is not supported on this \
                    socket\n1";
    assert_eq!(daemon.python(&script).word(), expected);
}

#[test]
fn clients_with_a_good_certificate_come_in_over_tls() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let client = authority.issue("client", CLIENT);
    let port = free_port();
    let daemon = tls_daemon(port, &authority.settings(&server));
    let name = daemon.paused("guest");
    let uri = tls_uri(port, &authority.pkipath("good", Some(&client)));
    assert_eq!(virsh(&uri, &["domstate", &name]).word(), "paused");
    assert_eq!(fv(&uri, &["domstate", &name]).word(), "paused");
}

#[test]
fn whoever_is_refused_is_named_with_the_reason() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let good = authority.issue("client", CLIENT);
    let revoked = authority.issue("revoked", &CLIENT.replace("client1", "client2"));
    let settings = format!(
        "{}crl_file = {:?}\ntls_allowed_dn_list = [\"C=XX,O=Facts,CN=client?\"]\n",
        authority.settings(&server),
        authority.revoke(&revoked)
    );
    let port = free_port();
    let daemon = tls_daemon(port, &settings);

    let expired = authority.issue("expired", &CLIENT.replace("expiration_days = 30\n", PAST));
    let unlisted = authority.issue("unlisted", &CLIENT.replace("client1", "client10"));
    let elsewhere = Authority::new("cn = Test CA\nca\ncert_signing_key\nexpiration_days = 30\n");
    let foreign = elsewhere.issue("foreign", CLIENT);
    let none = authority.pkipath("none", None);
    let refused = [
        (none, "peer showed no certificate"),
        (authority.pkipath("expired", Some(&expired)), "notAfter is 2021-01-01T00:00:00Z"),
        (
            authority.pkipath("unlisted", Some(&unlisted)),
            "'C=XX,O=Facts,CN=client10' is not in tls_allowed_dn_list",
        ),
        (authority.pkipath("revoked", Some(&revoked)), "which the revocation list names"),
        (authority.pkipath("foreign", Some(&foreign)), "no certificate authority of ours"),
    ];
    for (pkipath, reason) in refused {
        // A client that looks at its own certificate would not even try.
        let uri = format!("{}&no_sanity=1", tls_uri(port, &pkipath));
        assert_ne!(virsh(&uri, &["uri"]).status, 0, "{reason}");
        logs(&daemon, reason);
        fv(&uri, &["uri"]).fails("does not accept our certificate");
    }
    virsh(&tls_uri(port, &authority.pkipath("good", Some(&good))), &["uri"]).ok();
}

#[test]
fn without_verification_anybody_comes_in() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let port = free_port();
    let settings = format!("{}tls_no_verify_certificate = true\n", authority.settings(&server));
    let _daemon = tls_daemon(port, &settings);
    virsh(&tls_uri(port, &authority.pkipath("none", None)), &["uri"]).ok();
}

#[test]
fn a_server_that_is_another_one_is_not_talked_to() {
    let authority = Authority::default();
    let template = "cn = elsewhere.example\ndns_name = elsewhere.example\ntls_www_server\n\
                    encryption_key\nsigning_key\nexpiration_days = 30\n";
    let server = authority.issue("server", template);
    let client = authority.issue("client", CLIENT);
    let port = free_port();
    let _daemon = tls_daemon(port, &authority.settings(&server));
    let uri = tls_uri(port, &authority.pkipath("good", Some(&client)));
    fv(&uri, &["uri"]).fails("it is not for host 'localhost'");
    fv(&format!("{uri}&no_verify=1"), &["uri"]).ok();
    let stranger = Authority::default();
    let uri = tls_uri(port, &stranger.pkipath("stranger", None));
    fv(&uri, &["uri"]).fails("no certificate authority of ours");
}

#[test]
fn a_certificate_of_its_own_that_is_unfit_keeps_the_daemon_from_starting() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let other = authority.issue("other", SERVER);
    let elsewhere = Authority::default();
    let foreign = elsewhere.issue("foreign", SERVER);
    let expired = authority.issue("expired", &SERVER.replace("expiration_days = 30\n", PAST));
    let no_signing = authority.issue("no-signing", &SERVER.replace("signing_key\n", ""));
    let is_ca = authority.issue("is-ca", &format!("{SERVER}ca\n"));
    let leaf = Authority::new("cn = Leaf\nsigning_key\nexpiration_days = 30\n");
    let missing = e2e::pki::Certificate {
        certificate: PathBuf::from("/nowhere/servercert.pem"),
        key: server.key.clone(),
    };
    let swapped =
        e2e::pki::Certificate { certificate: server.certificate.clone(), key: other.key.clone() };
    for (settings, reason) in [
        (authority.settings(&expired), "notAfter is 2021-01-01T00:00:00Z, which is past"),
        (authority.settings(&no_signing), "keyUsage is keyEncipherment, without digitalSignature"),
        (authority.settings(&is_ca), "basicConstraints is CA:TRUE"),
        (authority.settings(&foreign), "no certificate authority of ours has signed it"),
        (leaf.settings(&server), "basicConstraints is CA:FALSE"),
        (authority.settings(&missing), "'/nowhere/servercert.pem': No such file"),
        (authority.settings(&swapped), "does not go with certificate"),
    ] {
        let refusal = start(&settings);
        assert_ne!(refusal.status, 0, "{reason}");
        refusal.fails(reason);
    }
}

/// Runs a daemon that is expected not to start.
#[track_caller]
fn start(settings: &str) -> Outcome {
    let directory = tempfile::tempdir().expect("/tmp is writable");
    let file = directory.path().join("ferrovirtd.toml");
    let port = free_port();
    let text =
        format!("listen_tls = true\nlisten_addr = \"localhost\"\ntls_port = {port}\n{settings}");
    std::fs::write(&file, text).expect("the directory is ours");
    let mut daemon = Command::new(daemon::program("FERROVIRTD", "ferrovirtd"));
    Outcome::of(daemon.arg("--root").arg(directory.path()).arg("--config").arg(&file))
}

#[test]
fn new_certificates_are_for_new_clients_and_bad_ones_for_nobody() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let client = authority.issue("client", CLIENT);
    let port = free_port();
    let daemon = tls_daemon(port, &authority.settings(&server));
    let Some(pid) = daemon.pid() else { return };
    let uri = tls_uri(port, &authority.pkipath("good", Some(&client)));
    let flag = daemon.directory().join("go-on");
    let script = format!(
        "
import time
held = libvirt.open('{uri}')
print('open')
while not os.path.exists('{}'):
    time.sleep(0.02)
print('name', held.getHostname())",
        flag.display()
    );
    let mut held = Listener::spawn(&mut daemon.python_command(&script));
    held.hears("open");

    let keep = std::fs::read(&server.certificate).expect("a certificate was made");
    std::fs::write(&server.certificate, "nothing").expect("the file is ours");
    signal(pid, Signal::HUP);
    logs(&daemon, "certificates stay as they were");
    virsh(&uri, &["uri"]).ok();
    std::fs::write(&server.certificate, keep).expect("the file is ours");

    let second = Authority::default();
    let replacement = second.issue("server", SERVER);
    let newcomer = second.issue("client", CLIENT);
    for (from, to) in [
        (&second.certificate(), &authority.certificate()),
        (&replacement.certificate, &server.certificate),
        (&replacement.key, &server.key),
    ] {
        // The old authority's own file is replaced, so its client has to keep a copy: pkipath has.
        std::fs::copy(from, to).expect("the files are ours");
    }
    signal(pid, Signal::HUP);
    let new_uri = tls_uri(port, &second.pkipath("new", Some(&newcomer)));
    eventually("new certificates to be used", || {
        (virsh(&new_uri, &["uri"]).status == 0).then_some(())
    });
    assert_ne!(virsh(&uri, &["uri"]).status, 0, "the old authority is no longer trusted");
    std::fs::write(&flag, "").expect("the directory is ours");
    held.hears("name");
}

#[test]
fn those_who_never_finish_a_handshake_hold_nobody_up() {
    let authority = Authority::default();
    let server = authority.issue("server", SERVER);
    let client = authority.issue("client", CLIENT);
    let port = free_port();
    let daemon = tls_daemon(port, &authority.settings(&server));
    let uri = tls_uri(port, &authority.pkipath("good", Some(&client)));
    let connect = || TcpStream::connect(("127.0.0.1", port)).expect("the daemon listens");
    // More than may shake hands at a time, and more than clients without a name may be there.
    let silent: Vec<TcpStream> = (0..300).map(|_| connect()).collect();
    let halfway: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = connect();
            stream.write_all(&[0x16, 3, 1, 0x40, 0, 1]).expect("the daemon reads");
            stream
        })
        .collect();
    for _ in 0..20 {
        let _ = connect().write_all(b"GET / HTTP/1.1\r\n\r\n");
    }
    virsh(&uri, &["uri"]).ok();
    daemon.virsh(["uri"]).ok();
    drop((silent, halfway));
    logs(&daemon, "TLS handshake failed");
}

/// Opens sockets, passes them to a daemon as systemd does, and becomes it.
const LAUNCHER: &str = "
import os, socket, sys
program, root, port = sys.argv[1:]
passed = []
for name in ('libvirt-sock', 'libvirt-sock-ro', 'libvirt-admin-sock'):
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(root + '/run/libvirt/' + name)
    passed.append(unix)
tcp = socket.socket()
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
tcp.bind(('127.0.0.1', int(port)))
passed.append(tcp)
high = [os.dup(each.fileno()) for each in passed]
for each in passed:
    each.listen(16)
for number, fd in enumerate(high):
    os.dup2(fd, 3 + number)
    os.set_inheritable(3 + number, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(passed)),
                  LISTEN_FDNAMES='a.socket:b.socket:c.socket:d.socket')
os.execv(program, [program, '--root', root])
";

/// A daemon with passed sockets, ended with the test.
struct Activated(Child);

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for a message to the service manager that contains `text`.
#[track_caller]
fn hears(manager: &UnixDatagram, text: &str) {
    let mut buffer = [0; 4096];
    loop {
        let count = manager.recv(&mut buffer).unwrap_or_else(|error| panic!("no {text}: {error}"));
        if String::from_utf8_lossy(&buffer[..count]).lines().any(|line| line == text) {
            return;
        }
    }
}

#[test]
fn a_service_manager_passes_sockets_and_hears_how_far_the_daemon_is() {
    let directory = tempfile::Builder::new().prefix("fv-").tempdir_in("/tmp").unwrap();
    let root = directory.path();
    let sockets = root.join("run/libvirt");
    std::fs::create_dir_all(&sockets).unwrap();
    std::fs::create_dir_all(root.join("etc/ferrovirt")).unwrap();
    let port = free_port();
    let settings = format!("tcp_port = {port}\nauth_tcp = \"none\"\n");
    std::fs::write(root.join("etc/ferrovirt/ferrovirtd.toml"), settings).unwrap();
    let manager = UnixDatagram::bind(root.join("notify")).unwrap();
    manager.set_read_timeout(Some(DEADLINE)).unwrap();
    let child = Command::new("python3")
        .args(["-c", LAUNCHER])
        .arg(daemon::program("FERROVIRTD", "ferrovirtd"))
        .arg(root)
        .arg(port.to_string())
        .env("NOTIFY_SOCKET", root.join("notify"))
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let daemon = Activated(child);
    hears(&manager, "READY=1");
    let socket = sockets.join("libvirt-sock");
    virsh(&format!("qemu+unix:///system?socket={}", socket.display()), &["uri"]).ok();
    let readers = sockets.join("libvirt-sock-ro");
    let document = root.join("guest.xml");
    std::fs::write(&document, e2e::Document::new("guest").xml()).unwrap();
    virsh(
        &format!("qemu+unix:///system?socket={}", readers.display()),
        &["define", &document.to_string_lossy()],
    )
    .fails("read only");
    virsh(&format!("qemu+tcp://127.0.0.1:{port}/system"), &["uri"]).ok();

    signal(daemon.0.id(), Signal::HUP);
    hears(&manager, "RELOADING=1");
    hears(&manager, "READY=1");
    signal(daemon.0.id(), Signal::TERM);
    hears(&manager, "STOPPING=1");
    assert!(has_ended_within(daemon.0.id(), DEADLINE));
    assert!(socket.exists() && readers.exists(), "what the daemon did not make it does not remove");
    assert!(UnixStream::connect(&socket).is_err(), "nobody listens any more");
}

/// Brings bytes from input to a unix socket and back: `relay ... SOCKET`.
const RELAY: &str = "#!/usr/bin/python3
import os, socket, sys, threading
if sys.argv[1:] == ['-q']:
    sys.exit('option requires an argument -- q')
remote = socket.socket(socket.AF_UNIX)
remote.connect(sys.argv[-1])
def back():
    while data := remote.recv(65536):
        os.write(1, data)
    os._exit(0)
threading.Thread(target=back, daemon=True).start()
while data := os.read(0, 65536):
    remote.sendall(data)
";

fn script(path: &Path, text: &str) -> String {
    std::fs::write(path, text).expect("the directory is ours");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, executable).expect("the file is ours");
    path.to_string_lossy().into_owned()
}

#[test]
fn fv_reaches_a_daemon_through_ssh_and_any_other_program() {
    let daemon = Daemon::start();
    if daemon.is_reference() {
        return;
    }
    let name = daemon.define(&e2e::Document::new(&daemon.name("guest")));
    let relay = script(&daemon.directory().join("relay"), RELAY);
    let socket = daemon.socket();
    let ext =
        script(&daemon.directory().join("ext"), &format!("#!/bin/sh\nexec {relay} {socket}\n"));
    let uri = format!("qemu+ext:///system?command={ext}");
    assert_eq!(fv(&uri, &["domstate", &name]).word(), "shut off");

    // What stands for ssh runs the command here, in a shell as the other host would.
    let ssh = script(
        &daemon.directory().join("ssh"),
        "#!/bin/sh\nfor last; do :; done\nexec /bin/sh -c \"$last\"\n",
    );
    let uri = format!("qemu+ssh://root@host/system?command={ssh}&netcat={relay}&socket={socket}");
    assert_eq!(fv(&uri, &["domstate", &name]).word(), "shut off");

    let failing = script(&daemon.directory().join("failing"), "#!/bin/sh\necho no way >&2\n");
    fv(&format!("qemu+ext:///system?command={failing}"), &["uri"]).fails("no way");
}
