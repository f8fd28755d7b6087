//! What happens to guests while no daemon runs, and what the next one makes of it.
#![forbid(unsafe_code)]

use e2e::qmp::Qmp;
use e2e::{Daemon, Document, Listener, eventually};
use rustix::process::Signal;

/// Kills the daemon, lets `happen` use the monitor of `name`, and starts a daemon again.
#[track_caller]
fn meanwhile(daemon: &mut Daemon, name: &str, happen: impl FnOnce(&mut Qmp)) {
    daemon.kill9();
    happen(&mut Qmp::of(daemon, name));
    daemon.revive();
}

/// A guest without disks that runs.
fn running(daemon: &Daemon) -> String {
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.virsh(["start", &name]).ok();
    name
}

/// A guest that boots, and the file that its console goes to.
fn booting(daemon: &Daemon) -> (String, std::path::PathBuf) {
    let log = daemon.directory().join("console.log");
    let serial = format!("<serial type='file'><source path='{}'/></serial>", log.display());
    let name = daemon.define(&Document::booting(&daemon.name("guest"), &serial));
    daemon.virsh(["start", &name]).ok();
    (name, log)
}

fn has_booted(log: &std::path::Path, times: usize) {
    eventually("a boot", || {
        let text = std::fs::read_to_string(log).ok()?;
        (text.matches("ferrovirt guest is up").count() == times).then_some(())
    });
}

#[test]
fn a_guest_stopped_meanwhile_is_paused() {
    let mut daemon = Daemon::start();
    let name = running(&daemon);
    meanwhile(&mut daemon, &name, |monitor| monitor.executes("stop"));
    eventually("the stop to be seen", || daemon.state(&name).starts_with("paused").then_some(()));
    daemon.virsh(["resume", &name]).ok();
    assert_eq!(daemon.state(&name), "running (unpaused)");
}

#[test]
fn a_guest_resumed_meanwhile_runs() {
    let mut daemon = Daemon::start();
    let name = daemon.paused("guest");
    meanwhile(&mut daemon, &name, |monitor| monitor.executes("cont"));
    eventually("the guest to be seen running", || {
        daemon.state(&name).starts_with("running").then_some(())
    });
    daemon.virsh(["suspend", &name]).ok();
    assert_eq!(daemon.state(&name), "paused (user)");
}

#[test]
fn a_guest_reset_meanwhile_runs_on_and_its_events_resume() {
    let mut daemon = Daemon::start();
    let name = running(&daemon);
    let qemu = daemon.qemu(&name);
    meanwhile(&mut daemon, &name, |monitor| monitor.executes("system_reset"));
    assert_eq!((daemon.qemu(&name), daemon.state(&name)), (qemu, "running (booted)".to_owned()));
    let mut events = Listener::spawn(&mut daemon.virsh_command([
        "event",
        &name,
        "--event",
        "reboot",
        "--timeout",
        "60",
    ]));
    // virsh does not say when it listens: until it has heard one, there is another.
    eventually("virsh to hear an event", || {
        daemon.virsh(["reset", &name]).ok();
        events.has_ended().then_some(())
    });
    events.hears(&format!("event 'reboot' for domain '{name}'"));
}

#[test]
fn a_guest_that_quit_meanwhile_is_off() {
    let mut daemon = Daemon::start();
    let name = running(&daemon);
    let qemu = daemon.qemu(&name);
    daemon.kill9();
    Qmp::of(&daemon, &name).executes("quit");
    qemu.ends();
    daemon.revive();
    let state = daemon.state(&name);
    assert!(state.starts_with("shut off"), "{state}");
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn a_transient_guest_that_quit_meanwhile_is_gone() {
    let mut daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    daemon.virsh(["create", &daemon.write("guest.xml", &document.xml()), "--paused"]).ok();
    let qemu = daemon.qemu(document.name());
    daemon.kill9();
    qemu.signal(Signal::KILL);
    qemu.ends();
    daemon.revive();
    daemon.virsh(["domstate", document.name()]).fails("failed to get domain");
    assert_eq!(daemon.virsh(["list", "--all", "--name"]).word(), "");
}

#[test]
fn a_guest_that_shut_down_meanwhile_is_ended() {
    let mut daemon = Daemon::start();
    let (name, log) = booting(&daemon);
    has_booted(&log, 1);
    let qemu = daemon.qemu(&name);
    meanwhile(&mut daemon, &name, |monitor| {
        monitor.executes("system_powerdown");
        monitor.hears("SHUTDOWN");
    });
    daemon.reaches(&name, "shut off (shutdown)");
    qemu.ends();
}

#[test]
fn a_reboot_that_was_asked_for_happens_under_the_next_daemon() {
    let mut daemon = Daemon::start();
    let (name, log) = booting(&daemon);
    has_booted(&log, 1);
    let qemu = daemon.qemu(&name);
    daemon.virsh(["reboot", &name, "--mode", "acpi"]).ok();
    daemon.kill9();
    daemon.revive();
    has_booted(&log, 2);
    assert_eq!(daemon.qemu(&name), qemu, "a reboot is no new process");
    // And that was the last one: the guest may go down now.
    eventually("the guest to obey", || {
        daemon.virsh(["shutdown", &name, "--mode", "acpi"]);
        daemon.state(&name).starts_with("shut off").then_some(())
    });
}

#[test]
fn a_guest_that_ignores_a_reboot_can_be_suspended() {
    let daemon = Daemon::start();
    let name = running(&daemon);
    daemon.virsh(["reboot", &name]).ok();
    daemon.virsh(["suspend", &name]).ok();
    assert_eq!(daemon.state(&name), "paused (user)");
}

#[test]
fn taints_survive() {
    let mut daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["qemu-monitor-command", &name, r#"{"execute":"query-status"}"#]).ok();
    daemon.kill9();
    daemon.revive();
    let messages = || daemon.virsh(["dominfo", &name]).ok().contains("custom monitor control");
    assert!(messages());
    eventually("the monitor", || {
        let query = r#"{"execute":"query-status"}"#;
        (daemon.virsh(["qemu-monitor-command", &name, query]).status == 0).then_some(())
    });
    // Once a kind, whichever daemon saw it first.
    assert_eq!(daemon.guest_log(&name).matches("is tainted: custom-monitor").count(), 1);
}
