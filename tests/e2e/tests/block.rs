//! Disk figures: of files, raw and qcow2, off and on, and of whole backing chains.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, disk};

const MIB: u64 = 1 << 20;

/// Capacity, allocation and physical size, as `domblkinfo` prints them.
fn figures(daemon: &Daemon, name: &str, target: &str) -> [u64; 3] {
    let lines = daemon.virsh(["domblkinfo", name, target]).lines();
    ["Capacity: ", "Allocation: ", "Physical: "].map(|label| {
        let value = lines
            .iter()
            .find_map(|line| line.strip_prefix(label))
            .unwrap_or_else(|| panic!("{lines:?}"));
        value.parse().unwrap_or_else(|_| panic!("{lines:?}"))
    })
}

#[test]
fn a_sparse_raw_file() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "64M");
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "raw", &image));
    // Off and on: the space it takes, and its length.
    assert_eq!(figures(&daemon, &name, "vda"), [64 * MIB, disk::space(&image), 64 * MIB]);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let [capacity, allocation, physical] = figures(&daemon, &name, "vda");
    assert_eq!((capacity, physical), (64 * MIB, 64 * MIB));
    assert_eq!(allocation, disk::space(&image));
}

#[test]
fn a_qcow2_file_is_as_large_for_the_guest_as_its_header_says() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "64M");
    disk::fill(&image, 8);
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "qcow2", &image));
    assert_eq!(
        figures(&daemon, &name, "vda"),
        [64 * MIB, disk::space(&image), disk::length(&image)]
    );
    daemon.virsh(["start", &name, "--paused"]).ok();
    let [capacity, allocation, physical] = figures(&daemon, &name, "vda");
    assert_eq!(capacity, 64 * MIB);
    assert!(allocation >= 8 * MIB && physical >= 8 * MIB, "{allocation} {physical}");
}

#[test]
fn all_disks_in_one_table() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "1M");
    let cdrom = "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>";
    let name = daemon
        .define(&Document::new(&daemon.name("guest")).disk("vda", "raw", &image).device(cdrom));
    let table = daemon.virsh(["domblkinfo", &name, "--all"]).lines();
    assert_eq!(table[0], "Target Capacity Allocation Physical");
    assert_eq!(table[2], format!("vda {MIB} {} {MIB}", disk::space(&image)));
    let human = daemon.virsh(["domblkinfo", &name, "vda", "--human"]).lines();
    assert_eq!(human[0], "Capacity: 1.000 MiB");

    let list = daemon.virsh(["domblklist", &name]).lines();
    assert_eq!((list[0].as_str(), list[2].as_str()), ("Target Source", &*format!("vda {image}")));
    let details = daemon.virsh(["domblklist", &name, "--details"]).lines();
    assert_eq!(details[0], "Type Device Target Source");
    assert!(details.contains(&format!("file disk vda {image}")), "{details:?}");
    assert!(details.contains(&"file cdrom hdc -".to_owned()), "{details:?}");
    daemon.virsh(["domblklist", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn a_disk_that_is_not_there_is_named_in_the_error() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon
        .virsh(["domblkinfo", &name, "vdz"])
        .fails("invalid argument: invalid path vdz not assigned to domain");
    daemon.virsh(["domblkstat", &name, "vdz"]).fails("invalid argument: invalid path: vdz");
}

#[test]
fn counters_of_a_running_disk() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "1M");
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "raw", &image));
    daemon
        .virsh(["domblkstat", &name, "vda"])
        .fails("Requested operation is not valid: domain is not running");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let counters = daemon.virsh(["domblkstat", &name, "vda"]).lines();
    let expected = [
        "vda rd_req 0",
        "vda rd_bytes 0",
        "vda wr_req 0",
        "vda wr_bytes 0",
        "vda flush_operations 0",
        "vda rd_total_times 0",
        "vda wr_total_times 0",
        "vda flush_total_times 0",
    ];
    assert_eq!(counters, expected);
    // By its file as well as by its target.
    assert_eq!(daemon.virsh(["domblkstat", &name, &image]).lines().len(), expected.len());
}

/// A guest on three layers that names only the top one.
fn three_layers(daemon: &Daemon) -> (String, [String; 3]) {
    let base = disk::create(daemon.directory(), "base.qcow2", "qcow2", "32M");
    disk::fill(&base, 4);
    let middle = disk::overlay(daemon.directory(), "middle.qcow2", &base);
    let top = disk::overlay(daemon.directory(), "top.qcow2", &middle);
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "qcow2", &top));
    (name, [top, middle, base])
}

#[test]
fn a_chain_is_found_from_the_images_themselves() {
    let daemon = Daemon::start();
    let (name, layers) = three_layers(&daemon);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let statistics = daemon.virsh(["domstats", "--block", "--backing", &name]).lines();
    assert!(statistics.contains(&"block.count=3".to_owned()), "{statistics:#?}");
    for (index, path) in layers.iter().enumerate() {
        for field in [
            format!("block.{index}.name=vda"),
            format!("block.{index}.path={path}"),
            format!("block.{index}.backingIndex={}", index + 1),
            format!("block.{index}.capacity={}", 32 * MIB),
        ] {
            assert!(statistics.contains(&field), "no {field} in {statistics:#?}");
        }
    }
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert_eq!(xml.matches("<backingStore type='file' index='").count(), 2, "{xml}");
    let inactive = daemon.virsh(["dumpxml", &name, "--inactive"]).ok();
    assert!(!inactive.contains("<backingStore"), "{inactive}");
    let without = daemon.virsh(["domstats", "--block", &name]).lines();
    assert!(without.contains(&"block.count=1".to_owned()), "{without:#?}");
}

#[test]
fn a_chain_with_a_missing_layer_does_not_start() {
    let daemon = Daemon::start();
    let (name, [_, middle, base]) = three_layers(&daemon);
    std::fs::remove_file(&base).unwrap();
    daemon.virsh(["start", &name]).fails(&base);
    assert_eq!(daemon.state(&name).split(' ').next(), Some("shut"));
    std::fs::remove_file(&middle).unwrap();
    daemon.virsh(["start", &name]).fails(&middle);
}

#[test]
fn a_chain_that_bites_its_tail_does_not_start() {
    let daemon = Daemon::start();
    let base = disk::create(daemon.directory(), "base.qcow2", "qcow2", "1M");
    let top = disk::overlay(daemon.directory(), "top.qcow2", &base);
    disk::qemu_img(&["rebase", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", &top, &base]);
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "qcow2", &top));
    daemon.virsh(["start", &name]).fails("backing");
    assert_eq!(daemon.virsh(["domid", &name]).word(), "-");
}

#[test]
fn a_chain_written_in_the_document_is_obeyed() {
    let daemon = Daemon::start();
    let base = disk::create(daemon.directory(), "base.qcow2", "qcow2", "1M");
    let top = disk::overlay(daemon.directory(), "top.qcow2", &base);
    let element = format!(
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{top}'/>\
         <backingStore type='file'><format type='qcow2'/><source file='{base}'/><backingStore/></backingStore>\
         <target dev='vda' bus='virtio'/></disk>"
    );
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(&element));
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains(&format!("<source file='{base}'/>\n        <backingStore/>")), "{xml}");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let statistics = daemon.virsh(["domstats", "--block", "--backing", &name]).lines();
    assert!(statistics.contains(&format!("block.1.path={base}")), "{statistics:#?}");
}

#[test]
fn a_disk_of_the_wrong_format_is_seen_as_the_document_says() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "64M");
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "raw", &image));
    // Raw is raw, whatever the guest has written into it: probing would follow a guest's header.
    let [capacity, ..] = figures(&daemon, &name, "vda");
    assert_eq!(capacity, disk::length(&image));
}

#[test]
fn a_qcow2_on_a_block_device_has_its_allocation_from_the_first_second() {
    let daemon = Daemon::start();
    let device = disk::LoopDevice::over(daemon.directory(), 64);
    disk::qemu_img(&["create", "-q", "-f", "qcow2", &device.path, "256M"]);
    disk::fill(&device.path, 8);
    let check = disk::qemu_img(&["check", "-f", "qcow2", "--output", "json", &device.path]);
    let check: serde_json::Value = serde_json::from_str(&check).unwrap();
    let end = check["image-end-offset"].as_u64().expect("the image has an end");
    let document = Document::new(&daemon.name("guest")).block_disk("vda", "qcow2", &device.path);
    let name = daemon.define(&document);
    if !daemon.is_reference() {
        assert_eq!(figures(&daemon, &name, "vda"), [256 * MIB, end, 64 * MIB], "off");
    }
    daemon.virsh(["start", &name, "--paused"]).ok();
    let [capacity, allocation, physical] = figures(&daemon, &name, "vda");
    assert_eq!((capacity, physical), (256 * MIB, 64 * MIB));
    if daemon.is_reference() {
        return; // libvirtd says 0 until the guest writes
    }
    assert_eq!(allocation, end);
    let statistics = daemon.virsh(["domstats", "--block", &name]).lines();
    assert!(statistics.contains(&format!("block.0.allocation={end}")), "{statistics:#?}");
}

#[test]
fn a_chain_has_its_figures_running_and_off() {
    let daemon = Daemon::start();
    let (name, layers) = three_layers(&daemon);
    for running in [false, true] {
        if running {
            daemon.virsh(["start", &name, "--paused"]).ok();
        }
        let statistics = daemon.virsh(["domstats", "--block", "--backing", &name]).lines();
        // QEMU counts the space it takes, without it the file has its length.
        let size = if running { disk::space } else { disk::length };
        // libvirtd shows the chain of what is off only as far as the document names it.
        let seen = if running || !daemon.is_reference() { &layers[..] } else { &layers[..1] };
        let count = format!("block.count={}", seen.len());
        assert!(statistics.contains(&count), "no {count} in {statistics:#?}");
        for (index, path) in seen.iter().enumerate() {
            for field in [
                format!("block.{index}.path={path}"),
                format!("block.{index}.physical={}", size(path)),
                format!("block.{index}.capacity={}", 32 * MIB),
            ] {
                assert!(statistics.contains(&field), "no {field} in {statistics:#?}");
            }
        }
    }
}
