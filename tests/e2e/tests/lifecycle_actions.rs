//! What becomes of a guest that powers off, reboots or crashes: set, refused, and done.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

/// The three actions of a document, in the order poweroff, reboot, crash.
fn actions(daemon: &Daemon, name: &str, flags: &[&str]) -> Vec<String> {
    let words = ["dumpxml", name].into_iter().chain(flags.iter().copied());
    let lines = daemon.virsh(words).lines();
    let action = |line: &String| {
        let (element, rest) = line.trim().split_once('>')?;
        element.starts_with("<on_").then(|| rest.split('<').next().unwrap_or_default().to_owned())
    };
    lines.iter().filter_map(action).collect()
}

#[test]
fn actions_are_set_on_what_is_asked_for() {
    let daemon = Daemon::start();
    let name = daemon.paused("actions");
    daemon.virsh(["set-lifecycle-action", &name, "crash", "preserve", "--config"]).ok();
    daemon.virsh(["set-lifecycle-action", &name, "poweroff", "restart", "--live"]).ok();
    assert_eq!(actions(&daemon, &name, &[]), ["restart", "restart", "destroy"]);
    assert_eq!(actions(&daemon, &name, &["--inactive"]), ["destroy", "restart", "preserve"]);
    daemon
        .fv(["set-lifecycle-action", &name, "crash", "coredump-restart", "--config", "--live"])
        .ok();
    assert_eq!(actions(&daemon, &name, &[]), ["restart", "restart", "coredump-restart"]);
    assert_eq!(
        actions(&daemon, &name, &["--inactive"]),
        ["destroy", "restart", "coredump-restart"]
    );
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["set-lifecycle-action", &name, "crash", "destroy"]).ok();
    assert_eq!(actions(&daemon, &name, &[]), ["destroy", "restart", "destroy"]);
    let live = ["set-lifecycle-action", &name, "crash", "destroy", "--live"];
    daemon.virsh(live).fails("domain is not running");
}

#[test]
fn what_the_driver_does_not_have_changes_nothing() {
    let daemon = Daemon::start();
    let name = daemon.paused("actions");
    daemon.virsh(["set-lifecycle-action", &name, "poweroff", "restart", "--config"]).ok();
    for (event, action, reason) in [
        ("reboot", "rename-restart", "doesn't support the 'rename-restart' action"),
        ("reboot", "preserve", "doesn't support the 'preserve' action"),
        ("poweroff", "coredump-destroy", "'poweroff' doesn't support 'coredump-destroy' action"),
        ("reboot", "destroy", "doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to"),
        ("quark", "destroy", "Invalid lifecycle type 'quark'"),
        ("crash", "quark", "Invalid lifecycle action 'quark'"),
    ] {
        // The running guest could have the last but two; its definition cannot.
        let words = ["set-lifecycle-action", &name, event, action, "--config", "--live"];
        daemon.virsh(words).fails(reason);
        daemon.fv(words).fails(reason.trim_start_matches("'poweroff' "));
    }
    assert_eq!(actions(&daemon, &name, &[]), ["destroy", "restart", "destroy"]);
    assert_eq!(actions(&daemon, &name, &["--inactive"]), ["restart", "restart", "destroy"]);
}

#[test]
fn a_running_guest_does_what_was_set_last() {
    let mut daemon = Daemon::start();
    let serial = "<serial type='pty'/>";
    let name = daemon.define(&Document::booting(&daemon.name("reboots"), serial));
    daemon.virsh(["start", &name]).ok();
    daemon.virsh(["set-lifecycle-action", &name, "reboot", "destroy", "--live"]).ok();
    let answer = daemon.virsh(["qemu-monitor-command", &name, "--hmp", "info status"]);
    answer.ok();
    // A daemon that comes after knows it, too.
    daemon.kill9();
    daemon.revive();
    assert_eq!(actions(&daemon, &name, &[]), ["destroy", "destroy", "destroy"]);
    let reset = r#"{"execute":"system_reset"}"#;
    daemon.virsh(["qemu-monitor-command", &name, reset]).ok();
    daemon.reaches(&name, "shut off (shutdown)");
}
