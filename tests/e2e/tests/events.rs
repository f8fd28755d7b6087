//! Events: of one guest and of all, and only those that were asked for.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Listener, eventually};

/// Prints every event of `guest`, or of all guests, after a line "ready" that says it listens.
const LISTEN: &str = r#"
import threading
libvirt.virEventRegisterDefaultImpl()
def loop():
    while True:
        libvirt.virEventRunDefaultImpl()
threading.Thread(target=loop, daemon=True).start()
conn = connect()
def show(kind):
    def callback(conn, dom, *details):
        details = [d for d in details if d is not None]
        print(kind, dom.name(), *details, flush=True)
    return callback
only = conn.lookupByName(sys.argv[1]) if len(sys.argv) > 1 else None
for kind in ('LIFECYCLE', 'REBOOT', 'RTC_CHANGE', 'BALLOON_CHANGE', 'IO_ERROR', 'GRAPHICS', 'BLOCK_JOB',
             'DISK_CHANGE', 'TRAY_CHANGE', 'DEVICE_REMOVED', 'DEVICE_ADDED', 'AGENT_LIFECYCLE', 'METADATA_CHANGE'):
    conn.domainEventRegisterAny(only, getattr(libvirt, 'VIR_DOMAIN_EVENT_ID_' + kind), show(kind), None)
print('ready', flush=True)
threading.Event().wait()
"#;

/// A listener that is registered when this returns.
fn listen(daemon: &Daemon, guest: Option<&str>) -> Listener {
    let mut command = daemon.python_command(LISTEN);
    command.env("E2E_LATER", "1").args(guest);
    let mut listener = Listener::spawn(&mut command);
    listener.hears("ready");
    listener
}

#[test]
fn a_life_in_events() {
    let daemon = Daemon::start();
    let mut all = listen(&daemon, None);
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    // Numbers: virDomainEventType and the detail that belongs to it.
    all.hears(&format!("LIFECYCLE {name} 0 0"));
    daemon.virsh(["start", &name, "--paused"]).ok();
    all.hears(&format!("LIFECYCLE {name} 2 0"));
    all.hears(&format!("LIFECYCLE {name} 3 0"));
    daemon.virsh(["resume", &name]).ok();
    all.hears(&format!("LIFECYCLE {name} 4 0"));
    daemon.virsh(["suspend", &name]).ok();
    all.hears(&format!("LIFECYCLE {name} 3 0"));
    daemon.virsh(["destroy", &name]).ok();
    all.hears(&format!("LIFECYCLE {name} 5 1"));
    daemon.virsh(["undefine", &name]).ok();
    all.hears(&format!("LIFECYCLE {name} 1 0"));
}

#[test]
fn a_changed_definition_is_told_from_a_new_one() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    let name = daemon.define(&document);
    let mut all = listen(&daemon, None);
    daemon.define(&document.uuid(&daemon.uuid(&name)));
    all.hears(&format!("LIFECYCLE {name} 0 1"));
    let new = daemon.name("renamed");
    daemon.virsh(["domrename", &name, &new]).ok();
    all.hears(&format!("LIFECYCLE {name} 1 1"));
    all.hears(&format!("LIFECYCLE {new} 0 2"));
}

#[test]
fn a_listener_for_one_guest_hears_no_other() {
    let daemon = Daemon::start();
    let (mine, other) = (daemon.paused("mine"), daemon.paused("other"));
    let mut listener = listen(&daemon, Some(&mine));
    daemon.virsh(["resume", &other]).ok();
    daemon.virsh(["destroy", &other]).ok();
    daemon.virsh(["resume", &mine]).ok();
    listener.hears(&format!("LIFECYCLE {mine} 4 0"));
    let passed_over: Vec<_> =
        listener.passed_over().iter().filter(|line| line.contains(&other)).collect();
    assert!(passed_over.is_empty(), "{passed_over:?}");
}

#[test]
fn a_guest_that_dies_is_reported_as_crashed_or_failed() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let mut listener = listen(&daemon, Some(&name));
    daemon.qemu(&name).signal(rustix::process::Signal::KILL);
    listener.hears(&format!("LIFECYCLE {name} 5 5"));
    daemon.reaches(&name, "shut off (crashed)");
}

#[test]
fn a_reset_is_a_reboot_event() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.virsh(["start", &name]).ok();
    let mut listener = listen(&daemon, Some(&name));
    daemon.virsh(["reset", &name]).ok();
    listener.hears(&format!("REBOOT {name}"));
}

#[test]
fn metadata_changes_are_events() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let mut listener = listen(&daemon, Some(&name));
    daemon.virsh(["desc", &name, "--config", "--title", "a title"]).ok();
    listener.hears(&format!("METADATA_CHANGE {name} 1"));
    daemon.virsh(["metadata", &name, "urn:e2e", "--config", "--key", "k", "--set", "<a/>"]).ok();
    listener.hears(&format!("METADATA_CHANGE {name} 2 urn:e2e"));
}

#[test]
fn a_booting_guest_connects_its_agent_and_moves_its_balloon() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    let mut listener = listen(&daemon, Some(&name));
    daemon.virsh(["start", &name]).ok();
    listener.hears(&format!("AGENT_LIFECYCLE {name} 1 2"));
    daemon.virsh(["setmem", &name, "112M", "--live"]).ok();
    listener.hears(&format!("BALLOON_CHANGE {name} "));
}

#[test]
fn virsh_waits_for_one_event() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let mut listener = Listener::spawn(&mut daemon.virsh_command([
        "event",
        &name,
        "--event",
        "lifecycle",
        "--timeout",
        "60",
    ]));
    // virsh does not say when it listens: until it has heard one, there is another.
    eventually("virsh to hear an event", || {
        daemon.virsh(["resume", &name]).ok();
        daemon.virsh(["suspend", &name]).ok();
        listener.has_ended().then_some(())
    });
    listener.hears(&format!("event 'lifecycle' for domain '{name}': "));
    listener.hears("events received: 1");
}

#[test]
fn an_unknown_event_or_guest_is_refused() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.virsh(["event", &name, "--event", "nosuch"]).fails("unknown event type nosuch");
    daemon
        .virsh(["event", "no-such-guest", "--event", "lifecycle"])
        .fails("failed to get domain 'no-such-guest'");
    let timeout = daemon.virsh(["event", &name, "--event", "lifecycle", "--timeout", "1"]);
    assert_eq!(
        (timeout.status, timeout.stdout.contains("event loop timed out")),
        (1, true),
        "{timeout}"
    );
}
