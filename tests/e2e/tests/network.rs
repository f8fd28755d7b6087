//! Virtual networks as definitions: made, found, printed, marked, changed, taken away, refused.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use e2e::{Daemon, Listener, Outcome, eventually};

const ADDRESS: &str = "<ip address='192.168.171.1' netmask='255.255.255.0'/>";

fn document(name: &str, uuid: &str, rest: &str) -> String {
    format!("<network><name>{name}</name><uuid>{uuid}</uuid>{rest}</network>")
}

fn uuid(number: u8) -> String {
    format!("5d2f9a6e-0000-4000-8000-0000000001{number:02x}")
}

fn define(daemon: &Daemon, document: &str) -> Outcome {
    let file = daemon.write("network.xml", document);
    daemon.virsh(["net-define", &file])
}

#[test]
fn a_network_is_defined_found_printed_marked_and_undefined() {
    let mut daemon = Daemon::start();
    let (name, uuid) = (daemon.name("net"), uuid(1));
    let file = daemon.write("network.xml", &document(&name, &uuid, ADDRESS));
    assert_eq!(
        daemon.virsh(["net-define", &file]).word(),
        format!("Network {name} defined from {file}")
    );
    assert_eq!(daemon.virsh(["net-name", &uuid]).word(), name);
    assert_eq!(daemon.virsh(["net-uuid", &name]).word(), uuid);
    daemon.virsh(["net-autostart", &name]).ok();
    daemon.kill9();
    daemon.revive();
    let listed = daemon.virsh(["net-list", "--all"]).lines();
    assert!(listed.contains(&format!("{name} inactive yes yes")), "{listed:?}");
    assert!(!daemon.virsh(["net-list", "--name"]).lines().contains(&name));
    assert!(!daemon.virsh(["net-list", "--all", "--transient", "--name"]).lines().contains(&name));
    assert!(daemon.virsh(["net-list", "--all", "--autostart", "--name"]).lines().contains(&name));
    let info = daemon.virsh(["net-info", &name]).lines();
    let bridge = info.last().and_then(|line| line.strip_prefix("Bridge: ")).expect("a bridge");
    let expected = [
        format!("Name: {name}"),
        format!("UUID: {uuid}"),
        "Active: no".to_owned(),
        "Persistent: yes".to_owned(),
        "Autostart: yes".to_owned(),
        format!("Bridge: {bridge}"),
    ];
    assert_eq!(info, expected);
    let printed = daemon.virsh(["net-dumpxml", &name]).ok();
    assert!(
        printed.contains(&format!("<bridge name='{bridge}' stp='on' delay='0'/>")),
        "{printed}"
    );
    // What is printed defines the same network.
    define(&daemon, &printed).ok();
    assert_eq!(daemon.virsh(["net-dumpxml", &name, "--inactive"]).ok(), printed);
    daemon.virsh(["net-autostart", &name, "--disable"]).ok();
    assert!(daemon.virsh(["net-info", &name]).lines().contains(&"Autostart: no".to_owned()));
    assert_eq!(
        daemon.virsh(["net-undefine", &name]).word(),
        format!("Network {name} has been undefined")
    );
    daemon
        .virsh(["net-info", &name])
        .fails(&format!("Network not found: no network with matching name '{name}'"));
}

#[test]
fn what_libvirt_refuses_is_refused_in_its_words() {
    let daemon = Daemon::start();
    let (name, other) = (daemon.name("net"), daemon.name("other"));
    let (one, two) = (uuid(2), uuid(3));
    define(&daemon, &document(&name, &one, ADDRESS)).ok();
    define(&daemon, &document(&other, &one, ADDRESS))
        .fails(&format!("operation failed: network '{name}' is already defined with uuid {one}"));
    define(&daemon, &document(&name, &two, ADDRESS))
        .fails(&format!("operation failed: network '{name}' already exists with uuid {one}"));
    let info = daemon.virsh(["net-info", &name]).lines();
    let bridge = info.last().and_then(|line| line.strip_prefix("Bridge: ")).expect("a bridge");
    define(&daemon, &document(&other, &two, &format!("<bridge name='{bridge}'/>{ADDRESS}")))
        .fails(&format!("internal error: bridge name '{bridge}' already in use."));
    define(&daemon, "<network><name>x</name>").fails("network_definition");
    define(&daemon, "<domain/>")
        .fails("XML error: expecting root element of 'network', not 'domain'");
    define(&daemon, "<network/>").fails("missing name information");
    let file = daemon.write("odd.xml", &document(&other, &two, "<quark/>"));
    daemon
        .virsh(["net-define", &file, "--validate"])
        .fails("XML document failed to validate against schema");
    daemon.virsh(["net-undefine", "no-such-net"]).fails("failed to get network 'no-such-net'");
    daemon.virsh(["net-destroy", &name]).fails(&format!("network '{name}' is not active"));
    daemon.virsh(["net-undefine", &name]).ok();
}

#[test]
fn entries_of_a_definition_come_change_and_go() {
    let mut daemon = Daemon::start();
    let name = daemon.name("net");
    let leases = "<ip address='192.168.171.1' netmask='255.255.255.0'><dhcp>\
                  <range start='192.168.171.10' end='192.168.171.20'/></dhcp></ip>";
    define(&daemon, &document(&name, &uuid(7), leases)).ok();
    let update = |daemon: &Daemon, words: &[&str]| {
        daemon.virsh(["net-update", &*name].into_iter().chain(words.iter().copied()))
    };
    let host = "<host mac='52:54:00:00:00:0a' name='a' ip='192.168.171.60'/>";
    let moved = "<host mac='52:54:00:00:00:0a' name='a' ip='192.168.171.61'/>";
    assert!(update(&daemon, &["add", "ip-dhcp-host", host]).word().starts_with("Updated network"));
    update(&daemon, &["add-last", "ip-dhcp-host", host, "--config"])
        .fails("there is an existing dhcp host entry");
    update(&daemon, &["modify", "ip-dhcp-host", moved, "--config"]).ok();
    update(
        &daemon,
        &["add-first", "dns-host", "<host ip='192.168.171.5'><hostname>h</hostname></host>"],
    )
    .ok();
    update(&daemon, &["add", "portgroup", "<portgroup name='p'/>"]).ok();
    update(
        &daemon,
        &["delete", "ip-dhcp-range", "<range start='192.168.171.10' end='192.168.171.20'/>"],
    )
    .ok();
    update(&daemon, &["modify", "dns-txt", "<txt name='a' value='b'/>"])
        .fails("DNS TXT records cannot be modified, only added or deleted");
    update(&daemon, &["add", "bridge", "<bridge/>"]).fails("can't update 'bridge' section");
    update(&daemon, &["add", "dns-txt", "<txt name='a' value='b'/>", "--live"])
        .fails("network is not running");
    daemon.kill9();
    daemon.revive();
    let printed = daemon.virsh(["net-dumpxml", &name]).ok();
    assert!(printed.contains(moved) && !printed.contains("<range"), "{printed}");
    assert!(printed.contains("<hostname>h</hostname>") && printed.contains("<portgroup name='p'>"));
}

#[test]
fn a_network_that_is_to_be_started_is_refused_clearly() {
    let daemon = Daemon::start();
    let name = daemon.name("net");
    define(&daemon, &document(&name, &uuid(4), ADDRESS)).ok();
    daemon.virsh(["net-start", &name]).fails("networks are not started yet");
    let file = daemon.write("network.xml", &document(&daemon.name("t"), &uuid(5), ADDRESS));
    daemon.virsh(["net-create", &file]).fails("networks are not started yet");
    assert_eq!(daemon.virsh(["net-dhcp-leases", &name]).lines().len(), 2);
}

#[test]
fn who_listens_hears_of_networks() {
    let daemon = Daemon::start();
    let name = daemon.name("network");
    let listen = ["net-event", "--event", "lifecycle", "--timeout", "60"];
    let mut listener = Listener::spawn(&mut daemon.virsh_command(listen));
    // virsh does not say when it listens: until it has heard one, there is another.
    eventually("virsh to hear an event", || {
        define(&daemon, &document(&name, &uuid(6), ADDRESS)).ok();
        daemon.virsh(["net-undefine", &name]).ok();
        listener.has_ended().then_some(())
    });
    listener.hears(&format!("event 'lifecycle' for network {name}: "));
    listener.hears("events received: 1");
}

#[test]
fn a_daemon_killed_while_it_defines_and_undefines_loses_nothing_acknowledged() {
    let mut daemon = Daemon::start();
    let mut there = BTreeSet::new();
    for round in 0..8_u8 {
        let names: Vec<String> = (0..4).map(|at| daemon.name(&format!("r{round}n{at}"))).collect();
        let commands: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let number = 0x40 + round * 4 + u8::try_from(at).expect("few");
                let document = document(name, &uuid(number), "");
                let file = daemon.write(&format!("{name}.xml"), &document);
                (name.clone(), daemon.virsh_command(["net-define", &file]))
            })
            .collect();
        let gone = there.iter().next().cloned();
        let undefine = gone.as_ref().map(|name: &String| {
            let mut command = daemon.virsh_command(["net-undefine", name]);
            std::thread::spawn(move || Outcome::of(&mut command).status == 0)
        });
        let calls: Vec<_> = commands
            .into_iter()
            .map(|(name, mut command)| {
                std::thread::spawn(move || (Outcome::of(&mut command).status == 0, name))
            })
            .collect();
        // The moments that this test is about: from before the first call to after the last.
        std::thread::sleep(std::time::Duration::from_millis(u64::from(round) * 15));
        daemon.kill9();
        let done: Vec<_> = calls.into_iter().map(|call| call.join().expect("no hang")).collect();
        let undefined = undefine.map(|call| call.join().expect("no hang"));
        daemon.revive();
        let listed: BTreeSet<String> =
            daemon.virsh(["net-list", "--all", "--name"]).lines().into_iter().collect();
        for (_, name) in done.iter().filter(|(acknowledged, _)| *acknowledged) {
            assert!(listed.contains(name), "round {round}: '{name}' is lost");
        }
        if let (Some(true), Some(name)) = (undefined, &gone) {
            assert!(!listed.contains(name), "round {round}: '{name}' is back");
        }
        for name in there.iter().filter(|name| Some(*name) != gone.as_ref()) {
            assert!(listed.contains(name), "round {round}: '{name}' is lost");
        }
        for name in &listed {
            daemon.virsh(["net-dumpxml", name]).ok();
        }
        there = listed;
    }
}
