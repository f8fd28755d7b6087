//! Secrets: made, given values, asked for them, taken away, refused. Values show nowhere else.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

use e2e::{Daemon, Listener, Outcome, eventually};

/// `geheim`
const VALUE: &str = "Z2VoZWlt";
const OTHER_VALUE: &str = "YW5kZXJlcw==";

fn uuid(number: u8) -> String {
    format!("5d2f9a6e-0000-4000-8000-0000000004{number:02x}")
}

fn document(uuid: &str, flags: &str, usage: &str) -> String {
    let usage = match usage {
        "" => String::new(),
        id => format!("<usage type='ceph'><name>{id}</name></usage>"),
    };
    format!("<secret {flags}><uuid>{uuid}</uuid>{usage}</secret>")
}

fn define(daemon: &Daemon, document: &str) -> Outcome {
    let file = daemon.write("secret.xml", document);
    daemon.virsh(["secret-define", &file])
}

fn set(daemon: &Daemon, uuid: &str, value: &str) -> Outcome {
    let file = daemon.write("value", value);
    daemon.virsh(["secret-set-value", uuid, "--file", &file])
}

fn value(daemon: &Daemon, uuid: &str) -> Outcome {
    daemon.virsh(["secret-get-value", uuid])
}

#[test]
fn a_secret_is_defined_has_a_value_and_is_undefined() {
    let mut daemon = Daemon::start();
    let (uuid, usage) = (uuid(1), daemon.name("usage"));
    assert_eq!(
        define(&daemon, &document(&uuid, "", &usage)).word(),
        format!("Secret {uuid} created")
    );
    value(&daemon, &uuid).fails(&format!("secret '{uuid}' does not have a value"));
    assert_eq!(set(&daemon, &uuid, VALUE).word(), "Secret value set");
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    daemon.kill9();
    daemon.revive();
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    set(&daemon, &uuid, OTHER_VALUE).ok();
    assert_eq!(value(&daemon, &uuid).word(), OTHER_VALUE);
    let listed = daemon.virsh(["secret-list"]).lines();
    assert!(listed.contains(&format!("{uuid} ceph {usage}")), "{listed:?}");
    for (filter, there) in [
        ("--ephemeral", false),
        ("--no-ephemeral", true),
        ("--private", false),
        ("--no-private", true),
    ] {
        let listed = daemon.virsh(["secret-list", filter]).ok();
        assert_eq!(listed.contains(&uuid), there, "{filter}");
    }
    let printed = daemon.virsh(["secret-dumpxml", &uuid]).ok();
    let expected = format!(
        "<secret ephemeral='no' private='no'>\n  <uuid>{uuid}</uuid>\n  <usage type='ceph'>\n    \
         <name>{usage}</name>\n  </usage>\n</secret>\n\n"
    );
    assert_eq!(printed, expected);
    assert_eq!(daemon.virsh(["secret-undefine", &uuid]).word(), format!("Secret {uuid} deleted"));
    value(&daemon, &uuid).fails(&format!("no secret with matching uuid '{uuid}'"));
    // A new one of the same UUID has no value.
    define(&daemon, &document(&uuid, "", &usage)).ok();
    value(&daemon, &uuid).fails("does not have a value");
}

#[test]
fn a_private_value_is_told_to_nobody_and_stays_private() {
    let daemon = Daemon::start();
    let (uuid, usage) = (uuid(2), daemon.name("usage"));
    define(&daemon, &document(&uuid, "private='yes'", &usage)).ok();
    value(&daemon, &uuid).fails("Invalid secret: secret is private");
    set(&daemon, &uuid, VALUE).ok();
    value(&daemon, &uuid).fails("Invalid secret: secret is private");
    define(&daemon, &document(&uuid, "private='no'", &usage))
        .fails("internal error: cannot change private flag on existing secret");
    daemon.virsh(["secret-undefine", &uuid]).ok();
}

#[test]
fn an_ephemeral_secret_is_in_memory_only() {
    let mut daemon = Daemon::start();
    let (uuid, usage) = (uuid(3), daemon.name("usage"));
    define(&daemon, &document(&uuid, "ephemeral='yes'", &usage)).ok();
    set(&daemon, &uuid, VALUE).ok();
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    assert_eq!(files(&secrets(&daemon)), Vec::<PathBuf>::new());
    // One that is to last brings its value along, and one that is not leaves nothing.
    define(&daemon, &document(&uuid, "ephemeral='no'", &usage)).ok();
    assert_eq!(files(&secrets(&daemon)).len(), 2);
    daemon.kill9();
    daemon.revive();
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    define(&daemon, &document(&uuid, "ephemeral='yes'", &usage)).ok();
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    assert_eq!(files(&secrets(&daemon)), Vec::<PathBuf>::new());
    daemon.kill9();
    daemon.revive();
    value(&daemon, &uuid).fails(&format!("no secret with matching uuid '{uuid}'"));
}

#[test]
fn what_libvirt_refuses_is_refused_in_its_words() {
    let daemon = Daemon::start();
    let (one, two, usage) = (uuid(4), uuid(5), daemon.name("usage"));
    define(&daemon, &document(&one, "", &usage)).ok();
    define(&daemon, &document(&one, "", "other")).fails(&format!(
        "internal error: a secret with UUID {one} is already defined for use with {usage}"
    ));
    define(&daemon, &document(&two, "", &usage)).fails(&format!(
        "internal error: a secret with UUID {one} already defined for use with {usage}"
    ));
    define(&daemon, "<secret").fails("definition_of_secret");
    define(&daemon, &document(&two, "ephemeral='maybe'", ""))
        .fails("XML error: invalid value of 'ephemeral'");
    // Two without a usage may be there.
    for uuid in [&two, &uuid(6)] {
        define(&daemon, &document(uuid, "", "")).ok();
    }
    for uuid in [&one, &two, &uuid(6)] {
        daemon.virsh(["secret-undefine", uuid]).ok();
    }
    set(&daemon, &one, VALUE).fails(&format!("no secret with matching uuid '{one}'"));
}

#[test]
fn a_value_is_in_one_file_for_its_owner_and_nowhere_else() {
    use std::os::unix::fs::PermissionsExt;
    let daemon = Daemon::with_environment("log_level = 1\n", &[("FERROVIRT_LOG", "trace")]);
    let (uuid, usage) = (uuid(7), daemon.name("usage"));
    define(&daemon, &document(&uuid, "", &usage)).ok();
    set(&daemon, &uuid, VALUE).ok();
    assert_eq!(value(&daemon, &uuid).word(), VALUE);
    let kept = files(&secrets(&daemon));
    for path in &kept {
        let mode = fs::metadata(path).expect("it is listed").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let with_value: Vec<_> = kept
        .iter()
        .filter(|path| fs::read(path).is_ok_and(|bytes| contains(&bytes, VALUE)))
        .collect();
    assert_eq!(with_value, [&secrets(&daemon).join(format!("{uuid}.base64"))]);
    let log = daemon.log();
    assert!(!log.contains("geheim") && !log.contains(VALUE), "the log shows the value");
}

#[test]
fn who_listens_hears_of_secrets() {
    let daemon = Daemon::start();
    let (uuid, usage) = (uuid(8), daemon.name("usage"));
    for event in ["lifecycle", "value-changed"] {
        let listen = ["secret-event", "--event", event, "--timeout", "60"];
        let mut listener = Listener::spawn(&mut daemon.virsh_command(listen));
        // virsh does not say when it listens: until it has heard one, there is another.
        eventually("virsh to hear an event", || {
            define(&daemon, &document(&uuid, "", &usage)).ok();
            set(&daemon, &uuid, VALUE).ok();
            daemon.virsh(["secret-undefine", &uuid]).ok();
            listener.has_ended().then_some(())
        });
        listener.hears(&format!("event '{event}' for secret {uuid}"));
        listener.hears("events received: 1");
    }
}

fn secrets(daemon: &Daemon) -> PathBuf {
    daemon.directory().join("var/lib/ferrovirt/secrets")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a private daemon's directory");
    entries.map(|entry| entry.expect("it can be listed").path()).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
