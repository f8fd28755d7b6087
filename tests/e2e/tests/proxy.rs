//! `fv trace proxy`: what passes is told, and passes as it is, before any daemon.
#![forbid(unsafe_code)]

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

use e2e::daemon::program;
use e2e::libvirtd::Libvirtd;
use e2e::wire::packet;
use e2e::{Daemon, Listener, Outcome};
use serde_json::Value;

/// A proxy before the daemon at `socket`, listening in `directory`.
struct Proxy {
    lines: Listener,
    socket: String,
}

impl Proxy {
    #[track_caller]
    fn before(socket: &str, directory: &Path, options: &[&str]) -> Self {
        let listen = directory.join("proxy-sock").display().to_string();
        let mut fv = Command::new(program("FV", "fv"));
        fv.args(["trace", "proxy", socket, "--listen", &listen]).args(options);
        let mut lines = Listener::spawn(&mut fv);
        lines.hears("ready");
        Self { lines, socket: listen }
    }

    fn virsh(&self, driver: &str, words: &[&str]) -> Outcome {
        let (scheme, path) = driver.split_once(':').expect("a URI");
        let uri = format!("{scheme}+unix:{path}?socket={}", self.socket);
        let mut virsh = Command::new("virsh");
        Outcome::of(virsh.args(["-c", &uri]).args(words).env("LC_ALL", "C.UTF-8"))
    }

    #[track_caller]
    fn connect(&self) -> UnixStream {
        UnixStream::connect(&self.socket).expect("the proxy listens")
    }
}

#[test]
fn calls_of_a_real_virsh_to_a_real_libvirtd_are_told() {
    let libvirtd = Libvirtd::start();
    let directory = tempfile::tempdir().unwrap();
    let mut proxy = Proxy::before(&libvirtd.socket(), directory.path(), &["-v"]);
    let state = proxy.virsh("test:///default", &["domstate", "test"]).word();
    assert_eq!(state, "running");
    let opened = proxy.lines.hears("opened");
    let me = format!("uid={}", rustix::process::geteuid().as_raw());
    assert!(opened.contains("client=1") && opened.contains(&me), "{opened}");
    let call = proxy.lines.hears("domain_lookup_by_name(call, ok, ");
    assert!(call.contains("server rx") && call.ends_with(r#"<- name="test""#), "{call}");
    let reply = proxy.lines.hears("domain_get_state(reply, ok, ");
    assert!(reply.contains("server tx") && reply.contains(" total="), "{reply}");
    assert!(reply.contains("-> state=1 reason="), "{reply}");
    proxy.lines.hears("closed client=1");
    // What fails, fails as it does without the proxy, and its reason is told.
    proxy.virsh("test:///default", &["domstate", "nosuch"]).fails("failed to get domain 'nosuch'");
    let failure = proxy.lines.hears("domain_lookup_by_name(reply, error, ");
    assert!(failure.contains("error=42 \"Domain not found"), "{failure}");
}

#[test]
fn ferrovirtd_is_watched_as_well_by_filter_and_for_programs() {
    let daemon = Daemon::start();
    let options = ["--json", "--procedure", "*_hostname"];
    let mut proxy = Proxy::before(daemon.socket(), daemon.directory(), &options);
    let here = daemon.virsh(["hostname"]).ok();
    assert_eq!(proxy.virsh("qemu:///system", &["hostname"]).ok(), here);
    let call: Value = serde_json::from_str(&proxy.lines.hears("packet")).unwrap();
    assert_eq!(call["procedure"], "connect_get_hostname");
    assert_eq!(call["type"], "call");
    let reply: Value = serde_json::from_str(&proxy.lines.hears("packet")).unwrap();
    assert_eq!((&reply["type"], &reply["serial"]), (&"reply".into(), &call["serial"]));
    assert!(reply["total_us"].is_u64(), "{reply}");
    assert_eq!(reply.get("job_us"), None, "what a proxy cannot know it does not say");
    assert!(proxy.lines.passed_over().is_empty(), "{:?}", proxy.lines.passed_over());
}

/// A daemon that answers each byte with the same byte, until the client is done.
fn echo(directory: &Path) -> String {
    let path = directory.join("echo-sock");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let (mut from, mut to) = (&client, &client);
                let copied = std::io::copy(&mut from, &mut to);
                let _ = client.shutdown(Shutdown::Write);
                copied
            });
        }
    });
    path.display().to_string()
}

/// Sends `bytes` through the proxy while reading what comes back, to the end.
#[track_caller]
fn there_and_back(proxy: &Proxy, bytes: &[u8]) -> Vec<u8> {
    let mut socket = proxy.connect();
    let mut sender = socket.try_clone().unwrap();
    let mut back = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            sender.write_all(bytes).unwrap();
            sender.shutdown(Shutdown::Write).unwrap();
        });
        socket.read_to_end(&mut back).unwrap();
    });
    back
}

#[test]
fn every_byte_passes_as_it_is_whatever_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = echo(directory.path());
    let mut proxy = Proxy::before(&daemon, directory.path(), &[]);
    // More than all buffers on the way hold, and no packet of anybody's.
    let noise: Vec<u8> =
        (0..3_000_000_u32).map(|n| !(n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(there_and_back(&proxy, &noise) == noise, "bytes were changed");
    proxy.lines.hears("no packet begins with");
    let http = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n";
    assert_eq!(there_and_back(&proxy, http), http);
    proxy.lines.hears("no packet begins with 'GET / HTTP/1.1");
    let hello = [&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01][..], &[7; 600]].concat();
    assert_eq!(there_and_back(&proxy, &hello), hello);
    proxy.lines.hears("TLS begins; what follows cannot be read");
    let strange = packet([0x1234_5678, 9, 77, 0, 5, 0], b"data");
    assert_eq!(there_and_back(&proxy, &strange), strange);
    proxy.lines.hears("msg=0x12345678.9.77(call, ok, 5) len=32");
}

#[test]
fn what_follows_a_sasl_layer_is_said_to_be_hidden() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = echo(directory.path());
    let mut proxy = Proxy::before(&daemon, directory.path(), &[]);
    // What the client says comes back as if the daemon said it: a reply that ends SASL
    // (complete, no data), then something wrapped.
    let done = [1_u32, 1, 0].map(u32::to_be_bytes).concat();
    let mut talk = packet([0x2000_8086, 1, 69, 1, 3, 0], &done);
    let mut socket = proxy.connect();
    socket.write_all(&talk).unwrap();
    let mut back = vec![0; talk.len()];
    socket.read_exact(&mut back).unwrap();
    talk = [&[0, 0, 0, 40][..], &[0xa5; 40]].concat();
    socket.write_all(&talk).unwrap();
    back.resize(talk.len(), 0);
    socket.read_exact(&mut back).unwrap();
    assert_eq!(back, talk);
    proxy.lines.hears("a SASL security layer begins; what follows cannot be read");
}

#[test]
fn nobody_else_comes_in_and_the_socket_goes_with_the_proxy() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = echo(directory.path());
    // A place of its own is as private as one that it is given.
    let mut fv = Command::new(program("FV", "fv"));
    let mut own = Listener::spawn(fv.args(["trace", "proxy", &daemon, "--json"]));
    let ready: Value = serde_json::from_str(&own.hears("ready")).unwrap();
    let socket = ready["socket"].as_str().unwrap();
    assert_eq!(ready["uri"], format!("qemu+unix:///system?socket={socket}"));
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(socket)), 0o600);
    assert_eq!(mode(Path::new(socket).parent().unwrap()), 0o700);
    own.terminate();
    assert!(!Path::new(socket).parent().unwrap().exists(), "the directory stays");
}

#[test]
fn a_daemon_that_is_not_there_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let nobody = directory.path().join("nobody").display().to_string();
    let mut proxy = Proxy::before(&nobody, directory.path(), &[]);
    let mut rest = Vec::new();
    proxy.connect().read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
    proxy.lines.hears("cannot connect to the daemon");
}
