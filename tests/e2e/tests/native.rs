//! Command lines made of documents.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, disk};

#[test]
fn a_document_becomes_the_command_line_that_a_start_would_use() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "1M");
    let document = Document::new(&daemon.name("guest")).machine("q35").disk("vda", "qcow2", &image);
    let name = daemon.define(&document);
    let uuid = daemon.uuid(&name);
    let line = daemon.virsh(["domxml-to-native", "qemu-argv", "--domain", &name]).ok();
    for part in [
        "/usr/bin/qemu-system-x86_64 ".to_owned(),
        format!("-name guest={name},debug-threads=on "),
        "-accel tcg ".to_owned(),
        "-m 64 ".to_owned(),
        format!("-uuid {uuid} "),
        "-smp 1,sockets=1,cores=1,threads=1 ".to_owned(),
        format!(
            "-blockdev '{{\"driver\":\"file\",\"filename\":\"{image}\",\"node-name\":\"libvirt-1-storage\""
        ),
        "\"id\":\"virtio-disk0\"".to_owned(),
    ] {
        assert!(line.contains(&part), "no {part} in {line}");
    }
    assert_eq!(daemon.virsh(["domid", &name]).word(), "-", "nothing was started");
    // A file instead of a defined guest gives the same.
    let file = daemon.write("guest.xml", &daemon.virsh(["dumpxml", &name]).ok());
    assert_eq!(daemon.virsh(["domxml-to-native", "qemu-argv", &file]).ok(), line);
}

#[test]
fn what_cannot_be_translated_is_refused() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon
        .virsh(["domxml-to-native", "nosuch", "--domain", &name])
        .fails("unsupported config type nosuch");
    daemon
        .virsh(["domxml-to-native", "qemu-argv", "--domain", "no-such-guest"])
        .fails("failed to get domain");
    let file = daemon.write("bad.xml", "<domain type='qemu'/>");
    daemon.virsh(["domxml-to-native", "qemu-argv", &file]).fails("missing name information");
}

#[test]
fn a_started_guest_has_the_promised_command_line() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let promised = daemon.virsh(["domxml-to-native", "qemu-argv", "--domain", &name]).ok();
    daemon.virsh(["start", &name, "--paused"]).ok();
    let words = daemon.qemu(&name).command_line();
    for option in ["-machine", "-m", "-smp", "-uuid"] {
        let at = words
            .iter()
            .position(|word| word == option)
            .unwrap_or_else(|| panic!("no {option} in {words:?}"));
        assert!(
            promised.contains(&format!("{option} {}", words[at + 1])),
            "{} is not in {promised}",
            words[at + 1]
        );
    }
}
