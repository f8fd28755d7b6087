//! A QEMU that hangs: whoever asks about it is told so in time, and nobody else notices.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use e2e::{Daemon, Document, Listener, Qemu, disk, eventually};
use rustix::process::Signal;

/// Generous, for machines that do other things too; what it bounds takes milliseconds.
const SOON: Duration = Duration::from_secs(5);

/// A guest whose QEMU does not answer.
fn hung(daemon: &Daemon) -> (String, Qemu) {
    let name = daemon.paused("hung");
    let qemu = daemon.qemu(&name);
    qemu.signal(Signal::STOP);
    (name, qemu)
}

#[test]
fn a_call_about_a_hung_guest_ends_at_its_deadline_with_a_clear_error() {
    let daemon = Daemon::configured("monitor_timeout = 1\n");
    let (name, qemu) = hung(&daemon);
    daemon.virsh(["dommemstat", &name]).fails(&format!("domain '{name}' did not answer"));
    daemon.virsh(["resume", &name]).fails(&format!("domain '{name}' did not answer"));
    let script = format!(
        "
try:
    conn.lookupByName('{name}').memoryStats()
except libvirt.libvirtError as error:
    print(error.get_error_code() == libvirt.VIR_ERR_OPERATION_TIMEOUT)
"
    );
    assert_eq!(daemon.python(&script).word(), "True");
    // It goes on: nothing of the calls that ended early is in the way.
    qemu.signal(Signal::CONT);
    daemon.virsh(["dommemstat", &name]).ok();
    // QEMU had the request all the same; what comes of it is seen.
    daemon.reaches(&name, "running (unpaused)");
}

#[test]
fn others_are_served_while_many_wait_for_a_hung_guest() {
    let daemon = Daemon::configured("monitor_timeout = 60\n");
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "1M");
    let other = daemon.define(&Document::new(&daemon.name("other")).disk("vda", "qcow2", &image));
    daemon.virsh(["start", &other, "--paused"]).ok();
    let (name, qemu) = hung(&daemon);
    let mut waiting: Vec<Listener> = (0..12)
        .map(|_| Listener::spawn(&mut daemon.virsh_command(["dommemstat", &name])))
        .collect();
    for words in [
        &["domblkinfo", &other, "vda"][..],
        &["dommemstat", &other],
        &["resume", &other],
        &["suspend", &other],
        &["dumpxml", &name],
        &["list", "--all"],
        &["destroy", &other],
        &["start", &other, "--paused"],
    ] {
        daemon.virsh(words.iter().copied()).ok();
    }
    assert!(!waiting.iter_mut().any(Listener::has_ended), "they wait for QEMU, not for luck");
    daemon.virsh(["destroy", &name]).ok();
    qemu.ends();
    eventually("those who waited to be told", || {
        waiting.iter_mut().all(Listener::has_ended).then_some(())
    });
}

#[test]
fn statistics_of_all_have_the_hung_guest_too() {
    let daemon = Daemon::start();
    let well = daemon.paused("well");
    let (name, _) = hung(&daemon);
    let begin = Instant::now();
    let lines = daemon.virsh(["domstats", "--state", "--balloon", "--vcpu"]).lines();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    let of = |name: &str| {
        let title = format!("Domain: '{name}'");
        let guest = lines.iter().skip_while(|line| **line != title).skip(1);
        guest.take_while(|line| !line.starts_with("Domain: ")).cloned().collect::<Vec<_>>()
    };
    for name in [&well, &name] {
        assert!(of(name).contains(&"state.state=3".to_owned()), "'{name}' in {lines:#?}");
    }
    let rss = |name: &str| of(name).iter().any(|line| line.starts_with("balloon.rss="));
    assert!(rss(&well), "{lines:#?}");
}

#[test]
fn a_hung_guest_is_destroyed_at_once() {
    let daemon = Daemon::start();
    let (name, qemu) = hung(&daemon);
    let begin = Instant::now();
    daemon.virsh(["destroy", &name]).ok();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    qemu.ends();
    assert_eq!(daemon.state(&name), "shut off (destroyed)");
    daemon.virsh(["start", &name, "--paused"]).ok();
}

#[test]
fn a_hung_guest_that_dies_is_a_crash() {
    let daemon = Daemon::start();
    let (name, qemu) = hung(&daemon);
    qemu.signal(Signal::KILL);
    daemon.reaches(&name, "shut off (crashed)");
}

#[test]
fn a_guest_that_hangs_does_not_hold_up_a_restart() {
    let mut daemon = Daemon::configured("monitor_timeout = 1\n");
    let well = daemon.paused("well");
    let (name, qemu) = hung(&daemon);
    daemon.kill9();
    let begin = Instant::now();
    daemon.revive();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(daemon.state(&name), "paused (user)");
    daemon.virsh(["dumpxml", &name]).ok();
    eventually("the other guest's monitor", || {
        (daemon.virsh(["dommemstat", &well]).status == 0).then_some(())
    });
    let refusal = daemon.virsh(["resume", &name]);
    assert_ne!(refusal.status, 0, "{refusal}");
    assert!(refusal.stderr.contains("not answer"), "{refusal}");
    qemu.signal(Signal::CONT);
    eventually("the hung guest's monitor", || {
        (daemon.virsh(["resume", &name]).status == 0).then_some(())
    });
    assert_eq!(daemon.state(&name), "running (unpaused)");
}

#[test]
fn a_guest_that_hangs_through_a_restart_can_be_destroyed() {
    let mut daemon = Daemon::start();
    let (name, qemu) = hung(&daemon);
    daemon.kill9();
    daemon.revive();
    daemon.virsh(["destroy", &name]).ok();
    qemu.ends();
    assert_eq!(daemon.state(&name), "shut off (destroyed)");
}
