//! Weights, limits and places that a definition keeps, single virtual CPUs, and the commands of `fv` that
//! set them.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, disk};

/// A guest that does not run, with four virtual CPUs of which it starts with one.
fn defined(daemon: &Daemon) -> String {
    let document = Document::new(&daemon.name("guest"))
        .element("<vcpu current='1'>4</vcpu>")
        .element("<iothreads>1</iothreads>");
    daemon.define(&document)
}

/// What virsh and `fv` print, which is the same.
#[track_caller]
fn same(daemon: &Daemon, words: &[&str]) -> String {
    let (theirs, ours) = (daemon.virsh(words.iter().copied()), daemon.fv(words.iter().copied()));
    assert_eq!((ours.status, &ours.stdout), (theirs.status, &theirs.stdout), "{words:?}");
    assert_eq!(ours.stderr, theirs.stderr, "{words:?}");
    theirs.stdout
}

#[test]
fn weights_and_limits_are_kept() {
    let mut daemon = Daemon::start();
    let name = defined(&daemon);
    daemon.virsh(["blkiotune", &name, "--weight", "500"]).ok();
    daemon.fv(["blkiotune", &name, "--device-weights", "/dev/null,300"]).ok();
    daemon.fv(["memtune", &name, "--hard-limit", "1G", "--soft-limit", "524288"]).ok();
    daemon.virsh(["numatune", &name, "--mode", "preferred", "--nodeset", "0"]).ok();
    daemon.fv(["numatune", &name, "--mode", "interleave"]).ok();
    daemon.kill9();
    daemon.revive();
    let document = daemon.virsh(["dumpxml", &name]).ok();
    for kept in [
        "<weight>500</weight>",
        "<path>/dev/null</path>",
        "<hard_limit unit='KiB'>1048576</hard_limit>",
        "<memory mode='interleave' nodeset='0'/>",
    ] {
        assert!(document.contains(kept), "no {kept} in {document}");
    }
    assert!(same(&daemon, &["blkiotune", &name]).contains("/dev/null,300"));
    assert!(same(&daemon, &["memtune", &name]).contains("swap_hard_limit: unlimited"));
    assert!(same(&daemon, &["numatune", &name]).contains("interleave"));
    same(&daemon, &["memtune", &name, "--swap-hard-limit", "5"]);
    same(&daemon, &["memtune", &name, "--min-guarantee", "5"]);
    same(&daemon, &["numatune", &name, "--nodeset", "junk"]);
    same(&daemon, &["blkiotune", &name, "--device-read-iops-sec", "/dev/null"]);
}

#[test]
fn single_virtual_cpus_come_by_number() {
    let daemon = Daemon::start();
    let name = defined(&daemon);
    daemon.virsh(["setvcpu", &name, "3", "--enable"]).ok();
    daemon.virsh(["setvcpu", &name, "0", "--disable"]).fails("vCPU '0' can't be modified");
    let definition = daemon.virsh(["dumpxml", &name, "--inactive"]).ok();
    assert!(definition.contains("<vcpu id='3' enabled='yes' hotpluggable='yes'/>"), "{definition}");
    daemon.virsh(["start", &name, "--paused"]).ok();
    daemon.virsh(["setvcpu", &name, "2", "--enable", "--live"]).ok();
    daemon
        .virsh(["setvcpu", &name, "2", "--enable", "--live"])
        .fails("vcpu '2' is already in requested state");
    daemon
        .virsh(["setvcpu", &name, "1,2", "--disable", "--live"])
        .fails("vcpu '1' is already in requested state");
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(live.contains("<vcpu id='2' enabled='yes' hotpluggable='yes' order='3'/>"), "{live}");
    daemon.virsh(["guestvcpus", &name]).fails("domain is not running");
    daemon.virsh(["set-user-password", &name, "root", "x"]).fails("domain is not running");
}

#[test]
fn fv_changes_devices_as_virsh_does() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"))
        .device("<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>")
        .device("<interface type='user'><mac address='52:54:00:00:00:01'/></interface>")
        .element("<iothreads>1</iothreads>");
    let name = daemon.define(&document);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let image = disk::create(daemon.directory(), "b.img", "raw", "1M");
    let mac = "52:54:00:00:00:01";
    daemon.fv(["attach-disk", &name, &image, "vdb", "--config"]).ok();
    same(&daemon, &["attach-disk", &name, &image, "vdb", "--config"]);
    daemon.fv(["detach-disk", &name, "vdb", "--config"]).ok();
    same(&daemon, &["detach-disk", &name, "vdb", "--config"]);
    daemon.fv(["change-media", &name, "hdc", &image, "--insert"]).ok();
    assert!(daemon.virsh(["domblklist", &name]).ok().contains(&image));
    same(&daemon, &["change-media", &name, "hdc", &image, "--insert"]);
    daemon.fv(["change-media", &name, "hdc", "--eject"]).ok();
    same(&daemon, &["change-media", &name, "hdc", "--eject"]);
    daemon.fv(["domif-setlink", &name, mac, "down"]).ok();
    assert!(same(&daemon, &["domif-getlink", &name, mac]).contains("down"));
    same(&daemon, &["domif-getlink", &name, "nosuch"]);
    same(&daemon, &["domif-setlink", &name, "nosuch", "up"]);
    same(&daemon, &["detach-interface", &name, "bridge"]);
    same(&daemon, &["domiftune", &name, mac]);
    same(&daemon, &["domiftune", &name, "nosuch"]);
    same(&daemon, &["domiftune", &name, mac, "--inbound", "x"]);
    daemon.fv(["iothreadadd", &name, "2"]).ok();
    same(&daemon, &["iothreadadd", &name, "2"]);
    same(&daemon, &["iothreadadd", &name, "0"]);
    daemon.fv(["iothreadpin", &name, "2", "0"]).ok();
    same(&daemon, &["iothreadinfo", &name]);
    daemon.fv(["iothreadset", &name, "2", "--poll-max-ns", "1000"]).ok();
    same(&daemon, &["iothreadset", &name, "2"]);
    daemon.fv(["iothreaddel", &name, "2"]).ok();
    same(&daemon, &["iothreaddel", &name, "2"]);
    let rng = "<rng model='virtio'><backend model='random'>/dev/urandom</backend>\
               <alias name='ua-rng'/></rng>";
    let rng = daemon.write("rng.xml", rng);
    daemon.fv(["attach-device", &name, &rng]).ok();
    same(&daemon, &["attach-device", &name, &rng]);
    same(&daemon, &["detach-device-alias", &name, "nosuch"]);
    same(&daemon, &["update-device", &name, &rng]);
    daemon.fv(["detach-device-alias", &name, "ua-rng"]).ok();
}

#[test]
fn fv_limits_a_disk_as_virsh_does() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "1M");
    let document = Document::new(&daemon.name("guest")).device(&format!(
        "<disk type='file'><driver type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/></disk>"
    ));
    let name = daemon.define(&document);
    daemon.fv(["blkdeviotune", &name, "vda", "--total-bytes-sec", "1M"]).ok();
    assert!(same(&daemon, &["blkdeviotune", &name, "vda"]).contains("total_bytes_sec: 1048576"));
    same(&daemon, &["blkdeviotune", &name, "vdz"]);
    same(&daemon, &["blkdeviotune", &name, "vda", "--read-bytes-sec", "junk"]);
}
