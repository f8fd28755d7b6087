//! Limits that the kernel holds a guest to: from its start, changed while it runs, gone with it.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Listener, control_group};
use host::cgroup::{Bandwidth, Controller, Group, MemoryLimit};
use rustix::process::Signal;

const LIMITS: &str = "<cputune><shares>512</shares><period>50000</period><quota>20000</quota>\
    <global_period>60000</global_period><global_quota>170000</global_quota>\
    <emulator_period>30000</emulator_period><emulator_quota>-1</emulator_quota>\
    <vcpupin vcpu='0' cpuset='0'/><vcpusched vcpus='0' scheduler='batch'/>\
    <emulatorsched scheduler='idle'/></cputune>\
    <memtune><hard_limit unit='KiB'>1048576</hard_limit><soft_limit>900000</soft_limit></memtune>\
    <numatune><memory mode='restrictive' nodeset='0'/></numatune>";

/// A guest that has begun, with one I/O thread and two virtual CPUs of which it has one.
fn started(daemon: &Daemon, elements: &str) -> String {
    let document = Document::new(&daemon.name("guest"))
        .element("<vcpu current='1'>2</vcpu><iothreads>1</iothreads>")
        .element(elements);
    let name = daemon.define(&document);
    daemon.virsh(["start", &name, "--paused"]).ok();
    name
}

fn limited(period_us: u64, quota_us: Option<u64>) -> Bandwidth {
    Bandwidth { period_us, quota_us }
}

fn bandwidth(group: &Group) -> Bandwidth {
    group.bandwidth().unwrap()
}

/// The policy of a thread, by its number. **Source**: proc(5), field 41 of `stat`.
fn policy(tid: &str) -> u32 {
    let stat = std::fs::read_to_string(format!("/proc/{tid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').nth(38).unwrap().parse().unwrap()
}

#[test]
fn limits_hold_from_the_start_to_the_end() {
    let daemon = Daemon::start();
    let name = started(&daemon, LIMITS);
    let qemu = daemon.qemu(&name);
    let Some(group) = control_group::of(qemu.pid) else { return };
    assert_eq!(group.cpu_shares().unwrap(), 512);
    assert_eq!(bandwidth(&group), limited(60_000, Some(170_000)));
    assert_eq!(bandwidth(&group.below("vcpu0")), limited(50_000, Some(20_000)));
    assert_eq!(bandwidth(&group.below("emulator")), limited(30_000, None));
    assert_eq!(bandwidth(&group.below("iothread1")), limited(100_000, None));
    assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), Some(1_048_576));
    assert_eq!(group.memory_limit_kib(MemoryLimit::Soft).unwrap(), Some(900_000));
    assert_eq!(policy(&qemu.pid.to_string()), 5, "the emulator runs when nobody else wants to");
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(live.contains("<partition>/machine</partition>"), "{live}");
    assert!(!daemon.virsh(["dumpxml", &name, "--inactive"]).ok().contains("<partition>"));
    let shown = daemon.virsh(["schedinfo", &name]).ok();
    for line in ["cpu_shares     : 512", "vcpu_quota     : 20000", "emulator_quota : -1"] {
        assert!(shown.contains(line), "no '{line}' in {shown}");
    }
    let time = daemon.virsh(["cpu-stats", &name, "--total"]).ok();
    assert!(time.contains("cpu_time") && !time.contains(" 0.000000000"), "{time}");
    daemon.virsh(["destroy", &name]).ok();
    assert!(!control_group::is_there(&group), "{}", group.path().display());
}

#[test]
fn limits_change_while_the_guest_runs() {
    let daemon = Daemon::start();
    let name = started(&daemon, "");
    let Some(group) = control_group::of(daemon.qemu(&name).pid) else { return };
    let mut events = Listener::spawn(&mut daemon.virsh_command([
        "event",
        "--event",
        "tunable",
        "--loop",
        "--timeout",
        "60",
    ]));
    let heard = |events: &mut Listener, change: &[&str], told: &str| {
        // Whoever listens may not have been heard yet: the change is made until it is.
        e2e::eventually("the event", || {
            let words = ["schedinfo", &name, "--live"].into_iter().chain(change.iter().copied());
            daemon.virsh(words).ok();
            events.has_heard(told)
        });
    };
    heard(&mut events, &["cpu_shares=300"], "cputune.cpu_shares");
    heard(&mut events, &["global_period=50000", "global_quota=90000"], "cputune.global_period");
    assert_eq!(group.cpu_shares().unwrap(), 300);
    assert_eq!(bandwidth(&group), limited(50_000, Some(90_000)));
    daemon.virsh(["schedinfo", &name, "--live", "vcpu_quota=30000", "iothread_quota=40000"]).ok();
    assert_eq!(bandwidth(&group.below("vcpu0")), limited(100_000, Some(30_000)));
    assert_eq!(bandwidth(&group.below("iothread1")), limited(100_000, Some(40_000)));
    daemon.virsh(["schedinfo", &name, "--live", "vcpu_quota=-1"]).ok();
    assert_eq!(bandwidth(&group.below("vcpu0")).quota_us, None);
    daemon
        .virsh(["schedinfo", &name, "--live", "cpu_shares=0"])
        .fails("shares '0' must be in range");
    daemon
        .virsh(["schedinfo", &name, "--live", "vcpu_period=999"])
        .fails("value of 'vcpu_period' is out of range [1000, 1000000]");
    daemon.virsh(["schedinfo", &name, "--config", "cpu_shares=77"]).ok();
    let defined = daemon.virsh(["dumpxml", &name, "--inactive"]).ok();
    assert!(defined.contains("<shares>77</shares>") && !defined.contains("<quota>"), "{defined}");
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(live.contains("<shares>300</shares>") && live.contains("<quota>-1</quota>"), "{live}");
}

#[test]
fn memory_and_traffic_change_while_the_guest_runs() {
    let daemon = Daemon::start();
    let name = started(&daemon, "");
    let Some(group) = control_group::of(daemon.qemu(&name).pid) else { return };
    daemon.virsh(["memtune", &name, "--live", "--hard-limit", "900000"]).ok();
    assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), Some(900_000));
    assert!(daemon.virsh(["memtune", &name]).ok().contains("hard_limit     : 900000"));
    daemon.virsh(["memtune", &name, "--live", "--hard-limit", "-1", "--soft-limit", "5000"]).ok();
    assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), None);
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(!live.contains("<hard_limit") && live.contains("<soft_limit"), "{live}");
    if group.has(Controller::Block) && group.block_weight().is_ok() {
        daemon.virsh(["blkiotune", &name, "--live", "--weight", "500"]).ok();
        assert_eq!(group.block_weight().unwrap(), 500);
        assert!(daemon.virsh(["blkiotune", &name]).ok().contains("weight         : 500"));
    }
    daemon
        .virsh(["blkiotune", &name, "--device-read-bytes-sec", "/dev/null,5000"])
        .fails("Path '/dev/null' must be a block device");
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("/dev/null"));
    daemon.virsh(["numatune", &name, "--live", "--nodeset", "0"]).ok();
    daemon
        .virsh(["numatune", &name, "--live", "--nodeset", "0"])
        .fails("change of nodeset for running domain requires restrictive numa mode");
}

#[test]
fn threads_have_groups_as_they_come_and_go() {
    let daemon = Daemon::start();
    let name = started(&daemon, "<cputune><quota>20000</quota></cputune>");
    let Some(group) = control_group::of(daemon.qemu(&name).pid) else { return };
    assert!(!control_group::is_there(&group.below("vcpu1")));
    daemon.virsh(["setvcpus", &name, "2", "--live"]).ok();
    assert_eq!(bandwidth(&group.below("vcpu1")).quota_us, Some(20_000));
    daemon.virsh(["iothreadadd", &name, "7"]).ok();
    assert!(control_group::is_there(&group.below("iothread7")));
    daemon.virsh(["iothreadpin", &name, "7", "0"]).ok();
    daemon.virsh(["vcpupin", &name, "1", "0", "--live"]).ok();
    daemon.virsh(["emulatorpin", &name, "0", "--live"]).ok();
    daemon.virsh(["iothreaddel", &name, "7"]).ok();
    assert!(!control_group::is_there(&group.below("iothread7")));
}

#[test]
fn a_later_daemon_knows_the_groups() {
    let mut daemon = Daemon::start();
    let (steady, dead) = (started(&daemon, LIMITS), started(&daemon, ""));
    let qemu = daemon.qemu(&dead);
    let groups = (control_group::of(daemon.qemu(&steady).pid), control_group::of(qemu.pid));
    let (Some(group), Some(left)) = groups else { return };
    daemon.kill9();
    qemu.signal(Signal::KILL);
    qemu.ends();
    assert!(control_group::is_there(&left), "nobody was there to remove it");
    daemon.revive();
    assert!(
        daemon.state(&dead).starts_with("shut off"),
        "it has looked at all by its first answer"
    );
    assert!(!control_group::is_there(&left), "{}", left.path().display());
    daemon.virsh(["schedinfo", &steady, "--live", "cpu_shares=200"]).ok();
    assert_eq!(group.cpu_shares().unwrap(), 200);
    daemon.virsh(["destroy", &steady]).ok();
    assert!(!control_group::is_there(&group), "{}", group.path().display());
}

#[test]
fn a_start_that_fails_leaves_no_group() {
    let daemon = Daemon::start();
    let first = started(&daemon, "");
    let Some(group) = control_group::of(daemon.qemu(&first).pid) else { return };
    let beside = || {
        let parent = std::path::Path::new("/sys/fs/cgroup/cpu").join(group.path());
        let entries = std::fs::read_dir(parent.parent().unwrap()).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let own = group.path().file_name().unwrap().to_string_lossy()[..18].to_owned();
        names.filter(|name| name.starts_with(&own)).count()
    };
    let before = beside();
    for (tuning, reason) in [
        ("<resource><partition>/nowhere</partition></resource>", "No such file or directory"),
        ("<resource><partition>nowhere</partition></resource>", "must start with '/'"),
        (
            "<blkiotune><device><path>/dev/nope</path><read_bytes_sec>5</read_bytes_sec></device></blkiotune>",
            "Path '/dev/nope' is not accessible",
        ),
    ] {
        let document = Document::new(&daemon.name("refused")).element(tuning);
        let name = daemon.define(&document);
        daemon.virsh(["start", &name]).fails(reason);
        assert_eq!(daemon.state(&name), "shut off (failed)");
        assert_eq!(beside(), before, "{tuning}");
    }
}
