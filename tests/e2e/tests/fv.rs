//! Our own command line against the distribution's: the same words mean the same.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Listener, console::Console, disk, eventually, outcome::squeezed};

#[test]
fn fv_prints_what_virsh_prints() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "1M");
    let card = "<interface type='user'><mac address='52:54:00:e2:e0:03'/><model type='virtio'/></interface>";
    let document = Document::new(&daemon.name("guest")).disk("vda", "qcow2", &image).device(card);
    let name = daemon.define(&document);
    for running in [false, true] {
        if running {
            daemon.virsh(["start", &name, "--paused"]).ok();
        }
        for words in [
            &["uri"][..],
            &["hostname"],
            &["list", "--all"],
            &["domid", &name],
            &["domuuid", &name],
            &["domstate", &name, "--reason"],
            &["dominfo", &name],
            &["dumpxml", &name],
            &["domblklist", &name, "--details"],
            &["domblkinfo", &name, "vda"],
            &["domiflist", &name],
            &["vcpucount", &name],
            &["domstats", "--state", "--block", "--backing", &name],
        ] {
            let (ours, theirs) =
                (daemon.fv(words.iter().copied()), daemon.virsh(words.iter().copied()));
            // CPU time goes on between the two.
            let steady = |text: String| {
                squeezed(&text)
                    .into_iter()
                    .filter(|line| !line.starts_with("CPU time"))
                    .collect::<Vec<_>>()
            };
            assert_eq!(steady(ours.ok()), steady(theirs.ok()), "{words:?}, running: {running}");
        }
    }
}

#[test]
fn fv_takes_a_guest_through_its_life() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    let name = document.name();
    let file = daemon.write("guest.xml", &document.xml());
    daemon.fv(["define", &file]).ok();
    daemon.fv(["start", name, "--paused"]).ok();
    assert_eq!(daemon.state(name), "paused (user)");
    daemon.fv(["resume", name]).ok();
    assert_eq!(daemon.state(name), "running (unpaused)");
    daemon.fv(["suspend", name]).ok();
    assert_eq!(daemon.state(name), "paused (user)");
    daemon.fv(["destroy", name]).ok();
    assert_eq!(daemon.state(name), "shut off (destroyed)");
    daemon.fv(["undefine", name]).ok();
    daemon.virsh(["domstate", name]).fails("failed to get domain");
}

#[test]
fn fv_fails_with_the_daemons_reason() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.fv(["domstate", "no-such-guest"]).fails("no-such-guest");
    daemon.fv(["destroy", &name]).fails("domain is not running");
    daemon.fv(["no-such-command"]).fails("no-such-command");
}

#[test]
fn fv_shows_a_console_until_its_guest_is_up() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    daemon.fv(["start", &name, "--paused"]).ok();
    let mut console = Console::open_with(&mut daemon.fv_command(["console", &name]));
    console.shows("Connected to");
    daemon.fv(["resume", &name]).ok();
    console.shows("ferrovirt guest is up");
    daemon.fv(["destroy", &name]).ok();
    console.ends();
}

#[test]
fn fv_speaks_to_the_monitor_and_hears_events() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let query = r#"{"execute":"query-status"}"#;
    let answer = daemon.fv(["qemu-monitor-command", &name, query]).ok();
    assert!(answer.contains(r#""status":"prelaunch""#), "{answer}");
    let words = ["event", &name, "--event", "lifecycle", "--timeout", "60"];
    let mut events = Listener::spawn(&mut daemon.fv_command(words));
    // fv does not say when it listens: until it has heard one, there is another.
    eventually("fv to hear an event", || {
        daemon.fv(["resume", &name]).ok();
        daemon.fv(["suspend", &name]).ok();
        events.has_ended().then_some(())
    });
    events.hears("event 'lifecycle' for domain");
}
