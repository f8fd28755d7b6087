//! The daemon killed, guests that die, hang or never start: nothing acknowledged is lost.
#![forbid(unsafe_code)]

use std::time::Instant;

use e2e::{Daemon, Document, Listener, process::DEADLINE};
use rustix::process::Signal;

#[test]
fn a_killed_daemon_finds_everything_again() {
    let mut daemon = Daemon::start();
    let off = daemon.define(&Document::new(&daemon.name("off")).element("<title>kept</title>"));
    daemon.virsh(["autostart", &off]).ok();
    let on = daemon.paused("on");
    let transient = Document::new(&daemon.name("transient"));
    daemon.virsh(["create", &daemon.write("transient.xml", &transient.xml()), "--paused"]).ok();
    let (qemu, id, xml) =
        (daemon.qemu(&on), daemon.virsh(["domid", &on]).ok(), daemon.virsh(["dumpxml", &on]).ok());
    daemon.kill9();
    assert!(
        !e2e::process::has_ended_within(qemu.pid, std::time::Duration::ZERO),
        "guests outlive the daemon"
    );
    daemon.revive();

    assert_eq!(daemon.virsh(["desc", &off, "--title"]).word(), "kept");
    assert!(daemon.virsh(["dominfo", &off]).lines().contains(&"Autostart: enable".to_owned()));
    assert_eq!(daemon.state(&on), "paused (user)");
    assert_eq!(daemon.qemu(&on), qemu);
    assert_eq!(daemon.virsh(["domid", &on]).ok(), id);
    assert_eq!(daemon.virsh(["dumpxml", &on]).ok(), xml);
    assert!(
        daemon.virsh(["dominfo", transient.name()]).lines().contains(&"Persistent: no".to_owned())
    );
    // The monitor works again.
    daemon.virsh(["resume", &on]).ok();
    assert_eq!(daemon.state(&on), "running (unpaused)");
    daemon.virsh(["destroy", &on]).ok();
    qemu.ends();
}

#[test]
fn a_polite_restart_keeps_guests_running() {
    let mut daemon = Daemon::start();
    let name = daemon.paused("guest");
    let qemu = daemon.qemu(&name);
    daemon.restart();
    assert_eq!((daemon.qemu(&name), daemon.state(&name)), (qemu, "paused (user)".to_owned()));
}

#[test]
fn what_happened_meanwhile_is_reconciled() {
    let mut daemon = Daemon::start();
    let (dead, steady) = (daemon.paused("dead"), daemon.paused("steady"));
    let qemu = daemon.qemu(&dead);
    daemon.kill9();
    qemu.signal(Signal::KILL);
    qemu.ends();
    daemon.revive();
    let state = daemon.state(&dead);
    assert!(state.starts_with("shut off"), "{state}");
    assert_eq!(daemon.state(&steady), "paused (user)");
    // It can be started again: nothing of its old life is in the way.
    daemon.virsh(["start", &dead, "--paused"]).ok();
}

#[test]
fn a_definition_survives_the_moment_it_was_acknowledged() {
    let mut daemon = Daemon::start();
    let mut names = Vec::new();
    for round in 0..5 {
        names.push(daemon.define(&Document::new(&daemon.name(&format!("round{round}")))));
        daemon.kill9();
        daemon.revive();
        let listed = daemon.virsh(["list", "--all", "--name"]).lines();
        assert!(names.iter().all(|name| listed.contains(name)), "{names:?} in {listed:?}");
    }
    let gone = names.remove(0);
    daemon.virsh(["undefine", &gone]).ok();
    daemon.kill9();
    daemon.revive();
    daemon.virsh(["domstate", &gone]).fails("failed to get domain");
}

#[test]
fn a_start_cut_short_leaves_no_process_that_nobody_knows() {
    let mut daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let uuid = daemon.uuid(&name);
    // Not to its end: the daemon is killed as soon as there is a QEMU.
    let starting = Listener::spawn(&mut daemon.virsh_command(["start", &name, "--paused"]));
    let deadline = Instant::now() + DEADLINE;
    while e2e::Qemu::of(&uuid).is_none() {
        assert!(Instant::now() < deadline, "no QEMU was started");
    }
    daemon.kill9();
    drop(starting);
    daemon.revive();
    let state = daemon.state(&name);
    let running = e2e::Qemu::of(&uuid).is_some();
    assert_eq!(
        state.starts_with("shut off"),
        !running,
        "'{name}' is '{state}', its QEMU runs: {running}"
    );
    daemon.virsh(["destroy", &name]);
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn a_qemu_that_is_killed_is_a_crash() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.qemu(&name).signal(Signal::KILL);
    daemon.reaches(&name, "shut off (crashed)");
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn a_qemu_that_is_told_to_quit_shuts_down() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.qemu(&name).signal(Signal::TERM);
    daemon.reaches(&name, "shut off (shutdown)");
}

#[test]
fn a_start_that_fails_tells_qemus_own_words() {
    let daemon = Daemon::start();
    let arguments = "<qemu:commandline><qemu:arg value='-no-such-option'/></qemu:commandline>";
    let name = daemon.define(&Document::new(&daemon.name("guest")).trailer(arguments));
    let refusal = daemon.virsh(["start", &name]);
    assert!(refusal.stderr.contains(&format!("Failed to start domain '{name}'")), "{refusal}");
    refusal.fails("-no-such-option: invalid option");
    assert_eq!(daemon.state(&name), "shut off (failed)");
    assert_eq!(e2e::Qemu::of(&daemon.uuid(&name)), None);
}

#[test]
fn a_hung_guest_delays_nobody_else() {
    let daemon = Daemon::start();
    let (hung, other) = (daemon.paused("hung"), daemon.paused("other"));
    let qemu = daemon.qemu(&hung);
    qemu.signal(Signal::STOP);
    // Something that needs the hung guest's monitor, and waits for it.
    let waiting = Listener::spawn(&mut daemon.virsh_command(["dommemstat", &hung]));
    for words in [
        &["domstate", &other][..],
        &["dommemstat", &other],
        &["resume", &other],
        &["suspend", &other],
    ] {
        daemon.virsh(words.iter().copied()).ok();
    }
    // Readers of the hung guest itself do not wait for its monitor either.
    daemon.virsh(["list", "--all"]).ok();
    assert_eq!(daemon.state(&hung), "paused (user)");
    daemon.virsh(["dumpxml", &hung]).ok();
    drop(waiting);
    daemon.virsh(["destroy", &hung]).ok();
    qemu.ends();
    assert_eq!(daemon.state(&hung), "shut off (destroyed)");
}

#[test]
fn a_guest_that_was_hung_goes_on() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let qemu = daemon.qemu(&name);
    qemu.signal(Signal::STOP);
    let waiting = Listener::spawn(&mut daemon.virsh_command(["dommemstat", &name]));
    qemu.signal(Signal::CONT);
    drop(waiting);
    daemon.virsh(["resume", &name]).ok();
    assert_eq!(daemon.state(&name), "running (unpaused)");
}
