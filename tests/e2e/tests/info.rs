//! What is asked about the host and about a guest, and what is changed of its size.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

#[test]
fn the_host_and_the_daemon() {
    let daemon = Daemon::start();
    let version = daemon.virsh(["version", "--daemon"]).ok();
    for start in ["Using API: QEMU ", "Running hypervisor: QEMU ", "Running against daemon: "] {
        assert!(version.contains(start), "{version}");
    }
    assert_eq!(daemon.virsh(["uri"]).word(), daemon.uri());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert!(daemon.virsh(["hostname"]).word().starts_with(host.trim()));
    let node = daemon.virsh(["nodeinfo"]).lines();
    assert!(node.contains(&"CPU model: x86_64".to_owned()), "{node:?}");
    let cpus = std::thread::available_parallelism().unwrap();
    let map = daemon.virsh(["nodecpumap"]).lines();
    assert!(map[0].starts_with("CPUs present: ") && map[1].starts_with("CPUs online: "), "{map:?}");
    let count = node.iter().find_map(|line| line.strip_prefix("CPU(s): ")?.parse::<usize>().ok());
    assert!(count.is_some_and(|count| count >= cpus.get()), "{node:?}");
}

#[test]
fn node_memory_is_the_sum_of_the_numa_nodes() {
    let daemon = Daemon::start();
    let shown = || daemon.virsh(["nodeinfo"]).lines().last().cloned().unwrap_or_default();
    let expected = || format!("Memory size: {} KiB", numa_memory_kib());
    // Memory may be plugged while the test runs: then the two agree a moment later.
    e2e::eventually("nodeinfo and the kernel to agree", || (shown() == expected()).then_some(()));
}

/// What `/sys` says of all NUMA nodes; without any, the whole machine's.
fn numa_memory_kib() -> u64 {
    let nodes = std::fs::read_dir("/sys/devices/system/node").into_iter().flatten().flatten();
    let mut files: Vec<_> =
        nodes.map(|node| node.path().join("meminfo")).filter(|file| file.exists()).collect();
    if files.is_empty() {
        files.push("/proc/meminfo".into());
    }
    let total = |file: &std::path::PathBuf| -> Option<u64> {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.contains("MemTotal:"))?;
        line.split_whitespace().rev().nth(1)?.parse().ok()
    };
    files
        .iter()
        .map(|file| total(file).unwrap_or_else(|| panic!("no MemTotal in {}", file.display())))
        .sum()
}

#[test]
fn capabilities_name_the_emulator_and_its_machines() {
    let daemon = Daemon::start();
    let xml = daemon.virsh(["capabilities"]).ok();
    for part in [
        "<capabilities>",
        "<arch>x86_64</arch>",
        "<os_type>hvm</os_type>",
        "<arch name='x86_64'>",
        "<wordsize>64</wordsize>",
        "<emulator>/usr/bin/qemu-system-x86_64</emulator>",
        "canonical='pc-i440fx-",
        "<domain type='qemu'/>",
    ] {
        assert!(xml.contains(part), "no {part} in\n{xml}");
    }
}

#[test]
fn domain_capabilities_name_what_a_guest_can_have() {
    let daemon = Daemon::start();
    let xml = daemon.virsh(["domcapabilities", "--virttype", "qemu", "--machine", "q35"]).ok();
    for part in [
        "<path>/usr/bin/qemu-system-x86_64</path>",
        "<domain>qemu</domain>",
        "<machine>pc-q35-",
        "<arch>x86_64</arch>",
        "<enum name='bus'>",
        "<value>virtio</value>",
        "<mode name='custom' supported='yes'>",
    ] {
        assert!(xml.contains(part), "no {part} in\n{xml}");
    }
    daemon
        .virsh(["domcapabilities", "--machine", "nosuch"])
        .fails("the machine 'nosuch' is not supported by emulator");
    daemon.virsh(["domcapabilities", "--virttype", "nosuch"]).fails("unknown virttype: nosuch");
    daemon.virsh(["domcapabilities", "--emulatorbin", "/no/such"]).fails("/no/such");
}

#[test]
fn list_filters_by_state_and_kind() {
    let daemon = Daemon::start();
    let (off, on) = (daemon.define(&Document::new(&daemon.name("off"))), daemon.paused("on"));
    let uuid = daemon.uuid(&on);
    let shows = |words: &[&str], name: &str| {
        let listed = daemon.virsh([&["list", "--name"], words].concat()).lines();
        listed.iter().any(|line| line == name)
    };
    for (words, off_shown, on_shown) in [
        (&["--all"][..], true, true),
        (&[], false, true),
        (&["--inactive"], true, false),
        (&["--state-paused"], false, true),
        (&["--state-running"], false, false),
        (&["--state-shutoff"], true, false),
        (&["--all", "--persistent"], true, true),
        (&["--transient"], false, false),
        (&["--all", "--autostart"], false, false),
        (&["--all", "--no-autostart"], true, true),
    ] {
        assert_eq!(
            (shows(words, &off), shows(words, &on)),
            (off_shown, on_shown),
            "list {words:?}"
        );
    }
    assert!(daemon.virsh(["list", "--uuid"]).lines().contains(&uuid));
    let titled = daemon.virsh(["list", "--all", "--title"]).lines();
    assert_eq!(titled[0], "Id Name State Title");
}

#[test]
fn dominfo_of_a_guest_that_is_off_and_on() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let uuid = daemon.uuid(&name);
    let off = daemon.virsh(["dominfo", &name]).lines();
    let expected = [
        "Id: -".to_owned(),
        format!("Name: {name}"),
        format!("UUID: {uuid}"),
        "OS Type: hvm".to_owned(),
        "State: shut off".to_owned(),
        "CPU(s): 1".to_owned(),
        "Max memory: 65536 KiB".to_owned(),
        "Used memory: 65536 KiB".to_owned(),
        "Persistent: yes".to_owned(),
        "Autostart: disable".to_owned(),
        "Managed save: no".to_owned(),
    ];
    assert_eq!(off[..expected.len()], expected);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let on = daemon.virsh(["dominfo", &name]).lines();
    assert!(on.contains(&"State: paused".to_owned()) && on[6].starts_with("CPU time: "), "{on:?}");
    daemon.virsh(["dominfo", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
    daemon.virsh(["domstate", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn vcpus_are_counted_and_changed() {
    let daemon = Daemon::start();
    let name =
        daemon.define(&Document::new(&daemon.name("guest")).element("<vcpu current='1'>3</vcpu>"));
    assert_eq!(
        daemon.virsh(["vcpucount", &name]).lines(),
        ["maximum config 3", "current config 1"]
    );
    daemon.virsh(["setvcpus", &name, "2", "--config"]).ok();
    assert_eq!(daemon.virsh(["vcpucount", &name, "--config", "--current"]).word(), "2");
    let too_many =
        "requested vcpus is greater than max allowable vcpus for the persistent domain: 9 > 3";
    daemon.virsh(["setvcpus", &name, "9", "--config"]).fails(too_many);
    daemon.virsh(["setvcpus", &name, "2", "--live"]).fails("domain is not running");
    daemon.virsh(["vcpucount", &name, "--live"]).fails("domain is not running");
    let info = daemon.virsh(["vcpuinfo", &name]).lines();
    assert_eq!(info[..3], ["VCPU: 0", "CPU: N/A", "State: N/A"]);

    daemon.virsh(["start", &name, "--paused"]).ok();
    let count = daemon.virsh(["vcpucount", &name]).lines();
    assert_eq!(count, ["maximum config 3", "maximum live 3", "current config 2", "current live 2"]);
    daemon.virsh(["setvcpus", &name, "3", "--live"]).ok();
    assert_eq!(daemon.virsh(["vcpucount", &name, "--live", "--current"]).word(), "3");
    assert_eq!(daemon.virsh(["vcpucount", &name, "--config", "--current"]).word(), "2");
    let info = daemon.virsh(["vcpuinfo", &name]).lines();
    assert_eq!(info.iter().filter(|line| line.starts_with("VCPU: ")).count(), 3, "{info:?}");
    daemon.virsh(["setvcpus", &name, "9", "--live"]).fails("for the live domain: 9 > 3");
    daemon.virsh(["vcpuinfo", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn memory_is_changed_within_its_maximum() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.virsh(["setmaxmem", &name, "128M", "--config"]).ok();
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains("<memory unit='KiB'>131072</memory>"), "{xml}");
    daemon.virsh(["setmem", &name, "96M", "--config"]).ok();
    assert!(
        daemon.virsh(["dominfo", &name]).lines().contains(&"Used memory: 98304 KiB".to_owned())
    );
    daemon
        .virsh(["setmem", &name, "900G", "--config"])
        .fails("cannot set memory higher than max memory");
    daemon.virsh(["setmem", &name, "96M", "--live"]).fails("domain is not running");
    daemon
        .virsh(["setmaxmem", &name, "0", "--config"])
        .fails("memory in virDomainSetMemoryFlags must not be zero");

    daemon.virsh(["start", &name, "--paused"]).ok();
    daemon.virsh(["setmem", &name, "64M", "--live"]).ok();
    daemon
        .virsh(["setmem", &name, "900G", "--live"])
        .fails("cannot set memory higher than max memory");
    let resize = "cannot resize the maximum memory on an active domain";
    daemon.virsh(["setmaxmem", &name, "256M", "--live"]).fails(resize);
}

#[test]
fn memory_statistics_of_a_guest_without_a_balloon_driver() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let statistics = daemon.virsh(["dommemstat", &name]).lines();
    assert_eq!(statistics[..2], ["actual 65536", "last_update 0"]);
    assert!(statistics[2].starts_with("rss "), "{statistics:?}");
    daemon.virsh(["destroy", &name]).ok();
    daemon
        .virsh(["dommemstat", &name])
        .fails("Requested operation is not valid: domain is not running");
}

#[test]
fn interfaces_are_listed_and_counted() {
    let daemon = Daemon::start();
    let mac = "52:54:00:e2:e0:01";
    let card =
        format!("<interface type='user'><mac address='{mac}'/><model type='virtio'/></interface>");
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(&card));
    let listed = daemon.virsh(["domiflist", &name]).lines();
    assert_eq!(listed[0], "Interface Type Source Model MAC");
    assert_eq!(listed[2], format!("- user - virtio {mac}"));
    daemon.virsh(["domifstat", &name, mac]).fails("domain is not running");
    daemon.virsh(["start", &name, "--paused"]).ok();
    daemon.virsh(["domifstat", &name, "nosuch0"]).fails("'nosuch0' is not a known interface");
    daemon.virsh(["domiflist", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn a_tap_interface_has_statistics() {
    let daemon = Daemon::start();
    let card = "<interface type='ethernet'><mac address='52:54:00:e2:e0:02'/><model type='virtio'/></interface>";
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(card));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let listed = daemon.virsh(["domiflist", &name]).lines();
    let device = listed[2].split(' ').next().unwrap().to_owned();
    let statistics = daemon.virsh(["domifstat", &name, &device]).lines();
    let fields: Vec<&str> = statistics.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    let expected = [
        "rx_bytes",
        "rx_packets",
        "rx_errs",
        "rx_drop",
        "tx_bytes",
        "tx_packets",
        "tx_errs",
        "tx_drop",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn displays_are_where_dumpxml_says() {
    let daemon = Daemon::start();
    let vnc = "<graphics type='vnc' autoport='yes' listen='127.0.0.1'/><video><model type='vga'/></video>";
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(vnc));
    daemon.virsh(["domdisplay", &name]).fails("Domain is not running");
    daemon.virsh(["vncdisplay", &name]).fails("Domain is not running");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let display = daemon.virsh(["vncdisplay", &name]).word();
    let number: u16 =
        display.strip_prefix("127.0.0.1:").and_then(|text| text.parse().ok()).expect(&display);
    assert_eq!(daemon.virsh(["domdisplay", &name]).word(), format!("vnc://127.0.0.1:{number}"));
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains(&format!("<graphics type='vnc' port='{}'", 5900 + number)), "{xml}");
    std::net::TcpStream::connect(("127.0.0.1", 5900 + number)).expect_or_reference(&daemon);
}

/// libvirtd may run in a network of its own, where its ports cannot be reached from a test.
trait ExpectOrReference {
    fn expect_or_reference(self, daemon: &Daemon);
}

impl<T, E: std::fmt::Display> ExpectOrReference for Result<T, E> {
    fn expect_or_reference(self, daemon: &Daemon) {
        if let Err(error) = self
            && !daemon.is_reference()
        {
            panic!("the display takes no connections: {error}");
        }
    }
}
