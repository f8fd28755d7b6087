//! Monitor passthrough, and how it taints a guest.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Listener, eventually};
use serde_json::Value;

#[test]
fn a_qmp_command_is_answered_as_qemu_answers() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let ask = |command: &str| -> Value {
        let answer = daemon.virsh(["qemu-monitor-command", &name, command]).ok();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    };
    assert_eq!(ask(r#"{"execute":"query-status"}"#)["return"]["running"], false);
    // virsh makes a command of a bare word.
    assert_eq!(ask("query-name")["return"]["name"], name.as_str());
    let failure = ask(r#"{"execute":"nosuch"}"#);
    assert_eq!(
        failure["error"]["class"], "CommandNotFound",
        "QEMU's error is an answer: {failure}"
    );
}

#[test]
fn an_hmp_command_and_a_pretty_answer() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let status = daemon.virsh(["qemu-monitor-command", &name, "--hmp", "info status"]).word();
    assert!(status.starts_with("VM status: paused"), "{status}");
    let pretty = daemon
        .virsh(["qemu-monitor-command", &name, "--pretty", r#"{"execute":"query-status"}"#])
        .ok();
    assert!(pretty.starts_with("{\n  \"return\": {\n"), "{pretty}");
    let unknown = daemon.virsh(["qemu-monitor-command", &name, "--hmp", "nosuch"]).word();
    assert_eq!(unknown, "unknown command: 'nosuch'");
}

#[test]
fn a_guest_that_does_not_run_has_no_monitor() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["qemu-monitor-command", &name, "query-status"]).fails("domain is not running");
    daemon
        .virsh(["qemu-monitor-command", "no-such-guest", "query-status"])
        .fails("failed to get domain");
}

#[test]
fn passthrough_taints_until_the_guest_ends() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let messages = || {
        let lines = daemon.virsh(["dominfo", &name]).lines();
        lines.into_iter().filter(|line| line.contains("tainted: ")).collect::<Vec<_>>()
    };
    assert_eq!(messages(), Vec::<String>::new());
    daemon.virsh(["qemu-monitor-command", &name, "query-status"]).ok();
    daemon.virsh(["qemu-monitor-command", &name, "query-status"]).ok();
    assert_eq!(messages(), ["Messages: tainted: custom monitor control commands issued"]);
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["start", &name, "--paused"]).ok();
    assert_eq!(messages(), Vec::<String>::new());
}

#[test]
fn the_qemu_namespace_reaches_the_command_line_and_taints() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest")).trailer(
        "<qemu:commandline><qemu:arg value='-global'/><qemu:arg value='PIIX4_PM.disable_s3=1'/>\
         <qemu:env name='E2E_MARK' value='here'/></qemu:commandline>",
    );
    let name = daemon.define(&document);
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains("xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"), "{xml}");
    assert!(xml.contains("    <qemu:arg value='PIIX4_PM.disable_s3=1'/>\n"), "{xml}");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let qemu = daemon.qemu(&name);
    assert!(qemu.command_line().contains(&"PIIX4_PM.disable_s3=1".to_owned()));
    let environment = std::fs::read(format!("/proc/{}/environ", qemu.pid)).unwrap();
    assert!(String::from_utf8_lossy(&environment).contains("E2E_MARK=here"));
    let info = daemon.virsh(["dominfo", &name]).ok();
    assert!(info.contains("tainted: custom configuration parameters specified"), "{info}");
}

#[test]
fn monitor_events_are_passed_on() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let mut listener = Listener::spawn(&mut daemon.virsh_command([
        "qemu-monitor-event",
        &name,
        "--event",
        "RESUME",
        "--timeout",
        "60",
    ]));
    // virsh does not say when it listens: until it has heard one, there is another.
    eventually("virsh to hear an event", || {
        daemon.virsh(["resume", &name]).ok();
        daemon.virsh(["suspend", &name]).ok();
        listener.has_ended().then_some(())
    });
    listener.hears("event RESUME at ");
    listener.hears("events received: 1");
    daemon
        .virsh(["qemu-monitor-event", "no-such-guest"])
        .fails("failed to get domain 'no-such-guest'");
}

#[test]
fn taints_are_in_the_log_and_told_to_programs_once_a_kind() {
    let daemon = Daemon::start();
    let arguments = "<qemu:commandline><qemu:env name='E2E' value='1'/></qemu:commandline>";
    let name = daemon.define(&Document::new(&daemon.name("guest")).trailer(arguments));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let id = daemon.virsh(["domid", &name]).word();
    for _ in 0..2 {
        daemon.virsh(["qemu-monitor-command", &name, r#"{"execute":"query-status"}"#]).ok();
        daemon.virsh(["qemu-monitor-command", &name, "--hmp", "info status"]).ok();
    }
    let script = format!("print(*conn.lookupByName('{name}').messages(), sep='\\n')");
    let expected = [
        "tainted: custom configuration parameters specified",
        "tainted: custom monitor control commands issued",
    ];
    assert_eq!(daemon.python(&script).lines(), expected);
    if daemon.is_reference() {
        return; // its logs are where it wants them
    }
    let log = daemon.guest_log(&name);
    for taint in ["custom-argv", "custom-monitor"] {
        let line = format!(": Domain id={id} is tainted: {taint}\n");
        assert_eq!(log.matches(&line).count(), 1, "{log}");
    }
}
