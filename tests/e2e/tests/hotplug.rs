//! Devices that come, go and change: in a guest that has booted, and in definitions.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Listener, disk, eventually};

const RNG: &str = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";

/// A guest that has booted far enough to let go of devices: its agent answers.
fn booted(daemon: &Daemon) -> String {
    let document = Document::booting(&daemon.name("guest"), "<serial type='pty'/>")
        .device("<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>")
        .device("<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>")
        .element("<iothreads>1</iothreads>");
    let name = daemon.define(&document);
    daemon.virsh(["start", &name]).ok();
    let ping = r#"{"execute":"guest-ping"}"#;
    eventually("the agent", || {
        let answer = daemon.virsh(["qemu-agent-command", "--timeout", "2", &name, ping]);
        (answer.status == 0).then_some(())
    });
    name
}

/// The documents of a guest: what runs, and what is defined.
fn documents(daemon: &Daemon, name: &str) -> [String; 2] {
    [daemon.virsh(["dumpxml", name]).ok(), daemon.virsh(["dumpxml", name, "--inactive"]).ok()]
}

/// The events of devices, one a line, from now on.
fn listener(daemon: &Daemon) -> Listener {
    let words = ["event", "--all", "--loop", "--timeout", "600"];
    Listener::spawn(&mut daemon.virsh_command(words))
}

#[test]
fn a_disk_comes_and_goes() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let image = disk::create(daemon.directory(), "b.qcow2", "qcow2", "16M");
    let mut events = listener(&daemon);
    // A guest that runs tells of itself now and then; the test begins when the listener is there.
    daemon.virsh(["attach-disk", &name, &image, "vdb", "--subdriver", "qcow2", "--live"]).ok();
    let [live, config] = documents(&daemon, &name);
    assert!(live.contains("<alias name='virtio-disk1'/>") && !config.contains("vdb"), "{live}");
    daemon
        .virsh(["attach-disk", &name, &image, "vdb", "--subdriver", "qcow2", "--live"])
        .fails("XML error: target 'vdb' duplicated for disk sources");
    daemon.virsh(["detach-disk", &name, "vdb", "--live"]).ok();
    assert!(!documents(&daemon, &name)[0].contains("vdb"));
    // The image is free again: nobody holds its lock.
    disk::qemu_img(&["check", &image]);
    daemon.virsh(["attach-disk", &name, &image, "vdb", "--subdriver", "qcow2", "--live"]).ok();
    events.hears("virtio-disk1");
    daemon.virsh(["detach-disk", &name, "vdb", "--live"]).ok();
    events.hears("device-removed");
}

#[test]
fn a_scsi_disk_brings_its_controller() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let image = disk::create(daemon.directory(), "c.img", "raw", "16M");
    let both = ["--targetbus", "scsi", "--live", "--config"];
    daemon.virsh([["attach-disk", &name, &image, "sda"].as_slice(), both.as_slice()].concat()).ok();
    for document in documents(&daemon, &name) {
        assert!(
            document.contains("<controller type='scsi' index='0' model='lsilogic'>"),
            "{document}"
        );
    }
    daemon.virsh(["detach-disk", &name, "sda", "--live", "--config"]).ok();
    for document in documents(&daemon, &name) {
        assert!(!document.contains("dev='sda'"), "{document}");
    }
}

#[test]
fn a_medium_is_inserted_changed_and_ejected() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let first = disk::create(daemon.directory(), "a.iso", "raw", "1M");
    let second = disk::create(daemon.directory(), "b.iso", "raw", "1M");
    daemon.virsh(["change-media", &name, "hdc", &first, "--insert", "--live"]).ok();
    assert!(daemon.virsh(["domblklist", &name]).ok().contains(&first));
    daemon
        .virsh(["change-media", &name, "hdc", "/no/such.iso", "--update", "--live"])
        .fails("/no/such.iso");
    assert!(daemon.virsh(["domblklist", &name]).ok().contains(&first));
    daemon.virsh(["change-media", &name, "hdc", &second, "--update", "--live"]).ok();
    assert!(daemon.virsh(["domblklist", &name]).ok().contains(&second));
    daemon.virsh(["change-media", &name, "hdc", "--eject", "--live"]).ok();
    assert!(!daemon.virsh(["domblklist", &name]).ok().contains(".iso"));
}

#[test]
fn an_interface_comes_changes_its_link_and_goes() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let mac = "52:54:00:00:00:02";
    let card =
        format!("<interface type='user'><mac address='{mac}'/><model type='virtio'/></interface>");
    let card = daemon.write("card.xml", &card);
    daemon.virsh(["attach-device", &name, &card, "--live"]).ok();
    daemon.virsh(["domif-setlink", &name, mac, "down"]).ok();
    assert_eq!(daemon.virsh(["domif-getlink", &name, mac]).word(), format!("{mac} down"));
    daemon.virsh(["detach-interface", &name, "user", "--mac", mac, "--live"]).ok();
    assert!(!daemon.virsh(["domiflist", &name]).ok().contains(mac));
    daemon
        .virsh(["domiftune", &name, "52:54:00:00:00:01", "--inbound", "100", "--live"])
        .fails("setting bandwidth on interfaces of type 'user' is not implemented yet");
}

#[test]
fn a_guest_that_stands_still_keeps_its_device_until_it_answers() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let rng = daemon.write("rng.xml", RNG);
    daemon.virsh(["attach-device", &name, &rng, "--live"]).ok();
    daemon.virsh(["suspend", &name]).ok();
    // As with libvirt, the call ends well, and the device is still there.
    daemon.virsh(["detach-device", &name, &rng, "--live"]).ok();
    assert!(documents(&daemon, &name)[0].contains("<alias name='rng0'/>"));
    daemon.virsh(["resume", &name]).ok();
    eventually("the device to go", || {
        (!documents(&daemon, &name)[0].contains("<alias name='rng0'/>")).then_some(())
    });
}

#[test]
fn a_device_survives_the_daemon() {
    let mut daemon = Daemon::start();
    let name = booted(&daemon);
    let rng = daemon.write("rng.xml", RNG);
    daemon.virsh(["attach-device", &name, &rng, "--live"]).ok();
    daemon.kill9();
    daemon.revive();
    assert!(documents(&daemon, &name)[0].contains("<alias name='rng0'/>"));
    daemon.virsh(["detach-device", &name, &rng, "--live"]).ok();
    daemon.virsh(["detach-device", &name, &rng, "--live"]).fails("RNG device not present");
}

#[test]
fn io_threads_come_and_go() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    daemon.virsh(["iothreadadd", &name, "2", "--live"]).ok();
    daemon.virsh(["iothreadadd", &name, "2", "--live"]).fails("already using iothread_id '2'");
    daemon.virsh(["iothreadset", &name, "2", "--poll-max-ns", "1000", "--live"]).ok();
    daemon.virsh(["iothreadpin", &name, "2", "0", "--live"]).ok();
    assert!(documents(&daemon, &name)[0].contains("<iothreadpin iothread='2' cpuset='0'/>"));
    daemon.virsh(["iothreaddel", &name, "2", "--live"]).ok();
    daemon.virsh(["iothreaddel", &name, "2", "--live"]).fails("cannot find IOThread '2'");
}

#[test]
fn a_disk_of_which_nothing_is_said_ends_no_daemon() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let empty = daemon.write("disk.xml", "<disk/>");
    let refused = daemon.virsh(["detach-device", &name, &empty, "--live"]);
    refused.fails("missing target information for device");
    assert_eq!(daemon.virsh(["domstate", &name]).word(), "paused");
}

#[test]
fn memory_comes_and_goes() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"))
        .element("<maxMemory slots='4' unit='MiB'>1024</maxMemory>")
        .element("<cpu><numa><cell id='0' cpus='0' memory='64' unit='MiB'/></numa></cpu>");
    let name = daemon.define(&document);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let dimm = |size: u32| {
        format!(
            "<memory model='dimm'><target><size unit='MiB'>{size}</size><node>0</node></target></memory>"
        )
    };
    let small = daemon.write("small.xml", &dimm(128));
    daemon.virsh(["attach-device", &name, &small, "--live", "--config"]).ok();
    let [live, config] = documents(&daemon, &name);
    assert!(live.contains("<alias name='dimm0'/>") && live.contains("base='0x"), "{live}");
    for document in [&live, &config] {
        assert!(document.contains("<memory unit='KiB'>196608</memory>"), "{document}");
    }
    let large = daemon.write("large.xml", &dimm(2048));
    daemon
        .virsh(["attach-device", &name, &large, "--live"])
        .fails("would exceed domain's maxMemory config size");
    daemon.virsh(["detach-device", &name, &small, "--config"]).ok();
    let [live, config] = documents(&daemon, &name);
    assert!(live.contains("dimm0") && config.contains("<memory unit='KiB'>65536</memory>"));
}

#[test]
fn a_controller_comes_once_and_goes() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let scsi = "<controller type='scsi' index='3' model='virtio-scsi'/>";
    let scsi = daemon.write("scsi.xml", scsi);
    daemon.virsh(["attach-device", &name, &scsi, "--live"]).ok();
    daemon.virsh(["attach-device", &name, &scsi, "--live"]).fails("target scsi:3 already exists");
    let [live, config] = documents(&daemon, &name);
    assert!(live.contains("<alias name='scsi3'/>") && !config.contains("index='3'"), "{live}");
    daemon.virsh(["detach-device", &name, &scsi, "--live"]).ok();
    assert!(!documents(&daemon, &name)[0].contains("scsi3"));
    let usb = daemon.write("usb.xml", "<controller type='usb' index='3' model='qemu-xhci'/>");
    daemon
        .virsh(["attach-device", &name, &usb, "--live"])
        .fails("'usb' controller cannot be hot plugged.");
}

#[test]
fn a_channel_gets_its_socket_and_loses_it() {
    let daemon = Daemon::start();
    let name = booted(&daemon);
    let port = "<channel type='unix'><target type='virtio' name='org.example.0'/>\
                <address type='virtio-serial' controller='0' bus='0' port='5'/></channel>";
    let port = daemon.write("port.xml", port);
    daemon.virsh(["attach-device", &name, &port, "--live"]).ok();
    let live = &documents(&daemon, &name)[0];
    let path = live
        .split("path='")
        .find(|rest| rest.split('\'').next().is_some_and(|path| path.ends_with("org.example.0")));
    let path = path.and_then(|rest| rest.split('\'').next()).expect("a socket in the document");
    assert!(std::fs::exists(path).unwrap(), "{path}");
    daemon.virsh(["attach-device", &name, &port, "--live"]).fails("chardev already exists");
    daemon.virsh(["detach-device", &name, &port, "--live"]).ok();
    assert!(!std::fs::exists(path).unwrap() && !documents(&daemon, &name)[0].contains(path));
    let spice =
        "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>";
    let spice = daemon.write("spice.xml", spice);
    daemon
        .virsh(["attach-device", &name, &spice, "--live"])
        .fails("chardev 'spicevmc' not supported without spice graphics");
}

#[test]
fn a_definition_changes_while_its_guest_does_not() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let before = documents(&daemon, &name)[0].clone();
    let image = disk::create(daemon.directory(), "c.qcow2", "qcow2", "16M");
    daemon.virsh(["attach-disk", &name, &image, "vdb", "--subdriver", "qcow2", "--config"]).ok();
    let rng = daemon.write("rng.xml", RNG);
    daemon.virsh(["attach-device", &name, &rng, "--config"]).ok();
    let sound = daemon.write("sound.xml", "<sound model='ac97'/>");
    daemon.virsh(["attach-device", &name, &sound, "--config"]).ok();
    let hub = daemon.write("hub.xml", "<hub type='usb'/>");
    daemon
        .virsh(["attach-device", &name, &hub, "--config"])
        .fails("persistent attach of device 'hub' is not supported");
    let [live, config] = documents(&daemon, &name);
    assert_eq!(live, before);
    assert!(config.contains("dev='vdb'") && config.contains("<sound model='ac97'>"), "{config}");
    daemon.virsh(["detach-device", &name, &rng, "--config"]).ok();
    assert!(!documents(&daemon, &name)[1].contains("<rng"));
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["start", &name, "--paused"]).ok();
    assert!(documents(&daemon, &name)[0].contains("<alias name='virtio-disk1'/>"));
}
