//! The host's ends of interfaces: made, limited, moved and removed, in a network of the test's own.
#![forbid(unsafe_code)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use e2e::{Daemon, Dice, Document, Network, eventually, process};

const BRIDGED: &str = "<interface type='bridge'><mac address='52:54:00:00:00:01'/>\
    <source bridge='br0'/><model type='virtio'/></interface>";
const DIRECT: &str = "<interface type='direct'><mac address='52:54:00:00:00:02'/>\
    <source dev='veth0' mode='bridge'/><model type='virtio'/></interface>";
const LIMITS: &str = "<bandwidth><inbound average='1000' peak='5000' burst='1024'/><outbound average='128'/></bandwidth>";

/// A network with two bridges and a pair of cards, and a daemon in it; only root has such.
fn stage(variables: &[(&str, &str)]) -> Option<(Network, Daemon)> {
    let network = Network::new()?;
    for line in [
        "ip link add br0 type bridge",
        "ip link set br0 up mtu 1400",
        "ip link add br1 type bridge",
        "ip link add veth0 type veth peer name veth1",
    ] {
        network.run(line).ok();
    }
    let daemon = Daemon::inside(&network, variables);
    Some((network, daemon))
}

fn define(daemon: &Daemon, interfaces: &[&str]) -> String {
    let document = Document::new(&daemon.name("guest"));
    daemon.define(&interfaces.iter().fold(document, |document, card| document.device(card)))
}

/// A program that notes how it was called, in the place of one of the system's.
fn fake(daemon_directory: &Path, name: &str, script: &str) -> std::path::PathBuf {
    let path = daemon_directory.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("the directory is ours");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

/// A directory of programs that come before the system's, and the `PATH` that says so.
fn programs(name: &str, script: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().expect("/tmp is writable");
    fake(directory.path(), name, &script.replace("LOG", &log(&directory)));
    let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", directory.path().display());
    (directory, path)
}

fn log(directory: &tempfile::TempDir) -> String {
    directory.path().join("log").display().to_string()
}

/// The calls so far, which are forgotten.
fn calls(directory: &tempfile::TempDir) -> String {
    let text = std::fs::read_to_string(log(directory)).unwrap_or_default();
    let _ = std::fs::remove_file(log(directory));
    text
}

#[test]
fn devices_come_with_a_guest_and_go_with_it() {
    let Some((network, daemon)) = stage(&[]) else { return };
    let isolated = BRIDGED.replace(":01", ":03").replace("<model", "<port isolated='yes'/><model");
    let name = define(&daemon, &[BRIDGED, DIRECT, &isolated]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let port = network.device("vnet0");
    for words in ["fe:54:00:00:00:01", "mtu 1400", "master br0", "<BROADCAST,MULTICAST,UP"] {
        assert!(port.contains(words), "no {words} in {port}");
    }
    assert!(port.contains("isolated off") && network.device("vnet1").contains("isolated on"));
    let is_up = || network.device("macvtap0").contains(",UP");
    assert!(network.device("macvtap0").contains("mode bridge") && !is_up());
    daemon.virsh(["resume", &name]).ok();
    assert!(is_up());
    daemon.virsh(["suspend", &name]).ok();
    assert!(!is_up());
    let list = daemon.virsh(["domiflist", &name]).ok();
    assert!(list.contains("vnet0") && list.contains("macvtap0"), "{list}");
    daemon.virsh(["domifstat", &name, "macvtap0"]).ok();
    daemon.virsh(["destroy", &name]).ok();
    for device in ["vnet0", "vnet1", "macvtap0"] {
        assert!(!network.has(device), "{device}");
    }
    // Numbers are not given twice.
    daemon.virsh(["start", &name, "--paused"]).ok();
    assert!(network.has("vnet2") && network.has("macvtap1"));
}

#[test]
fn limits_are_set_changed_and_lifted() {
    let (directory, path) = programs("tc", "echo $@ >> LOG");
    let Some((_network, daemon)) = stage(&[("PATH", &path)]) else { return };
    let name = define(&daemon, &[&BRIDGED.replace("<model", &format!("{LIMITS}<model"))]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let started = calls(&directory);
    for line in [
        "class add dev vnet0 parent 1: classid 1:1 htb rate 1000kbps ceil 5000kbps burst 1024kb quantum 85",
        "police rate 128kbps burst 128kb mtu 64kb drop",
    ] {
        assert!(started.contains(line), "{started}");
    }
    daemon.virsh(["domiftune", &name, "vnet0", "--inbound", "0", "--live"]).ok();
    let changed = calls(&directory);
    assert!(!changed.contains("htb") && changed.contains("police rate 128kbps"), "{changed}");
    let now = daemon.virsh(["domiftune", &name, "vnet0"]).ok();
    assert!(now.contains("inbound.average: 0") && now.contains("outbound.average: 128"), "{now}");
    daemon.virsh(["domiftune", &name, "vnet0", "--inbound", "7", "--config"]).fails("'vnet0'");
    let mac = "52:54:00:00:00:01";
    daemon.virsh(["domiftune", &name, mac, "--inbound", "7,8,9", "--config"]).ok();
    assert_eq!(calls(&directory), "");
    let config = daemon.virsh(["dumpxml", "--inactive", &name]).ok();
    assert!(config.contains("<inbound average='7' peak='8' burst='9'/>"), "{config}");
    let unlimited = daemon.write("card.xml", BRIDGED);
    daemon.virsh(["update-device", &name, &unlimited, "--live"]).ok();
    assert_eq!(calls(&directory), "qdisc del dev vnet0 root\nqdisc del dev vnet0 ingress\n");
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("<bandwidth>"));
}

#[test]
fn limits_that_cannot_be_set_are_not_told() {
    let (_directory, path) =
        programs("tc", "[ $2 = del ] && exit 0; echo no such thing >&2; exit 2");
    let Some((network, daemon)) = stage(&[("PATH", &path)]) else { return };
    let name = define(&daemon, &[BRIDGED]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    daemon
        .virsh(["domiftune", &name, "vnet0", "--inbound", "100"])
        .fails("unexpected exit status 2: no such thing");
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("<bandwidth>"));
    let limited = BRIDGED.replace("<model", &format!("{LIMITS}<model"));
    let other = define(&daemon, &[DIRECT, &limited]);
    daemon.virsh(["start", &other]).fails("no such thing");
    eventually("the devices to go", || {
        (!network.has("macvtap0") && !network.has("vnet1")).then_some(())
    });
}

#[test]
fn a_device_moves_to_another_bridge_and_back_if_there_is_none() {
    let Some((network, daemon)) = stage(&[]) else { return };
    let name = define(&daemon, &[BRIDGED]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let update = |card: &str| {
        let file = daemon.write("card.xml", card);
        daemon.virsh(["update-device", &name, &file, "--live"])
    };
    let moved = BRIDGED.replace("br0", "br1").replace("<model", "<port isolated='yes'/><model");
    update(&moved).ok();
    let device = network.device("vnet0");
    assert!(device.contains("master br1") && device.contains("isolated on"), "{device}");
    assert!(daemon.virsh(["dumpxml", &name]).ok().contains("<source bridge='br1'/>"));
    update(&BRIDGED.replace("br0", "none")).fails("bridge none doesn't exist");
    assert!(network.device("vnet0").contains("master br1"));
    update(&BRIDGED.replace("br0", "veth0")).fails("Unable to add bridge veth0 port vnet0");
    assert!(network.device("vnet0").contains("master br1"));
    update(DIRECT).fails("no device found");
    update(&BRIDGED.replace("<model", "<target dev='vnet9'/><model")).fails("device tap name");
}

#[test]
fn interfaces_are_plugged_and_unplugged() {
    let Some((network, daemon)) = stage(&[]) else { return };
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    daemon.virsh(["start", &name]).ok();
    eventually("the agent", || {
        let ping = r#"{"execute":"guest-ping"}"#;
        let answer = daemon.virsh(["qemu-agent-command", "--timeout", "2", &name, ping]);
        (answer.status == 0).then_some(())
    });
    let mac = "52:54:00:00:00:09";
    for (kind, source, device) in [("bridge", "br0", "vnet0"), ("direct", "veth0", "macvtap0")] {
        let words = ["attach-interface", &name, kind, source, "--mac", mac, "--model", "virtio"];
        daemon.virsh([words.as_slice(), &["--live"]].concat()).ok();
        assert!(network.device(device).contains(",UP"));
        assert!(daemon.virsh(["domiflist", &name]).ok().contains(device));
        daemon.virsh(["domif-setlink", &name, device, "down"]).ok();
        assert_eq!(daemon.virsh(["domif-getlink", &name, device]).word(), format!("{device} down"));
        daemon.virsh(["detach-interface", &name, kind, "--mac", mac, "--live"]).ok();
        eventually("the device to go", || (!network.has(device)).then_some(()));
        assert!(!daemon.virsh(["domiflist", &name]).ok().contains(device));
    }
    let many = BRIDGED.replace("<model", "<driver name='qemu' queues='3'/><model");
    let many = daemon.write("many.xml", &many);
    daemon.virsh(["attach-device", &name, &many, "--live"]).ok();
    assert!(network.device("vnet1").contains("multi_queue"));
    let elsewhere = daemon.write("card.xml", &DIRECT.replace("veth0", "none"));
    daemon
        .virsh(["attach-device", &name, &elsewhere, "--live"])
        .fails("Unable to get index for interface none: No such device");
}

#[test]
fn what_is_somebody_elses_is_left_alone() {
    let Some((network, daemon)) = stage(&[]) else { return };
    network.run("ip tuntap add mode tap name mine0").ok();
    for (card, words) in [
        (DIRECT.replace("<model", "<target dev='veth1'/><model"), "veth1@veth0"),
        (
            BRIDGED.replace("<model", "<target dev='mine0'/><model"),
            "mine0 interface already exists",
        ),
        (
            "<interface type='ethernet'><target dev='mine0'/></interface>".to_owned(),
            "mine0 interface already exists",
        ),
    ] {
        let name = define(&daemon, &[&card]);
        daemon.virsh(["start", &name]).fails(words);
        daemon.virsh(["start", &name]).fails(words);
    }
    assert!(network.has("veth1") && network.has("mine0"));
    let card = "<interface type='ethernet'><target dev='mine0' managed='no'/>\
                <model type='virtio'/></interface>";
    let name = define(&daemon, &[card]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    daemon.virsh(["destroy", &name]).ok();
    assert!(network.has("mine0"));
}

#[test]
fn a_device_below_gets_its_address_back() {
    let Some((network, daemon)) = stage(&[]) else { return };
    let before = network.device("veth0");
    let name = define(&daemon, &[&DIRECT.replace("'bridge'/>", "'passthrough'/>")]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    assert!(network.device("veth0").contains("52:54:00:00:00:02"));
    daemon.virsh(["destroy", &name]).ok();
    let mac = |text: &str| text.split("link/ether ").nth(1).map(|mac| mac[..17].to_owned());
    assert_eq!(mac(&network.device("veth0")), mac(&before));
}

#[test]
fn scripts_hear_of_the_device() {
    let directory = tempfile::tempdir().expect("/tmp is writable");
    let note = |word: &str| format!("echo {word} $1 >> {}", log(&directory));
    let up = fake(directory.path(), "up", &note("up"));
    let down = fake(directory.path(), "down", &note("down"));
    let Some((_network, daemon)) = stage(&[]) else { return };
    let card = |up: &Path| {
        format!(
            "<interface type='ethernet'><script path='{}'/><downscript path='{}'/></interface>",
            up.display(),
            down.display()
        )
    };
    let name = define(&daemon, &[&card(&up)]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    assert_eq!(calls(&directory), "up vnet0\n");
    daemon.virsh(["destroy", &name]).ok();
    assert_eq!(calls(&directory), "down vnet0\n");
    let refuses = fake(directory.path(), "refuses", "exit 7");
    let name = define(&daemon, &[&card(&refuses)]);
    daemon.virsh(["start", &name]).fails("unexpected exit status 7");
}

#[test]
fn open_vswitch_is_told_of_ports() {
    let (directory, path) = programs("ovs-vsctl", "echo $@ >> LOG");
    let Some((network, daemon)) = stage(&[("PATH", &path)]) else { return };
    let port = "<virtualport type='openvswitch'/><vlan><tag id='42'/></vlan><model";
    let name = define(&daemon, &[&BRIDGED.replace("<model", port)]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let added = calls(&directory);
    assert!(
        added.contains("--may-exist add-port br0 vnet0 tag=42 -- set Interface vnet0"),
        "{added}"
    );
    assert!(!network.device("vnet0").contains("master"));
    daemon.virsh(["destroy", &name]).ok();
    assert_eq!(calls(&directory), "--timeout=5 -- --if-exists del-port vnet0\n");
}

#[test]
fn what_a_guest_leaves_is_removed_by_a_later_daemon() {
    let Some((network, mut daemon)) = stage(&[]) else { return };
    let name = define(&daemon, &[BRIDGED, DIRECT]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let qemu = daemon.qemu(&name);
    daemon.kill9();
    daemon.revive();
    // It runs on, and so do its devices; their numbers are not given to others.
    assert!(network.has("vnet0") && network.has("macvtap0"));
    let other = define(&daemon, &[&BRIDGED.replace(":01", ":03")]);
    daemon.virsh(["start", &other, "--paused"]).ok();
    assert!(network.has("vnet1"));
    daemon.kill9();
    process::kill9(qemu.pid);
    qemu.ends();
    assert!(network.has("macvtap0"));
    daemon.revive();
    eventually("the device to go", || (!network.has("macvtap0")).then_some(()));
}

#[test]
fn a_daemon_killed_anywhere_leaves_no_devices() {
    let Some((network, mut daemon)) = stage(&[]) else { return };
    let mut dice = Dice::seeded();
    let name = define(&daemon, &[DIRECT, BRIDGED]);
    for _ in 0..12 {
        let mut start = daemon.virsh_command(["start", &name, "--paused"]);
        let start = std::thread::spawn(move || e2e::Outcome::of(&mut start));
        // The random moment that this test is about.
        std::thread::sleep(Duration::from_millis(dice.below(250)));
        daemon.kill9();
        let _ = start.join();
        daemon.revive();
        let runs = daemon.virsh(["domstate", &name]).word() == "paused";
        if runs {
            daemon.virsh(["destroy", &name]).ok();
        }
        let left = || network.run("ip -o link").ok().contains("macvtap");
        eventually("the devices to go", || (!left()).then_some(()));
    }
}
