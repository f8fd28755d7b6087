//! Programs beside QEMU: an emulated TPM and shared directories are there for the guest, end with it, and nothing
//! is left of them, whenever the daemon dies.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use e2e::process::{beside_with, has_ended_within, kill9};
use e2e::{Daemon, Dice, Document, Outcome, Qemu, eventually, process};

/// How often the daemon is killed.
const ROUNDS: u32 = 12;
/// Within this time after a start was begun; making a TPM takes about half of it.
const LATEST_KILL_MS: u64 = 1_600;

const SECRET: &str = "5d2f9a6e-0000-4000-8000-000000000501";
/// Nothing runs.
const NONE: [u32; 0] = [];
const SHARED: &str = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";

fn tpm(attributes: &str, inside: &str) -> String {
    format!(
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0' {attributes}>{inside}</backend></tpm>"
    )
}

fn directory(path: &str) -> String {
    format!(
        "<filesystem type='mount'><driver type='virtiofs'/><source dir='{path}'/>\
         <target dir='shared'/></filesystem>"
    )
}

/// Where a guest's TPM is.
fn state(daemon: &Daemon, uuid: &str) -> PathBuf {
    daemon.directory().join("var/lib/libvirt/swtpm").join(uuid)
}

/// The programs beside this daemon's guests.
fn beside(daemon: &Daemon) -> Vec<u32> {
    beside_with(&daemon.directory().to_string_lossy())
}

/// What a command prints in a guest, in base64, once it succeeds.
fn in_guest(daemon: &Daemon, name: &str, command: &str) -> String {
    let ask = |question: &serde_json::Value| -> Option<serde_json::Value> {
        let text = question.to_string();
        let answer = daemon.virsh(["qemu-agent-command", "--timeout", "2", name, &text]);
        let answer = serde_json::from_str::<serde_json::Value>(&answer.stdout).ok()?;
        answer.get("return").cloned()
    };
    eventually(command, || {
        let run = serde_json::json!({"execute": "guest-exec", "arguments":
            {"path": "/bin/sh", "arg": ["-c", command], "capture-output": true}});
        let pid = ask(&run)?.get("pid")?.as_i64()?;
        let status = serde_json::json!({"execute": "guest-exec-status", "arguments": {"pid": pid}});
        let ended = eventually("the end of a command", || {
            ask(&status).filter(|status| status["exited"] == true)
        });
        (ended["exitcode"] == 0).then(|| ended["out-data"].as_str().unwrap_or_default().to_owned())
    })
}

#[test]
fn a_guest_sees_its_tpm_and_its_directory() {
    let daemon = Daemon::start();
    let shared = daemon.directory().join("shared, it is");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("note"), "geheim").unwrap();
    let document = Document::booting(&daemon.name("guest"), "<serial type='pty'/>")
        .element(SHARED)
        .device(&tpm("", "<active_pcr_banks><sha256/><sha384/></active_pcr_banks>"))
        .device(&directory(&shared.to_string_lossy()));
    let name = daemon.define(&document);
    daemon.virsh(["start", &name]).ok();
    let host = daemon.virsh(["domcapabilities"]).ok();
    assert!(host.contains("<enum name='backendVersion'>"), "{host}");
    let tpm = daemon.virsh(["qemu-monitor-command", &name, r#"{"execute":"query-tpm"}"#]).ok();
    assert!(tpm.contains(r#""model":"tpm-crb""#), "{tpm}");
    // `pcr-sha256`, `pcr-sha384`
    assert_eq!(
        in_guest(&daemon, &name, "ls -d /sys/class/tpm/tpm0/pcr-* | sed 's/.*tpm0.//'"),
        "cGNyLXNoYTI1NgpwY3Itc2hhMzg0Cg=="
    );
    // `geheim`
    let mount = "mkdir -p /tmp/m && mount -t virtiofs shared /tmp/m && cat /tmp/m/note";
    assert_eq!(in_guest(&daemon, &name, mount), "Z2VoZWlt");
    in_guest(&daemon, &name, "echo back > /tmp/m/answer");
    assert_eq!(fs::read_to_string(shared.join("answer")).unwrap(), "back\n");
    daemon.virsh(["destroy", &name]).ok();
    assert_eq!(beside(&daemon), NONE);
}

#[test]
fn a_tpm_goes_with_its_definition_unless_somebody_wants_it() {
    let daemon = Daemon::start();
    for (attributes, flag, stays) in [
        ("", None, false),
        ("", Some("--keep-tpm"), true),
        ("", Some("--tpm"), false),
        ("persistent_state='yes'", None, true),
        ("persistent_state='yes'", Some("--tpm"), false),
    ] {
        let about = format!("{attributes} {flag:?}");
        let document = Document::new(&daemon.name("guest")).device(&tpm(attributes, ""));
        let name = daemon.define(&document);
        let state = state(&daemon, &daemon.uuid(&name));
        daemon.virsh(["start", &name, "--paused"]).ok();
        assert_eq!(beside(&daemon).len(), 1, "{about}");
        daemon.virsh(["destroy", &name]).ok();
        assert_eq!(beside(&daemon), NONE, "{about}");
        assert!(state.join("tpm2/tpm2-00.permall").exists(), "{about}");
        daemon.virsh(["undefine", &name].into_iter().chain(flag)).ok();
        assert_eq!(state.exists(), stays, "{about}");
    }
}

#[test]
fn a_tpm_of_a_guest_that_is_undefined_while_it_runs_goes_or_stays_with_its_end() {
    let mut daemon = Daemon::start();
    for (attributes, flag, stays) in [
        ("", None, false),
        ("", Some("--keep-tpm"), true),
        ("persistent_state='yes'", Some("--tpm"), false),
    ] {
        let document = Document::new(&daemon.name("guest")).device(&tpm(attributes, ""));
        let name = daemon.define(&document);
        let state = state(&daemon, &daemon.uuid(&name));
        daemon.virsh(["start", &name, "--paused"]).ok();
        daemon.virsh(["undefine", &name].into_iter().chain(flag)).ok();
        assert!(state.exists());
        daemon.kill9();
        daemon.revive();
        daemon.virsh(["destroy", &name]).ok();
        assert_eq!(state.exists(), stays, "{attributes} {flag:?}");
    }
}

#[test]
fn a_tpm_is_encrypted_with_its_secret() {
    let daemon = Daemon::start();
    let encrypted = tpm("", &format!("<encryption secret='{SECRET}'/>"));
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(&encrypted));
    let start = || daemon.virsh(["start", &name, "--paused"]);
    start().fails(&format!("no secret with matching uuid '{SECRET}'"));
    let secret = |usage: &str| {
        let text = format!("<secret private='yes'><uuid>{SECRET}</uuid>{usage}</secret>");
        daemon.virsh(["secret-define", &daemon.write("secret.xml", &text)]).ok();
    };
    secret("<usage type='ceph'><name>a</name></usage>");
    start().fails("is of type 'ceph' not expected 'vtpm' type");
    daemon.virsh(["secret-undefine", SECRET]).ok();
    secret("<usage type='vtpm'><name>a</name></usage>");
    start().fails(&format!("secret '{SECRET}' does not have a value"));
    let set = |value: &str| {
        let file = daemon.write("value", value);
        daemon.virsh(["secret-set-value", SECRET, "--file", &file]).ok();
    };
    set("Z2VoZWlt");
    start().ok();
    daemon.virsh(["destroy", &name]).ok();
    set("YW5kZXJlcw==");
    start().fails("internal error");
    set("Z2VoZWlt");
    start().ok();
    assert!(!daemon.guest_log(&name).contains("geheim"));
}

#[test]
fn companions_outlive_the_daemon_and_end_with_their_guest() {
    let mut daemon = Daemon::start();
    let shared = daemon.directory().to_string_lossy().into_owned();
    let document =
        || Document::new("").element(SHARED).device(&tpm("", "")).device(&directory(&shared));
    let [one, other] = ["one", "other"].map(|stem| {
        let name = daemon.define(&document().named(&daemon.name(stem)));
        daemon.virsh(["start", &name, "--paused"]).ok();
        name
    });
    let before: BTreeSet<u32> = beside(&daemon).into_iter().collect();
    daemon.kill9();
    let qemu = daemon_qemu(&daemon, &other);
    kill9(qemu.pid);
    daemon.revive();
    assert_eq!(daemon.state(&one), "paused (user)");
    let after: BTreeSet<u32> = beside(&daemon).into_iter().collect();
    assert!(!after.is_empty() && after.is_subset(&before), "{before:?} {after:?}");
    daemon.virsh(["destroy", &one]).ok();
    assert!(before.iter().all(|pid| has_ended_within(*pid, Duration::ZERO)));
    for name in [one, other] {
        daemon.virsh(["start", &name, "--paused"]).ok();
    }
}

/// The QEMU of a guest, for a daemon that does not run.
fn daemon_qemu(daemon: &Daemon, name: &str) -> Qemu {
    let text = format!("guest={name},");
    let pids = process::all_with(&text);
    assert_eq!(pids.len(), 1, "{name} of {}", daemon.directory().display());
    Qemu { pid: pids[0] }
}

#[test]
fn a_guest_whose_tpm_is_being_made_can_be_destroyed() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(&tpm("", "")));
    let mut start = daemon.virsh_command(["start", &name, "--paused"]);
    let start = std::thread::spawn(move || Outcome::of(&mut start));
    let making = eventually("what makes the TPM", || beside(&daemon).first().copied());
    // Until its status is written, nobody can be told that there is a guest.
    eventually("the end of the start", || {
        (daemon.virsh(["destroy", &name]).status == 0).then_some(())
    });
    start.join().expect("a client does not hang").fails("internal error");
    assert!(has_ended_within(making, Duration::ZERO));
    eventually("nothing beside it", || (beside(&daemon) == NONE).then_some(()));
    assert_eq!(daemon.state(&name), "shut off (failed)");
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn a_start_that_fails_leaves_nothing_beside_it() {
    let daemon = Daemon::start();
    let broken = |binary: &str, path: &str| {
        let filesystem =
            directory(path).replace("<source", &format!("<binary path='{binary}'/><source"));
        let document = Document::new(&daemon.name("guest")).element(SHARED);
        daemon.define(&document.device(&tpm("", "")).device(&filesystem))
    };
    for (binary, path, reason) in [
        ("/bin/false", "/tmp", "virtiofsd died unexpectedly"),
        ("/nonexistent/v", "/tmp", "virtiofsd binary '/nonexistent/v' is not executable"),
        (
            "/bin/true",
            "/nonexistent",
            "the virtiofs export directory '/nonexistent' does not exist",
        ),
    ] {
        let name = broken(binary, path);
        daemon.virsh(["start", &name]).fails(reason);
        assert_eq!(beside(&daemon), NONE, "{reason}");
        assert_eq!(daemon.state(&name), "shut off (failed)");
    }
}

#[test]
fn a_daemon_that_is_killed_while_it_starts_a_guest_leaves_nothing_beside_it() {
    let mut daemon = Daemon::start();
    let mut dice = Dice::seeded();
    let directory_of_guest = daemon.directory().to_string_lossy().into_owned();
    for round in 0..ROUNDS {
        let document = Document::new(&daemon.name("guest")).element(SHARED);
        let name =
            daemon.define(&document.device(&tpm("", "")).device(&directory(&directory_of_guest)));
        let uuid = daemon.uuid(&name);
        let mut start = daemon.virsh_command(["start", &name, "--paused"]);
        let start = std::thread::spawn(move || Outcome::of(&mut start));
        let moment = Duration::from_millis(dice.below(LATEST_KILL_MS));
        std::thread::sleep(moment); // the random moment that this test is about
        daemon.kill9();
        let done = start.join().expect("a client does not hang").status == 0;
        daemon.revive();
        let about = format!("round {round}, killed after {moment:?}, acknowledged: {done}");
        let is_on = daemon.state(&name).starts_with("paused");
        assert!(is_on || !done, "{about}");
        let wanted = if is_on { 3 } else { 0 };
        eventually(&about, || {
            // virtiofsd is two processes: one of them is in its sandbox.
            let qemu = Qemu::of(&uuid).is_some();
            (qemu == is_on && beside(&daemon).len() == wanted).then_some(())
        });
        let left = fs::read_dir(state(&daemon, &uuid)).into_iter().flatten().flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert!(left.is_empty() || left == ["tpm2"], "{about}: {left:?}");
        daemon.virsh(["destroy", &name]);
        daemon.virsh(["undefine", &name]).ok();
        assert!(!state(&daemon, &uuid).exists(), "{about}");
    }
}
