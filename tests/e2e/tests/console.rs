//! The serial console: through a stream, from a real terminal.
#![forbid(unsafe_code)]

use e2e::console::Console;
use e2e::{Daemon, Document};

const LEAVE: &str = "\x1d";

/// A guest that has booted to a shell on its console, and that console.
fn booted(daemon: &Daemon) -> (String, Console) {
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let mut console = Console::open_with(&mut daemon.virsh_command(["console", &name]));
    console.shows("Escape character is ^]");
    daemon.virsh(["resume", &name]).ok();
    console.shows("ferrovirt guest is up");
    (name, console)
}

#[test]
fn a_guest_is_used_over_its_console() {
    let daemon = Daemon::start();
    let (name, mut console) = booted(&daemon);
    console.answers("/ # ");
    console.types("echo $((6 * 7))-is-it\n");
    console.shows("42-is-it");
    console.types(LEAVE);
    assert_eq!(console.ends(), 0);
    // Leaving a console is not leaving the guest.
    assert_eq!(daemon.state(&name), "running (unpaused)");
}

#[test]
fn a_console_belongs_to_one_until_another_takes_it() {
    let daemon = Daemon::start();
    let (name, _first) = booted(&daemon);
    let mut second = Console::open_with(&mut daemon.virsh_command(["console", &name]));
    second.shows("Active console session exists for this domain");
    let mut second = Console::open_with(&mut daemon.virsh_command(["console", &name, "--force"]));
    second.answers("/ # ");
    second.types("echo $((6 * 7))-is-mine\n");
    second.shows("42-is-mine");
}

#[test]
fn a_console_ends_with_its_guest() {
    let daemon = Daemon::start();
    let (name, console) = booted(&daemon);
    daemon.virsh(["destroy", &name]).ok();
    console.ends();
}

#[test]
fn ttyconsole_names_the_terminal_in_the_document() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")).device("<serial type='pty'/>"));
    assert_eq!(daemon.virsh(["ttyconsole", &name]).status, 1, "no terminal before the start");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let terminal = daemon.virsh(["ttyconsole", &name]).word();
    assert!(terminal.starts_with("/dev/pts/"), "{terminal}");
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains(&format!("<console type='pty' tty='{terminal}'>")), "{xml}");
    daemon.virsh(["ttyconsole", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn a_guest_without_a_console_says_so() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let mut console = Console::open_with(&mut daemon.virsh_command(["console", &name]));
    console.shows("cannot find character device <null>");
    daemon.virsh(["destroy", &name]).ok();
    let mut console = Console::open_with(&mut daemon.virsh_command(["console", &name]));
    console.shows("The domain is not running");
}
