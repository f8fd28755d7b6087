//! Who gets in: names and passwords over every transport, and polkit.
#![forbid(unsafe_code)]

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Arc, Mutex};

use e2e::bus::Bus;
use e2e::{Daemon, Document, Outcome, daemon};

/// Users of every machine.
const DAEMON: u32 = 1;
const BIN: u32 = 2;
const NOBODY: u32 = 65_534;

/// Whatever the action, one of them may and one may not.
const RULES: &str = "polkit.addRule(function(action, subject) {
    if (subject.user == 'daemon') return polkit.Result.NO;
    if (subject.user == 'bin') return polkit.Result.YES;
});";

/// A password file in which ann and bob are.
fn enrol(daemon: &Daemon) {
    for user in ["ann", "bob"] {
        sasl_passwd(daemon, &format!("printf secret | \"$@\" --password-stdin {user}")).ok();
    }
}

/// Runs `fv sasl-passwd --file FILE` as `"$@"` in a shell.
fn sasl_passwd(daemon: &Daemon, script: &str) -> Outcome {
    let file = daemon.directory().join("etc/ferrovirt/sasl.db");
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(daemon::program("FV", "fv"));
    Outcome::of(shell.args(["sasl-passwd", "--file"]).arg(file))
}

/// A file with name and password, for clients.
fn auth_file(daemon: &Daemon, user: &str, password: &str) -> String {
    let text = format!(
        "[credentials-one]\nauthname={user}\npassword={password}\n\
         [auth-libvirt-default]\ncredentials=one\n"
    );
    daemon.write(&format!("auth-{user}-{password}.conf"), &text)
}

fn virsh(uri: &str, words: &[&str]) -> Outcome {
    let mut virsh = Command::new("virsh");
    Outcome::of(virsh.args(["-c", uri]).args(words).env("LC_ALL", "C.UTF-8"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

#[test]
fn a_unix_socket_wants_a_name_and_a_password() {
    let daemon =
        Daemon::configured("auth_unix_rw = \"sasl\"\nsasl_allowed_username_list = [\"a*\"]\n");
    enrol(&daemon);
    let uri = |user, password| {
        format!("{}&authfile={}", daemon.uri(), auth_file(&daemon, user, password))
    };
    virsh(&uri("ann", "secret"), &["list"]).ok();
    for (user, password) in [("ann", "wrong"), ("eve", "secret"), ("bob", "secret")] {
        virsh(&uri(user, password), &["list"]).fails("authentication failed");
    }
    let log = daemon.log();
    for line in [
        "user \"ann\": unknown user or wrong password",
        "user \"eve\": unknown user or wrong password",
        "user \"bob\" is not in sasl_allowed_username_list",
    ] {
        assert!(log.contains(line), "{line} is not in the log");
    }
    assert!(!log.contains("secret") && !log.contains("wrong\""), "a password is in the log");
}

#[test]
fn fv_logs_in_with_libvirts_auth_file() {
    let daemon = Daemon::configured("auth_unix_rw = \"sasl\"\n");
    enrol(&daemon);
    let fv = |uri: &str, file: Option<&str>| {
        let mut fv = Command::new(daemon::program("FV", "fv"));
        fv.args(["-c", uri, "uri"]).env_remove("XDG_CONFIG_HOME").env("HOME", daemon.directory());
        Outcome::of(fv.envs(file.map(|file| ("LIBVIRT_AUTH_FILE", file))))
    };
    let right = auth_file(&daemon, "ann", "secret");
    let wrong = auth_file(&daemon, "ann", "wrong");
    fv(&format!("{}&authfile={right}", daemon.uri()), None).ok();
    fv(daemon.uri(), Some(&right)).ok();
    fv(daemon.uri(), Some(&wrong)).fails("authentication failed: authentication failed");
    fv(daemon.uri(), None).fails("no auth file has name and password");
    fv(&format!("{}&authfile={right}&auth=sasl.PLAIN", daemon.uri()), None).fails("no mechanism");
}

#[test]
fn users_come_and_go_while_the_daemon_runs() {
    let daemon = Daemon::configured("auth_unix_rw = \"sasl\"\n");
    let uri =
        |password| format!("{}&authfile={}", daemon.uri(), auth_file(&daemon, "ann", password));
    virsh(&uri("secret"), &["list"]).fails("authentication failed");
    enrol(&daemon);
    assert_eq!(sasl_passwd(&daemon, "\"$@\" --list").lines(), ["ann", "bob"]);
    virsh(&uri("secret"), &["list"]).ok();
    sasl_passwd(&daemon, "printf other | \"$@\" ann --password-stdin").ok();
    virsh(&uri("secret"), &["list"]).fails("authentication failed");
    virsh(&uri("other"), &["list"]).ok();
    sasl_passwd(&daemon, "\"$@\" ann --delete").ok();
    virsh(&uri("other"), &["list"]).fails("authentication failed");
    sasl_passwd(&daemon, "\"$@\" ann --delete").fails("no user 'ann'");
    sasl_passwd(&daemon, "printf x | \"$@\" 'a b' --password-stdin").fails("cannot be the name");
}

#[test]
fn a_password_without_a_layer_stays_off_unix_sockets() {
    let daemon = Daemon::configured("auth_unix_rw = \"sasl\"\n");
    enrol(&daemon);
    let file = auth_file(&daemon, "ann", "secret");
    for mechanism in ["PLAIN", "DIGEST-MD5"] {
        let uri = format!("{}&authfile={file}&auth=sasl.{mechanism}", daemon.uri());
        let refusal = format!("SASL mechanism {mechanism} not supported by server");
        virsh(&uri, &["list"]).fails(&refusal);
    }
}

/// Passes bytes on and keeps what passed.
fn listening_relay(to: u16) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).expect("the daemon listens");
            for (from, to) in [(&client, &server), (&server, &client)] {
                let mut from = from.try_clone().expect("a socket can be duplicated");
                let mut to = to.try_clone().expect("a socket can be duplicated");
                let ears = Arc::clone(&ears);
                std::thread::spawn(move || {
                    let mut buffer = [0; 8192];
                    while let Ok(count @ 1..) = from.read(&mut buffer) {
                        ears.lock().expect("nobody panics here").extend(&buffer[..count]);
                        if to.write_all(&buffer[..count]).is_err() {
                            break;
                        }
                    }
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
    });
    (port, heard)
}

#[test]
fn plain_tcp_is_encrypted_by_the_mechanism_that_virsh_knows() {
    let port = free_port();
    let daemon = Daemon::configured(&format!(
        "listen_tcp = true\nlisten_addr = \"127.0.0.1\"\ntcp_port = {port}\n"
    ));
    enrol(&daemon);
    let (relay, heard) = listening_relay(port);
    let uri = |user, password| {
        let file = auth_file(&daemon, user, password);
        format!("qemu+tcp://127.0.0.1:{relay}/system?authfile={file}")
    };
    let text = "needle ".repeat(60_000);
    let name = daemon.name("guest");
    let document = Document::new(&name).xml();
    let document =
        document.replacen("</name>", &format!("</name><description>{text}</description>"), 1);
    let file = daemon.write("large.xml", &document);
    // Both directions need several messages of the layer.
    virsh(&uri("ann", "secret"), &["define", &file]).ok();
    assert_eq!(virsh(&uri("ann", "secret"), &["desc", &name]).word(), text.trim());
    {
        let heard = heard.lock().expect("nobody panics here");
        assert!(heard.len() > 2 * text.len(), "all of it has passed by the relay");
        let understood = heard.windows(6).any(|window| window == b"needle");
        assert!(!understood, "what was said can be understood on the way");
    }
    virsh(&uri("ann", "wrong"), &["list"]).fails("authentication failed");
    virsh(&uri("eve", "secret"), &["list"]).fails("authentication failed");
    let weak = format!("{}&auth=sasl.SCRAM-SHA-256", uri("ann", "secret"));
    virsh(&weak, &["list"]).fails("SASL mechanism SCRAM-SHA-256 not supported by server");
}

/// An authority, and certificates for a server on loopback and for a client.
const CERTIFICATES: &str = "set -e; cd \"$1\"
new() { openssl req -newkey rsa:2048 -nodes -keyout $1key.pem -out $1.csr -subj \"$2\"; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout cakey.pem -out cacert.pem -days 2 -subj /CN=ca \\
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
new server /CN=127.0.0.1; new client /CN=client
sign() { openssl x509 -req -in $1.csr -CA cacert.pem -CAkey cakey.pem -CAcreateserial -days 2 \\
  -extfile $1.ext -out $1cert.pem; }
printf 'subjectAltName=IP:127.0.0.1\\nkeyUsage=digitalSignature,keyEncipherment\\nextendedKeyUsage=serverAuth\\n' > server.ext
printf 'keyUsage=digitalSignature,keyEncipherment\\nextendedKeyUsage=clientAuth\\n' > client.ext
sign server; sign client; chmod 600 *key.pem";

#[test]
fn tls_may_carry_a_password_as_it_is() {
    let pki = tempfile::tempdir().expect("/tmp is writable");
    Outcome::of(Command::new("sh").args(["-c", CERTIFICATES, "sh"]).arg(pki.path())).ok();
    let (port, pki) = (free_port(), pki.path().display());
    let daemon = Daemon::configured(&format!(
        "listen_tls = true\nlisten_addr = \"127.0.0.1\"\ntls_port = {port}\nauth_tls = \"sasl\"\n\
         ca_file = \"{pki}/cacert.pem\"\ncert_file = \"{pki}/servercert.pem\"\n\
         key_file = \"{pki}/serverkey.pem\"\n"
    ));
    enrol(&daemon);
    let uri = |password, mechanism| {
        let file = auth_file(&daemon, "ann", password);
        format!(
            "qemu+tls://127.0.0.1:{port}/system?pkipath={pki}&authfile={file}&auth=sasl.{mechanism}"
        )
    };
    for mechanism in ["PLAIN", "SCRAM-SHA-256"] {
        virsh(&uri("secret", mechanism), &["list"]).ok();
        virsh(&uri("wrong", mechanism), &["list"]).fails("authentication failed");
    }
    let weak = uri("secret", "DIGEST-MD5");
    virsh(&weak, &["list"]).fails("SASL mechanism DIGEST-MD5 not supported by server");
}

fn virsh_as(user: u32, uri: &str, words: &[&str]) -> Outcome {
    let mut virsh = Command::new("virsh");
    virsh.uid(user).gid(user).args(["-c", uri]).args(words).env("LC_ALL", "C.UTF-8");
    Outcome::of(virsh.env("HOME", "/nonexistent").current_dir("/"))
}

/// A directory with rules for polkit.
fn rules(text: &str) -> tempfile::TempDir {
    let directory = tempfile::Builder::new().prefix("fv-bus-").tempdir_in("/tmp").expect("/tmp");
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(directory.path(), permissions).expect("the directory is ours");
    fs::write(directory.path().join("10-test.rules"), text).expect("the directory is ours");
    directory
}

#[test]
fn polkit_decides_about_everybody_but_root() {
    let directory = rules(RULES);
    let mut bus = Bus::start(directory.path());
    let daemon = Daemon::with_environment(
        "auth_unix_rw = \"polkit\"\nauth_unix_ro = \"polkit\"\n",
        &[("DBUS_SYSTEM_BUS_ADDRESS", &bus.address())],
    );
    daemon.virsh(["list"]).ok();
    let main = |words: &[&str]| virsh_as(NOBODY, daemon.uri(), words);
    // Everybody may look; to do more is for those who know a password, and nobody asks for it here.
    virsh_as(NOBODY, &daemon.read_only_uri(), &["-r", "list"]).ok();
    main(&["list"]).fails(
        "authentication unavailable: no polkit agent available to authenticate action \
         'org.libvirt.unix.manage'",
    );

    virsh_as(DAEMON, daemon.uri(), &["list"])
        .fails("authentication failed: access denied by policy");
    virsh_as(BIN, daemon.uri(), &["list"]).ok();

    bus.end_polkit();
    main(&["list"]).fails("error from service: polkit is not there");
    daemon.virsh(["list"]).ok();
    bus.start_polkit();
    main(&["list"]).fails("no polkit agent available");

    drop(bus);
    main(&["list"]).fails("cannot reach the system bus");
    let _bus = Bus::start(directory.path());
    main(&["list"]).fails("no polkit agent available");
}

/// Who is nobody sees every guest but the hidden one, and may start the one that is his.
const CALLS: &str = "polkit.addRule(function(action, subject) {
    if (subject.user != 'nobody') return polkit.Result.YES;
    var guest = action.lookup('domain_name');
    if (guest == 'hidden') return polkit.Result.NO;
    if (action.id == 'org.libvirt.api.domain.start' && guest == 'his' &&
        action.lookup('connect_driver') == 'QEMU') return polkit.Result.YES;
});";

#[test]
fn polkit_decides_about_each_call_and_each_guest_of_a_list() {
    let directory = rules(CALLS);
    let bus = Bus::start(directory.path());
    let daemon = Daemon::with_environment(
        "unix_sock_rw_perms = \"0777\"\naccess_drivers = [\"polkit\"]\n",
        &[("DBUS_SYSTEM_BUS_ADDRESS", &bus.address())],
    );
    for name in ["his", "other", "hidden"] {
        daemon.define(&Document::new(name));
    }
    let his = |words: &[&str]| virsh_as(NOBODY, daemon.uri(), words);
    let listed = his(&["list", "--all", "--name"]).ok();
    assert_eq!(listed.split_whitespace().collect::<Vec<_>>(), ["his", "other"]);
    assert_eq!(daemon.virsh(["list", "--all", "--name"]).ok().split_whitespace().count(), 3);
    his(&["dominfo", "other"]).ok();
    his(&["dominfo", "hidden"]).fails("error: ");
    his(&["start", "other", "--paused"]).fails("access denied");
    his(&["start", "his", "--paused"]).ok();
    his(&["destroy", "his"]).fails("access denied");
    daemon.virsh(["destroy", "his"]).ok();
    drop(bus);
    his(&["list"]).fails("error: ");
}
