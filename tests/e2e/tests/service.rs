//! The daemon as a program: one a directory, a clean end, calls that outlive their clients.
#![forbid(unsafe_code)]

use std::process::Command;

use e2e::wire::{AUTH_LIST, HOSTNAME, Wire, call};
use e2e::{Daemon, Document, Listener, Outcome, Qemu, daemon, eventually, process};

/// Runs a daemon that is expected to end by itself.
fn ferrovirtd(words: &[&str]) -> Outcome {
    Outcome::of(Command::new(daemon::program("FERROVIRTD", "ferrovirtd")).args(words))
}

#[test]
fn two_daemons_never_share_a_directory() {
    let daemon = Daemon::start();
    let Some(pid) = daemon.pid() else { return };
    let second = ferrovirtd(&["--root", &daemon.directory().to_string_lossy()]);
    second.fails(&format!("pid {pid}"));
    daemon.virsh(["uri"]).ok();
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ferrovirtd.toml");
    std::fs::write(&file, "log_level = \"info\"\nno_such_key = 1\n").unwrap();
    let file = file.to_string_lossy().into_owned();
    let refusal = ferrovirtd(&["--config", &file, "--check-config"]);
    assert!(refusal.stderr.contains("line 2"), "{refusal}");
    refusal.fails("no_such_key");
}

#[test]
fn a_daemon_told_to_end_ends_with_clients_connected_and_leaves_no_socket() {
    let mut daemon = Daemon::start();
    if daemon.is_reference() {
        return;
    }
    let name = daemon.paused("guest");
    let qemu = daemon.qemu(&name);
    let mut idle = Wire::opened(daemon.socket());
    let socket = std::path::PathBuf::from(daemon.socket());
    let pid = daemon.pid().expect("a daemon of our own runs");
    process::terminate(pid);
    idle.is_hung_up();
    eventually("the sockets to go", || (!socket.exists()).then_some(()));
    assert!(!process::has_ended_within(qemu.pid, std::time::Duration::ZERO), "guests run on");
    daemon.restart();
    assert_eq!(daemon.state(&name), "paused (user)");
}

#[test]
fn a_start_outlives_the_client_that_asked_for_it() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let uuid = daemon.uuid(&name);
    let client = Listener::spawn(&mut daemon.virsh_command(["start", &name, "--paused"]));
    eventually("QEMU", || Qemu::of(&uuid));
    drop(client); // with SIGKILL
    daemon.reaches(&name, "paused (user)");
}

#[test]
fn a_guest_can_be_destroyed_while_it_starts() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let uuid = daemon.uuid(&name);
    let starting = Listener::spawn(&mut daemon.virsh_command(["start", &name, "--paused"]));
    let qemu = eventually("QEMU", || Qemu::of(&uuid));
    // A QEMU that never greets: only ending it helps.
    let _ = rustix::process::kill_process(
        rustix::process::Pid::from_raw(i32::try_from(qemu.pid).unwrap()).unwrap(),
        rustix::process::Signal::STOP,
    );
    daemon.virsh(["destroy", &name]).ok();
    qemu.ends();
    drop(starting);
    eventually("the start to be given up", || {
        daemon.state(&name).starts_with("shut off").then_some(())
    });
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn clients_that_say_nothing_or_leave_early_cost_nobody_anything() {
    let daemon = Daemon::start();
    // Anybody may connect to the socket for readers.
    let readers = format!("{}-ro", daemon.socket());
    let silent: Vec<Wire> = (0..50).map(|_| Wire::connect(&readers)).collect();
    for _ in 0..50 {
        let mut wire = Wire::opened(daemon.socket());
        wire.send(&call(HOSTNAME, 9, &[]));
        drop(wire); // before it reads the answer
    }
    let mut wire = Wire::opened(daemon.socket());
    wire.send(&call(HOSTNAME, 10, &[]));
    assert!(!wire.reply().is_error());
    drop(silent);
    let mut wire = Wire::connect(daemon.socket());
    wire.send(&call(AUTH_LIST, 11, &[]));
    assert!(!wire.reply().is_error());
}
