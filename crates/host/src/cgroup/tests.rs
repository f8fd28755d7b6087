use super::*;
use crate::Root;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

/// Files that the kernel puts into a new group; those in this directory at the root of a made-up tree.
const TEMPLATE: &str = "new-groups-have";

/// What the kernel does when a group is made.
pub(super) fn furnish(mount: &Path, directory: &Path) {
    for file in files(&mount.join(TEMPLATE)) {
        fs::copy(&file, directory.join(file.file_name().unwrap())).unwrap();
    }
}

/// What the kernel does when a group is removed; in a real one there are no files that could be.
pub(super) fn strip(directory: &Path) {
    for file in files(directory) {
        let _ = fs::remove_file(file);
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

/// A machine made up of files.
struct Machine {
    directory: tempfile::TempDir,
}

impl Machine {
    fn new(mounts: &str) -> Self {
        let machine = Self { directory: tempfile::tempdir().unwrap() };
        machine.put("proc/self/mounts", mounts);
        machine
    }

    /// Version 2 alone, with every controller.
    fn unified() -> Self {
        let machine = Self::new("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n");
        machine.tree(
            "sys/fs/cgroup",
            &[
                ("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n"),
                ("cgroup.subtree_control", "cpu\n"),
            ],
            &[
                ("cgroup.controllers", "cpuset cpu io memory\n"),
                ("cgroup.subtree_control", ""),
                ("cgroup.procs", ""),
                ("cgroup.threads", ""),
                ("cgroup.type", "domain\n"),
                ("cpu.weight", "100\n"),
                ("cpu.max", "max 100000\n"),
                ("cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 0\n"),
                ("cpuset.cpus", "\n"),
                ("cpuset.mems", "\n"),
                ("memory.max", "max\n"),
                ("memory.high", "max\n"),
                ("memory.swap.max", "max\n"),
                ("io.weight", "default 100\n"),
                ("io.max", ""),
            ],
        );
        machine
    }

    /// Version 1: processor time and its accounts in one tree, the others apart, no swap counted.
    fn apart() -> Self {
        let machine = Self::new(
            "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n\
             cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\n\
             cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n\
             cgroup /sys/fs/cgroup/blk\\040io cgroup rw,blkio 0 0\n\
             cgroup /sys/fs/cgroup/freezer cgroup rw,freezer 0 0\n",
        );
        let lists = [("cgroup.procs", ""), ("tasks", "")];
        let tree = |mount: &str, knobs: &[(&str, &str)]| {
            let knobs: Vec<_> = lists.into_iter().chain(knobs.iter().copied()).collect();
            machine.tree(&format!("sys/fs/cgroup/{mount}"), &[], &knobs);
        };
        tree(
            "cpu,cpuacct",
            &[
                ("cpu.shares", "1024\n"),
                ("cpu.cfs_period_us", "100000\n"),
                ("cpu.cfs_quota_us", "-1\n"),
                ("cpuacct.usage", "17\n"),
                ("cpuacct.stat", "user 2\nsystem 1\n"),
                ("cpuacct.usage_percpu", "9 8 \n"),
            ],
        );
        let cpuset =
            [("cpuset.cpus", "\n"), ("cpuset.mems", "\n"), ("cpuset.memory_migrate", "0\n")];
        tree("cpuset", &cpuset);
        machine.put("sys/fs/cgroup/cpuset/cpuset.cpus", "0-3\n");
        machine.put("sys/fs/cgroup/cpuset/cpuset.mems", "0-1\n");
        machine.put("sys/fs/cgroup/cpuset/cpuset.memory_migrate", "0\n");
        tree(
            "memory",
            &[
                ("memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory.soft_limit_in_bytes", "9223372036854771712\n"),
            ],
        );
        tree("blk io", &[("blkio.bfq.weight", "100\n"), ("blkio.throttle.read_bps_device", "")]);
        machine
    }

    fn tree(&self, mount: &str, root: &[(&str, &str)], group: &[(&str, &str)]) {
        for (name, text) in root {
            self.put(&format!("{mount}/{name}"), text);
        }
        for (name, text) in group {
            self.put(&format!("{mount}/{TEMPLATE}/{name}"), text);
        }
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        let path = self.directory.path().join("sys/fs/cgroup").join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn trees(&self) -> Arc<Trees> {
        Arc::new(Trees::detect(&Root::at(self.directory.path())).unwrap().unwrap())
    }

    fn group(&self) -> Group {
        Group::create(&self.trees(), "m/g", Ancestors::Made, 7).unwrap()
    }
}

#[test]
fn a_machine_without_control_groups_has_none() {
    let machine = Machine::new("tmpfs /tmp tmpfs rw 0 0\n");
    assert_eq!(Trees::detect(&Root::at(machine.directory.path())).unwrap(), None);
}

#[test]
fn each_controller_is_in_one_tree() {
    let machine = Machine::apart();
    let trees = machine.trees();
    assert_eq!(trees.trees.len(), 4, "nobody needs the freezer");
    assert_eq!(trees.version(Controller::Accounting), Some(Version::V1));
    let unified = Machine::unified().trees();
    assert_eq!((unified.trees.len(), unified.version(Controller::Block)), (1, Some(Version::V2)));
}

#[test]
fn a_machine_with_both_counts_in_the_unified_tree() {
    let machine = Machine::new(
        "cgroup /c/cpu cgroup rw,cpu 0 0\ncgroup /c/acct cgroup rw,cpuacct 0 0\n\
         cgroup2 /c/unified cgroup2 rw 0 0\n",
    );
    machine.put("c/unified/cgroup.controllers", "hugetlb\n");
    let trees = machine.trees();
    assert_eq!(trees.version(Controller::Cpu), Some(Version::V1));
    assert_eq!(trees.version(Controller::Accounting), Some(Version::V2));
    assert_eq!(trees.version(Controller::Memory), None);
    assert_eq!(trees.trees.len(), 2);
}

#[test]
fn the_home_of_a_process_is_that_of_the_service_manager() {
    let machine = Machine::unified();
    machine.put("proc/5/cgroup", "0::/machine.slice/a\\x2db.scope/x:y\n");
    machine.put("proc/6/cgroup", "4:cpu,cpuacct:/a\n1:name=systemd:/m/b\n0::/\n");
    machine.put("proc/7/cgroup", "nonsense\n");
    let trees = machine.trees();
    let home = |pid| trees.home_of(pid).unwrap();
    assert_eq!(home(5).unwrap(), Path::new("machine.slice/a\\x2db.scope/x:y"));
    assert_eq!(home(6).unwrap(), Path::new("m/b"));
    assert_eq!(home(7), None);
    let around = |wanted| Group::around(&trees, 5, |name| name == wanted);
    assert_eq!(around("machine.slice").unwrap().path(), Path::new("machine.slice"));
    assert_eq!(around("x:y").unwrap().path(), Path::new("machine.slice/a\\x2db.scope/x:y"));
    assert_eq!(around("x"), None);
    assert!(trees.home_of(8).unwrap_err().is_missing());
}

#[test]
fn version_2_hands_controllers_down_and_has_threads_apart() {
    let machine = Machine::unified();
    let group = machine.group();
    assert_eq!(machine.text("m/g/cgroup.procs"), "7");
    // The kernel collects what is written; here the last word is seen, and what was there is not asked for.
    assert_eq!(machine.text("cgroup.subtree_control"), "+io");
    assert_eq!(machine.text("m/cgroup.subtree_control"), "+io");
    assert!(machine.text("m/g/cgroup.subtree_control").is_empty());
    let threads = group.threads("vcpu0").unwrap();
    assert_eq!(machine.text("m/g/vcpu0/cgroup.type"), "threaded");
    assert_eq!(machine.text("m/g/cgroup.subtree_control"), "+cpuset");
    threads.add_thread(9).unwrap();
    assert_eq!(machine.text("m/g/vcpu0/cgroup.threads"), "9");
    group.remove(Duration::ZERO).unwrap();
    assert!(!machine.directory.path().join("sys/fs/cgroup/m/g").exists());
    group.remove(Duration::ZERO).unwrap();
}

#[test]
fn what_somebody_else_made_is_left_alone_but_for_the_nearest() {
    let machine = Machine::unified();
    let trees = machine.trees();
    Group::create(&trees, "slice", Ancestors::Made, 6).unwrap();
    Group::create(&trees, "slice/scope", Ancestors::Made, 7).unwrap();
    machine.put("sys/fs/cgroup/slice/cgroup.subtree_control", "memory\n");
    Group::create(&trees, "slice/scope/inner", Ancestors::Required, 7).unwrap();
    assert_eq!(machine.text("slice/cgroup.subtree_control"), "memory\n");
    assert_eq!(machine.text("slice/scope/cgroup.subtree_control"), "+io");
}

#[test]
fn version_1_gives_a_new_group_cpus_and_memory() {
    let machine = Machine::apart();
    let group = machine.group();
    assert_eq!(machine.text("cpuset/m/g/cpuset.cpus"), "0-3");
    assert_eq!(machine.text("cpuset/m/g/cpuset.mems"), "0-1");
    assert_eq!(machine.text("blk io/m/g/cgroup.procs"), "7");
    group.migrate_memory().unwrap();
    group.set_nodes("0").unwrap();
    let threads = group.threads("emulator").unwrap();
    assert_eq!(machine.text("cpuset/m/g/emulator/cpuset.mems"), "0");
    assert_eq!(machine.text("cpuset/m/g/emulator/cpuset.memory_migrate"), "1");
    threads.set_cpus("2").unwrap();
    threads.add_thread(8).unwrap();
    assert_eq!(machine.text("cpu,cpuacct/m/g/emulator/tasks"), "8");
    assert!(!machine.directory.path().join("sys/fs/cgroup/memory/m/g/emulator").exists());
    assert_eq!(group.threads("emulator").unwrap(), threads, "it is there already");
    assert_eq!(machine.text("cpuset/m/g/emulator/cpuset.cpus"), "2");
}

#[test]
fn what_an_earlier_run_left_does_not_count() {
    let machine = Machine::apart();
    machine.group().set_cpu_shares(5).unwrap();
    assert_eq!(machine.group().cpu_shares().unwrap(), 1024);
}

#[test]
fn ancestors_are_made_only_if_they_may_be() {
    let machine = Machine::apart();
    let refused = Group::create(&machine.trees(), "m/g", Ancestors::Required, 7).unwrap_err();
    assert!(refused.is_missing(), "{refused}");
    assert!(!refused.is_inaccessible());
    machine.group();
    Group::create(&machine.trees(), "m/h", Ancestors::Required, 7).unwrap();
}

#[test]
fn processor_time_is_divided() {
    for (machine, shares, range) in
        [(Machine::unified(), 100, 1..=10_000), (Machine::apart(), 1024, 2..=262_144)]
    {
        let group = machine.group();
        assert_eq!((group.cpu_shares().unwrap(), group.share_range()), (shares, range));
        group.set_cpu_shares(300).unwrap();
        assert_eq!(group.cpu_shares().unwrap(), 300);
        let any = Bandwidth { period_us: 100_000, quota_us: None };
        assert_eq!(group.bandwidth().unwrap(), any);
        group.set_cpu_period(50_000).unwrap();
        assert_eq!(group.bandwidth().unwrap(), Bandwidth { period_us: 50_000, ..any });
    }
}

#[test]
fn a_quota_is_written_as_the_kernel_wants_it() {
    let machine = Machine::unified();
    let group = machine.group();
    group.set_cpu_quota(Some(20_000)).unwrap();
    assert_eq!(machine.text("m/g/cpu.max"), "20000");
    machine.put("sys/fs/cgroup/m/g/cpu.max", "20000 70000\n");
    group.set_cpu_period(60_000).unwrap();
    assert_eq!(machine.text("m/g/cpu.max"), "20000 60000");
    group.set_cpu_quota(None).unwrap();
    assert_eq!(machine.text("m/g/cpu.max"), "max");
    let unclear = group.bandwidth().unwrap_err().to_string();
    assert!(unclear.contains("cpu.max"), "{unclear}");
    let machine = Machine::apart();
    let group = machine.group();
    group.set_cpu_quota(Some(20_000)).unwrap();
    assert_eq!(group.bandwidth().unwrap().quota_us, Some(20_000));
    group.set_cpu_quota(None).unwrap();
    assert_eq!(machine.text("cpu,cpuacct/m/g/cpu.cfs_quota_us"), "-1");
}

#[test]
fn memory_is_limited_in_bytes_and_told_in_kib() {
    for (machine, knob) in [
        (Machine::unified(), "m/g/memory.max"),
        (Machine::apart(), "memory/m/g/memory.limit_in_bytes"),
    ] {
        let group = machine.group();
        assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), None);
        assert_eq!(group.memory_limit_kib(MemoryLimit::Soft).unwrap(), None);
        group.set_memory_limit_kib(MemoryLimit::Hard, Some(900)).unwrap();
        assert_eq!(machine.text(knob), "921600");
        assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), Some(900));
        group.set_memory_limit_kib(MemoryLimit::Hard, None).unwrap();
        let none = machine.text(knob);
        assert!(none == "max" || none == "-1", "{none}");
    }
    let uncounted = Machine::apart().group().memory_limit_kib(MemoryLimit::Swap).unwrap_err();
    assert!(uncounted.is_missing(), "{uncounted}");
}

#[test]
fn weights_of_traffic_go_where_the_kernel_has_them() {
    let unified = Machine::unified();
    let group = unified.group();
    assert_eq!(group.block_weight().unwrap(), 100);
    group.set_block_weight(500).unwrap();
    assert_eq!(unified.text("m/g/io.weight"), "default 500");
    unified.put("sys/fs/cgroup/m/g/io.bfq.weight", "default 70\n8:0 5\n");
    assert_eq!(group.block_weight().unwrap(), 70);
    let apart = Machine::apart();
    let group = apart.group();
    group.set_block_weight(500).unwrap();
    assert_eq!(apart.text("blk io/m/g/blkio.bfq.weight"), "500");
    let refused = group.set_device_weight("/dev/null", 5).unwrap_err();
    assert!(matches!(refused, GroupError::NoKnob("blkio.weight_device")), "{refused}");
}

#[test]
fn only_block_devices_have_limits() {
    let machine = Machine::unified();
    let group = machine.group();
    let refused = |path| group.set_device_limit(path, DeviceLimit::ReadBytes, Some(1)).unwrap_err();
    assert!(
        refused("/nowhere").to_string().starts_with("Path '/nowhere' is not accessible: No such")
    );
    let text = refused("/dev/null").to_string();
    assert!(text.starts_with("Path '/dev/null' must be a block device: Invalid"), "{text}");
}

#[test]
fn time_is_read_from_either_kind() {
    let machine = Machine::unified();
    let unified = machine.group();
    let expected = CpuUsage { total_ns: 5000, user_ns: 3000, system_ns: 2000 };
    assert_eq!(unified.cpu_usage().unwrap(), expected);
    assert_eq!(unified.usage_by_cpu_ns().unwrap(), None);
    let machine = Machine::apart();
    let apart = machine.group();
    let usage = apart.cpu_usage().unwrap();
    assert_eq!((usage.total_ns, usage.user_ns > usage.system_ns), (17, true));
    assert_eq!(apart.usage_by_cpu_ns().unwrap(), Some(vec![9, 8]));
}

/// A program of this machine that ends with the test.
struct Sleeper(Child);

impl Sleeper {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn pid(&self) -> i32 {
        self.0.id().cast_signed()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What this machine really has; on one where we may not touch it, what that looks like.
#[test]
fn this_machine_has_groups_or_says_why_not() {
    let Some(trees) = Trees::detect(&Root::default()).unwrap() else {
        println!("no control groups on this machine: NOT TESTED for real");
        return;
    };
    let trees = Arc::new(trees);
    let sleeper = Sleeper::new();
    let name = format!("ferrovirt-host-test-{}", std::process::id());
    let group = match Group::create(&trees, &name, Ancestors::Required, sleeper.pid()) {
        Err(error) if error.is_inaccessible() => {
            println!("control groups may not be touched: NOT TESTED for real: {error}");
            return;
        }
        other => other.unwrap(),
    };
    let outcome = std::panic::catch_unwind(|| try_every_knob(&group, sleeper.pid()));
    drop(sleeper);
    group.remove(Duration::from_secs(5)).unwrap();
    assert!(Group::at(&trees, &name).cpu_usage().is_err(), "it is gone");
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

fn try_every_knob(group: &Group, pid: i32) {
    if group.has(Controller::Cpu) {
        group.set_cpu_shares(200).unwrap();
        assert_eq!(group.cpu_shares().unwrap(), 200);
        let threads = group.threads("emulator").unwrap();
        threads.add_thread(pid).unwrap();
        threads.set_cpu_period(50_000).unwrap();
        threads.set_cpu_quota(Some(20_000)).unwrap();
        let limited = Bandwidth { period_us: 50_000, quota_us: Some(20_000) };
        assert_eq!(threads.bandwidth().unwrap(), limited);
        let home = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
        assert!(home.contains("/emulator\n"), "{home}");
        // The whole may run less than its part: the kernel refuses that in version 1.
        if group.version(Controller::Cpu) == Some(Version::V1) {
            let refused = group.set_cpu_quota(Some(1000)).unwrap_err().to_string();
            assert!(
                refused.starts_with("Invalid value '1000' for 'cpu.cfs_quota_us'"),
                "{refused}"
            );
        }
        threads.set_cpu_quota(None).unwrap();
        assert_eq!(threads.bandwidth().unwrap().quota_us, None);
    }
    if group.has(Controller::CpuSet) {
        group.migrate_memory().unwrap();
        let threads = group.threads("emulator").unwrap();
        threads.set_cpus("0").unwrap();
        threads.set_nodes("0").unwrap();
        assert_eq!(crate::proc::affinity(pid).unwrap(), [0]);
    }
    if group.has(Controller::Memory) {
        assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), None);
        group.set_memory_limit_kib(MemoryLimit::Hard, Some(64 << 10)).unwrap();
        assert_eq!(group.memory_limit_kib(MemoryLimit::Hard).unwrap(), Some(64 << 10));
        group.set_memory_limit_kib(MemoryLimit::Hard, None).unwrap();
    }
    if let Ok(weight) = group.block_weight() {
        assert_eq!(weight, 100);
        group.set_block_weight(500).unwrap();
        assert_eq!(group.block_weight().unwrap(), 500);
    }
    group.cpu_usage().unwrap();
    assert!(group.remove(Duration::ZERO).is_err(), "a process is in it");
}
